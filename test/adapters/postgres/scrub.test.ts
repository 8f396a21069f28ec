/**
 * What a deletion leaves in the files of a server, and what each way of a scrub takes away: told by the bytes of the
 * data directory.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import {
  type PostgresHandle,
  type PostgresStoreOptions,
  postgresStore,
} from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { readLedger } from '../../../src/records/ledger-records.ts'
import { openFaultyProxy } from '../../worlds/postgres/faulty-proxy.ts'
import { findPostgres } from '../../worlds/postgres/find-postgres.ts'
import { startPostgres } from '../../worlds/postgres/start-postgres.ts'

/** One of its own: of somebody else's the files are out of reach. */
const source = findPostgres()
const server = source.kind === 'programs' ? await startPostgres(source.folder) : null

const policy = definePolicy({
  name: 'scrub',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    notes: { match: 'user_id', action: 'delete' },
    logs: { match: 'user_id', action: 'anonymize', reason: 'kept', set: { email: null } },
    strangers: 'unrelated',
  },
})

const USERS = 120
const GONE = Array.from({ length: 60 }, (_, index) => `usr_${index * 2}`)

/** A word for each user that stands nowhere else, and begins like no other. */
function wordsOf(kind: string): ReadonlyMap<string, string> {
  return new Map(
    Array.from({ length: USERS }, (_, index) => [
      `usr_${index}`,
      `${randomBytes(9).toString('hex')}${kind}`,
    ]),
  )
}

const EMAILS = wordsOf('@example.com')
const LONG = wordsOf('toast')
const TAGS = wordsOf('tag')

/** The long text is kept beside the table as it is; `logs` has partitions; an index has the tags of its own. */
const TABLES = `
CREATE TABLE users (id text PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE notes (id integer PRIMARY KEY, user_id text NOT NULL, body text, tags jsonb);
ALTER TABLE notes ALTER body SET STORAGE EXTERNAL;
CREATE INDEX notes_user ON notes (user_id);
CREATE INDEX notes_tags ON notes USING gin (tags);
CREATE TABLE logs (id integer, user_id text, email text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE logs_one PARTITION OF logs FOR VALUES FROM (0) TO (1000);
CREATE INDEX logs_user ON logs (user_id);
CREATE TABLE strangers (id integer PRIMARY KEY);
`

async function fill(query: (sql: string, values?: unknown[]) => Promise<unknown>): Promise<void> {
  for (const statement of TABLES.split(';\n')) await query(statement)
  const rows = [...EMAILS].map(([id, email], place) => ({
    ...{ id, email, place, long: LONG.get(id), tag: TAGS.get(id) },
  }))
  const given = `jsonb_to_recordset($1::jsonb) AS r(id text, email text, place integer, long text, tag text)`
  const values = [JSON.stringify(rows)]
  await query(`INSERT INTO users SELECT id, email FROM ${given}`, values)
  await query(
    `INSERT INTO notes SELECT place, id, long || repeat('x', 5000), jsonb_build_array(tag) FROM ${given}`,
    values,
  )
  await query(`INSERT INTO logs SELECT place, id, email FROM ${given}`, values)
  for (const table of ['users', 'notes', 'logs']) await query(`VACUUM (ANALYZE) ${table}`)
}

const SILENT = { warn() {} }

