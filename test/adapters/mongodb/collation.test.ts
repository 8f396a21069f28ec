import assert from 'node:assert/strict'
import type { Db } from 'mongodb'
import type { MongoDb } from '../../../adapters/mongodb/index.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { createSmallWorld, SCOPE, smallEngine } from '../../worlds/mongodb/mongo-small-world.ts'
import { TOPOLOGIES_FOR_CALLS } from '../../worlds/mongodb/topologies.ts'

const IGNORES_CASE = { locale: 'en', strength: 2 }

for (const topology of TOPOLOGIES_FOR_CALLS) {
  describeMongo(`collections that ignore case, ${topology}`, topology, ({ it, server }) => {
    it('gives up the rows of the very id, and none of one that differs in case', () =>
      withKeptDatabase(server(), async (db) => {
        for (const name of ['users', 'sessions', 'posts', 'audit_log']) {
          await db.createCollection(name, { collation: IGNORES_CASE })
        }
        await createSmallWorld(db, 1)
        await db
          .collection('users')
          .insertOne({ id: 'USR_1', tenant_id: SCOPE.tenantId, status: 'active' })
        await db.collection('sessions').insertOne({ user_id: 'USR_1' })
        await db.collection('posts').insertOne({ author_id: 'USR_1', title: 'mine' })
        await db.collection('audit_log').insertOne({ actor_id: 'USR_1', actor_name: 'Twin' })
        const before = await idsOf(db)

        const receipt = await smallEngine(db as MongoDb, {}).delete('usr_1', SCOPE)

        const rows = receipt.steps.map(({ table, rows: count }) => [table, count])
        assert.deepEqual(rows, [
          ['sessions', 2],
          ['posts', 2],
          ['audit_log', 1],
        ])
        assert.deepEqual(
          await idsOf(db),
          before.filter((id) => id !== 'usr_1'),
        )
        const [entry] = await db.collection('audit_log').find({ actor_name: 'Twin' }).toArray()
        assert.equal(entry?.['actor_id'], 'USR_1')
      }))
  })
}

/** The ids in all places that a deletion empties, each once a place. */
async function idsOf(db: Db): Promise<readonly string[]> {
  const fields = { users: 'id', sessions: 'user_id', posts: 'author_id' }
  const ids: string[] = []
  for (const [name, field] of Object.entries(fields)) {
    const held = await db.collection(name).find({}).toArray()
    ids.push(...new Set(held.map((document) => String(document[field]))))
  }
  return ids
}
