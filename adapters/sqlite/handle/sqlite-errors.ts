/**
 * What SQLite and better-sqlite3 throw, as codes of the closed list.
 *
 * @module
 */
import { type ErrorCode, type ErrorDetails, UserDeletionError } from '../../../src/errors.ts'

const CODES: readonly (readonly [prefix: string, code: ErrorCode, message: string])[] = [
  ['SQLITE_BUSY', 'store_busy', 'The database is locked by another connection.'],
  ['SQLITE_LOCKED', 'store_busy', 'A table is locked by another connection.'],
  ['SQLITE_FULL', 'store_full', 'The database or its disk is full.'],
  ['SQLITE_READONLY', 'store_readonly', 'The database is read-only.'],
  ['SQLITE_CORRUPT', 'store_corrupt', 'The database file is damaged.'],
  ['SQLITE_NOTADB', 'store_corrupt', 'The file is not a database.'],
]

/** Any thrown value as an error of the library; errors that are one already stay as they are. */
export function toStoreError(cause: unknown): UserDeletionError {
  if (cause instanceof UserDeletionError) return cause
  const code = sqliteCode(cause)
  const text = cause instanceof Error ? cause.message : ''
  const known = CODES.find(([prefix]) => code.startsWith(prefix))
  if (known !== undefined) return new UserDeletionError(known[1], known[2], { cause })
  if (/connection is busy/i.test(text)) return connectionBusy(cause)
  if (/connection is not open/i.test(text)) return storeClosed(cause)
  return new UserDeletionError('store_failed', 'The database refused a statement.', {
    cause,
    details: code === '' ? {} : { sqlite: code },
  })
}

/** The table that a statement has not found, without its schema. */
export function missingTable(cause: unknown): string | null {
  const text = cause instanceof Error ? cause.message : ''
  return /no such table: (?:main\.)?(\S+)/.exec(text)?.[1] ?? null
}

/** A host's table that has the name of the inside of a virtual table. */
export function defended(table: string): UserDeletionError {
  return new UserDeletionError(
    'schema_mismatch',
    `SQLite takes "${table}" for the inside of a virtual table, and the handle's defensive mode keeps it from being written: open it without, or give the table another name.`,
    { details: { findings: [{ code: 'defended_table', table, path: `tables.${table}` }] } },
  )
}

export function tablesMissing(cause: unknown): UserDeletionError {
  return new UserDeletionError('not_migrated', "The engine's own tables are missing.", { cause })
}

export function isBusy(error: unknown): boolean {
  return error instanceof UserDeletionError && error.code === 'store_busy'
}

export function storeBusy(): UserDeletionError {
  return new UserDeletionError('store_busy', 'The database is locked by another connection.')
}

export function connectionBusy(cause?: unknown): UserDeletionError {
  return new UserDeletionError(
    'connection_busy',
    'The shared handle has an open iterator or transaction.',
    { cause },
  )
}

export function storeClosed(cause?: unknown): UserDeletionError {
  return new UserDeletionError('store_closed', 'The database handle is closed.', { cause })
}

/** Which kind of constraint a failed statement names; `null` for other failures. */
export function constraintKind(cause: unknown): string | null {
  const code = sqliteCode(cause)
  if (!code.startsWith('SQLITE_CONSTRAINT')) return null
  // RESTRICT is a trigger to SQLite; only the message tells it from one of the host's.
  if (cause instanceof Error && cause.message === 'FOREIGN KEY constraint failed')
    return 'foreignkey'
  return code.slice('SQLITE_CONSTRAINT_'.length).toLowerCase() || 'unknown'
}

export function constraintViolation(
  kind: string,
  details: ErrorDetails,
  cause: unknown,
): UserDeletionError {
  const place = [details['table'], details['column']].filter((name) => name !== undefined).join('.')
  return new UserDeletionError(
    'constraint_violation',
    `A ${kind.replace('foreignkey', 'foreign key')} constraint refused the deletion at ${place}.`,
    { cause, details: { constraint: kind, ...details } },
  )
}

/** Whether SQLite's code begins with `code`, or is just that. */
export function hasCode(cause: unknown, code: string, exactly = false): boolean {
  const found = sqliteCode(cause)
  return exactly ? found === code : found.startsWith(code)
}

function sqliteCode(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return ''
  return typeof cause.code === 'string' ? cause.code : ''
}
