import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { type SqliteStoreOptions, sqliteStore } from '../../../adapters/sqlite/index.ts'
import { type DeleteManyOptions, UserDeletionEngine } from '../../../src/index.ts'
import { acmePolicy, acmeSchema, count } from '../../worlds/acme.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'bulk-session-'))
after(() => rmSync(folder, { recursive: true }))

/** Threads that the process has started since the test began. */
let threads: Worker[] = []
const remember = (worker: Worker): unknown => threads.push(worker)

const USERS = 300
const CAP = 256 * 1_024
const HOSTS_VALUE = 777
const tenantId = 'tnt_a'
const ids = Array.from({ length: USERS }, (_, index) => `usr_${index}`)
let files = 0

interface World {
  readonly file?: string
  readonly journal?: string
  readonly options?: SqliteStoreOptions
}

/** Users whose sessions are a page each, on a handle with an odd setting. */
async function open({ file, journal = 'WAL', options = {} }: World = {}) {
  files += 1
  const name = file ?? path.join(folder, `${files}.sqlite`)
  const db = new Database(name)
  db.pragma(`journal_mode = ${journal}`)
  db.exec(acmeSchema)
  const fill = db.transaction(() => {
    for (const id of ids) {
      const insert = "INSERT INTO users (id, tenant_id, email) VALUES (?, 'tnt_a', ?)"
      db.prepare(insert).run(id, `${id}@example.com`)
      db.prepare('INSERT INTO sessions VALUES (?, ?)').run(`${id}${'s'.repeat(3_000)}`, id)
    }
  })
  fill()
  const warnings: string[] = []
  const logger = { warn: (message: string) => void warnings.push(message) }
  const store = sqliteStore(db, { walCapBytes: CAP, ...options })
  const engine = new UserDeletionEngine({ store, policy: acmePolicy, logger })
  await engine.migrate()
  if (journal === 'WAL') db.pragma('wal_checkpoint(TRUNCATE)')
  db.pragma(`wal_autocheckpoint = ${HOSTS_VALUE}`)
  const setting = (): unknown => db.pragma('wal_autocheckpoint', { simple: true })
  const deleteAll = (more: Partial<DeleteManyOptions> = {}) =>
    engine.deleteMany(ids, { tenantId, ...more })
  return { db, engine, name, setting, deleteAll, warnings }
}

