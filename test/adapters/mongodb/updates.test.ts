import assert from 'node:assert/strict'
import { type CommandStartedEvent, type Document, MongoClient } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

const policy = definePolicy({
  name: 'updates',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant_id', status: { disabled: { off: true } } },
  tables: {
    log: {
      match: 'actor.id',
      action: 'anonymize',
      set: { 'actor.email': null, ip: null, metadata: { scrub: ['email'] } },

      reason: 'security log',
    },
  },
})

const SCOPE = { tenantId: 'tnt_a' } as const
const complete = (user: string): Document => ({
  actor: { id: user, email: 'ann@example.com' },
  ip: '192.0.2.1',
  metadata: { email: 'ann@example.com', os: 'linux' },
})
const DONE = { ip: null, metadata: { os: 'linux' } }

describeMongo('documents in a transaction', 'replica set', ({ it, server }) => {
  for (const { title, odd, left, statements } of [
    { title: 'that have a place for every value are written by one statement', statements: 1 },
    {
      title: 'without the place of one value are written by a statement of their own',
      odd: { actor: { id: 'usr_1' }, ip: '192.0.2.1', metadata: { email: 'a@b.c' } },
      left: { actor: { id: 'usr_1' }, ip: null, metadata: {} },
      statements: 2,
    },
    {
      title: 'with a text in the place of a document that is scrubbed lose it',
      odd: { ...complete('usr_1'), metadata: 'ann@example.com' },
      left: { actor: { id: 'usr_1', email: null }, ip: null, metadata: null },
      statements: 2,
    },
  ]) {
    it(title, () =>
      server().withDatabase(async (own) => {
        const client = new MongoClient(server().uri, { monitorCommands: true })
        try {
          const db = client.db(own.databaseName)
          const engine = new UserDeletionEngine({
            ...{ store: mongoStore(db), policy, clock: fixedClock() },
            logger: { warn: () => {} },
          })
          await engine.migrate()
          const users = ['usr_1', 'usr_2'].map((id) => ({ id, tenant_id: 'tnt_a', off: false }))
          await db.collection('users').insertMany(users)
          const log = db.collection('log')
          await log.createIndex({ 'actor.id': 1 })
          const documents = [complete('usr_1'), complete('usr_1'), complete('usr_2')]
          await log.insertMany(odd === undefined ? documents : [...documents, odd])
          let sent = 0
          client.on('commandStarted', ({ command }: CommandStartedEvent) => {
            if (command['update'] === 'log') sent += command['updates'].length
          })
          const receipt = await engine.delete('usr_1', SCOPE)
          const rows = await log.find({}, { projection: { _id: 0 } }).toArray()
          const written = { ...DONE, actor: { id: 'usr_1', email: null } }
          const expected = [written, written, complete('usr_2')]
          assert.deepEqual(rows, left === undefined ? expected : [...expected, left])
          assert.equal(receipt.steps[0]?.rows, odd === undefined ? 2 : 3)
          assert.equal(sent, statements)
        } finally {
          await client.close()
        }
      }),
    )
  }
})
