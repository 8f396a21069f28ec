/**
 * Memory for a million ids out of an async generator: the engine beside hand-written batches of 1,000.
 *
 * Each runs in a process of its own on a file of its own, and tells how far the process grew at most. The
 * hand-written one only deletes; it keeps no receipts.
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

const contenders: Readonly<Record<'handWritten' | 'engine', Deletion>> = {
  handWritten: async (db, ids) => {
    const remove = db.prepare('DELETE FROM users WHERE id IN (SELECT value FROM json_each(?))')
    let deleted = 0
    let batch: string[] = []
    const flush = (): void => {
      deleted += db.transaction(() => remove.run(JSON.stringify(batch)).changes).immediate()
      batch = []
    }
    for await (const id of ids) {
      if (batch.push(id) === BATCH) flush()
    }
    flush()
    return deleted
  },
  engine: async (db, ids) => {
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    await engine.migrate()
    return (await engine.deleteMany(ids, { mode: 'throughput' })).deleted
  },
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
const { users } = numbersFrom({ users: 1_000_000 })
if (contender === undefined) await compare()
else print(JSON.stringify(await measure(contender as Name)))

async function compare(): Promise<void> {
  await withFolder(async (folder) => {
    const template = join(folder, 'users.sqlite')
    fill(template)
    const grown: number[] = []
    for (const name of ['handWritten', 'engine'] satisfies Name[]) {
      const copy = join(folder, `${name}.sqlite`)
      copyFileSync(template, copy)
      const report = await inChild(name, copy)
      print(JSON.stringify({ contender: name, users, ...report }))
      grown.push(report.grownMb)
    }
    const [byHand = 0, engine = 0] = grown
    print(`the engine grows by ${round(engine - byHand, 1)} MB more than hand-written batches`)
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
