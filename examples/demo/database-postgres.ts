/**
 * The demo's database in PostgreSQL, with the rows of the same users: in process by PGlite, or in a schema of its own on
 * the server at `POSTGRES_URL`.
 *
 * @module
 */
import { PGlite } from '@electric-sql/pglite'
import Database from 'better-sqlite3'
import pg from 'pg'
import { type PostgresHandle, postgresStore } from '../../adapters/postgres/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPostgresSchema, soleOwner } from '../../src/presets/hellojohn/index.ts'
import type { DemoDatabase } from './database.ts'
import { demoPolicy, fillDemo } from './database-sqlite.ts'
import { type Ask, postgresOutside } from './outside-postgres.ts'

const BATCH = 2_000
const JSON_COLUMNS = ['metadata', 'data', 'public_metadata']

interface Opened {
  readonly handle: PostgresHandle
  readonly schema: string
  /** How many users to delete at once. */
  readonly bulk: number
  /** On a connection that is not the engine's, where there can be two. */
  readonly ask: Ask
  run(sql: string): Promise<unknown>
  close(): Promise<void>
}

export async function openPostgres(): Promise<DemoDatabase> {
  const { POSTGRES_URL: url } = process.env
  const opened = url ? await onServer(url) : await inProcess()
  const { handle, schema, bulk, ask, run, close } = opened
  try {
    const tables = new Database(':memory:')
    const users = fillDemo(tables, 1_000)
    await run(`${helloJohnPostgresSchema}
      CREATE TABLE notes (
        id integer PRIMARY KEY,
        tenant_id text NOT NULL,
        author_id text NOT NULL REFERENCES users (id),
        text text NOT NULL
      );
      CREATE INDEX notes_author_id ON notes (author_id);`)
    await copy(tables, ask)
    await run('ANALYZE')
    tables.close()
    const store = postgresStore(handle, { schema })
    const engine = new UserDeletionEngine({ store, policy: demoPolicy, blockers: [soleOwner] })
    return { engine, users, bulk, outside: postgresOutside(ask, schema), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function inProcess(): Promise<Opened> {
  const db = await PGlite.create()
  return {
    ...{ handle: db, schema: 'public', bulk: 100 },
    ask: async (sql, values) => (await db.query<never>(sql, [...values])).rows,
    run: (sql) => db.exec(sql),
    close: () => db.close(),
  }
}

async function onServer(url: string): Promise<Opened> {
  const schema = `user_deletion_demo_${process.pid}`
  const pool = new pg.Pool({ connectionString: url })
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` })
  await client.connect()
  await client.query(`CREATE SCHEMA ${schema}`)
  return {
    ...{ handle: pool, schema, bulk: 400 },
    ask: async (sql, values) => (await client.query(sql, [...values])).rows,
    run: (sql) => client.query(sql),
    async close() {
      await client.query(`DROP SCHEMA ${schema} CASCADE`)
      await client.end()
      await pool.end()
    },
  }
}

/** Parents first, as they were created. */
async function copy(tables: Database.Database, ask: Ask): Promise<void> {
  const names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
  for (const table of tables.prepare<[], string>(names).pluck().all()) {
    const rows = tables.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all()
    for (let from = 0; from < rows.length; from += BATCH) {
      const batch = rows.slice(from, from + BATCH).map(withDocuments)
      await ask(
        `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(CAST(NULL AS ${table}), $1)`,
        [JSON.stringify(batch)],
      )
    }
  }
}

function withDocuments(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      JSON_COLUMNS.includes(column) && value !== null ? JSON.parse(String(value)) : value,
    ]),
  )
}
