/**
 * What a replay tells.
 *
 * @module
 */
import type { ErrorCode, UserDeletionError } from '../../errors.ts'
import { monotonicMs } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import type { UserOutcome } from '../delete/delete-slice.ts'

/** What became of one user whom the ledger names as deleted and who is there again. */
export type ReplayOutcome = {
  readonly tenantId: string | null
  readonly userId: UserId
  /** The receipt of the deletion that is repeated. */
  readonly replayOf: string
} & (
  | UserOutcome
  /** The row is newer than the deletion: a later user under the same id. */
  | { readonly status: 'skipped' }
)

export interface ReplayResult {
  /** Deletions that were looked at; where a subject key hides the ids, user rows that were. */
  readonly checked: number
  /** Users found to be there again, which is the sum of `deletedAgain` and `failed`. */
  readonly resurrected: number
  readonly deletedAgain: number
  /** Later users under the id of a deleted one, by the policy's `user.createdAt`. They stay. */
  readonly skipped: number
  readonly failed: number
  /** Holds, releases, schedules, cancellations and disablings that the backup lacked and that stand again, if any. */
  readonly decisions?: number
  /** The first failures, up to 100; all of them go to `onOutcome`. */
  readonly errors: readonly {
    readonly tenantId: string | null
    readonly userId: UserId
    readonly replayOf: string
    readonly code: ErrorCode
    readonly retryable: boolean
    readonly error: UserDeletionError
  }[]
  readonly failedByCode: Readonly<Partial<Record<ErrorCode, number>>>
  /** Why the run ended before the ledger did; `null` when it went through. */
  readonly stopped: { readonly by: 'signal' | 'limit' | 'store'; readonly error: unknown } | null
  readonly durationMs: number
}

/** Errors kept in the result. */
const MAX_ERRORS = 100

export interface Tally {
  check(count: number): void
  restore(decisions: number): void
  add(outcome: ReplayOutcome): void
  /** Users whose deletion was tried. */
  attempts(): number
  result(stopped: ReplayResult['stopped']): ReplayResult
}

export function createTally(): Tally {
  const started = monotonicMs()
  const counts = { deleted: 0, already_deleted: 0, skipped: 0, failed: 0 }
  const errors: ReplayResult['errors'][number][] = []
  const failedByCode: Partial<Record<ErrorCode, number>> = {}
  let checked = 0
  let decisions = 0
  return {
    check(count) {
      checked += count
    },
    restore(count) {
      decisions += count
    },
    add(outcome) {
      counts[outcome.status] += 1
      if (outcome.status !== 'failed') return
      const { tenantId, userId, replayOf, error } = outcome
      const { code, retryable } = error
      failedByCode[code] = (failedByCode[code] ?? 0) + 1
      if (errors.length < MAX_ERRORS) {
        errors.push({ tenantId, userId, replayOf, code, retryable, error })
      }
    },
    attempts: () => counts.deleted + counts.failed,
    result: (stopped) => ({
      checked,
      resurrected: counts.deleted + counts.failed,
      deletedAgain: counts.deleted,
      skipped: counts.skipped,
      failed: counts.failed,
      ...(decisions > 0 ? { decisions } : {}),
      errors,
      failedByCode,
      stopped,
      durationMs: monotonicMs() - started,
    }),
  }
}
