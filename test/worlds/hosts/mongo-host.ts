/**
 * The careful host of the life cycle on MongoDB.
 *
 * @module
 */
import type { Db } from 'mongodb'
import { mongoPool } from '../mongodb/mongo-pool.ts'
import type { SharedMongo } from '../mongodb/mongo-server.ts'
import type { Host } from './life-cycle-host.ts'

const MAJORITY = { writeConcern: { w: 'majority' } } as const

/** Makes the function that opens a host, in an empty database. */
export function mongoHosts(server: () => SharedMongo): () => Promise<Host> {
  const take = mongoPool(server, createCollections)
  return async () => {
    const { db, store, createStore, release } = await take()
    const users = db.collection('users')
    const rows: Host['rows'] = (table) =>
      db
        .collection(table)
        .find({}, { projection: { _id: 0 }, sort: { id: 1 } })
        .toArray()
    const insert: Host['insert'] = async (table, row) => {
      await db.collection(table).insertOne({ ...row }, MAJORITY)
    }
    return {
      store,
      openStore: () => createStore(),
      insert,
      rows,
      async signIn(userId, session) {
        const user = await users.findOne({ id: userId })
        if (user?.['status'] !== 'active') return false
        await insert('sessions', { id: session, user_id: userId })
        return true
      },
      async writeUser(id, set) {
        await users.updateOne({ id }, { $set: set }, MAJORITY)
      },
      async takeAway(id) {
        await users.deleteOne({ id }, MAJORITY)
      },
      close: release,
    }
  }
}

/** Beside the one that holds a rule: one for each field by which the policy finds rows. */
const LOOKUPS = [
  ['users', 'id'],
  ['sessions', 'user_id'],
  ['posts', 'author_id'],
  ['invitations', 'email'],
  ['audit_log', 'actor_id'],
] as const

async function createCollections(db: Db): Promise<void> {
  for (const [table, field] of LOOKUPS) await db.collection(table).createIndex({ [field]: 1 })
  await db
    .collection('users')
    .createIndex(
      { tenant_id: 1, email: 1 },
      { unique: true, partialFilterExpression: { email: { $type: 'string' } } },
    )
}
