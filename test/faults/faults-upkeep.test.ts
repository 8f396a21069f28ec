import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { UserDeletionError } from '../../src/index.ts'
import { VARIANTS } from '../worlds/faults/fault-run.ts'
import { faultEngine, openFaultWorld, writeFaultWorld } from '../worlds/faults/fault-world.ts'
import { type Fault, faultyDatabase } from '../worlds/faults/faulty-database.ts'
import { checkChain, type Row, type Snapshot, takeSnapshot } from '../worlds/faults/invariants.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

for (const { mode, lasting } of VARIANTS) {
  const fault = `${lasting ? 'everything from a statement on' : 'any one statement'} fails ${mode} it ran`

  test(`the end of a retention: when ${fault}, rows go with their ledger entry or stay, and a repeat completes it`, async (t) => {
    const image = await openRetained()
    const places = await everywhere((at) => failExpiry(image, { at, mode, lasting }))
    t.diagnostic(`${places} places, every statement`)
  })

  test(`a rewrite of the file: when ${fault}, no row is lost, settings are as before, and a repeat completes it`, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'user-deletion-faults-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const template = path.join(folder, 'template.sqlite')
    writeSearched(template)
    const places = await everywhere((at) => failScrub(template, { at, mode, lasting }))
    t.diagnostic(`${places} places, every statement`)
  })
}

/** Until a run gets through without meeting its fault; answers how many met one. */
async function everywhere(failAt: (at: number) => Promise<boolean>): Promise<number> {
  let places = 0
  while (await failAt(places + 1)) places += 1
  assert.notEqual(places, 0, 'no statement has failed')
  return places
}

const GONE = ['a1', 'a2', 'b1']
const DUE = '2036-03-01T12:00:00.000Z'

/** Three users of two tenants are gone, and their invoices are kept. */
async function openRetained(): Promise<Buffer> {
  const db = openFaultWorld()
  const engine = faultEngine(db)
  await engine.deleteMany(['a1', 'a2'], { tenantId: 'a' })
  await engine.delete('b1', { tenantId: 'b' })
  const image = db.serialize()
  db.close()
  return image
}

async function failExpiry(image: Buffer, fault: Fault): Promise<boolean> {
  const db = new Database(image)
  try {
    const start = takeSnapshot(db)
    const options = { clock: fixedClock(DUE), logger: { warn: () => {} } }
    const faulty = faultyDatabase(db)
    const engine = faultEngine(faulty, options)
    faulty.arm(fault)
    const { steps } = await orItsError(engine.expireRetained(), faulty)
    const { hit } = faulty
    faulty.disarm()
    const where = `statement ${fault.at} (${hit})`
    if (fault.lasting !== true) assert.equal(db.inTransaction, false, where)
    if (db.inTransaction) db.exec('ROLLBACK')

    const between = takeSnapshot(db)
    checkExpiry(start, between, where)
    const isSaidDone = steps.length > 0 && steps.every(({ error }) => error === null)
    if (isSaidDone) assert.equal(invoicesOf(between, GONE).length, 0, `${where}: said to be done`)

    const second = fault.at % 2 === 0 ? engine : faultEngine(db, options)
    const repeated = await second.expireRetained()
    assert.deepEqual([repeated.steps[0]?.failed, repeated.steps[0]?.error], [0, null], where)
    const after = takeSnapshot(db)
    checkExpiry(start, after, where)
    assert.equal(invoicesOf(after, GONE).length, 0, where)
    await second.expireRetained()
    assert.deepEqual(takeSnapshot(db), after, `${where}: the repeat changed something`)
    return hit !== null
  } finally {
    db.close()
  }
}

interface Answered {
  readonly steps: readonly { readonly error: unknown }[]
}

async function orItsError(
  work: Promise<Answered>,
  { hit }: { readonly hit: string | null },
): Promise<Answered> {
  try {
    return await work
  } catch (error) {
    assert.ok(error instanceof UserDeletionError, `${hit}: not an error of the library: ${error}`)
    return { steps: [] }
  }
}

function invoicesOf(snapshot: Snapshot, ids: readonly string[]): readonly Row[] {
  return [...(snapshot['invoices']?.values() ?? [])].filter((row) =>
    ids.includes(String(row['user_id'])),
  )
}

