/**
 * Deletes or anonymizes retained rows whose retention has ended.
 *
 * Each deletion has left a record for each retained step that has an end, and those that are due are found by range.
 * Rows, ledger entry and records commit together, so a crash leaves either all of a batch done or none of it. Users
 * under a hold, and users whose rows the database refuses, wait as records too.
 *
 * @module
 */
import { endsRuns, type UserDeletionError } from '../../errors.ts'
import type { OpenRetention } from '../../store/records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { toEngineError } from '../context/failures.ts'
import { restoreDecisions } from '../life-cycle/restore-decisions.ts'
import { assertClock, type ClockBound } from '../life-cycle/seen-clock.ts'
import { bringOver } from './bring-over.ts'
import { readAll } from './due-retentions.ts'
import { expireReservations } from './expire-reservations.ts'
import { judgeHeld, noteJudged } from './judge-held.ts'
import { retentionHolds } from './retention-holds.ts'
import { type Progress, readProgress } from './step-progress.ts'
import { newTally, type Run, type StepRun } from './step-run.ts'
import { retryFailed, sweepDue } from './sweep-due.ts'

/** What became of the ended retentions of one step. */
export interface ExpiredStep {
  /** Id of the step that had retained the rows. */
  readonly id: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  readonly rows: number
  /** Users who had such rows. */
  readonly users: number
  /** Users left alone: under a hold, or the id has a user again, or was deleted again later. */
  readonly leftOut: number
  /** Users whose rows could not be dealt with; they are tried again next time. */
  readonly failed: number
  /** The first failure. */
  readonly error: UserDeletionError | null
}

export interface ExpiryResult {
  /** One for each retained rule that has an end. */
  readonly steps: readonly ExpiredStep[]
  /** Reservations that have ended (`user.reserve` of the policy). */
  readonly reservations: number
  /** Whether `limit` or the signal stopped it, so that more may be due. */
  readonly more: boolean
}

export interface ExpiryOptions extends ClockBound {
  /** Deletions to look at, over all steps. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

/** Goes through the steps, children before parents. Rejects only when the other steps would fail too. */
export async function expireRetained(
  context: ExecutionContext,
  { limit, signal, ...clock }: ExpiryOptions,
): Promise<ExpiryResult> {
  await assertClock(context, clock)
  await restoreDecisions(context, 'before_replay')
  const steps: ExpiredStep[] = []
  const done = new Map<string, Progress>()
  const holds = await retentionHolds(context)
  const run: Run = { left: limit, signal, size: 1, stopped: false, holds }
  for (const expiry of context.expiries) {
    const tally = newTally(expiry)
    steps.push(tally)
    const children = expiry.after.flatMap((id) => done.get(id) ?? [])
    const start = await readProgress(context, expiry)
    done.set(expiry.stepId, start)
    if (run.stopped) continue
    try {
      const stepRun: StepRun = { context, expiry, children, run, tally, isAlone: true }
      done.set(expiry.stepId, await expireStep(stepRun, start))
    } catch (cause) {
      const error = toEngineError(cause)
      if (endsRuns(error)) throw error
      tally.error = error
    }
  }
  const reservations = run.stopped ? 0 : await expireReservations(context, run)
  return { steps, reservations, more: run.stopped }
}

/** Works through one step and answers how far it came. */
async function expireStep(stepRun: StepRun, start: Progress): Promise<Progress> {
  const { context, expiry, run } = stepRun
  const known = await bringOver(context, expiry, start, run.signal)
  if (run.signal?.aborted) run.stopped = true
  if (known === null) return start
  // Those that fail now are not tried again by this call.
  const failed = known.failed > 0 ? await listFailed(stepRun) : []
  const judged = await judgeHeld(stepRun, known)
  const swept = judged && (await sweepDue(stepRun, judged))
  const end = swept && (await retryFailed(stepRun, swept, failed))
  if (end === null) return readProgress(context, expiry)
  return run.stopped ? end : noteJudged(stepRun, end)
}

async function listFailed({ context, expiry }: StepRun): Promise<readonly OpenRetention[]> {
  const failed: OpenRetention[] = []
  for await (const page of readAll(context, expiry, 'failed')) failed.push(...page)
  return failed
}
