import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

const POLICY = definePolicy({
  name: 'shop',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    status: { disabled: { status: 'disabled' }, active: { status: 'ok' } },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
    invoices: { match: 'user_id', action: 'retain', reason: 'tax', for: 'P30D', then: 'delete' },
  },
})
const IDS = ['ann', 'bob', 'cleo', 'dora', 'emil']
const HOLD = { reason: 'court_order' }
const SURE = { confirmClock: true }

type Keys = NonNullable<ConstructorParameters<typeof UserDeletionEngine>[0]['keys']>
type Engine = UserDeletionEngine<typeof POLICY>

function worldOn(db: Database.Database, clock: ReturnType<typeof fixedClock>, keys: Keys) {
  const logger = { warn: () => {} }
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: POLICY,
    clock,
    keys,
    logger,
  })
  const column = (sql: string): unknown[] => db.prepare(sql).pluck().all()
  return { db, engine, column }
}

/** What is decided before the backup, and behind it; the restored database, with the export imported. */
async function restored(
  keys: Keys,
  before: (engine: Engine) => Promise<unknown>,
  after: (engine: Engine) => Promise<unknown>,
) {
  const clock = fixedClock('2026-01-01T00:00:00.000Z')
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT);
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, user_id TEXT);
    CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id TEXT);
    CREATE INDEX s ON sessions (user_id); CREATE INDEX i ON invoices (user_id);
    INSERT INTO users VALUES ${IDS.map((id) => `('${id}', 'ok')`).join()};
    INSERT INTO sessions (user_id) VALUES ${IDS.map((id) => `('${id}')`).join()};
    INSERT INTO invoices (user_id) VALUES ${IDS.map((id) => `('${id}')`).join()}`)
  const first = worldOn(db, clock, keys)
  await first.engine.migrate()
  await before(first.engine)
  const backup = new Database(db.serialize())
  clock.set('2026-01-02T00:00:00.000Z')
  await after(first.engine)
  const lines: string[] = []
  for await (const line of first.engine.ledger.export()) lines.push(line)
  const second = worldOn(backup, clock, keys)
  await second.engine.ledger.import(lines)
  return { ...second, first: first.engine, clock }
}

for (const [how, keys] of [
  ['', {}],
  [
    ', with hashed subjects',
    { subject: 'a subject key for tests', ledger: 'a ledger key for tests' },
  ],
] as const satisfies readonly (readonly [string, Keys])[]) {
  describe(`after a restored backup${how}`, () => {
    const schedule = async (engine: Engine) => {
      for (const id of IDS) await engine.scheduleDeletion(id, { after: 'P10D' })
    }

    for (const way of ['replay', 'purge'] as const) {
      it(`who was held or has taken the deletion back is not purged, by ${way} first`, async () => {
        const world = await restored(keys, schedule, async (engine) => {
          await engine.placeHold('ann', HOLD)
          await engine.cancelDeletion('bob', {})
        })
        const { engine, clock, column } = world
        if (way === 'replay') assert.equal((await engine.replay()).decisions, 2)
        clock.set('2026-01-12T00:00:00.000Z')
        await engine.purgeDue(SURE)
        assert.deepEqual(column('SELECT id FROM users ORDER BY id'), ['ann', 'bob'])
        assert.equal((await engine.getStatus('bob', {})).state, 'active')
        assert.equal((await engine.holds('ann', {})).length, 1)
        assert.equal((await engine.replay()).decisions, undefined)
        assert.equal((await engine.ledger.verify()).valid, true)
      })
    }

    it('a hold that was released later stays released, and one from before the backup is gone', async () => {
      let early = ''
      const world = await restored(
        keys,
        async (engine) => {
          early = (await engine.placeHold('ann', HOLD)).id
        },
        async (engine) => {
          await engine.releaseHold('ann', { holdId: early })
          const { id } = await engine.placeHold('ann', HOLD)
          await engine.releaseHold('ann', { holdId: id })
          await engine.delete('ann', {})
        },
      )
      // The backup holds one, and the ledger says that it has been released.
      assert.deepEqual(await world.engine.holds('ann', {}), [])
      const { deletedAgain, failed } = await world.engine.replay()
      assert.deepEqual([deletedAgain, failed], [1, 0])
      assert.deepEqual(await world.engine.holds('ann', {}), [])
    })

    it('rows that were put under a hold after the deletion stay when the user is deleted again', async () => {
      const world = await restored(
        keys,
        (engine) => engine.delete('ann', {}),
        async (engine) => {
          await engine.delete('bob', {})
          await engine.delete('cleo', {})
          for (const id of ['ann', 'bob']) await engine.placeHold(id, HOLD)
        },
      )
      const { engine, clock, column } = world
      const { deletedAgain, failed, decisions } = await engine.replay()
      assert.deepEqual([deletedAgain, failed, decisions], [2, 0, 2])
      clock.set('2026-02-20T00:00:00.000Z')
      await engine.expireRetained(SURE)
      assert.deepEqual(column("SELECT user_id FROM invoices WHERE user_id < 'd'"), ['ann', 'bob'])
    })

    it('who was shut out since is shut out, who was let in is in, and who is scheduled goes', async () => {
      const world = await restored(
        keys,
        (engine) => engine.disable('bob', {}),
        async (engine) => {
          await engine.disable('ann', {})
          await engine.enable('bob', {})
          await engine.disable('cleo', {})
          await engine.enable('cleo', {})
          await engine.scheduleDeletion('dora', { after: 'P10D', by: 'user' })
          await engine.scheduleDeletion('emil', { after: 'P10D' })
          await engine.cancelDeletion('emil', {})
        },
      )
      const { engine, clock, column } = world
      await engine.replay()
      const states = async () =>
        Promise.all(IDS.map(async (id) => (await engine.getStatus(id, {})).state))
      assert.deepEqual(await states(), ['disabled', 'active', 'active', 'scheduled', 'active'])
      // Sessions of the backup stay with who was let in again by its end.
      assert.deepEqual(column('SELECT user_id FROM sessions'), ['cleo', 'emil'])
      await engine.cancelDeletion('dora', { by: 'user' })
      await engine.scheduleDeletion('dora', { after: 'P10D' })
      assert.equal((await engine.replay()).decisions, undefined)
      clock.set('2026-01-13T00:00:00.000Z')
      await engine.purgeDue(SURE)
      assert.deepEqual(column("SELECT id FROM users WHERE id = 'dora'"), [])
    })
  })
}

it('entries of decisions name nobody and nothing personal where the subject is hashed', async () => {
  const keys = { subject: 'a subject key for tests' }
  const { first } = await restored(
    keys,
    async () => {},
    async (engine) => {
      await engine.placeHold('ann', { ...HOLD, tables: ['invoices'] })
      await engine.disable('bob', {})
    },
  )
  for await (const line of first.ledger.export()) assert.doesNotMatch(line, /ann|bob/)
})
