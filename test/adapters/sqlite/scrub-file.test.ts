import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { type SqliteDatabase, sqliteStore } from '../../../adapters/sqlite/index.ts'
import { scanFile } from '../../../adapters/sqlite/scan/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'scrub-file-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

const policy = definePolicy({
  name: 'forensics',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    notes: { match: 'user_id', action: 'delete' },
    bios: { match: 'user_id', action: 'delete' },
    // Indexes `notes`, and nobody keeps it up to date when the engine deletes.
    notes_search: { action: 'external', reason: 'an index over notes' },
    // Has no text of its own to compare with.
    words: 'unrelated',
  },
})

const SCHEMA = `
  CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL, city TEXT);
  CREATE UNIQUE INDEX users_email ON users (email);
  CREATE INDEX users_city ON users (city, email);
  CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, body TEXT, is_draft INTEGER);
  CREATE INDEX notes_user ON notes (user_id);
  CREATE VIRTUAL TABLE bios USING fts5 (user_id UNINDEXED, body);
  CREATE VIRTUAL TABLE notes_search USING fts5 (body, content = 'notes', content_rowid = "id");
  CREATE VIRTUAL TABLE words USING fts5 (word, content = '');
`
const USERS = 2_000
const GONE = Array.from({ length: 200 }, (_, index) => index + 900)

/** Letters without an order, the same for the same number: neighbours share no beginning. */
function word(kind: number, index: number): string {
  let state = (index * 2_654_435_761 + kind * 40_503 + 1) >>> 0
  return Array.from({ length: 16 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return String.fromCharCode(97 + ((state >>> 24) % 26))
  }).join('')
}
const email = (index: number): string => `${word(0, index)}@example.com`

interface Opening {
  readonly journal?: string
  readonly memory?: boolean
  /** Puts something between the engine and the handle. */
  readonly wrap?: (db: Database.Database) => SqliteDatabase
  readonly schema?: string
  readonly secureDelete?: string
}

/** A file filled with `secure_delete` off, in an order without order, analysed in the middle and at the end. */
async function open({
  journal = 'WAL',
  memory = false,
  wrap,
  schema = SCHEMA,
  secureDelete = 'OFF',
}: Opening = {}) {
  files += 1
  const file = memory ? ':memory:' : path.join(folder, `${files}.sqlite`)
  // The handle's own patience, which a rewrite has where another connection is in its way.
  const db = new Database(file, { timeout: 50 })
  db.pragma(`journal_mode = ${journal}`)
  db.pragma('secure_delete = OFF')
  db.exec(schema)
  const insert = {
    user: db.prepare('INSERT INTO users VALUES (?, ?, ?)'),
    note: db.prepare('INSERT INTO notes VALUES (?, ?, ?, ?)'),
    bio: db.prepare('INSERT INTO bios VALUES (?, ?)'),
    note_search: db.prepare('INSERT INTO notes_search (rowid, body) VALUES (?, ?)'),
  }
  db.transaction(() => {
    for (let index = 0; index < USERS; index += 1) {
      insert.user.run(`usr_${index}`, email(index), `city ${index % 7}`)
      const isDraft = index % 10 === 0
      insert.note.run(index, `usr_${index}`, `note ${word(1, index)}`, Number(isDraft))
      if (!isDraft) insert.note_search.run(index, `note ${word(1, index)}`)
      insert.bio.run(`usr_${index}`, `bio ${word(2, index)}`)
    }
  })()
  db.exec('ANALYZE')
  db.pragma(`secure_delete = ${secureDelete}`)
  if (journal === 'WAL') db.pragma('wal_checkpoint(TRUNCATE)')
  const handle = wrap?.(db) ?? db
  const engine = new UserDeletionEngine({
    store: sqliteStore(handle, { busyTimeoutMs: 20 }),
    policy,
    clock: fixedClock(),
    logger: { warn: () => {} },
  })
  await engine.migrate()
  return { db, file, engine }
}

type Opened = Awaited<ReturnType<typeof open>>

async function deleteThem({ engine }: Opened): Promise<void> {
  const { deleted } = await engine.deleteMany(
    GONE.map((index) => `usr_${index}`),
    { mode: 'throughput' },
  )
  assert.equal(deleted, GONE.length)
}