describe('what a deletion leaves in the files of PostgreSQL', { skip: server === null }, () => {
  if (server === null) return
  const admin = new pg.Pool({ connectionString: server.url })
  let count = 0
  after(async () => {
    await admin.end()
    await server.stop()
  })

  interface World {
    readonly pool: pg.Pool
    readonly connectionString: string
    /** A connection of its own, which ends with the world. */
    session(): Promise<pg.Client>
    engineOn(
      handle: PostgresHandle,
      options?: PostgresStoreOptions,
    ): UserDeletionEngine<typeof policy>
    /** How many of the words of users who are gone stand in the database's files, but for those of its statistics. */
    left(words: ReadonlyMap<string, string>): Promise<number>
    /** Values of users who are gone among the most common ones and the bounds of histograms. */
    sampled(): Promise<number>
  }

  async function withWorld(prove: (world: World) => Promise<void>): Promise<void> {
    count += 1
    const name = `scrub_${count}`
    await admin.query(`CREATE DATABASE ${name}`)
    const url = new URL(server?.url ?? '')
    url.pathname = `/${name}`
    const pool = new pg.Pool({ connectionString: url.href, max: 3 })
    // The database goes with everybody who is still leaving it.
    pool.on('error', () => {})
    const sessions: pg.Client[] = []
    const session = async (): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: url.href })
      client.on('error', () => {})
      await client.connect()
      sessions.push(client)
      return client
    }
    try {
      await fill((sql, values) => pool.query(sql, values))
      const engineOn: World['engineOn'] = (handle, options) =>
        new UserDeletionEngine({ store: postgresStore(handle, options), policy, logger: SILENT })
      await engineOn(pool).migrate()
      await prove({
        ...{ pool, connectionString: url.href, engineOn, session },
        left: async (words) => {
          await admin.query('CHECKPOINT')
          const [{ oid } = { oid: '' }] = (
            await pool.query('SELECT oid FROM pg_database WHERE datname = current_database()')
          ).rows
          const own = await pool.query(
            "SELECT pg_relation_filenode(oid) AS file FROM pg_class WHERE relname = 'pg_statistic' OR oid = (SELECT reltoastrelid FROM pg_class WHERE relname = 'pg_statistic')",
          )
          const statistics = new Set(own.rows.map(({ file }) => String(file)))
          return countIn(
            path.join(server?.folder ?? '', 'base', String(oid)),
            (file) => !statistics.has(file.replace(/[._].*/, '')),
            words,
          )
        },
        sampled: async () => {
          const { rows } = await pool.query(
            "SELECT concat(most_common_vals, histogram_bounds) AS text FROM pg_stats WHERE schemaname = 'public'",
          )
          const text = rows.map((row) => row.text).join()
          return GONE.filter((id) => text.includes(EMAILS.get(id) ?? '')).length
        },
      })
    } finally {
      for (const client of sessions) await client.end()
      await pool.end()
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    }
  }

  async function deleted(engine: UserDeletionEngine<typeof policy>): Promise<void> {
    assert.equal((await engine.deleteMany(GONE, { mode: 'throughput' })).deleted, GONE.length)
  }

  it('a DELETE leaves every byte, and the receipts say no more than that the rows are gone', () =>
    withWorld(async ({ pool, engineOn, left, sampled }) => {
      const store = postgresStore(pool)
      await deleted(engineOn(pool))
      for (const words of [EMAILS, LONG, TAGS]) assert.equal(await left(words), GONE.length)
      assert.ok((await sampled()) > 0)
      const [entry] = await readLedger(store, { afterSeq: 0, limit: 1 })
      assert.equal(JSON.parse(entry?.body ?? '{}').erasure, 'rows_removed')
      assert.deepEqual(await engineOn(pool).settle(), { level: 'rows_removed', complete: true })
    }))

  it('a scrub takes values out of the statistics, and claims nothing of the bytes', () =>
    withWorld(async ({ pool, engineOn, left, sampled }) => {
      await deleted(engineOn(pool))
      const engine = engineOn(pool)
      const scrubbed = await engine.scrubFile()
      assert.deepEqual(
        [scrubbed.level, scrubbed.complete, scrubbed.obstacle, scrubbed.unproven],
        ['rows_removed', true, null, []],
      )
      assert.equal(await sampled(), 0)
      // Keys of such an index are never given up by this.
      assert.equal(await left(TAGS), GONE.length)
    }))

  it('writes tables anew where the host has chosen so, and no file names anybody any more', () =>
    withWorld(async ({ pool, engineOn, left, sampled }) => {
      const engine = engineOn(pool, { scrub: 'rewrite' })
      await deleted(engine)
      const scrubbed = await engine.scrubFile()
      assert.deepEqual(
        { ...scrubbed, bytesBefore: null, bytesAfter: null },
        {
          ...{ level: 'rows_overwritten', complete: true, obstacle: null },
          ...{ bytesBefore: null, bytesAfter: null, searchTables: ['notes'], unproven: [] },
        },
      )
      assert.ok(Number(scrubbed.bytesAfter) < Number(scrubbed.bytesBefore))
      for (const words of [EMAILS, LONG, TAGS]) assert.equal(await left(words), 0)
      assert.equal(await sampled(), 0)
      // Of the log no level says anything.
      const log = path.join(server.folder, 'pg_wal')
      assert.equal(
        countIn(log, () => true, EMAILS),
        GONE.length,
      )
      const entries = await readLedger(postgresStore(pool), { afterSeq: GONE.length, limit: 9 })
      assert.deepEqual(
        entries.map(({ kind, body }) => [kind, JSON.parse(body).level]),
        [['storage.sanitized', 'rows_overwritten']],
      )
      assert.equal((await pool.query('SELECT 1 FROM users')).rows.length, USERS - GONE.length)
      assert.equal((await engine.ledger.verify()).valid, true)
    }))

  for (const [kind, begin] of [
    ['reads', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM users'],
    ['has written', 'BEGIN; INSERT INTO strangers VALUES (1)'],
  ] as const) {
    it(`tells of a transaction that ${kind}, for which the server keeps deleted rows`, () =>
      withWorld(async ({ pool, engineOn, left, session }) => {
        const other = await session()
        await other.query(begin)
        const engine = engineOn(pool, { scrub: 'rewrite', busyTimeoutMs: 30 })
        await deleted(engine)
        const scrubbed = await engine.scrubFile()
        assert.deepEqual(
          [scrubbed.level, scrubbed.complete, scrubbed.obstacle],
          ['rows_removed', false, 'older_transaction'],
        )
        assert.ok(scrubbed.unproven.includes('users'))
        assert.equal(await left(EMAILS), GONE.length)
        await other.query('COMMIT')
        assert.equal((await engine.scrubFile()).level, 'rows_overwritten')
        assert.equal(await left(EMAILS), 0)
      }))
  }

  for (const scrub of ['vacuum', 'rewrite'] as const) {
    it(`${scrub}: names the tables that somebody else has locked, or that end too late`, () =>
      withWorld(async ({ pool, connectionString, engineOn, session }) => {
        await deleted(engineOn(pool))
        const other = await session()
        await other.query('BEGIN; LOCK TABLE logs_one IN SHARE UPDATE EXCLUSIVE MODE')
        const locked = await engineOn(pool, { scrub }).scrubFile()
        assert.deepEqual(
          [locked.level, locked.complete, locked.obstacle, locked.unproven],
          ['rows_removed', false, 'table_in_use', ['logs']],
        )
        await other.query('COMMIT')
        const proxy = await openFaultyProxy(Number(new URL(connectionString).port))
        const url = new URL(connectionString)
        url.port = String(proxy.port)
        const through = new pg.Pool({ connectionString: url.href })
        through.on('error', () => {})
        after(() => proxy.close())
        proxy.arm({ kind: 'refuse', sqlState: '57014' }, (sql) => /^VACUUM .*"notes"/.test(sql))
        const late = await engineOn(through, { scrub }).scrubFile()
        assert.deepEqual(
          [late.complete, late.obstacle, late.unproven],
          [false, 'timed_out', ['notes']],
        )
        await through.end()
      }))
  }

  it('names the tables of other owners, and waits for nobody with them', () =>
    withWorld(async ({ engineOn, session }) => {
      const client = await session()
      const role = `scrub_role_${count}`
      await client.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA public TO ${role}`)
      await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`)
      await client.query(`ALTER TABLE notes OWNER TO ${role}; SET ROLE ${role}`)
      const scrubbed = await engineOn(client, { scrub: 'rewrite' }).scrubFile()
      assert.deepEqual(
        [scrubbed.level, scrubbed.complete, scrubbed.obstacle],
        ['rows_removed', false, 'not_owner'],
      )
      assert.ok(scrubbed.unproven.includes('users') && !scrubbed.unproven.includes('notes'))
    }))

  it('leaves a transaction of the host as it is', () =>
    withWorld(async ({ engineOn, session }) => {
      const client = await session()
      await client.query('BEGIN; INSERT INTO strangers VALUES (1)')
      await assert.rejects(engineOn(client).scrubFile(), { code: 'connection_busy' })
      await client.query('COMMIT')
      assert.equal((await client.query('SELECT 1 FROM strangers')).rows.length, 1)
    }))
})

it('PGlite has both ways of a scrub', async () => {
  const db = await PGlite.create()
  await fill((sql, values) => db.query(sql, values))
  for (const [scrub, level] of [
    ['vacuum', 'rows_removed'],
    ['rewrite', 'rows_overwritten'],
  ] as const) {
    const store = postgresStore(db, { scrub })
    const engine = new UserDeletionEngine({ store, policy, logger: SILENT })
    await engine.migrate()
    const scrubbed = await engine.scrubFile()
    assert.deepEqual([scrubbed.level, scrubbed.complete, scrubbed.unproven], [level, true, []])
  }
  await db.close()
})

it('refuses another word for a scrub', () => {
  assert.throws(() => postgresStore(new pg.Pool(), { scrub: 'full' as 'rewrite' }), {
    code: 'invalid_argument',
  })
})

/** In how many the files of a folder hold the word of a user who is gone. */
function countIn(
  folder: string,
  isMeant: (file: string) => boolean,
  words: ReadonlyMap<string, string>,
): number {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile() && isMeant(file.name))
    .map(({ name }) => readFileSync(path.join(folder, name)))
  return GONE.filter((id) => files.some((bytes) => bytes.includes(words.get(id) ?? ''))).length
}
