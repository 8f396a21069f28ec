/**
 * Pools and clients of pg, and of drivers with its ways.
 *
 * @module
 */
import { type Host, inTurn } from './host.ts'
import { type Connection, inTransaction, outsideTransactions } from './in-transaction.ts'
import { batchOn, isOfMessages } from './pg-batch.ts'
import { connectionBusy } from './postgres-errors.ts'
import { allAtOnce, oneByOne, type RawResult, type RawStatement, type Run } from './session.ts'

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

/** What is used of a client. */
export interface RawClient {
  query(query: unknown): Promise<unknown>
  getTransactionStatus?(): string | null
  /** Whether it sends a query before the one ahead of it is answered. */
  readonly pipeline?: boolean
  /** What sends single messages; the one over libpq has none. */
  readonly connection?: unknown
  on?(event: 'error', listener: (cause: unknown) => void): unknown
  off?(event: 'error', listener: (cause: unknown) => void): unknown
}

/** A client goes back to its pool only once COMMIT or ROLLBACK was answered; any other is thrown away. */
export function poolHost(pool: PostgresPool): Host {
  async function withClient<T>(
    work: (connection: Connection, onClean: () => void) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect()
    // A connection that is cut while it is held is an event that nobody else listens for.
    const ignore = (): void => {}
    const own = client as unknown as RawClient
    own.on?.('error', ignore)
    let isClean = false
    try {
      return await work(connectionOf(own), () => {
        isClean = true
      })
    } finally {
      // One that is thrown away may still hear of its end.
      if (isClean) own.off?.('error', ignore)
      client.release(isClean ? undefined : true)
    }
  }
  return {
    transaction: (settings, work) =>
      withClient((connection, onClean) => inTransaction(connection, settings, work, onClean)),
    outside: (work) =>
      withClient(async (connection, onClean) => {
        const result = await outsideTransactions(connection, work)
        onClean()
        return result
      }),
  }
}

/** One piece of work after the other. */
export function clientHost(client: RawClient): Host {
  const next = inTurn()
  const whileIdle = <T>(work: () => Promise<T>): Promise<T> =>
    next(async () => {
      // What it says may be older than what the host has sent since: the server decides.
      const status = client.getTransactionStatus?.() ?? 'I'
      if (status !== 'I') throw connectionBusy()
      return work()
    })
  return {
    isOneConnection: true,
    transaction: (settings, work) =>
      whileIdle(() => inTransaction(connectionOf(client), settings, work, () => {})),
    outside: (work) => whileIdle(() => outsideTransactions(connectionOf(client), work)),
  }
}

/** As pg hands out the values of a query that asks for lists and no parsers. */
export interface PgResult {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number | null
}

function connectionOf(client: RawClient): Connection {
  const types = { getTypeParser: () => asText }
  const ask = (query: object): Promise<unknown> =>
    client.query({ ...query, rowMode: 'array', types })
  const one = async (statement: RawStatement): Promise<RawResult> => {
    const result = (await ask(statement)) as PgResult
    return rawResult(result, result.rowCount ?? 0)
  }
  return {
    run: runOf(client, one),
    one,
    async script(text) {
      const results = [(await ask({ text })) as PgResult | PgResult[]].flat()
      return results.at(-1)?.rows[0]?.[0] ?? null
    },
  }
}

/** A client that sends queries at once takes none of another class. */
function runOf(client: RawClient, one: (statement: RawStatement) => Promise<RawResult>): Run {
  if (client.pipeline === true) return allAtOnce(one)
  return isOfMessages(client.connection) ? batchOn(client) : oneByOne(one)
}

export function asText(value: unknown): unknown {
  return value
}

export function rawResult(
  { fields, rows }: Omit<PgResult, 'rowCount'>,
  changes: number,
): RawResult {
  return {
    names: fields.map(({ name }) => name),
    types: fields.map(({ dataTypeID }) => dataTypeID),
    rows,
    changes,
  }
}
