/**
 * The function that postgres.js makes.
 *
 * @module
 */
import type { Host } from './host.ts'
import { type Connection, inTransaction, outsideTransactions } from './in-transaction.ts'
import { allAtOnce, type RawResult, type RawStatement } from './session.ts'

/** A `sql` of postgres.js. */
export interface PostgresJs {
  reserve(): Promise<unknown>
  unsafe(sql: string): unknown
}

/** What is used of one, and of a connection that it has reserved. */
export interface RawPostgresJs {
  reserve(): Promise<Reserved>
}

interface Reserved {
  unsafe(sql: string, values?: readonly unknown[]): PromiseLike<Rows> & { raw(): PromiseLike<Rows> }
  typed(value: unknown, type: number): unknown
  release(): void
}

/** Rows as lists of bytes, with what the server says of them. */
interface Rows extends ReadonlyArray<readonly (Uint8Array | null)[]> {
  readonly columns?: readonly { readonly name: string; readonly type: number }[] | null
  readonly count?: number | null
}

/** A reserved connection goes back once COMMIT or ROLLBACK was answered; a lost one postgres.js replaces by itself. */
export function postgresJsHost(sql: RawPostgresJs): Host {
  async function withReserved<T>(
    work: (connection: Connection, onClean: () => void) => Promise<T>,
  ): Promise<T> {
    const reserved = await sql.reserve()
    const connection = connectionOf(reserved)
    let isClean = false
    try {
      return await work(connection, () => {
        isClean = true
      })
    } finally {
      // It has no way to throw one away: what may be left on it has to end first.
      if (!isClean) await connection.script('ROLLBACK').catch(() => {})
      reserved.release()
    }
  }
  return {
    transaction: (settings, work) =>
      withReserved((connection, onClean) => inTransaction(connection, settings, work, onClean)),
    outside: (work) => withReserved((connection) => outsideTransactions(connection, work)),
  }
}

/** The type of a parameter that the server is to tell: any other has postgres.js change the text. */
const UNKNOWN = 705

function connectionOf(reserved: Reserved): Connection {
  const one = async ({ text, values }: RawStatement): Promise<RawResult> => {
    const typed = values.map((value) => (value === null ? null : reserved.typed(value, UNKNOWN)))
    const rows = await reserved.unsafe(text, typed).raw()
    const columns = rows.columns ?? []
    return {
      names: columns.map(({ name }) => name),
      types: columns.map(({ type }) => type),
      rows: rows.map((row) => row.map(textIn)),
      changes: rows.count ?? 0,
    }
  }
  return {
    one,
    run: allAtOnce(one),
    async script(text) {
      const answered = await reserved.unsafe(text).raw()
      const last = answered.at(-1) as readonly unknown[] | undefined
      // Of several statements there is a list of rows each.
      const row = Array.isArray(last?.[0]) ? (last[0] as readonly unknown[]) : last
      const value = row?.[0]
      return value instanceof Uint8Array ? textIn(value) : null
    },
  }
}

function textIn(value: Uint8Array | null): string | null {
  return value === null ? null : Buffer.from(value).toString('utf8')
}
