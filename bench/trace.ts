/**
 * How long a trace of one person takes on a SQLite file, and how long it holds up the event loop of its process.
 *
 * Half of the rows are entries of a log with a document each, the others are sessions, notes and users. The person has
 * a few rows of each, and a few mentions in rows of others.
 *
 *     npm run bench:trace -- --rows 1000000 --rounds 3
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { definePolicy, UserDeletionEngine } from '../src/index.ts'
import { openDatabase, withFolder } from './support/database.ts'
import { median, numbersFrom, print, round } from './support/figures.ts'

const { rows, rounds } = numbersFrom({ rows: 1_000_000, rounds: 3 })
const USERS = Math.ceil(rows / 10)
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'
/** Of others who are mentioned in a row as the person is. */
const MENTIONS = 50

const policy = definePolicy({
  name: 'bench-trace',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
    audit_log: {
      match: 'actor_id',
      action: 'anonymize',
      reason: 'who did what, without the person',
      set: { metadata: { scrub: ['email'] } },
    },
    notes: 'unrelated',
  },
})

await withFolder(async (folder) => {
  const path = join(folder, 'auth.sqlite')
  const db = openDatabase(path)
  const person = fill(db)
  const mb = round(statSync(path).size / 1e6)
  print(JSON.stringify({ rows, fileMb: mb, rounds, node: process.version }))
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy, logger: { warn() {} } },
    schemaCheck: { accept: [{ code: 'value_reference', table: 'notes' }] },
  })
  await engine.migrate()
  await engine.trace(personOf(1).id, { signal: AbortSignal.abort() })
  const figures: { readonly seconds: number; readonly p99: number; readonly max: number }[] = []
  for (let turn = 0; turn < rounds; turn += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    await sleep(50)
    delay.enable()
    const started = performance.now()
    const trace = await engine.trace(person.id)
    const seconds = (performance.now() - started) / 1_000
    delay.disable()
    const mentions = trace.places.find(
      ({ table, column }) => table === 'notes' && column === 'body',
    )
    assert.equal(mentions?.rows, MENTIONS)
    assert.ok(trace.rows >= rows)
    figures.push({ seconds, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 })
  }
  print(
    JSON.stringify({
      seconds: round(median(figures.map(({ seconds }) => seconds)), 2),
      rowsPerSecond: round(rows / median(figures.map(({ seconds }) => seconds))),
      loopDelayP99Ms: round(median(figures.map(({ p99 }) => p99)), 1),
      loopDelayMaxMs: round(median(figures.map(({ max }) => max)), 1),
    }),
  )
  db.close()
})

interface Person {
  readonly id: string
  readonly email: string
}

function personOf(number: number): Person {
  return { id: `usr_${String(number).padStart(9, '0')}`, email: `person${number}@example.com` }
}

function fill(db: Database.Database): Person {
  db.pragma('synchronous = OFF')
  db.exec(`
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, phone TEXT, name TEXT);
    CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, agent TEXT, ip TEXT, created_at INTEGER);
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY, actor_id TEXT, type TEXT, metadata TEXT, at INTEGER);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
    CREATE INDEX users_email ON users (email);
    CREATE INDEX sessions_user ON sessions (user_id);
    CREATE INDEX audit_log_actor ON audit_log (actor_id);
  `)
  const random = createRandom(1)
  const person = personOf(Math.floor(USERS / 2))
  const insert = {
    users: db.prepare('INSERT INTO users VALUES (?, ?, ?, ?)'),
    sessions: db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)'),
    entries: db.prepare('INSERT INTO audit_log VALUES (?, ?, ?, ?, ?)'),
    notes: db.prepare('INSERT INTO notes VALUES (?, ?, ?)'),
  }
  const anybody = (): Person => personOf(random.below(USERS))
  db.transaction(() => {
    for (let number = 0; number < USERS; number += 1) {
      const { id, email } = personOf(number)
      insert.users.run(id, email, `+41 79 ${String(number).padStart(7, '0')}`, 'Ann Smith')
    }
    const others = rows - USERS
    for (let number = 0; number < others; number += 1) {
      const { id, email } = anybody()
      if (number % 9 < 5) {
        const metadata = JSON.stringify({
          email,
          device: { name: 'a phone', agent: AGENT },
          tags: ['x', 'y'],
        })
        insert.entries.run(number, id, 'session.created', metadata, number)
      } else if (number % 9 < 8) {
        insert.sessions.run(`ses_${number}`, id, AGENT, `10.0.${number % 256}.1`, number)
      } else {
        const text = `A note about ${email}, written on a long day. ${AGENT}. Nothing of interest.`
        insert.notes.run(number, 'A note', text.replace(person.email, 'somebody@example.com'))
      }
    }
    for (let mention = 0; mention < MENTIONS; mention += 1) {
      insert.notes.run(rows + mention, 'A note', `see ${person.email.toUpperCase()} about it`)
    }
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  return person
}
