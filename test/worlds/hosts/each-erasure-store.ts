/**
 * The world of the erasures on every store: memory, SQLite, and MongoDB with and without transactions.
 *
 * @module
 */
import { describe, it } from 'node:test'
import type { Job } from '../../../src/store/records.ts'
import { type ErasureHost, type ErasureStore, type Row, STORES } from '../erasure-world.ts'
import { mongoPool } from '../mongodb/mongo-pool.ts'
import { describeMongo, type SharedMongo } from '../mongodb/mongo-server.ts'
import { TOPOLOGIES_FOR_CALLS } from '../mongodb/topologies.ts'

export interface ErasureGroup {
  readonly store: ErasureStore
  readonly name: string
  readonly describe: (name: string, group: () => void) => unknown
  readonly it: (name: string, test: () => Promise<void>) => unknown
}

export function forEachErasureStore(register: (group: ErasureGroup) => void): void {
  for (const name of STORES) register({ store: name, name, describe, it })
  for (const topology of TOPOLOGIES_FOR_CALLS) {
    describeMongo(`MongoDB, ${topology}`, topology, ({ server, ...group }) => {
      const { open, release } = mongoHosts(server)
      const test: ErasureGroup['it'] = (title, run) =>
        group.it(title, async () => {
          try {
            await run()
          } finally {
            await release()
          }
        })
      register({ ...group, it: test, store: { open }, name: `a MongoDB ${topology}` })
    })
  }
}

/** Fields by which the policy finds rows. */
const LOOKUPS = [
  ['users', 'id'],
  ['sessions', 'user_id'],
  ['notes', 'user_id'],
  ['cases', 'user_id'],
  ['audit_log', 'actor_id'],
] as const

function mongoHosts(server: () => SharedMongo) {
  const take = mongoPool(server, async (db) => {
    for (const [table, field] of LOOKUPS) await db.collection(table).createIndex({ [field]: 1 })
  })
  const opened: { release(): Promise<void> }[] = []

  async function open(data: Readonly<Record<string, readonly Row[]>>): Promise<ErasureHost> {
    const taken = await take()
    opened.push(taken)
    const { db, store } = taken
    const read = <T>(collection: string, projection: Readonly<Record<string, unknown>>) =>
      db.collection(collection).find({}, { projection }).toArray() as Promise<unknown> as Promise<T>
    for (const [table, rows] of Object.entries(data)) {
      const documents = rows.map((row) => ({ ...row }))
      const options = { writeConcern: { w: 'majority' } } as const
      if (documents.length > 0) await db.collection(table).insertMany(documents, options)
    }
    return {
      store,
      rows: (of) => read<readonly Row[]>(of, { _id: 0 }),
      jobs: () => read<readonly Job[]>('user_deletion_jobs', { _id: 0 }),
      tokens: () =>
        read<readonly Row[]>('user_deletion_tokens', {
          ...{ _id: 0, hash: '$_id', userId: 1, expiresAt: 1 },
        }),
      async insert(into, row) {
        await db.collection(into).insertOne({ ...row }, { writeConcern: { w: 'majority' } })
      },
    }
  }

  return {
    open,
    async release() {
      for (const taken of opened.splice(0)) await taken.release()
    },
  }
}
