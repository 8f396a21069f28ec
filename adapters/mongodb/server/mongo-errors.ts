/**
 * What the server and its driver throw, as codes of the closed list.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'

/** Any thrown value as an error of the library; errors that are one already stay as they are. */
export function toStoreError(cause: unknown): UserDeletionError {
  if (cause instanceof UserDeletionError) return cause
  const code = codeOf(cause)
  if (code === DUPLICATE_KEY || code === VALIDATION) return refusedByRule(cause, code)
  if (DISK_FULL.has(code)) {
    return new UserDeletionError('store_full', "The server's disk is full.", { cause })
  }
  if (isClosed(cause)) {
    return new UserDeletionError('store_closed', 'The client is closed.', { cause })
  }
  if (isConflict(cause)) return storeBusy(cause)
  if (isUnavailable(cause)) {
    return new UserDeletionError('store_unavailable', 'The server cannot be reached.', { cause })
  }
  return new UserDeletionError('store_failed', 'The server refused a command.', {
    cause,
    details: code === 0 ? {} : { mongodb: code },
  })
}

/** Another writer was there first; the same work can go through later. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(codeOf(error))
}

/** Whether the whole transaction may be tried again. */
export function isTransient(error: unknown): boolean {
  return hasLabel(error, 'TransientTransactionError') || isConflict(error)
}

/** Whether nobody knows if the commit has gone through. */
export function isUnknownCommit(error: unknown): boolean {
  return hasLabel(error, 'UnknownTransactionCommitResult') || isUnavailable(error)
}

/** Whether the server could not be asked, or is no longer the one that writes. */
export function isUnavailable(error: unknown): boolean {
  if (hasLabel(error, 'RetryableWriteError')) return true
  return UNAVAILABLE.has(codeOf(error)) || CONNECTION.test(nameOf(error))
}

/** Whether the server says that it has no transactions. */
export function lacksTransactions(error: unknown): boolean {
  return NO_TRANSACTIONS.has(codeOf(error))
}

/** Whether a compatible server does not know a command or a stage of a pipeline. */
export function lacksCommand(error: unknown): boolean {
  return UNKNOWN_COMMAND.has(codeOf(error))
}

/** Whether the server does not know an operator of an expression. */
export function lacksExpression(error: unknown): boolean {
  return UNKNOWN_EXPRESSION.has(codeOf(error)) || lacksCommand(error)
}

/** Whether the collection was dropped meanwhile. */
export function isMissingCollection(error: unknown): boolean {
  return codeOf(error) === NAMESPACE_NOT_FOUND
}

/** Whether somebody else has made the collection at the same time. */
export function isCollectionThere(error: unknown): boolean {
  return codeOf(error) === NAMESPACE_EXISTS
}

/** Whether there is no index of that name. */
export function isMissingIndex(error: unknown): boolean {
  return codeOf(error) === INDEX_NOT_FOUND
}

/** Whether a command took longer than it was given. */
export function isOutOfTime(error: unknown): boolean {
  return codeOf(error) === MAX_TIME_EXPIRED
}

export function isDuplicateKey(error: unknown): boolean {
  return codeOf(error) === DUPLICATE_KEY
}

export function storeBusy(cause?: unknown): UserDeletionError {
  return new UserDeletionError('store_busy', 'Another writer is at work on the same documents.', {
    cause,
  })
}

/** The engine's own documents are missing. */
export function notMigrated(): UserDeletionError {
  return new UserDeletionError('not_migrated', "The engine's own collections are missing.")
}

const MAX_TIME_EXPIRED = 50
const DUPLICATE_KEY = 11_000
const VALIDATION = 121
const DISK_FULL = new Set([14_031])
/**
 * LockTimeout, MaxTimeMSExpired in a wait for another writer, WriteConflict, TransactionTooOld, NoSuchTransaction,
 * and rate limits of a compatible server. A transaction that somebody has ended says so in several ways, by where
 * it was: CursorNotFound, CursorKilled, TransactionExceededLifetimeLimitSeconds, Interrupted. Its snapshot is
 * gone: SnapshotTooOld, SnapshotUnavailable. Chunks have moved: StaleShardVersion, StaleEpoch, StaleDbVersion,
 * StaleConfig.
 */
const CONFLICTS = new Set([
  ...[24, MAX_TIME_EXPIRED, 112, 225, 251, 16_500],
  ...[43, 237, 290, 11_601, 239, 246, 63, 150, 249, 13_388],
])
/** Unreachable hosts, a primary that steps down or starts, interrupted commands, and unconfirmed writes. */
const UNAVAILABLE = new Set([
  6, 7, 64, 89, 91, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436,
])
/** Names of the driver's errors that say that it had no connection, or lost it. */
const CONNECTION = /Network|ServerSelection|PoolCleared|WaitQueueTimeout/
/** IllegalOperation, CommandNotFound, CommandNotSupported, NotARetryableWriteCommand, OperationNotSupportedInTransaction. */
const NO_TRANSACTIONS = new Set([20, 59, 115, 238, 263])
/** CommandNotFound, CommandNotSupported, and a stage with an unknown name. */
const UNKNOWN_COMMAND = new Set([59, 115, 238, 303, 40_324])
/** InvalidPipelineOperator, and what servers before it had a code for it said. */
const UNKNOWN_EXPRESSION = new Set([168, 15_999, 31_325])
const INDEX_NOT_FOUND = 27
const NAMESPACE_NOT_FOUND = 26
const NAMESPACE_EXISTS = 48

/** The values that were refused stay out of the error: only the cause, which the server wrote, holds them. */
function refusedByRule(cause: unknown, code: number): UserDeletionError {
  const constraint = code === DUPLICATE_KEY ? 'unique' : 'check'
  const place = placeOf(cause)
  return new UserDeletionError(
    'constraint_violation',
    `A ${constraint} constraint refused the deletion${place === null ? '' : ` at ${place}`}.`,
    { cause, details: { constraint, ...(place === null ? {} : { table: place }) } },
  )
}

/** The collection that the server's message names. */
function placeOf(cause: unknown): string | null {
  const text = cause instanceof Error ? cause.message : ''
  return /collection: [^.\s]+\.(\S+) index:/.exec(text)?.[1] ?? null
}

function isClosed(error: unknown): boolean {
  return /MongoNotConnected|TopologyClosed|ClientClosed|ExpiredSession/.test(nameOf(error))
}

function codeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0
  const code: unknown = Reflect.get(behindBulk(error), 'code')
  // Where a command asked for values as they are, its error holds them as the driver's own objects.
  const number = Number(code ?? 0)
  return Number.isInteger(number) ? number : 0
}

function nameOf(error: unknown): string {
  const known = behindBulk(error)
  return known instanceof Error ? known.name : ''
}

/** The driver hides what stopped several updates behind an error of its own. */
function behindBulk<T>(error: T): T | object {
  if (!(error instanceof Error) || error.name !== 'MongoBulkWriteError') return error
  const response: unknown = Reflect.get(error, 'errorResponse')
  return response instanceof Error ? response : error
}

function hasLabel(error: unknown, label: string): boolean {
  if (typeof error !== 'object' || error === null) return false
  const known = behindBulk(error)
  const ask: unknown = Reflect.get(known, 'hasErrorLabel')
  return typeof ask === 'function' && ask.call(known, label) === true
}
