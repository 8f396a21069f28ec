/**
 * Databases for the benchmark on PostgreSQL: one is filled, every measurement has a copy of its own.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import pg from 'pg'
import { type SeededUser, seed } from '../../examples/demo/seed.ts'
import { helloJohnPostgresSchema, helloJohnSchema } from '../../src/presets/hellojohn/index.ts'
import { findPostgres } from '../../test/worlds/postgres/find-postgres.ts'
import { startPostgres } from '../../test/worlds/postgres/start-postgres.ts'
import { TENANT } from '../support/database.ts'

export interface Bench {
  readonly users: readonly SeededUser[]
  readonly version: string
  /** Runs `work` with the address of a fresh copy, which is removed afterwards. */
  withCopy<T>(work: (connectionString: string) => Promise<T>): Promise<T>
}

/** Everything that a commit promises is kept, which the servers of the tests do without. */
const SETTINGS = {
  ...{ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', autovacuum: 'off' },
  ...{ shared_buffers: '1GB', max_wal_size: '8GB', checkpoint_timeout: '1h' },
}

/** Runs `work` on a server: the one at `POSTGRES_URL`, or one of its own, which is removed afterwards. */
export async function withBench<T>(
  users: number,
  work: (bench: Bench) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const source = findPostgres()
  if (source.kind === 'none') throw new Error(`there is no PostgreSQL server: ${source.because}`)
  const own =
    source.kind === 'programs'
      ? await startPostgres(source.folder, { ...SETTINGS, ...settings })
      : null
  const url = source.kind === 'running' ? source.url : (own?.url ?? '')
  const server = new pg.Client({ connectionString: url })
  await server.connect()
  const template = newName()
  try {
    await server.query(`CREATE DATABASE ${template} TEMPLATE template0`)
    const seeded = await fill(addressOf(url, template), users)
    const [{ version } = { version: '' }] = (
      await server.query<{ version: string }>("SELECT current_setting('server_version') AS version")
    ).rows
    return await work({
      users: seeded,
      version,
      withCopy: (use) => withCopy(server, url, template, use),
    })
  } finally {
    await server.query(`DROP DATABASE IF EXISTS ${template}`)
    await server.end()
    await own?.stop()
  }
}

async function withCopy<T>(
  server: pg.Client,
  url: string,
  template: string,
  use: (connectionString: string) => Promise<T>,
): Promise<T> {
  const name = newName()
  // Written around the log, which the measurement is to find empty.
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`)
  await server.query('CHECKPOINT')
  try {
    return await use(addressOf(url, name))
  } finally {
    await server.query(`DROP DATABASE ${name} WITH (FORCE)`)
  }
}

function newName(): string {
  return `user_deletion_bench_${randomBytes(6).toString('hex')}`
}

function addressOf(url: string, database: string): string {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.href
}

const ROWS_A_STATEMENT = 5_000
const DOCUMENTS: readonly string[] = ['public_metadata', 'metadata', 'data']

/** The rows that the benchmark on SQLite has, written in the same order. */
async function fill(connectionString: string, users: number): Promise<readonly SeededUser[]> {
  const made = new Database(':memory:')
  made.exec(helloJohnSchema)
  const seeded = seed(made, { users, tenants: { [TENANT]: 100 }, extras: false })
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(helloJohnPostgresSchema)
    await client.query('SET session_replication_role = replica')
    for (const table of hostTables(made)) await copyTable(made, client, table)
    await client.query('VACUUM (ANALYZE)')
  } finally {
    await client.end()
    made.close()
  }
  return seeded
}

function hostTables(made: Database.Database): readonly string[] {
  const named = made.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck()
  return named.all() as string[]
}

async function copyTable(made: Database.Database, client: pg.Client, table: string): Promise<void> {
  const read = made.prepare(`SELECT * FROM "${table}" ORDER BY rowid`)
  const columns = read
    .columns()
    .map(({ name }) => `"${name}"`)
    .join(', ')
  const write = `INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::"${table}", $1)`
  let rows: object[] = []
  const send = async (): Promise<void> => {
    if (rows.length > 0) await client.query(write, [JSON.stringify(rows)])
    rows = []
  }
  for (const row of read.iterate() as IterableIterator<Record<string, unknown>>) {
    for (const name of DOCUMENTS) {
      if (typeof row[name] === 'string') row[name] = JSON.parse(row[name])
    }
    rows.push(row)
    if (rows.length === ROWS_A_STATEMENT) await send()
  }
  await send()
}

const HOST_TABLES = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^(user_deletion|by_hand)_' ORDER BY 1`

/** A sum over all rows of the host's tables: two ways of deleting have to agree on it. */
export async function digestOf(client: pg.Pool): Promise<string> {
  const { rows } = await client.query<{ tablename: string }>(HOST_TABLES)
  const sums: string[] = []
  for (const { tablename } of rows) {
    const sum = await client.query<{ sum: string }>(
      `SELECT concat(count(*), ' ', sum(hashtextextended(CAST(t AS text), 0))) AS sum FROM "${tablename}" AS t`,
    )
    sums.push(`${tablename} ${sum.rows[0]?.sum}`)
  }
  return sums.join('\n')
}
