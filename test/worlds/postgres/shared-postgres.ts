/**
 * One PostgreSQL server for all processes of a test run.
 *
 * @module
 */
import { findPostgres } from './find-postgres.ts'
import { startPostgres } from './start-postgres.ts'

/** Names the server to the processes of the run. */
const VARIABLE = 'POSTGRES_TEST_SERVER'

export interface SharedPostgresServer {
  /** For the processes that are to use the server. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts nothing where a server runs already, or where there are no programs. */
export async function startSharedPostgres(): Promise<SharedPostgresServer> {
  const source = findPostgres()
  if (source.kind !== 'programs') return { env: {}, stop: async () => {} }
  const server = await startPostgres(source.folder)
  return { env: { [VARIABLE]: server.url }, stop: server.stop }
}

/** The server that this process's run has started, if it has. */
export function sharedPostgres(): string | undefined {
  return process.env[VARIABLE]
}
