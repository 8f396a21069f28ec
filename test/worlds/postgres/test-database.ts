/**
 * A database for tests that ask no more than SQL and one connection: one of a server where there is one, else PGlite.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'
import pg from 'pg'
import type { PostgresHandle } from '../../../adapters/postgres/index.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

type Row = Readonly<Record<string, unknown>>

export interface TestDatabase {
  /** One connection, which the test shares: its role and its schema are those of the session. */
  readonly handle: PostgresHandle
  /** Several statements. */
  exec(sql: string): Promise<unknown>
  /** Integers of 64 bits as numbers where a number holds them. */
  query<T extends object = Row>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: T[] }>
  /** A role that nobody else has, though the server may be everybody's. It goes when the database is closed. */
  newRole(): Promise<string>
  close(): Promise<void>
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const server = await startPostgres()
  return withRoles(server === null ? await inProcess() : await onServer(server))
}

/** The one in process, whose version is the newer, and where there is a server one of that too. */
export async function openBothDatabases(): Promise<
  readonly (readonly [name: string, database: TestDatabase])[]
> {
  const own = ['in process', withRoles(await inProcess())] as const
  const server = await startPostgres()
  return server === null ? [own] : [own, ['on a server', withRoles(await onServer(server))]]
}

function withRoles(database: Opened): TestDatabase {
  const roles: string[] = []
  return {
    ...database,
    async newRole() {
      const role = `role_${randomBytes(8).toString('hex')}`
      await database.exec(`CREATE ROLE ${role}`)
      roles.push(role)
      return role
    },
    async close() {
      await database.exec('RESET ROLE')
      for (const role of roles) await database.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
      await database.close()
    },
  }
}

type Opened = Omit<TestDatabase, 'newRole'>

async function onServer(server: PostgresServer): Promise<Opened> {
  const client = new pg.Client({ connectionString: server.connectionString })
  await client.connect()
  return {
    handle: client,
    exec: (sql) => client.query(sql),
    query: (sql, values = []) => client.query({ ...typed(sql), values: [...values] }),
    async close() {
      await client.end()
      await server.stop()
    },
  }
}

async function inProcess(): Promise<Opened> {
  const db = await PGlite.create({ extensions: { citext } })
  return {
    handle: db,
    exec: (sql) => db.exec(sql),
    query: (sql, values = []) => db.query(sql, [...values]),
    close: () => db.close(),
  }
}

/** A query of pg whose values are those of PGlite. */
export function typed(text: string): pg.QueryConfig {
  return { text, types: { getTypeParser: parserOf as never } }
}

const BIGINT = 20

function parserOf(type: number, format: unknown): (value: string) => unknown {
  if (type === BIGINT) {
    return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value))
  }
  return pg.types.getTypeParser(type, format as 'text') as (value: string) => unknown
}
