/**
 * Databases that are emptied and used again: collections and indexes take far longer to create than documents.
 *
 * @module
 */
import type { Db, Document } from 'mongodb'
import { type MongoStoreOptions, mongoStore } from '../../../adapters/mongodb/index.ts'
import type { Store } from '../../../src/store/store.ts'
import type { SharedMongo } from './mongo-server.ts'

export interface PooledDatabase {
  readonly db: Db
  /** The same for everybody who has the database in turn: it knows the server and the schema by then. */
  readonly store: Store
  /** Another store over the same database, as another process has one. */
  createStore(options?: MongoStoreOptions): Store
  /** Removes all documents; not to be used afterwards. */
  release(): Promise<void>
}

/** Makes the function that takes a database; `create` makes the host's collections, and runs once for each. */
export function mongoPool(
  server: () => SharedMongo,
  create: (db: Db) => Promise<unknown>,
): () => Promise<PooledDatabase> {
  const released: Pick<PooledDatabase, 'db' | 'store'>[] = []

  async function createDatabase(): Promise<Pick<PooledDatabase, 'db' | 'store'>> {
    const db = server().newDatabase()
    await create(db)
    await mongoStore(db).migrate()
    return { db, store: mongoStore(db) }
  }

  return async () => {
    const taken = released.pop() ?? (await createDatabase())
    return {
      db: taken.db,
      store: migrated(taken.store),
      createStore: (options) => migrated(mongoStore(taken.db, options)),
      async release() {
        await removeDocuments(taken.db)
        released.push(taken)
      },
    }
  }
}

/** Migrated before, and again it would look at every index. A test may put methods of its own in the place of any. */
function migrated(store: Store): Store {
  const methods = Object.getOwnPropertyDescriptors(store)
  return Object.assign(Object.defineProperties({}, methods) as Store, { migrate: async () => {} })
}

/**
 * All but the one document that migrating has written, which says whose turn it is. Most collections are empty, and
 * one command tells which are not.
 */
async function removeDocuments(db: Db): Promise<void> {
  const collections = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  const [first = '', ...others] = collections.map(({ name }) => name)
  const filter = { _id: { $ne: 'writer' } } as Document
  const one = (name: string): Document[] => [
    { $match: filter },
    { $limit: 1 },
    { $project: { _id: 0, name: { $literal: name } } },
  ]
  const unions = others.map((coll) => ({ $unionWith: { coll, pipeline: one(coll) } }))
  const filled = await db
    .collection(first)
    .aggregate([...one(first), ...unions])
    .toArray()
  for (const { name } of filled) {
    await db.collection(name).deleteMany(filter, { writeConcern: { w: 1 } })
  }
}
