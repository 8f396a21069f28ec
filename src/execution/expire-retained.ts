/**
 * Does what retained rules say comes at the end of their retention.
 *
 * The ledger is the list of work: each retained step with an end keeps a mark, the last entry it has done,
 * and goes on from there as long as entries are old enough. Rows, ledger entry and mark commit together, so a
 * crash leaves either all of a batch done or none of it.
 *
 * @module
 */
import { endsRuns, type UserDeletionError } from '../errors.ts'
import type { Expiry } from '../plan/expiry.ts'
import { monotonicMs, yieldToEventLoop } from '../ports.ts'
import type { UserId } from '../store.ts'
import type { ExecutionContext } from './context.ts'
import { type DueDeletion, readDue } from './due-deletions.ts'
import { doneThrough, type Progress, readProgress, step } from './expiry-progress.ts'
import { toEngineError } from './failures.ts'
import { idsBehind } from './hidden-ids.ts'
import { nextSize } from './slice-size.ts'
import { sweepBatch } from './sweep-batch.ts'

/** What became of the ended retentions of one step. */
export interface ExpiredStep {
  /** Id of the step that had retained the rows. */
  readonly id: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  readonly rows: number
  /** Users who had such rows. */
  readonly users: number
  /** Users left alone: the id has a user again, or was deleted again later. */
  readonly leftOut: number
  /** Users whose rows could not be dealt with; they are tried again next time. */
  readonly failed: number
  /** The first failure. */
  readonly error: UserDeletionError | null
}

export interface ExpiryResult {
  /** One for each retained rule that has an end. */
  readonly steps: readonly ExpiredStep[]
  /** Whether `limit` or the signal stopped it, so that more may be due. */
  readonly more: boolean
}

export interface ExpiryOptions {
  /** Deletions to look at, over all steps. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

/** Goes through the steps, children before parents. Rejects only when no other step can fare better. */
export async function expireRetained(
  context: ExecutionContext,
  { limit, signal }: ExpiryOptions,
): Promise<ExpiryResult> {
  const steps: ExpiredStep[] = []
  const done = new Map<string, number>()
  const run: Run = { left: limit, signal, size: 1, stopped: false }
  for (const expiry of context.expiries) {
    const tally = newTally(expiry)
    // A parent's rows are what its children are found by, so it stays behind them.
    const ceiling = Math.min(...expiry.after.map((id) => done.get(id) ?? 0), Infinity)
    const start = await readProgress(context, expiry)
    done.set(expiry.stepId, doneThrough(start))
    steps.push(tally)
    if (run.stopped) continue
    try {
      const end = await expireStep(context, expiry, start, ceiling, run, tally)
      done.set(expiry.stepId, doneThrough(end))
    } catch (cause) {
      const error = toEngineError(cause)
      if (endsRuns(error)) throw error
      tally.error = error
    }
  }
  return { steps, more: run.stopped }
}

interface Run {
  left: number
  readonly signal: AbortSignal | undefined
  size: number
  stopped: boolean
}

type Tally = { -readonly [K in keyof ExpiredStep]: ExpiredStep[K] }

function newTally({ stepId, table, action }: Expiry): Tally {
  return { id: stepId, table, action, rows: 0, users: 0, leftOut: 0, failed: 0, error: null }
}

/** Works through the due deletions of one step and answers how far it came. */
async function expireStep(
  context: ExecutionContext,
  expiry: Expiry,
  start: Progress,
  ceiling: number,
  run: Run,
  tally: Tally,
): Promise<Progress> {
  let progress = await retryPostponed(context, expiry, start, run, tally)
  while (!run.stopped) {
    const due = await readDue(context, expiry, progress.seq, ceiling)
    if (due.length === 0) break
    const ids = await idsBehind(context, expiry, due)
    for (let next = 0; next < due.length; ) {
      if (mustStop(run)) return progress
      const batch = due.slice(next, next + Math.min(run.size, run.left))
      const started = monotonicMs()
      const moved = await sweepOrPostpone(context, expiry, progress, batch, ids, tally)
      if (moved === 'one_by_one') {
        run.size = 1
        continue
      }
      if (moved === null) break
      progress = moved
      next += batch.length
      run.left -= batch.length
      run.size = nextSize(run.size, monotonicMs() - started)
      await yieldToEventLoop()
    }
    // Another process may have moved the mark meanwhile.
    progress = await readProgress(context, expiry)
  }
  return progress
}

function mustStop(run: Run): boolean {
  if (run.signal?.aborted || run.left <= 0) run.stopped = true
  return run.stopped
}

/** Deletions that failed earlier, each on its own. */
async function retryPostponed(
  context: ExecutionContext,
  expiry: Expiry,
  start: Progress,
  run: Run,
  tally: Tally,
): Promise<Progress> {
  let progress = start
  for (const seq of start.postponed) {
    const due = await readDue(context, expiry, seq - 1, seq)
    if (due.length === 0) continue
    if (mustStop(run)) break
    run.left -= 1
    const others = progress.postponed.filter((other) => other !== seq)
    const next = step(expiry, progress, progress.seq, others)
    try {
      const ids = await idsBehind(context, expiry, due)
      const range = { afterSeq: seq - 1, throughSeq: seq }
      const isDone = await sweepBatch(context, expiry, next.mark, range, due, ids, tally)
      progress = isDone ? next.progress : await readProgress(context, expiry)
    } catch (cause) {
      fail(tally, cause)
    }
  }
  return progress
}

/** Notes a failure of one user; one after which nothing can fare better is thrown. */
function fail(tally: Tally, cause: unknown): void {
  const error = toEngineError(cause)
  if (endsRuns(error)) throw error
  tally.failed += 1
  tally.error ??= error
}

/** More failures than this are no matter of single users: the step stops there. */
const MAX_POSTPONED = 100

/**
 * Sweeps a batch. When that fails, its users are to go one by one, and the one who fails alone is postponed.
 * `null` when the mark was not where it was read.
 */
async function sweepOrPostpone(
  context: ExecutionContext,
  expiry: Expiry,
  progress: Progress,
  batch: readonly DueDeletion[],
  ids: ReadonlyMap<UserId, UserId>,
  tally: Tally,
): Promise<Progress | 'one_by_one' | null> {
  const throughSeq = batch.at(-1)?.seq ?? progress.seq
  const range = { afterSeq: progress.seq, throughSeq }
  const next = step(expiry, progress, throughSeq, progress.postponed)
  try {
    const isDone = await sweepBatch(context, expiry, next.mark, range, batch, ids, tally)
    return isDone ? next.progress : null
  } catch (cause) {
    if (endsRuns(toEngineError(cause))) throw cause
    if (batch.length > 1) return 'one_by_one'
    if (progress.postponed.length >= MAX_POSTPONED) throw cause
    fail(tally, cause)
  }
  const over = step(expiry, progress, throughSeq, [...progress.postponed, throughSeq])
  const isDone = await sweepBatch(context, expiry, over.mark, range, [], ids, tally)
  return isDone ? over.progress : null
}