describe('the checkpoints of a bulk run', () => {
  before(() => process.on('worker', remember))
  after(() => process.off('worker', remember))
  beforeEach(() => {
    threads = []
  })

  for (const mode of ['cooperative', 'throughput'] as const) {
    it(`leave the host's thread while it lasts, and the setting is as it was afterwards: ${mode}`, async () => {
      const { db, setting, deleteAll } = await open()
      const during = new Set<unknown>()
      const result = await deleteAll({ mode, onProgress: () => during.add(setting()) })
      assert.equal(result.deleted, USERS)
      assert.deepEqual([...during], [0])
      assert.equal(setting(), HOSTS_VALUE)
      db.close()
    })
  }

  it('start no thread for a log that is not worth one', async () => {
    const { db, engine, setting } = await open({ options: { walCapBytes: 2 ** 30 } })
    // So few that their log is short however many slices they make.
    const result = await engine.deleteMany(ids.slice(0, 40), { tenantId })
    assert.equal(result.deleted, 40)
    assert.equal(threads.length, 0)
    assert.equal(setting(), HOSTS_VALUE)
    db.close()
  })

  it('keep the log under its cap, and leave it empty but for the last entry', async () => {
    const { db, name, deleteAll } = await open()
    const sizes: number[] = []
    const onProgress = () => sizes.push(statSync(`${name}-wal`).size)
    await deleteAll({ onProgress })
    assert.equal(threads.length, 1)
    // A slice is written whole, so the last one before the wait goes past the cap.
    assert.ok(Math.max(...sizes) < 8 * CAP, `the log grew to ${Math.max(...sizes)} bytes`)
    assert.ok(statSync(`${name}-wal`).size < CAP)
    db.close()
  })

  it('do not wait for ever for a reader who keeps the log from beginning anew', async () => {
    const { db, name, deleteAll } = await open()
    const reader = new Database(name)
    const rows = reader.prepare('SELECT * FROM users').iterate()
    rows.next()
    assert.equal((await deleteAll()).deleted, USERS)
    assert.ok(statSync(`${name}-wal`).size > 4 * CAP)
    rows.return?.()
    reader.close()
    db.close()
  })

  it("are put back after an abort, with the run's truth in the result", async () => {
    const { db, setting, deleteAll } = await open()
    const controller = new AbortController()
    const onProgress = ({ done }: { done: number }) => done > 50 && controller.abort()
    const result = await deleteAll({ signal: controller.signal, onProgress })
    assert.equal(result.stopped?.by, 'signal')
    assert.equal(count(db, 'SELECT count(*) FROM users'), USERS - result.deleted)
    assert.equal(setting(), HOSTS_VALUE)
    db.close()
  })

  it('are put back when the list of ids or the run throws', async () => {
    const { db, engine, setting, deleteAll } = await open()
    function* broken() {
      yield* ids.slice(0, 100)
      throw new Error('the list is broken')
    }
    const result = await engine.deleteMany(broken(), { tenantId })
    assert.equal(result.stopped?.by, 'source')
    assert.equal(setting(), HOSTS_VALUE)
    await assert.rejects(deleteAll({ mode: 'fast' as never }), { code: 'invalid_argument' })
    assert.equal(setting(), HOSTS_VALUE)
    db.close()
  })

  it('go on in the host’s thread, by its setting, when the other one dies', async () => {
    const { db, setting, deleteAll, warnings } = await open()
    const seen: unknown[] = []
    let killed = false
    const result = await deleteAll({
      onProgress: () => {
        seen.push(setting())
        killed ||= threads.length > 0
        for (const thread of threads) void thread.terminate()
      },
    })
    assert.equal(result.deleted, USERS)
    assert.ok(killed)
    assert.deepEqual(warnings, ['a bulk session met a failure'])
    assert.equal(seen[0], 0)
    assert.equal(seen.at(-1), HOSTS_VALUE)
    assert.equal(setting(), HOSTS_VALUE)
    assert.equal(db.pragma('quick_check', { simple: true }), 'ok')
    db.close()
  })

  it('of two runs at once are put back by the last one, and a change of the host stays', async () => {
    const { db, engine, setting } = await open()
    const half = USERS / 2
    const both = await Promise.all([
      engine.deleteMany(ids.slice(0, half), { tenantId }),
      engine.deleteMany(ids.slice(half, half + 20), { tenantId }),
    ])
    assert.equal(both[0].deleted + both[1].deleted, half + 20)
    assert.equal(setting(), HOSTS_VALUE)
    const onProgress = () => db.pragma('wal_autocheckpoint = 55')
    await engine.deleteMany(ids.slice(-50), { tenantId, onProgress })
    assert.equal(setting(), 55)
    db.close()
  })

  it('are left alone without a file or without a WAL', async () => {
    for (const world of [{ file: ':memory:', journal: 'MEMORY' }, { journal: 'DELETE' }]) {
      const { db, setting, deleteAll } = await open(world)
      const during = new Set<unknown>()
      const result = await deleteAll({ onProgress: () => during.add(setting()) })
      assert.equal(result.deleted, USERS)
      assert.deepEqual([...during, threads.length], [HOSTS_VALUE, 0])
      db.close()
    }
  })

  it('leave the log under its cap in throughput mode too: slices hold as many users as fit', async () => {
    const more = Array.from({ length: 5_000 }, (_, index) => `more_${index}`)
    const { db, engine, name } = await open()
    const insert = db.prepare("INSERT INTO users (id, tenant_id) VALUES (?, 'tnt_a')")
    db.transaction(() => more.map((id) => insert.run(id)))()
    db.pragma('wal_checkpoint(TRUNCATE)')
    const done: number[] = []
    const sizes: number[] = []
    const onProgress = (progress: { readonly done: number }) => {
      done.push(progress.done)
      sizes.push(statSync(`${name}-wal`).size)
    }
    const result = await engine.deleteMany(more, { tenantId, mode: 'throughput', onProgress })
    assert.equal(result.deleted, more.length)
    const slices = done.map((all, index) => all - (done[index - 1] ?? 0))
    // What a user needs is not known before the first slice.
    const [first = 0, ...others] = slices
    assert.ok(first > 1_000, `the first slice held ${first} users`)
    assert.ok(others.length > 1)
    assert.ok(Math.max(...others) < 500, `then ${Math.max(...others)} were in one`)
    // The file of the log keeps the size that the first one gave it.
    assert.equal(new Set(sizes).size, 1)
    db.close()
  })

  it('stay in the host’s thread where no other may: as ever when cooperative, rare for throughput', async () => {
    for (const [mode, expected] of [
      ['cooperative', HOSTS_VALUE],
      ['throughput', CAP / 4_096],
    ] as const) {
      const { db, setting, deleteAll } = await open({ options: { checkpointWorker: false } })
      const during = new Set<unknown>()
      const result = await deleteAll({ mode, onProgress: () => during.add(setting()) })
      assert.equal(result.deleted, USERS)
      assert.deepEqual([...during, threads.length, setting()], [expected, 0, HOSTS_VALUE])
      db.close()
    }
  })
})
