/**
 * What PostgreSQL and its drivers throw, as codes of the closed list. The server's own message stays with the cause: it
 * may hold values.
 *
 * @module
 */
import { type ErrorCode, UserDeletionError } from '../../../src/errors.ts'

const CODES: readonly (readonly [states: RegExp, code: ErrorCode, message: string])[] = [
  [/^(40001|40P01|55P03)$/, 'store_busy', 'Other transactions hold what the deletion needs.'],
  [/^(57014|25P0[234])$/, 'store_busy', 'The database has ended the statement or the transaction.'],
  [/^(08...|57P0[1-5]|53300)$/, 'store_unavailable', 'The database cannot be reached.'],
  [/^(53100|53200)$/, 'store_full', 'The database has no room left.'],
  [/^25006$/, 'store_readonly', 'The database is read-only.'],
  [/^XX00[12]$/, 'store_corrupt', 'The database is damaged.'],
  [/^42501$/, 'schema_mismatch', 'The role may not do what the policy asks for.'],
  [
    /^(42P01|42703|42883|42804|42846|42809|0A000|55000)$/,
    'schema_mismatch',
    'The database cannot run a statement on its tables as they are.',
  ],
  [
    /^(22001|22003|22007|22008|22P02|22P05)$/,
    'schema_mismatch',
    'A column cannot hold a value that the policy writes, or holds one that cannot be read.',
  ],
]

const SOCKET = /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOSTUNREACH)/

/** A pool has other connections than the one that is lost. */
const LOST =
  /connection (terminated|ended|closed)|connection error|timeout exceeded|CONNECTION_(CLOSED|DESTROYED)|CONNECT_TIMEOUT/i

/** Any thrown value as an error of the library; errors that are one already stay as they are. */
export function toStoreError(cause: unknown): UserDeletionError {
  if (cause instanceof UserDeletionError) return cause
  const state = sqlState(cause)
  const known = CODES.find(([states]) => states.test(state))
  if (known !== undefined) {
    return new UserDeletionError(known[1], known[2] + refusedAt(cause), {
      cause,
      details: { sqlState: state },
    })
  }
  const text = cause instanceof Error ? cause.message : ''
  if (SOCKET.test(state) || LOST.test(`${state} ${text}`)) {
    return new UserDeletionError('store_unavailable', 'The database cannot be reached.', { cause })
  }
  if (/after calling end|was closed|is closed|CONNECTION_ENDED/i.test(`${state} ${text}`)) {
    return new UserDeletionError('store_closed', 'The database handle is closed.', { cause })
  }
  return new UserDeletionError('store_failed', 'The database refused a statement.', {
    cause,
    details: state === '' ? {} : { sqlState: state },
  })
}

/** Where the role lacks a privilege; the server says so by the name of the table or the schema. */
function refusedAt(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : ''
  const [, place] = /^permission denied for (\w+ \S+)$/.exec(text) ?? []
  return place === undefined ? '' : ` It needs a GRANT on ${place}.`
}

/** The error's SQLSTATE, or a driver's own code; empty where there is none. */
export function sqlState(cause: unknown): string {
  const code = field(cause, 'code')
  return code ?? ''
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  ...{ 23503: 'foreignkey', 23001: 'foreignkey', 23502: 'notnull', 23505: 'unique' },
  ...{ 23514: 'check', '23P01': 'exclusion', '428C9': 'generated' },
}

/** Names the place of a constraint that refused a statement. `columnOf`: the first column of a constraint. */
export function explainRefusal(
  cause: unknown,
  columnOf: (table: string, constraint: string) => string | undefined,
): unknown {
  const kind = CONSTRAINTS[sqlState(cause)]
  if (kind === undefined) return cause
  const table = field(cause, 'table')
  const column = field(cause, 'column') ?? columnOf(table ?? '', field(cause, 'constraint') ?? '')
  const place = [table, column].filter((name) => name !== undefined).join('.')
  return new UserDeletionError(
    'constraint_violation',
    `A ${kind.replace('foreignkey', 'foreign key')} constraint refused the deletion at ${place}.`,
    {
      cause,
      details: {
        constraint: kind,
        ...(table === undefined ? {} : { table }),
        ...(column === undefined ? {} : { column }),
      },
    },
  )
}

function field(cause: unknown, name: string): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined
  const value: unknown = Reflect.get(cause, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function connectionBusy(cause?: unknown): UserDeletionError {
  return new UserDeletionError('connection_busy', 'The shared handle has an open transaction.', {
    cause,
  })
}

export function tablesMissing(cause: unknown): UserDeletionError {
  return new UserDeletionError('not_migrated', "The engine's own tables are missing.", { cause })
}

/** Whether a table of the engine is not there. */
export function missesOwn(cause: unknown, own: readonly string[]): boolean {
  if (!(cause instanceof Error) || sqlState(cause) !== '42P01') return false
  return own.some((name) => cause.message.includes(`.${name}"`))
}
