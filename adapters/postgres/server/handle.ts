/**
 * What a host passes as its handle, told by its shape: a pool or client of pg, or PGlite. No driver is imported.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { connectionBusy, sqlState } from './postgres-errors.ts'
import type { RawResult, Run } from './session.ts'

/** A `Pool` of pg, or of a driver with its ways. */
export interface PostgresPool {
  readonly totalCount: number
  connect(): Promise<PostgresPoolClient>
}

export interface PostgresPoolClient extends PostgresClient {
  release(cause?: Error | boolean): unknown
}

/** A connected `Client` of pg. */
export interface PostgresClient {
  query(query: never): Promise<unknown>
}

/** An instance of PGlite. */
export interface PgliteDatabase {
  query(sql: string, values?: never, options?: never): Promise<unknown>
  exec(sql: string): Promise<unknown>
  transaction<T>(work: (transaction: never) => Promise<T>): Promise<T>
}

export type PostgresHandle = PostgresPool | PostgresClient | PgliteDatabase

/** How a host's handle is used. */
export interface Host {
  /**
   * One transaction: `begin` is the statement that opens it and sets it up, where the handle does not open it itself.
   * Rolled back where `work` throws. @throws `connection_busy` where the host has a transaction open.
   */
  transaction<T>(settings: Settings, work: (run: Run) => Promise<T>): Promise<T>
}

export interface Settings {
  /** What stands behind `BEGIN` and `SET TRANSACTION`. */
  readonly mode: string
}

/** @throws {@link UserDeletionError} `invalid_argument` for anything else than a known handle. */
export function hostOf(given: unknown): Host {
  const members = Object(given) as Readonly<Record<string, unknown>>
  const has = (...names: readonly string[]): boolean =>
    names.every((name) => typeof members[name] === 'function')
  if (has('query', 'exec', 'transaction')) return pgliteHost(given as Pglite)
  if (has('connect', 'query') && typeof members['totalCount'] === 'number') {
    return poolHost(given as PostgresPool)
  }
  if (has('connect', 'query', 'end')) return clientHost(given as RawClient)
  throw new UserDeletionError(
    'invalid_argument',
    'postgresStore takes a Pool or a connected Client of pg, or an instance of PGlite.',
    { details: { path: 'handle' } },
  )
}

interface RawClient {
  query(query: unknown): Promise<unknown>
  getTransactionStatus?(): string | null
  on?(event: 'error', listener: (cause: unknown) => void): unknown
  off?(event: 'error', listener: (cause: unknown) => void): unknown
}

/** As pg hands out the values of a query that asks for lists and no parsers. */
interface PgResult {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number | null
}

function runOf(client: RawClient): Run {
  return async (text, values) => {
    const types = { getTypeParser: () => asText }
    const result = (await client.query({ text, values, rowMode: 'array', types })) as PgResult
    return rawResult(result, result.rowCount ?? 0)
  }
}

function asText(value: unknown): unknown {
  return value
}

function rawResult({ fields, rows }: Omit<PgResult, 'rowCount'>, changes: number): RawResult {
  return {
    names: fields.map(({ name }) => name),
    types: fields.map(({ dataTypeID }) => dataTypeID),
    rows,
    changes,
  }
}

/** A client goes back to its pool only once COMMIT or ROLLBACK was answered; any other is thrown away. */
function poolHost(pool: PostgresPool): Host {
  return {
    async transaction(settings, work) {
      const client = await pool.connect()
      // A connection that is cut while it is held is an event that nobody else listens for.
      const ignore = (): void => {}
      const own = client as unknown as RawClient
      own.on?.('error', ignore)
      let isClean = false
      try {
        return await inTransaction(runOf(own), settings, work, () => {
          isClean = true
        })
      } finally {
        own.off?.('error', ignore)
        client.release(isClean ? undefined : true)
      }
    },
  }
}

/** One piece of work after the other. */
function clientHost(client: RawClient): Host {
  const next = inTurn()
  return {
    transaction: (settings, work) =>
      next(async () => {
        const run = runOf(client)
        await refuseOpenTransaction(run, client.getTransactionStatus?.() ?? null)
        return inTransaction(run, settings, work, () => {})
      }),
  }
}

/** @throws `connection_busy`: BEGIN would only be warned of, and COMMIT would be that of the host's work. */
async function refuseOpenTransaction(run: Run, status: string | null): Promise<void> {
  if (status === 'I') return
  if (status !== null) throw connectionBusy()
  try {
    await run('SAVEPOINT user_deletion_probe', [])
  } catch (cause) {
    if (sqlState(cause) === '25P01') return
    if (sqlState(cause) === '25P02') throw connectionBusy(cause)
    throw cause
  }
  await run('RELEASE SAVEPOINT user_deletion_probe', [])
  throw connectionBusy()
}

async function inTransaction<T>(
  run: Run,
  { mode }: Settings,
  work: (run: Run) => Promise<T>,
  onEnded: () => void,
): Promise<T> {
  await run(`BEGIN ${mode}`, [])
  let result: T
  try {
    result = await work(run)
  } catch (cause) {
    await run('ROLLBACK', []).then(onEnded, () => {})
    throw cause
  }
  try {
    await run('COMMIT', [])
  } catch (cause) {
    throw isAnswer(cause) ? cause : new CommitUnanswered(result, cause)
  }
  onEnded()
  return result
}

/** The connection was lost behind COMMIT: whether it stands, only the server knows. */
export class CommitUnanswered extends Error {
  readonly result: unknown

  constructor(result: unknown, cause: unknown) {
    super('the commit was not answered', { cause })
    this.result = result
  }
}

/** Whether the server itself has refused, and not gone away. */
function isAnswer(cause: unknown): boolean {
  const state = sqlState(cause)
  return /^[0-9A-Z]{5}$/.test(state) && !/^(08|57P|EPIPE)/.test(state)
}

interface Pglite {
  readonly parsers?: Readonly<Record<string, unknown>>
  query(sql: string, values?: unknown, options?: unknown): Promise<unknown>
  transaction<T>(work: (transaction: Pick<Pglite, 'query'>) => Promise<T>): Promise<T>
}

interface PgliteResult extends Omit<PgResult, 'rowCount'> {
  readonly affectedRows?: number
}

/** Its own transactions keep queries of the host out until they end. */
function pgliteHost(db: Pglite): Host {
  const parsers = Object.fromEntries(Object.keys(db.parsers ?? {}).map((type) => [type, asText]))
  const serializers = { 16: String, 17: String, 114: String, 3802: String }
  const options = { rowMode: 'array', parsers, serializers }
  const runOn =
    (client: Pick<Pglite, 'query'>): Run =>
    async (sql, values) => {
      const result = (await client.query(sql, values, options)) as PgliteResult
      return rawResult(result, result.affectedRows ?? 0)
    }
  const next = inTurn()
  return {
    transaction: (settings, work) =>
      next(async () => {
        await refuseOpenTransaction(runOn(db), null)
        return db.transaction(async (client) => {
          const run = runOn(client)
          await run(`SET TRANSACTION ${settings.mode}`, [])
          return work(run)
        })
      }),
  }
}

/** Runs pieces of work one after the other, whatever becomes of them. */
function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const own = last.then(work, work)
    last = own.catch(() => {})
    return own
  }
}