/** Each user's rows are all there or all gone, the ledger says how many are gone, and nothing else has changed. */
function checkExpiry(start: Snapshot, now: Snapshot, where: string): void {
  checkChain({ after: now })
  let gone = 0
  for (const id of GONE) {
    const [before, left] = [invoicesOf(start, [id]), invoicesOf(now, [id])]
    assert.ok(left.length === 0 || left.length === before.length, `${where}: half of ${id}`)
    gone += before.length - left.length
  }
  const facts = [...(now['user_deletion_ledger']?.values() ?? [])]
    .filter(({ kind }) => kind === 'retention.expired')
    .map(({ body }) => (JSON.parse(String(body)) as { readonly rows: number }).rows)
  assert.equal(
    facts.reduce((sum, rows) => sum + rows, 0),
    gone,
    `${where}: rows in the ledger`,
  )
  const others = Object.keys(start).filter((table) => !table.startsWith('user_deletion_'))
  for (const table of others) {
    const rows = [...(start[table] ?? [])].filter(
      ([, row]) => table !== 'invoices' || !GONE.includes(String(row['user_id'])),
    )
    const left = [...(now[table] ?? [])].filter(
      ([, row]) => table !== 'invoices' || !GONE.includes(String(row['user_id'])),
    )
    assert.deepEqual(left, rows, `${where}: ${table}`)
  }
}

/** The world with what a rewrite has to refresh beside the rows: samples and a full-text index. */
function writeSearched(file: string): void {
  writeFaultWorld(file)
  const db = new Database(file)
  db.exec(`CREATE VIRTUAL TABLE documents_search USING fts5 (title, content = 'documents', content_rowid = 'id');
    INSERT INTO documents_search (documents_search) VALUES ('rebuild');
    ANALYZE;`)
  db.close()
}

const HOST_TABLES = Object.keys(takeSnapshot(openFaultWorld())).filter(
  (table) => !table.startsWith('user_deletion_'),
)

function hostRows(db: Database.Database): unknown {
  const found = "SELECT count(*) FROM documents_search WHERE documents_search MATCH 'document'"
  return [
    ...HOST_TABLES.map((table) => db.prepare(`SELECT * FROM "${table}"`).all()),
    db.prepare(found).pluck().get(),
  ]
}

const SETTINGS = [
  'secure_delete',
  'temp_store',
  'busy_timeout',
  'foreign_keys',
  'journal_mode',
  'journal_size_limit',
  'synchronous',
  'wal_autocheckpoint',
] as const

function settingsOf(db: Database.Database): readonly unknown[] {
  return SETTINGS.map((name) => [name, db.pragma(name, { simple: true })])
}

async function failScrub(template: string, fault: Fault): Promise<boolean> {
  const file = `${template}.${fault.at}`
  copyFileSync(template, file)
  const db = new Database(file)
  try {
    db.pragma('busy_timeout = 1234')
    db.pragma('secure_delete = OFF')
    const [settings, rows] = [settingsOf(db), hostRows(db)]
    const faulty = faultyDatabase(db)
    const engine = faultEngine(faulty)
    faulty.arm(fault)
    const error = await engine.scrubFile().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    const { hit } = faulty
    faulty.disarm()
    const where = `statement ${fault.at} (${hit})`
    if (error !== null) {
      assert.notEqual(hit, null, `failed without a fault: ${error}`)
      assert.ok(error instanceof UserDeletionError, `${where}: ${error}`)
    }
    if (fault.lasting !== true) {
      assert.equal(db.inTransaction, false, where)
      assert.deepEqual(settingsOf(db), settings, where)
    }
    if (db.inTransaction) db.exec('ROLLBACK')
    assert.deepEqual(hostRows(db), rows, where)
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', where)

    const second = faultEngine(db)
    const now = settingsOf(db)
    const { level, complete } = await second.scrubFile()
    assert.deepEqual([level, complete], ['file_rewritten', true], where)
    assert.deepEqual(settingsOf(db), now, where)
    assert.deepEqual(hostRows(db), rows, where)
    assert.equal((await second.ledger.verify()).valid, true, where)
    return hit !== null
  } finally {
    db.close()
    rmSync(file)
  }
}
