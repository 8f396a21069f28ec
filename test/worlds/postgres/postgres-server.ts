/**
 * PostgreSQL for tests: one server, a fresh database for each file.
 *
 * Which server it is, `find-postgres.ts` decides. `npm test` starts it for all its processes (`shared-postgres.ts`); a
 * file that is run alone starts its own. Where there is none, tests that need one are skipped by name, and others run on
 * PGlite; with `REQUIRE_POSTGRES=1` a file that needs one fails.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { findPostgres } from './find-postgres.ts'
import { sharedPostgres } from './shared-postgres.ts'
import { startPostgres as start } from './start-postgres.ts'

/** A database that nobody else has. Roles are those of the server, which others use at the same time. */
export interface PostgresServer {
  readonly connectionString: string
  stop(): Promise<void>
}

/** `null` where there is no server. @throws where there is none and `REQUIRE_POSTGRES=1`. */
export async function startPostgres(): Promise<PostgresServer | null> {
  const source = findPostgres()
  if (source.kind === 'running') return newDatabase(source.url, true)
  const shared = sharedPostgres()
  // With a server that was started for the tests it goes anyway.
  if (shared !== undefined) return newDatabase(shared, false)
  if (source.kind === 'programs') {
    const { url, stop } = await start(source.folder)
    return { connectionString: url, stop }
  }
  if (process.env['REQUIRE_POSTGRES'] !== '1') return null
  throw new Error(`REQUIRE_POSTGRES=1, but there is no server: ${source.because}`)
}

async function newDatabase(url: string, isToGo: boolean): Promise<PostgresServer> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const ask = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  // Nobody is ever connected to this template.
  await ask(`CREATE DATABASE ${name} TEMPLATE template0`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return {
    connectionString: own.href,
    async stop() {
      // The server waits for connections that are still closing.
      if (isToGo) await ask(`DROP DATABASE ${name}`)
    },
  }
}
