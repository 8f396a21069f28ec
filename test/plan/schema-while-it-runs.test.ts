import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type Hooks, UserDeletionEngine } from '../../src/index.ts'
import { withCommits } from '../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

const SCOPE = { tenantId: 'tnt_a' }
const USERS = 200
const IDS = Array.from({ length: USERS }, (_, index) => `usr_${index}`)
const NEW_TABLE = `CREATE TABLE passports (user_id TEXT, number TEXT);
  INSERT INTO passports SELECT id, 'P-' || id FROM users`

const policy = definePolicy({
  name: 'growing',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant_id' },
  tables: { notes: { match: 'user_id', action: 'delete' } },
  tenant: { tables: { notes: 'unrelated' } },
})

interface Growing {
  readonly hooks?: Hooks
  readonly clock?: ReturnType<typeof fixedClock>
  readonly notes?: number
}

async function openGrowing({ hooks = {}, clock = fixedClock(), notes = 1 }: Growing) {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT);
    CREATE INDEX notes_user ON notes (user_id)`)
  const user = db.prepare(`INSERT INTO users VALUES (?, 'tnt_a')`)
  const note = db.prepare('INSERT INTO notes (user_id) VALUES (?)')
  for (const id of IDS) {
    user.run(id)
    for (let count = 0; count < notes; count += 1) note.run(id)
  }
  const store = sqliteStore(db)
  const engine = new UserDeletionEngine({
    ...{ store, policy, hooks, clock },
    logger: { warn: () => {} },
  })
  await engine.migrate()
  const count = (sql: string): number => Number(db.prepare(sql).pluck().get())
  return { db, store, engine, count }
}

/** A hook that changes the schema once, when the first users are gone. */
function onceGone(change: () => void): Hooks {
  let isDone = false
  return {
    afterDelete: () => {
      if (isDone) return
      isDone = true
      change()
    },
  }
}

const FORGOTTEN = 'SELECT count(*) FROM passports WHERE user_id NOT IN (SELECT id FROM users)'

describe('a table that comes in the middle of a run, on SQLite', () => {
  it('stops a bulk run before anybody is deleted past it', async () => {
    for (const mode of ['cooperative', 'throughput'] as const) {
      const hooks = onceGone(() => db.exec(NEW_TABLE))
      const { db, engine, count } = await openGrowing({ hooks })
      // In throughput mode all of them would be one slice.
      const run = async () => {
        const first = await engine.deleteMany(IDS.slice(0, 50), { ...SCOPE, mode })
        return first.stopped === null
          ? engine.deleteMany(IDS.slice(50), { ...SCOPE, mode }).catch((error: unknown) => error)
          : first.stopped.error
      }
      assert.match(String(await run()), /passports|schema/i)
      assert.equal(count(FORGOTTEN), 0)
      assert.ok(count('SELECT count(*) FROM users') > 0)
    }
  })

  it('stops a purge before anybody is deleted past it', async () => {
    const clock = fixedClock()
    const { db, engine, count } = await openGrowing({
      hooks: onceGone(() => db.exec(NEW_TABLE)),
      clock,
    })
    for (const id of IDS.slice(0, 20)) {
      await engine.scheduleDeletion(id, { ...SCOPE, after: 'P1D' })
    }
    clock.set('2026-03-03T12:00:00.000Z')
    const { deleted } = await engine.purgeDue({ confirmClock: true })
    assert.equal(deleted.length, 1)
    assert.equal(count(FORGOTTEN), 0)
  })

  it('stops the deletion of a tenant before anybody is deleted past it', async () => {
    const { db, engine, count } = await openGrowing({ hooks: onceGone(() => db.exec(NEW_TABLE)) })
    await engine.deleteTenant('tnt_a', { expect: { max: USERS } }).catch(() => {})
    assert.ok(count('SELECT count(*) FROM passports') > 0)
    assert.equal(count(FORGOTTEN), 0)
  })

  it('stops a user who is deleted in chunks', async () => {
    const world = await openGrowing({ notes: 10 })
    const { db, store, count } = world
    let chunks = 0
    const growing = withCommits(store, (unit, commit) => {
      if (unit !== 'chunk') return commit()
      chunks += 1
      if (chunks === 2) db.exec(NEW_TABLE)
      return commit()
    })
    const engine = new UserDeletionEngine({
      ...{ store: growing, policy, maxRowsPerTransaction: 2 },
      logger: { warn: () => {} },
    })
    await assert.rejects(engine.delete('usr_1', SCOPE), { code: 'schema_mismatch' })
    assert.equal(count(FORGOTTEN), 0)
    assert.equal(count(`SELECT count(*) FROM users WHERE id = 'usr_1'`), 1)
  })
})

describe('a change of the schema that the policy fits, on SQLite', () => {
  it('costs a bulk run nobody', async () => {
    const { db, engine, count } = await openGrowing({
      hooks: onceGone(() => {
        db.exec('CREATE INDEX notes_again ON notes (user_id, id)')
        db.exec('VACUUM')
      }),
    })
    const result = await engine.deleteMany(IDS, { ...SCOPE, mode: 'cooperative' })
    assert.equal(result.deleted, USERS)
    assert.equal(result.stopped, null)
    assert.equal(count('SELECT count(*) FROM notes'), 0)
  })

  it('goes by the new columns and keys from then on', async () => {
    const { db, engine, count } = await openGrowing({
      hooks: onceGone(() => db.exec('ALTER TABLE notes ADD COLUMN pinned INTEGER')),
    })
    const { deleted, stopped } = await engine.deleteMany(IDS, { ...SCOPE, mode: 'cooperative' })
    assert.deepEqual([deleted, stopped], [USERS, null])
    assert.equal(count('SELECT count(*) FROM users'), 0)
  })

  it('lets a user go on who is deleted in chunks, and no row is written twice', async () => {
    const { db, store, count } = await openGrowing({ notes: 10 })
    let chunks = 0
    const growing = withCommits(store, (unit, commit) => {
      if (unit !== 'chunk') return commit()
      chunks += 1
      if (chunks === 3) db.exec('CREATE INDEX notes_again ON notes (user_id, id)')
      return commit()
    })
    const engine = new UserDeletionEngine({
      ...{ store: growing, policy, maxRowsPerTransaction: 2 },
      logger: { warn: () => {} },
    })
    const receipt = await engine.delete('usr_1', SCOPE)
    assert.deepEqual(
      receipt.steps.map(({ rows }) => rows),
      [10],
    )
    assert.equal(count(`SELECT count(*) FROM notes WHERE user_id = 'usr_1'`), 0)
  })
})
