import assert from 'node:assert/strict'
import { Binary, type Db, Decimal128, type Document, Long, ObjectId, UUID } from 'mongodb'
import { type MongoDb, mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, type Hooks, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

const HEX = '65a1b2c3d4e5f60718293a4b'
const TEXT = '5f3c1b1e-6a53-4d8e-9c0f-0a1b2c3d4e5f'
const NAMES: Readonly<Record<string, () => unknown>> = {
  'an ObjectId': () => new ObjectId(HEX),
  'a UUID': () => new UUID(TEXT),
  'a date': () => new Date('2026-03-01T12:00:00.000Z'),
  'a long number': () => Long.fromString('9007199254740993'),
  'a decimal': () => Decimal128.fromString('1.50'),
  bytes: () => new Binary(Buffer.from([0, 255])),
  'a document': () => ({ org: 'a', no: 1 }),
}

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(`the last of a group on a ${topology}`, topology, ({ it, server }) => {
    for (const [kind, name] of Object.entries(NAMES)) {
      it(`is known where ${kind} names the group: of two who leave together one stays`, () =>
        withKeptDatabase(server(), async (db) => {
          const engine = engineOn(db)
          await engine.migrate()
          await put(db, 'users', [{ _id: 'u1' }, { _id: 'u2' }])
          await put(db, 'members', [
            { userId: 'u1', team: name() },
            { userId: 'u2', team: name() },
          ])
          const { deleted, failedByCode } = await engine.deleteMany(['u1', 'u2'], {})
          assert.deepEqual([deleted, failedByCode], [1, { deletion_blocked: 1 }])
          assert.equal(await db.collection('members').countDocuments(), 1)
          assert.equal(await db.collection('users').countDocuments(), 1)
        }))
    }
  })

  describeMongo(`collections that come on a ${topology}`, topology, ({ it, server }) => {
    it('stop a run that knows nothing of them, and who has not gone yet stays whole', () =>
      withKeptDatabase(server(), async (db) => {
        const { deleted, stopped } = await runWhile(db, () =>
          put(db, 'passports', [{ userId: 'u9', number: 'P-9' }]),
        )
        assert.ok(stopped !== null)
        assert.ok(deleted < IDS.length)
        assert.equal(await db.collection('users').countDocuments(), IDS.length - deleted)
        assert.equal(await db.collection('passports').countDocuments(), 1)
      }))

    it('cost nobody where the policy names them: they come with their first document', () =>
      withKeptDatabase(server(), async (db) => {
        const { deleted, failedByCode, stopped } = await runWhile(db, () =>
          put(db, 'members', [
            { userId: 'u9', team: 1 },
            { userId: 'somebody', team: 1 },
          ]),
        )
        assert.deepEqual([deleted, failedByCode, stopped], [IDS.length, {}, null])
        assert.equal(await db.collection('members').countDocuments({ userId: 'u9' }), 0)
        assert.equal(await db.collection('members').countDocuments(), 1)
      }))
  })
}

const IDS = Array.from({ length: 10 }, (_, index) => `u${index}`)

/** Deletes everybody, slice by slice; something comes into being behind the first one. */
async function runWhile(db: Db, happen: () => Promise<unknown>) {
  let hasHappened = false
  const engine = engineOn(db, {
    afterDelete: async () => {
      if (hasHappened) return
      hasHappened = true
      await happen()
    },
  })
  await engine.migrate()
  await put(
    db,
    'users',
    IDS.map((_id) => ({ _id })),
  )
  return engine.deleteMany(IDS, {})
}

function put(db: Db, name: string, documents: readonly Document[]): Promise<unknown> {
  return db.collection(name).insertMany([...documents])
}

const policy = definePolicy({
  name: 'groups',
  version: 1,
  user: { table: 'users', id: '_id' },
  tables: { members: { match: 'userId', action: 'delete' } },
  checks: {
    last_member: {
      ...{ table: 'members', match: 'userId', within: 'team' },
      ...{ effect: 'block', remedy: 'Hand the team over.' },
    },
  },
})

function engineOn(db: Db, hooks: Hooks = {}) {
  return new UserDeletionEngine({
    ...{
      store: mongoStore(db as MongoDb, { usersPerTransaction: 2 }),
      policy,
      hooks,
      clock: fixedClock(),
    },
    ...{ logger: { warn: () => {} } },
  })
}
