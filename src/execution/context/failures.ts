/**
 * Errors that several acts raise.
 *
 * @module
 */
import { type ErrorDetails, UserDeletionError, UserNotFoundError } from '../../errors.ts'
import type { Blocker } from '../../plan/plan.ts'
import { receiptIdOf } from '../../receipt/archived-entry.ts'
import type { LedgerEntry } from '../../store/records.ts'

export function blockedError(blockers: readonly Blocker[]): UserDeletionError {
  const names = blockers.map(({ name }) => name).join(', ')
  return new UserDeletionError('deletion_blocked', `The deletion is blocked by: ${names}.`, {
    details: { blockers },
  })
}

/** Not found, with the earlier receipt's id where the ledger has one. */
export function notFound(earlier: LedgerEntry | undefined): UserNotFoundError {
  return new UserNotFoundError(earlier === undefined ? {} : { receiptId: receiptIdOf(earlier) })
}

/** The same for a tenant. */
export function tenantNotFound(earlier: LedgerEntry | undefined): UserDeletionError {
  return new UserDeletionError('resource_not_found', 'Tenant not found.', {
    details: earlier === undefined ? {} : { receiptId: receiptIdOf(earlier) },
  })
}

export function idempotencyConflict(): UserDeletionError {
  return new UserDeletionError(
    'idempotency_conflict',
    'The idempotency key was used with other arguments.',
  )
}

export function inProgress(details: ErrorDetails = {}): UserDeletionError {
  return new UserDeletionError('in_progress', 'This user is being deleted by another call.', {
    details,
  })
}

/** Any thrown value as an error of the library: a store of a third party may throw anything. */
export function toEngineError(cause: unknown): UserDeletionError {
  if (cause instanceof UserDeletionError) return cause
  return new UserDeletionError('store_failed', 'The store failed.', { cause })
}
