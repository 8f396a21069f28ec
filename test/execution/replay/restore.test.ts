import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine, UserDeletionError } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const user = {
  table: 'users',
  id: 'id',
  status: { active: { status: 'ok' }, disabled: { status: 'off' } },
} as const
const tables = {
  invoices: { match: 'user_id', action: 'retain', reason: 'tax', for: 'P30D', then: 'delete' },
} as const
const POLICY = definePolicy({ name: 'shop', version: 1, user, tables })
const DATED = definePolicy({
  ...{ name: 'shop', version: 1, tables },
  user: { ...user, createdAt: 'created' },
})

type Engine = UserDeletionEngine<typeof POLICY> | UserDeletionEngine<typeof DATED>
type Work = (engine: Engine, db: Database.Database) => Promise<unknown>

const HOLD = { reason: 'court_order' }
const codeOf = (error: unknown): unknown => error instanceof UserDeletionError && error.code

/** A backup after `before`, an export after `after`, and the restored database with the export imported. */
async function restored(before: Work, after: Work, policy: typeof POLICY | typeof DATED = POLICY) {
  const clock = fixedClock('2026-01-01T00:00:00.000Z')
  const open = (db: Database.Database): Engine => {
    const parts = { store: sqliteStore(db), clock, logger: { warn: () => {} } }
    return new UserDeletionEngine({ ...parts, policy: policy as typeof POLICY })
  }
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT, created TEXT);
    CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id TEXT);
    CREATE INDEX i ON invoices (user_id);
    INSERT INTO users VALUES ('ann', 'ok', '2025-01-01'), ('bob', 'ok', '2025-01-01');
    INSERT INTO invoices (user_id) VALUES ('ann'), ('bob')`)
  const first = open(db)
  await first.migrate()
  await before(first, db)
  const backup = new Database(db.serialize())
  clock.set('2026-01-02T00:00:00.000Z')
  await after(first, db)
  const lines: string[] = []
  for await (const line of first.ledger.export()) lines.push(line)
  const engine = open(backup)
  await engine.ledger.import(lines)
  const ids = (): unknown[] => backup.prepare('SELECT id FROM users ORDER BY id').pluck().all()
  const invoices = (id: string): number =>
    Number(backup.prepare('SELECT count(*) FROM invoices WHERE user_id = ?').pluck().get(id))
  return { engine, clock, ids, invoices }
}

const nothing: Work = async () => {}
const hold: Work = (engine) => engine.placeHold('ann', HOLD)

describe('between an import and its replay', () => {
  for (const [what, call] of [
    ['delete', (engine) => engine.delete('ann', {})],
    ['erase', (engine) => engine.erase('ann', {})],
  ] as const satisfies readonly (readonly [string, (engine: Engine) => Promise<unknown>])[]) {
    it(`a hold that only the ledger tells refuses \`${what}\``, async () => {
      const { engine, ids } = await restored(nothing, hold)
      await assert.rejects(call(engine), { code: 'deletion_blocked' })
      assert.deepEqual(ids(), ['ann', 'bob'])
    })
  }

  it('a bulk run passes over the held and deletes the others', async () => {
    const { engine, ids } = await restored(nothing, hold)
    const result = await engine.deleteMany(['ann', 'bob'], {})
    assert.deepEqual([result.deleted, result.failedByCode], [1, { deletion_blocked: 1 }])
    assert.deepEqual(ids(), ['ann'])
  })

  it('a hold can be released that only the ledger tells', async () => {
    let holdId = ''
    const { engine } = await restored(nothing, async (first) => {
      holdId = (await first.placeHold('ann', HOLD)).id
    })
    await engine.releaseHold('ann', { holdId })
    await engine.replay()
    assert.deepEqual(await engine.holds('ann', {}), [])
  })

  it('upkeep keeps nobody from being deleted again who was held as one of the deleted', async () => {
    const { engine, clock, ids, invoices } = await restored(nothing, async (first) => {
      await first.delete('ann', {})
      await first.placeHold('ann', HOLD)
    })
    await engine.maintain()
    const { deletedAgain, failed } = await engine.replay()
    assert.deepEqual([deletedAgain, failed], [1, 0])
    assert.deepEqual(ids(), ['bob'])
    clock.set('2026-03-01T00:00:00.000Z')
    await engine.expireRetained({ confirmClock: true })
    assert.equal(invoices('ann'), 1)
    assert.equal((await engine.holds('ann', {})).length, 1)
  })

  it('rows of somebody purged before the replay stay under the hold that came after the deletion', async () => {
    const { engine, clock, ids, invoices } = await restored(
      (first) => first.scheduleDeletion('ann', { after: 'P1D' }),
      async (first) => {
        await first.purgeDue()
        await first.placeHold('ann', HOLD)
      },
    )
    clock.set('2026-01-03T00:00:00.000Z')
    await engine.purgeDue()
    assert.deepEqual(ids(), ['bob'])
    clock.set('2026-03-01T00:00:00.000Z')
    await engine.expireRetained({ confirmClock: true })
    assert.equal(invoices('ann'), 1)
  })

  it('a later user under the same id is held, where the row tells that they are later', async () => {
    const { engine, ids } = await restored(
      async (first, db) => {
        await first.delete('ann', {})
        db.exec("INSERT INTO users VALUES ('ann', 'ok', '2026-01-01T12:00:00Z')")
      },
      hold,
      DATED,
    )
    assert.equal(await engine.delete('ann', {}).catch(codeOf), 'deletion_blocked')
    await engine.maintain()
    await engine.replay()
    assert.deepEqual(ids(), ['ann', 'bob'])
    assert.equal((await engine.holds('ann', {})).length, 1)
  })
})

