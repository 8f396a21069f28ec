import assert from 'node:assert/strict'
import { type MongoDb, mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

describeMongo('arrays that lose elements, on MongoDB', 'replica set', ({ it, server }) => {
  for (const [what, body, isTold] of [
    ['a document', { a: 1 }, true],
    ['a text', 'bob@x', true],
    ['a list', ['bob@x'], false],
    ['an empty list', [], false],
    ['nothing', null, false],
  ] as const) {
    it(`the check ${isTold ? 'tells' : 'says nothing'} of ${what} in the place of one`, () =>
      withKeptDatabase(server(), async (db) => {
        await db.collection('users').createIndex({ id: 1 })
        await db.collection('docs').createIndex({ owner: 1 })
        await db.collection('users').insertOne({ id: 'u1', email: 'ann@x' })
        await db.collection('docs').insertMany([
          { owner: 'u2', body },
          { owner: 'u2', body: null },
        ])
        const policy = definePolicy({
          ...{ name: 'paths', version: 1 },
          user: { table: 'users', id: 'id', fields: { email: 'email' } },
          tables: {
            docs: {
              ...{ match: 'owner', action: 'anonymize', reason: 'counted' },
              set: { body: { pull: { user: 'email' } } },
            },
          },
        })
        const store = mongoStore(db as MongoDb)
        const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
        await engine.migrate()
        const { findings } = await engine.checkSchema()
        const told = findings.filter(({ code }) => code === 'path_not_found')
        assert.deepEqual(
          told.map(({ column }) => column),
          isTold ? ['body'] : [],
        )
      }))
  }
})
