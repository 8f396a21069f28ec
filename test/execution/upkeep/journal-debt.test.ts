import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { UserDeletionEngine } from '../../../src/index.ts'
import type { Sanitized, Store } from '../../../src/store/store.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { type AcmeOptions, acmePolicy, acmeSchema } from '../../worlds/acme.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'journal-debt-'))
after(() => rmSync(folder, { recursive: true }))
const IN_A = { tenantId: 'tnt_a' }
let files = 0

/** A file in WAL mode with the users usr_1 to usr_9; what they hold stands in the file and not in the log. */
async function openFile() {
  files += 1
  const file = path.join(folder, `${files}.sqlite`)
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.exec(acmeSchema)
  for (let index = 1; index < 10; index += 1) {
    const user = { id: `usr_${index}`, email: `canary${index}@example.com` }
    db.prepare("INSERT INTO users (id, tenant_id, email) VALUES (@id, 'tnt_a', @email)").run(user)
    db.prepare('INSERT INTO sessions VALUES (@id, @id)').run(user)
    db.prepare('INSERT INTO audit_log (actor_id, actor_email) VALUES (@id, @email)').run(user)
  }
  const clock = fixedClock()
  const warnings: unknown[] = []
  const engineWith = (options: AcmeOptions = {}) =>
    new UserDeletionEngine({
      ...{ store: sqliteStore(db), policy: acmePolicy, clock },
      logger: { warn: (_, { cause }) => warnings.push((cause as { code?: string }).code) },
      ...options,
    })
  const engine = engineWith()
  await engine.migrate()
  return { file, db, clock, warnings, engineWith, engine }
}

/** What the ledger says of the journal: level, whether that was all, and up to which entry. */
function toldIn(db: Database.Database): readonly (readonly unknown[])[] {
  const sql = "SELECT body FROM user_deletion_ledger WHERE kind = 'storage.sanitized' ORDER BY seq"
  return db
    .prepare(sql)
    .pluck()
    .all()
    .map((body) => {
      const { level, complete, throughSeq } = JSON.parse(String(body)) as Record<string, unknown>
      return [level, complete, throughSeq]
    })
}

function isIn(file: string, text: string): boolean {
  const parts = [file, `${file}-wal`].filter((name) => existsSync(name))
  return parts.some((name) => readFileSync(name).includes(text))
}

const CLEAR = { level: 'journal_cleared', complete: true } as const

