/**
 * Databases that are emptied and used again: collections and indexes take far longer to create than documents.
 *
 * @module
 */
import type { Db, Document } from 'mongodb'
import { type MongoStoreOptions, mongoStore } from '../../adapters/mongodb/index.ts'
import type { Store } from '../../src/store.ts'
import type { SharedMongo } from './mongo-server.ts'

export interface PooledDatabase {
  readonly db: Db
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
  const released: Db[] = []
  return async () => {
    let db = released.pop()
    if (db === undefined) {
      db = server().newDatabase()
      await create(db)
      await mongoStore(db).migrate()
    }
    const taken = db
    return {
      db: taken,
      createStore(options) {
        const store = mongoStore(taken, options)
        // Migrated above, and again it would look at every index.
        store.migrate = async () => {}
        return store
      },
      async release() {
        await removeDocuments(taken)
        released.push(taken)
      },
    }
  }
}

/** All but the one document that migrating has written, which says whose turn it is. */
async function removeDocuments(db: Db): Promise<void> {
  const collections = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  const filter = { _id: { $ne: 'writer' } } as Document
  await Promise.all(
    collections.map(({ name }) =>
      db.collection(name).deleteMany(filter, { writeConcern: { w: 1 } }),
    ),
  )
}
