/**
 * A transaction that is only tried, and rolled back.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'

/** Ends a transaction that was only tried, and carries what would have come of it. */
export class RolledBack<T> extends Error {
  readonly result: T

  constructor(result: T) {
    super('the transaction was a rehearsal')
    this.result = result
  }
}

/** Runs a transaction that ends by throwing a {@link RolledBack}, and answers what it carries. */
export async function rehearsed<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    // Stores wrap what they do not know.
    for (let error: unknown = cause; error instanceof Error; error = error.cause) {
      if (error instanceof RolledBack) return error.result as T
    }
    throw cause
  }
}

/** Without transactions nothing can be tried and taken back. */
export function noRehearsal(): UserDeletionError {
  return new UserDeletionError(
    'transactions_unsupported',
    'There are no transactions here, so a deletion cannot be rehearsed.',
  )
}
