/**
 * Memory for a million ids out of an async generator: the engine beside hand-written batches of 1,000.
 *
 * Each runs in a process of its own on a file of its own, and tells how far the process grew at most.
 * `handWritten` does the same work: it keeps a receipt, an event and a link of the chain for each user.
 * `deletesOnly` keeps nothing.
 *
 *     npm run bench:memory -- --users 1000000
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../src/index.ts'
import { prepareSeal, RECEIPT_TABLES } from './hand-written-receipts.ts'
import { openDatabase, withFolder } from './support/database.ts'
import { numbersFrom, print, round } from './support/figures.ts'

const BATCH = 1_000
const policy = definePolicy({
  name: 'memory',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {},
})

type Deletion = (db: Database.Database, ids: AsyncIterable<string>) => Promise<number>

const contenders: Readonly<Record<'deletesOnly' | 'handWritten' | 'engine', Deletion>> = {
  deletesOnly: (db, ids) => {
    const remove = db.prepare('DELETE FROM users WHERE id IN (SELECT value FROM json_each(?))')
    return inBatches(db, ids, (batch) => remove.run(JSON.stringify(batch)).changes)
  },
  handWritten: (db, ids) => {
    db.pragma('secure_delete = ON')
    db.exec(RECEIPT_TABLES)
    const find = db
      .prepare<[string], string>(
        'SELECT id FROM users WHERE id IN (SELECT value FROM json_each(?))',
      )
      .pluck()
    const remove = db.prepare('DELETE FROM users WHERE id IN (SELECT value FROM json_each(?))')
    const seal = prepareSeal(db, [], {
      policy: 'memory',
      tenantId: null,
      reason: null,
      lean: false,
    })
    return inBatches(db, ids, (batch) => {
      const found = find.all(JSON.stringify(batch))
      const { changes } = remove.run(JSON.stringify(found))
      seal(
        found.map((id) => ({ id, email: null })),
        [],
      )
      return changes
    })
  },
  engine: async (db, ids) => {
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    await engine.migrate()
    return (await engine.deleteMany(ids, { mode: 'throughput' })).deleted
  },
}

async function inBatches(
  db: Database.Database,
  ids: AsyncIterable<string>,
  work: (batch: readonly string[]) => number,
): Promise<number> {
  const batch = db.transaction(work)
  let deleted = 0
  let waiting: string[] = []
  for await (const id of ids) {
    if (waiting.push(id) < BATCH) continue
    deleted += batch.immediate(waiting)
    waiting = []
  }
  return deleted + batch.immediate(waiting)
}

type Name = keyof typeof contenders

interface Report {
  readonly startMb: number
  readonly peakMb: number
  readonly grownMb: number
  readonly seconds: number
}

// Child processes get their part of the work from the environment.
const { BENCH_CONTENDER: contender, BENCH_FILE: file = '' } = process.env
/** `deletesOnly`: 0 to leave that one out. */
const { users, deletesOnly } = numbersFrom({ users: 1_000_000, deletesOnly: 1 })
if (contender === undefined) await compare()
else print(JSON.stringify(await measure(contender as Name)))

async function compare(): Promise<void> {
  await withFolder(async (folder) => {
    const template = join(folder, 'users.sqlite')
    fill(template)
    const grown = new Map<Name, number>()
    for (const name of ['deletesOnly', 'handWritten', 'engine'] satisfies Name[]) {
      if (name === 'deletesOnly' && deletesOnly === 0) continue
      const copy = join(folder, `${name}.sqlite`)
      copyFileSync(template, copy)
      const report = await inChild(name, copy)
      print(JSON.stringify({ contender: name, users, ...report }))
      grown.set(name, report.grownMb)
    }
    const more = (name: Name): number =>
      round((grown.get('engine') ?? 0) - (grown.get(name) ?? 0), 1)
    print(`the engine grows by ${more('handWritten')} MB more than the same work by hand`)
    if (deletesOnly === 0) return
    print(`and by ${more('deletesOnly')} MB more than batches that keep no receipts`)
  })
}

async function inChild(name: Name, copy: string): Promise<Report> {
  const flags = ['--import', 'tsx', import.meta.filename, '--users', String(users)]
  const env = { ...process.env, BENCH_CONTENDER: name, BENCH_FILE: copy }
  const { stdout } = await promisify(execFile)(process.execPath, flags, { env })
  return JSON.parse(stdout) as Report
}

async function measure(name: Name): Promise<Report> {
  const db = openDatabase(file)
  const startMb = peak()
  const started = performance.now()
  const deleted = await contenders[name](db, idsInOrder())
  const seconds = round((performance.now() - started) / 1_000, 1)
  assert.equal(deleted, users, 'not everybody was deleted')
  assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 0, 'users are left')
  db.close()
  const peakMb = peak()
  return { startMb, peakMb, grownMb: round(peakMb - startMb, 1), seconds }
}

/** The most memory the process has held so far. */
function peak(): number {
  return round(process.resourceUsage().maxRSS / 1_024, 1)
}

async function* idsInOrder(): AsyncGenerator<string> {
  for (let index = 0; index < users; index += 1) yield userId(index)
}

function userId(index: number): string {
  return `usr_${String(index).padStart(22, '0')}`
}

function fill(path: string): void {
  const db = openDatabase(path)
  db.exec('CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY, email TEXT)')
  const insert = db.prepare('INSERT INTO users VALUES (?, ?)')
  db.transaction(() => {
    for (let index = 0; index < users; index += 1) insert.run(userId(index), `u${index}@a.example`)
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}
