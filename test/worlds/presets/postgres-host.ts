/** A schema of its own in which a library makes its tables. */
import pg from 'pg'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import type { Store } from '../../../src/index.ts'
import { type PostgresServer, startPostgres } from '../postgres/postgres-server.ts'
import { placesInPostgres } from '../sql/raw-scan.ts'

const server: PostgresServer | null = await startPostgres()
let count = 0

export const isThere: boolean = server !== null

export interface PostgresHost {
  readonly pool: pg.Pool
  readonly store: Store
  places(texts: readonly string[]): Promise<readonly string[]>
  rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

export async function openPostgresHost(sql = ''): Promise<PostgresHost> {
  if (server === null) throw new Error('there is no server')
  count += 1
  const schema = `host_${count}`
  const options = `-c search_path=${schema}`
  const pool = new pg.Pool({ connectionString: server.connectionString, options })
  await pool.query(`CREATE SCHEMA ${schema}; ${sql}`)
  return {
    pool,
    store: postgresStore(pool, { schema }),
    places: (texts) => placesInPostgres(pool, schema, texts),
    rows: async (table) => (await pool.query(`SELECT * FROM "${table}" ORDER BY id`)).rows,
    close: () => pool.end(),
  }
}

export async function stopPostgresHosts(): Promise<void> {
  await server?.stop()
}
