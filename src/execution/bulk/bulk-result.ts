/**
 * What a bulk run did: counted while it goes, told to listeners, and bounded whatever its length.
 *
 * @module
 */
import type { ErrorCode, UserDeletionError } from '../../errors.ts'
import { dropRejection, monotonicMs } from '../../ports.ts'
import type { BulkMode } from '../../program/program.ts'
import type { ExecutionContext } from '../context/context.ts'
import { warn } from '../decision/notify.ts'
import type { ReceiptUse, UserOutcome } from '../delete/delete-slice.ts'
import { type BulkProgress, perSecond, progressOf } from './progress.ts'

/** What became of one id of a bulk run. */
export type BulkOutcome = { readonly index: number; readonly id: unknown } & (
  | UserOutcome
  /** The same id stood earlier in the slice. */
  | { readonly status: 'duplicate' }
)

/** What a bulk run did. `requested` is the sum of the four counts below it. */
export interface BulkResult {
  readonly mode: BulkMode
  /** Ids taken from the input and dealt with. */
  readonly requested: number
  readonly deleted: number
  readonly alreadyDeleted: number
  readonly duplicates: number
  readonly failed: number
  /** The first failures in the order of the work, up to 100; all of them go to `onOutcome`. */
  readonly errors: readonly {
    readonly index: number
    readonly id: unknown
    readonly code: ErrorCode
    readonly retryable: boolean
    readonly error: UserDeletionError
  }[]
  readonly failedByCode: Readonly<Partial<Record<ErrorCode, number>>>
  /** Why the run ended before the input did; `null` when it went through. */
  readonly stopped: {
    readonly by: 'signal' | 'source' | 'store'
    readonly error: unknown
  } | null
  readonly durationMs: number
  readonly usersPerSecond: number
}

export interface BulkOptions {
  readonly mode: BulkMode
  /** Users a second at most; `null` for as fast as it goes. */
  readonly pace: number | null
  /** When the list was made; `null` for just now. */
  readonly listedAt: Date | null
  /** Ids that there are in all; `null` for as many as the input says. */
  readonly total: number | null
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: BulkProgress) => void) | undefined
  readonly onOutcome: ((outcome: BulkOutcome) => void) | undefined
}

/** Errors kept in the result. */
const MAX_ERRORS = 100

export interface Tally {
  /** Whether listeners get the receipts with the outcomes. */
  readonly receipts: ReceiptUse
  add(index: number, id: unknown, outcome: UserOutcome | { readonly status: 'duplicate' }): void
  report(): void
  result(stopped: BulkResult['stopped']): BulkResult
}

/** `total`: ids that are expected in all, `null` where nobody knows. */
export function createTally(
  context: ExecutionContext,
  options: BulkOptions,
  total: number | null,
): Tally {
  const started = monotonicMs()
  const counts = { deleted: 0, already_deleted: 0, duplicate: 0, failed: 0 }
  const errors: BulkResult['errors'][number][] = []
  const failedByCode: Partial<Record<ErrorCode, number>> = {}

  function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
    const fail = (cause: unknown): void =>
      warn(context, 'a listener of deleteMany failed', { cause })
    try {
      dropRejection(listener?.(value), fail)
    } catch (cause) {
      fail(cause)
    }
  }

  return {
    receipts: options.onOutcome === undefined ? 'unread' : 'read',
    add(index, id, outcome) {
      counts[outcome.status] += 1
      if (outcome.status === 'failed') {
        const { error } = outcome
        const { code, retryable } = error
        failedByCode[code] = (failedByCode[code] ?? 0) + 1
        if (errors.length < MAX_ERRORS) errors.push({ index, id, code, retryable, error })
      }
      if (options.onOutcome === undefined) return
      // A copy of its fields would leave out the receipt, which is read when somebody asks.
      const told =
        outcome.status === 'deleted'
          ? { status: outcome.status, receipt: outcome.receipt }
          : outcome
      tell(options.onOutcome, { index, id, ...told })
    },
    report() {
      if (options.onProgress === undefined) return
      const { deleted, failed } = counts
      const done = deleted + failed + counts.already_deleted + counts.duplicate
      const elapsedMs = monotonicMs() - started
      const progress = progressOf({ done, total, deleted, failed, elapsedMs })
      tell(options.onProgress, progress)
    },
    result(stopped) {
      const durationMs = monotonicMs() - started
      const { deleted, failed } = counts
      const { already_deleted: alreadyDeleted, duplicate: duplicates } = counts
      return {
        mode: options.mode,
        requested: deleted + failed + alreadyDeleted + duplicates,
        deleted,
        alreadyDeleted,
        duplicates,
        failed,
        errors,
        failedByCode,
        stopped,
        durationMs,
        usersPerSecond: perSecond(deleted, durationMs),
      }
    },
  }
}