describe('a schedule that a replay brings back over another one', () => {
  const tenDays: Work = (engine) => engine.scheduleDeletion('ann', { after: 'P10D' })
  const again: Work = (engine) => engine.scheduleDeletion('ann', { after: 'P20D' })
  const cancel: Work = (engine) => engine.cancelDeletion('ann', {})
  const inTurn =
    (...works: readonly Work[]): Work =>
    async (engine, db) => {
      for (const work of works) await work(engine, db)
    }
  const disable: Work = (engine) => engine.disable('ann', {})
  const enable: Work = (engine) => engine.enable('ann', {})

  for (const [what, before, after, state] of [
    ['disabled in between', tenDays, inTurn(cancel, disable, again), 'disabled'],
    ['enabled in between', inTurn(disable, tenDays), inTurn(cancel, enable, again), 'active'],
    ['disabled all the time', inTurn(disable, tenDays), inTurn(cancel, again), 'disabled'],
    ['active all the time', tenDays, inTurn(cancel, again), 'active'],
  ] as const satisfies readonly (readonly [string, Work, Work, string])[]) {
    it(`gives back, once cancelled, somebody who was ${what}`, async () => {
      const { engine } = await restored(before, after)
      await engine.replay()
      assert.equal((await engine.getStatus('ann', {})).deletion?.dueAt, '2026-01-22T00:00:00.000Z')
      assert.equal((await engine.cancelDeletion('ann', {})).state, state)
      if (state === 'active') return
      assert.equal((await engine.enable('ann', {})).user['status'], 'ok')
    })
  }

  it('for the same day is taken back by nobody but the one who set it last', async () => {
    const at = new Date('2026-01-20T00:00:00.000Z')
    const { engine } = await restored(
      (first) => first.scheduleDeletion('ann', { at, by: 'user' }),
      inTurn(cancel, (first) => first.scheduleDeletion('ann', { at })),
    )
    await engine.replay()
    const code = await engine.cancelDeletion('ann', { by: 'user' }).catch(codeOf)
    assert.equal(code, 'invalid_transition')
  })
})
