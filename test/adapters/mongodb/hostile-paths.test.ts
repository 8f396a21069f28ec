import assert from 'node:assert/strict'
import type { Db, Document } from 'mongodb'
import { type MongoDb, mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

/** Ids that look like paths, operators, or what every object has. */
const IDS = ['$id', '$where', '$$ROOT', 'a.b', '__proto__', 'constructor', '{"$ne":1}', '.*']

const policy = definePolicy({
  ...{ name: 'hostile', version: 1 },
  user: {
    ...{ table: 'users', id: 'id', fields: { email: 'email' } },
    status: { active: { status: 'ok' }, disabled: { status: 'off' } },
  },
  tables: {
    sessions: { match: 'user', action: 'delete', grantsAccess: true },
    rooms: { match: { array: 'members' }, action: 'detach' },
    letters: {
      ...{ match: { column: 'to', equals: { user: 'email' } }, acrossTenants: true },
      action: 'delete',
    },
    bills: {
      ...{ match: 'by.$id', action: 'retain', reason: 'tax law' },
      ...{ for: 'P7D', then: 'delete' },
    },
  },
})

const KEYS = { subject: 'a subject key of some length', ledger: 'a ledger key of some length' }

async function fill(db: Db): Promise<void> {
  const insert = (name: string, documents: readonly Document[]) =>
    db.collection(name).insertMany([...documents])
  const people = [...IDS, 'other']
  await insert(
    'users',
    people.map((id) => ({ id, email: `${id}@x`, status: 'ok' })),
  )
  await insert(
    'sessions',
    people.map((user) => ({ user })),
  )
  await insert('rooms', [{ members: people }])
  await insert(
    'letters',
    people.map((id) => ({ to: `${id}@x` })),
  )
  await insert('bills', [
    ...people.map(($id) => ({ by: { $ref: 'users', $id } })),
    { by: 'nobody' },
    { by: null },
  ])
}

describeMongo('ids that look like something else, on MongoDB', 'replica set', ({ it, server }) => {
  const open = async (keys: typeof KEYS | Record<never, never>) => {
    const db = server().newDatabase()
    await fill(db)
    const clock = fixedClock('2026-03-01T00:00:00.000Z')
    const engine = new UserDeletionEngine({
      ...{ store: mongoStore(db as MongoDb), policy, keys, clock, logger: { warn() {} } },
    })
    await engine.migrate()
    return { db, clock, engine }
  }
  const count = (db: Db, name: string): Promise<number> => db.collection(name).countDocuments()

  for (const [how, keys] of [
    ['named in the ledger', {}],
    ['hashed in the ledger', KEYS],
  ] as const) {
    it(`are deleted, and nobody else with them, ${how}`, async () => {
      const { db, clock, engine } = await open(keys)
      for (const id of IDS) {
        const { steps } = await engine.plan(id, {})
        assert.deepEqual([id, ...steps.map(({ rows }) => rows)], [id, 1, 1, 1, 1])
        await engine.disable(id, {})
        await engine.enable(id, {})
        await engine.delete(id, {})
        assert.equal(await engine.isDeleted(id, {}), true)
        assert.equal((await engine.verify(id, { known: { email: `${id}@x` } })).status, 'clean')
      }
      assert.equal(await engine.isDeleted('other', {}), false)
      assert.deepEqual((await db.collection('rooms').findOne())?.['members'], ['other'])
      for (const name of ['users', 'letters']) assert.equal(await count(db, name), 1)
      clock.set('2026-04-01T00:00:00.000Z')
      await engine.expireRetained({ confirmClock: true })
      assert.equal(await count(db, 'bills'), 3)
    })

    it(`are held and come back with a backup, ${how}`, async () => {
      const lost = await open(keys)
      await lost.engine.deleteMany(IDS, {})
      for (const id of IDS) await lost.engine.placeHold(id, { reason: 'court_order' })
      const lines: string[] = []
      for await (const line of lost.engine.ledger.export()) lines.push(line)
      const { db, clock, engine } = await open(keys)
      await engine.ledger.import(lines)
      assert.equal((await engine.replay()).deletedAgain, IDS.length)
      assert.equal(await count(db, 'users'), 1)
      for (const id of IDS) assert.equal((await engine.holds(id, {})).length, 1)
      clock.set('2026-04-01T00:00:00.000Z')
      await engine.expireRetained({ confirmClock: true })
      assert.equal(await count(db, 'bills'), IDS.length + 3)
    })
  }
})
