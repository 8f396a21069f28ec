/**
 * PGlite, whose own transactions keep queries of the host out until they end.
 *
 * @module
 */
import { type Host, inTurn } from './host.ts'
import { asText, type PgResult, rawResult } from './pg-host.ts'
import { connectionBusy, sqlState } from './postgres-errors.ts'
import { oneByOne, type Run } from './session.ts'

/** An instance of PGlite. */
export interface PgliteDatabase {
  query(sql: string, values?: never, options?: never): Promise<unknown>
  exec(sql: string): Promise<unknown>
  transaction<T>(work: (transaction: never) => Promise<T>): Promise<T>
}

/** What is used of one. */
export interface Pglite extends Queries {
  readonly parsers?: Readonly<Record<string, unknown>>
  transaction<T>(work: (transaction: Queries) => Promise<T>): Promise<T>
}

interface Queries {
  query(sql: string, values?: unknown, options?: unknown): Promise<unknown>
  exec(sql: string): Promise<unknown>
}

interface PgliteResult extends Omit<PgResult, 'rowCount'> {
  readonly affectedRows?: number
}

export function pgliteHost(db: Pglite): Host {
  const parsers = Object.fromEntries(Object.keys(db.parsers ?? {}).map((type) => [type, asText]))
  const serializers = { 16: String, 17: String, 114: String, 3802: String }
  const options = { rowMode: 'array', parsers, serializers }
  const runOn = (client: Queries): Run =>
    oneByOne(async ({ text, values }) => {
      const result = (await client.query(text, values, options)) as PgliteResult
      return rawResult(result, result.affectedRows ?? 0)
    })
  const next = inTurn()
  return {
    isOneConnection: true,
    transaction: (settings, work) =>
      next(async () => {
        await refuseOpenTransaction(db)
        return db.transaction(async (client) => {
          await client.exec(`SET TRANSACTION ${settings.mode}; SELECT ${settings.first.join(', ')}`)
          return work(runOn(client))
        })
      }),
    outside: (work) =>
      next(async () => {
        await refuseOpenTransaction(db)
        return work(runOn(db))
      }),
  }
}

/** @throws `connection_busy`: its BEGIN would only be warned of, and COMMIT would be that of the host's work. */
async function refuseOpenTransaction(db: Queries): Promise<void> {
  try {
    await db.exec('SAVEPOINT user_deletion_probe')
  } catch (cause) {
    if (sqlState(cause) === '25P01') return
    if (sqlState(cause) === '25P02') throw connectionBusy(cause)
    throw cause
  }
  await db.exec('RELEASE SAVEPOINT user_deletion_probe')
  throw connectionBusy()
}