/** What the file still holds of the users who are gone, and of the users who are there. */
async function leftIn({ db }: Opened): Promise<Record<string, number>> {
  // The first letters of an indexed word may stand with the word before it.
  const inner = (kind: number) => (index: number) => word(kind, index).slice(4)
  const count = async (needles: readonly string[]) =>
    (await scanFile(db, needles)).needles.filter(({ found }) => found > 0).length
  return {
    emails: await count(GONE.map(email)),
    notes: await count(GONE.map(inner(1))),
    bios: await count(GONE.map(inner(2))),
    living: await count([0, 1, 500, 1_999].map(email)),
  }
}

const CLEAN = { emails: 0, notes: 0, bios: 0, living: 4 }

const SETTINGS = [
  'secure_delete',
  'journal_size_limit',
  'busy_timeout',
  'foreign_keys',
  'journal_mode',
  'auto_vacuum',
  'page_size',
  'analysis_limit',
  'temp_store',
  'synchronous',
  'cache_size',
  'user_version',
]
const settingsOf = (db: Database.Database): readonly unknown[] =>
  SETTINGS.map((name) => db.pragma(name, { simple: true }))

async function entriesOf(db: Database.Database): Promise<readonly Record<string, unknown>[]> {
  return db.prepare('SELECT * FROM user_deletion_ledger ORDER BY seq').all() as Record<
    string,
    unknown
  >[]
}

function samplesOf(db: Database.Database): readonly string[] {
  const rows = db.prepare('SELECT sample FROM sqlite_stat4').pluck().all() as Buffer[]
  return rows.map((sample) => sample.toString('latin1'))
}