describe('the clearing of the journal', () => {
  it('is owed after a deletion, and done when settle() has resolved', async () => {
    const { file, db, engine } = await openFile()
    const receipt = await engine.delete('usr_1', IN_A)
    assert.equal(receipt.erasure, 'rows_overwritten')
    assert.ok(isIn(file, 'canary1@example.com'))
    assert.deepEqual(toldIn(db), [])
    assert.deepEqual(await engine.settle(), CLEAR)
    assert.ok(!isIn(file, 'canary1@example.com'))
    assert.ok(isIn(file, 'canary2@example.com'))
    assert.deepEqual(toldIn(db), [['journal_cleared', true, 1]])
    assert.deepEqual(await engine.settle(), CLEAR)
    assert.equal(toldIn(db).length, 1)
    assert.equal((await engine.ledger.verify()).valid, true)
    db.close()
  })

  it('is done once for many deletions, in their first pause', async () => {
    const { file, db, clock, engine } = await openFile()
    for (const id of ['usr_1', 'usr_2', 'usr_3']) await engine.delete(id, IN_A)
    assert.deepEqual(await clock.runLater(), [250])
    await engine.delete('usr_4', IN_A)
    assert.deepEqual(await clock.runLater(), [250])
    assert.deepEqual(toldIn(db), [])
    assert.deepEqual(await clock.runLater(), [250])
    assert.deepEqual(toldIn(db), [['journal_cleared', true, 4]])
    assert.deepEqual(await clock.runLater(), [])
    for (const index of [1, 2, 3, 4]) assert.ok(!isIn(file, `canary${index}@example.com`))
    db.close()
  })

  it('waits no longer than it may, though there is no pause', async () => {
    const { db, clock, engine } = await openFile()
    await engine.delete('usr_1', IN_A)
    clock.set('2026-03-01T12:00:00.999Z')
    await engine.delete('usr_2', IN_A)
    assert.deepEqual(toldIn(db), [])
    clock.set('2026-03-01T12:00:01.000Z')
    await engine.delete('usr_3', IN_A)
    assert.deepEqual(toldIn(db), [['journal_cleared', true, 3]])
    clock.set('2026-03-01T12:00:01.999Z')
    await engine.delete('usr_4', IN_A)
    assert.equal(toldIn(db).length, 1)
    clock.set('2026-03-01T11:00:00.000Z')
    await engine.delete('usr_5', IN_A)
    assert.equal(toldIn(db).length, 2)
    db.close()
  })

  it('comes before the call resolves where nothing may be owed', async () => {
    const { db, engineWith } = await openFile()
    const engine = engineWith({ journalDelayMs: 0 })
    await engine.delete('usr_1', IN_A)
    await engine.delete('usr_2', IN_A)
    assert.deepEqual(
      toldIn(db).map(([, , throughSeq]) => throughSeq),
      [1, 3],
    )
    for (const wrong of [-1, 0.5, Number.NaN, '1']) {
      assert.throws(() => engineWith({ journalDelayMs: wrong as number }), {
        code: 'invalid_argument',
        details: { path: 'journalDelayMs' },
      })
    }
    db.close()
  })

  it('is owed by whatever takes rows away, and by nothing else', async () => {
    const { db, clock, engine } = await openFile()
    const by = 'administrator'
    const calls: readonly (readonly [isOwed: boolean, () => Promise<unknown>])[] = [
      [false, () => engine.plan('usr_1', { ...IN_A, rehearse: true })],
      [false, () => engine.disable('usr_1', { ...IN_A, revokeSessions: false })],
      [false, () => engine.enable('usr_1', IN_A)],
      [true, () => engine.disable('usr_1', IN_A)],
      [true, () => engine.scheduleDeletion('usr_2', { ...IN_A, after: 'P30D', by })],
      [false, () => engine.cancelDeletion('usr_2', { ...IN_A, by })],
      [false, () => engine.placeHold('usr_2', { ...IN_A, reason: 'audit' })],
      [true, () => engine.erase('usr_3', IN_A)],
      [false, () => engine.delete('usr_3', IN_A).catch(() => {})],
      [true, () => engine.replay()],
    ]
    for (const [isOwed, call] of calls) {
      const deleted = "INSERT INTO users (id, tenant_id) VALUES ('usr_3', 'tnt_a')"
      if (String(call).includes('replay')) db.exec(deleted)
      await call()
      const planned = await clock.runLater()
      assert.equal(planned.length > 0, isOwed, String(call))
      while ((await clock.runLater()).length > 0);
    }
    db.close()
  })

  it('is tried again after growing pauses while a reader needs the log, and told once', async () => {
    const { file, db, clock, warnings, engineWith } = await openFile()
    const store = sqliteStore(db)
    let tries = 0
    const counting = withMethods(store, {
      async clearJournal() {
        tries += 1
        return cleared(store)
      },
    })
    const engine = engineWith({ store: counting })
    const reader = new Database(file)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM users').get()
    await engine.delete('usr_1', IN_A)
    const pauses: number[] = []
    for (let turn = 0; turn < 5; turn += 1) pauses.push(...(await clock.runLater()))
    assert.equal(pauses.length, 5)
    const [, first = 0, , third = 0, fourth = 0] = pauses
    assert.ok(first >= 500 && third > 2 * 500 && fourth >= 4_000, String(pauses))
    assert.deepEqual(await engine.settle(), { level: 'rows_overwritten', complete: false })
    assert.deepEqual(toldIn(db), [['rows_overwritten', false, 1]])
    assert.ok(isIn(file, 'canary1@example.com'))
    // A deletion that comes meanwhile begins no tries of its own.
    const before = tries
    await engine.delete('usr_2', IN_A)
    assert.deepEqual([tries, toldIn(db).length], [before, 1])
    reader.exec('COMMIT')
    await clock.runLater()
    assert.deepEqual(toldIn(db).at(-1), ['journal_cleared', true, 3])
    assert.ok(!isIn(file, 'canary1@example.com'))
    assert.deepEqual(warnings, [])
    reader.close()
    db.close()
  })

  it('does not come in the middle of a bulk run, and once at its end', async () => {
    const { file, db, clock, engine } = await openFile()
    await engine.delete('usr_9', IN_A)
    const seen: number[] = []
    async function* ids() {
      for (let index = 1; index < 6; index += 1) {
        await clock.runLater()
        clock.set(`2026-03-01T13:00:0${index}.000Z`)
        seen.push(toldIn(db).length)
        yield `usr_${index}`
      }
    }
    const { deleted } = await engine.deleteMany(ids(), IN_A)
    assert.deepEqual([deleted, new Set(seen)], [5, new Set([0])])
    assert.deepEqual(toldIn(db), [['journal_cleared', true, 6]])
    for (const index of [1, 5, 9]) assert.ok(!isIn(file, `canary${index}@example.com`))
    db.close()
  })

  it('says what another process has deleted only of what came before it', async () => {
    const { db, engineWith } = await openFile()
    const other = engineWith()
    const store = sqliteStore(db)
    const slow: Store = withMethods(store, {
      async clearJournal() {
        const fact = await cleared(store)
        await other.delete('usr_2', IN_A)
        return fact
      },
    })
    const engine = engineWith({ store: slow })
    await engine.delete('usr_1', IN_A)
    assert.deepEqual(await engine.settle(), CLEAR)
    assert.deepEqual(toldIn(db), [['journal_cleared', true, 1]])
    assert.deepEqual((await engineWith().maintain()).journal, CLEAR)
    assert.deepEqual(toldIn(db).at(-1), ['journal_cleared', true, 3])
    db.close()
  })

  it('is paid by the next process where one has ended without', async () => {
    const { file, db, engine, engineWith } = await openFile()
    await engine.delete('usr_1', IN_A)
    const next = engineWith()
    assert.ok(isIn(file, 'canary1@example.com'))
    const { journal, failed } = await next.maintain()
    assert.deepEqual([journal, failed], [CLEAR, []])
    assert.ok(!isIn(file, 'canary1@example.com'))
    await next.maintain()
    assert.equal(toldIn(db).length, 1)
    await engine.delete('usr_2', IN_A)
    assert.deepEqual(await engineWith().settle(), CLEAR)
    assert.ok(!isIn(file, 'canary2@example.com'))
    db.close()
  })

  it('is owed by each of two engines on one handle, and neither is in the way of the other', async () => {
    const { file, db, clock, warnings, engine, engineWith } = await openFile()
    const other = engineWith()
    await Promise.all([engine.delete('usr_1', IN_A), other.delete('usr_2', IN_A)])
    await Promise.all([engine.settle(), other.settle(), clock.runLater()])
    for (const index of [1, 2]) assert.ok(!isIn(file, `canary${index}@example.com`))
    assert.equal((await other.ledger.verify()).valid, true)
    assert.deepEqual(warnings, [])
    db.close()
  })

  it('waits while the host iterates, and is reported', async () => {
    const { db, clock, warnings, engine } = await openFile()
    await engine.delete('usr_1', IN_A)
    db.exec('BEGIN')
    await clock.runLater()
    await assert.rejects(engine.settle(), { code: 'connection_busy' })
    db.exec('COMMIT')
    await clock.runLater()
    assert.deepEqual(toldIn(db), [['journal_cleared', true, 1]])
    assert.deepEqual(warnings, ['connection_busy'])
    db.close()
  })

  it('is reported, and given up, where the host has closed the handle', async () => {
    const { db, clock, warnings, engine } = await openFile()
    await engine.delete('usr_1', IN_A)
    db.close()
    assert.deepEqual(await clock.runLater(), [250])
    assert.deepEqual(await clock.runLater(), [])
    assert.deepEqual(warnings, ['store_closed'])
    await assert.rejects(engine.settle(), { code: 'store_closed' })
  })

  it('is nothing that a timer of the host may spoil', async () => {
    const { db, warnings, engineWith } = await openFile()
    const later = () => {
      throw new Error('no timers today')
    }
    const engine = engineWith({ clock: { now: () => new Date(0), later } })
    await engine.delete('usr_1', IN_A)
    assert.equal(warnings.length, 1)
    assert.deepEqual(await engine.settle(), CLEAR)
    db.close()
  })

  it('is owed by nobody where there is no journal to clear', async () => {
    const clock = fixedClock()
    const engine = new UserDeletionEngine({ store: memoryStore(), policy: acmePolicy, clock })
    assert.deepEqual(await engine.settle(), { level: 'rows_removed', complete: true })
  })

  it('keeps no process alive', async () => {
    const { file, db } = await openFile()
    db.close()
    const program = `
      import Database from 'better-sqlite3'
      import { sqliteStore } from './adapters/sqlite/index.ts'
      import { UserDeletionEngine } from './src/index.ts'
      import { acmePolicy } from './test/worlds/acme.ts'
      const store = sqliteStore(new Database(process.argv[1]))
      const engine = new UserDeletionEngine({ store, policy: acmePolicy, journalDelayMs: 86_400_000 })
      await engine.delete('usr_1', { tenantId: 'tnt_a' })
      console.log('deleted')
    `
    const node = ['--import', 'tsx', '--input-type=module', '-e', program, file]
    // Without an end of its own the test would wait for a day.
    assert.equal(execFileSync(process.execPath, node).toString(), 'deleted\n')
    const left = new Database(file)
    assert.deepEqual(toldIn(left), [])
    left.close()
  })
})

function cleared(store: Store): Promise<Sanitized> {
  if (store.clearJournal === undefined) throw new Error('this store has no journal to clear')
  return store.clearJournal()
}