describe('scrubFile', () => {
  it('is tested with a SQLite that keeps samples', async () => {
    const { db } = await open({ memory: true })
    assert.match(JSON.stringify(db.pragma('compile_options')), /ENABLE_STAT4/)
    assert.ok(samplesOf(db).some((sample) => sample.includes('@example.com')))
  })

  for (const journal of ['WAL', 'DELETE', 'TRUNCATE', 'PERSIST']) {
    it(`leaves nothing of 200 users in a file that was full of them: ${journal}`, async () => {
      const world = await open({ journal })
      const { db, engine } = world
      await deleteThem(world)
      const before = await leftIn(world)
      for (const kind of ['emails', 'notes', 'bios']) assert.ok((before[kind] ?? 0) > 0, kind)
      const entries = await entriesOf(db)
      const settings = settingsOf(db)
      const scrubbed = await engine.scrubFile()
      assert.equal(scrubbed.level, 'file_rewritten')
      assert.deepEqual([scrubbed.complete, scrubbed.obstacle], [true, null])
      assert.deepEqual(scrubbed.searchTables, ['bios', 'notes_search'])
      assert.deepEqual(scrubbed.unproven, ['words'])
      assert.ok((scrubbed.bytesAfter ?? 0) < (scrubbed.bytesBefore ?? 0))
      assert.deepEqual(await leftIn(world), CLEAN)
      assert.deepEqual(settingsOf(db), settings)
      const after = await entriesOf(db)
      assert.deepEqual(after.slice(0, -1), entries)
      assert.equal(after.at(-1)?.['kind'], 'storage.sanitized')
      assert.deepEqual(JSON.parse(String(after.at(-1)?.['body'])), {
        ...scrubbed,
        at: fixedClock().now().toISOString(),
        throughSeq: entries.length,
      })
      assert.equal((await engine.ledger.verify()).valid, true)
      assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
      db.close()
    })
  }

  it('keeps every row, index and search result of the others', async () => {
    const world = await open()
    await deleteThem(world)
    const { db, engine } = world
    const dump = () =>
      ['users', 'notes', 'bios'].map((table) =>
        db.prepare(`SELECT rowid, * FROM ${table} ORDER BY rowid`).all(),
      )
    const search = (text: string) =>
      db.prepare('SELECT rowid FROM notes_search WHERE notes_search MATCH ?').pluck().all(text)
    const before = dump()
    assert.deepEqual(search(word(1, 901)), [901])
    await engine.scrubFile()
    assert.deepEqual(dump(), before)
    assert.deepEqual(search(word(1, 901)), [])
    assert.deepEqual(search(word(1, 1_501)), [1_501])
    const found = db.prepare('SELECT user_id FROM bios WHERE bios MATCH ?').pluck()
    assert.deepEqual(found.all(word(2, 1_500)), ['usr_1500'])
    db.close()
  })

  it('does not bring into a search what the host had kept out of it', async () => {
    const world = await open()
    await deleteThem(world)
    const { db, engine } = world
    const all = db.prepare("SELECT rowid FROM notes_search WHERE notes_search MATCH 'note'").pluck()
    const before = all.all().filter((id) => !GONE.includes(Number(id)))
    assert.equal(before.length, 1_620)
    await engine.scrubFile()
    assert.deepEqual(all.all(), before)
    await engine.scrubFile()
    assert.deepEqual(all.all(), before)
    db.close()
  })

  it('samples tables anew that were sampled, and none that were not', async () => {
    const world = await open()
    await deleteThem(world)
    const { db, engine } = world
    const gone = new Set(GONE.map(email))
    const isGone = (sample: string) => [...gone].some((address) => sample.includes(address))
    assert.ok(samplesOf(db).some(isGone))
    db.exec("DELETE FROM sqlite_stat4 WHERE tbl = 'notes'")
    await engine.scrubFile()
    assert.ok(samplesOf(db).some((sample) => sample.includes('@example.com')))
    assert.ok(!samplesOf(db).some(isGone))
    const tables = db.prepare('SELECT DISTINCT tbl FROM sqlite_stat4').pluck().all()
    assert.ok(tables.includes('users') && !tables.includes('notes'))
    db.exec('DROP TABLE sqlite_stat4; DROP TABLE sqlite_stat1')
    await engine.scrubFile()
    const left = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")
    assert.equal(left.pluck().get(), 0)
    db.close()
  })

  it('is not complete while a reader needs the log, and is when it has ended', async () => {
    const world = await open()
    const { db, engine, file } = world
    const reader = new Database(file)
    const rows = reader.prepare('SELECT * FROM users').iterate()
    rows.next()
    await deleteThem(world)
    const first = await engine.scrubFile()
    assert.deepEqual(
      [first.level, first.complete, first.obstacle],
      ['rows_overwritten', false, 'journal_in_use'],
    )
    assert.ok(((await leftIn(world))['emails'] ?? 0) > 0)
    const last = (await entriesOf(db)).at(-1)
    assert.equal(JSON.parse(String(last?.['body'])).complete, false)
    rows.return?.()
    const second = await engine.scrubFile()
    assert.deepEqual([second.level, second.complete], ['file_rewritten', true])
    assert.deepEqual(await leftIn(world), CLEAN)
    assert.equal((await engine.ledger.verify()).valid, true)
    reader.close()
    db.close()
  })

  it('is not complete when a reader came while the file was written', async () => {
    let reader: Database.Database | null = null
    const world = await open({
      wrap: (db) =>
        beforeStatement(db, 'VACUUM main', () => {
          reader ??= new Database(db.name)
          reader.exec('BEGIN; SELECT * FROM users')
          reader.prepare('SELECT count(*) FROM users').get()
        }),
    })
    await deleteThem(world)
    const { level, complete } = await world.engine.scrubFile()
    assert.deepEqual([level, complete], ['rows_overwritten', false])
    ;(reader as unknown as Database.Database).close()
    world.db.close()
  })

  it('is refused while the handle is in a transaction or iterating', async () => {
    for (const journal of ['WAL', 'DELETE']) {
      const { db, engine } = await open({ journal })
      const settings = settingsOf(db)
      db.exec('BEGIN')
      await assert.rejects(engine.scrubFile(), { code: 'connection_busy', retryable: true })
      assert.equal(db.inTransaction, true)
      db.exec('COMMIT')
      const rows = db.prepare('SELECT * FROM users').iterate()
      rows.next()
      await assert.rejects(engine.scrubFile(), { code: 'connection_busy' })
      rows.return?.()
      assert.deepEqual(settingsOf(db), settings)
      assert.equal((await engine.scrubFile()).complete, true)
      db.close()
    }
  })

  it('is store_busy while another connection holds a lock', async () => {
    for (const [journal, lock] of [
      ['WAL', 'BEGIN IMMEDIATE'],
      ['DELETE', 'BEGIN IMMEDIATE'],
      ['DELETE', 'BEGIN; SELECT * FROM users'],
    ] as const) {
      const { db, engine, file } = await open({ journal })
      const settings = settingsOf(db)
      const other = new Database(file)
      other.exec(lock)
      const reading = other.prepare('SELECT * FROM users').iterate()
      if (!lock.includes('IMMEDIATE')) reading.next()
      await assert.rejects(engine.scrubFile(), { code: 'store_busy', retryable: true })
      reading.return?.()
      other.close()
      assert.deepEqual(settingsOf(db), settings)
      assert.equal((await engine.scrubFile()).complete, true)
      db.close()
    }
  })

  it('is store_full without room for the copy, with settings put back and nothing lost', async () => {
    for (const [secureDelete, value] of [
      ['OFF', 0],
      ['FAST', 2],
      ['ON', 1],
    ] as const) {
      let isFull = true
      const world = await open({
        journal: 'PERSIST',
        secureDelete,
        wrap: (db) =>
          beforeStatement(db, 'VACUUM main', () => {
            assert.equal(db.pragma('secure_delete', { simple: true }), 1)
            if (isFull) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
          }),
      })
      await deleteThem(world)
      const { db, engine } = world
      const entries = await entriesOf(db)
      const settings = settingsOf(db)
      assert.equal(settings[0], value)
      await assert.rejects(engine.scrubFile(), { code: 'store_full', retryable: true })
      assert.deepEqual(settingsOf(db), settings)
      assert.deepEqual(await entriesOf(db), entries)
      assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), USERS - GONE.length)
      isFull = false
      assert.equal((await engine.scrubFile()).level, 'file_rewritten')
      assert.deepEqual(settingsOf(db), settings)
      assert.deepEqual(await leftIn(world), CLEAN)
      db.close()
    }
  })

  it('is store_full when a real limit of the database is reached', async () => {
    const world = await open({ journal: 'DELETE' })
    const { db, engine } = world
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
    const settings = settingsOf(db)
    await assert.rejects(engine.scrubFile(), { code: 'store_full' })
    assert.deepEqual(settingsOf(db), settings)
    assert.equal(db.inTransaction, false)
    db.pragma('max_page_count = 1000000')
    assert.equal((await engine.scrubFile()).complete, true)
    db.close()
  })

  it('works on a database in memory', async () => {
    const world = await open({ memory: true, journal: 'MEMORY' })
    await deleteThem(world)
    const { level, complete, bytesBefore, bytesAfter } = await world.engine.scrubFile()
    assert.deepEqual([level, complete], ['file_rewritten', true])
    assert.ok(Number(bytesAfter) < Number(bytesBefore))
    const bytes = world.db.serialize()
    for (const index of GONE) assert.ok(!bytes.includes(email(index)))
    world.db.close()
  })

  it('is refused where rows could be renumbered under a full-text table', async () => {
    const schema = SCHEMA.replace('id INTEGER PRIMARY KEY, user_id', 'id INT, user_id')
      .replace('CREATE INDEX notes_user ON notes (user_id);', '')
      .replace('content_rowid = "id"', 'content_rowid = rowid')
    const { db, engine } = await open({ schema })
    const before = db.prepare('SELECT rowid, * FROM notes').all()
    await assert.rejects(engine.scrubFile(), {
      code: 'schema_mismatch',
      details: {
        findings: [{ kind: 'row_ids_not_kept', table: 'notes', searchTable: 'notes_search' }],
      },
    })
    assert.deepEqual(db.prepare('SELECT rowid, * FROM notes').all(), before)
    db.close()
  })

  it('needs the tables of the engine before it begins', async () => {
    const { db, engine } = await open()
    db.exec('DROP TABLE user_deletion_ledger_head')
    await assert.rejects(engine.scrubFile(), { code: 'not_migrated' })
    db.close()
  })

  it('says in the ledger no more than was true when it began', async () => {
    let engine: UserDeletionEngine | undefined
    let meanwhile: Promise<unknown> | undefined
    const world = await open({
      wrap: (db) =>
        beforeStatement(db, 'VACUUM main', () => {
          meanwhile ??= engine?.delete('usr_1', {})
        }),
    })
    engine = world.engine as unknown as UserDeletionEngine
    await deleteThem(world)
    const before = (await entriesOf(world.db)).length
    await world.engine.scrubFile()
    await meanwhile
    const bodies = (await entriesOf(world.db)).map(({ body }) => JSON.parse(String(body)))
    const scrub = bodies.find(({ level }) => level === 'file_rewritten')
    assert.equal(scrub.throughSeq, before)
    world.db.close()
  })
})

/** The handle, but something happens before a statement runs. */
function beforeStatement(db: Database.Database, sql: string, act: () => void): SqliteDatabase {
  return {
    get open() {
      return db.open
    },
    get inTransaction() {
      return db.inTransaction
    },
    prepare: (text) => {
      const statement = db.prepare(text)
      if (text !== sql) return statement
      return {
        run: (...values) => {
          act()
          return statement.run(...values)
        },
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        iterate: (...values) => statement.iterate(...values),
        raw: (toggle) => statement.raw(toggle),
        safeIntegers: (toggle) => statement.safeIntegers(toggle),
      }
    },
  }
}
