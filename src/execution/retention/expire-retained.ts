/**
 * Does what retained rules say comes at the end of their retention.
 *
 * The ledger is the list of work: each retained step with an end keeps a mark, the last entry it has done,
 * and goes on from there as long as entries are old enough. Rows, ledger entry and mark commit together, so a
 * crash leaves either all of a batch done or none of it. Deletions that failed and users under a hold are
 * passed over, noted in the mark, and looked at again by each call.
 *
 * @module
 */
import { endsRuns, type UserDeletionError } from '../../errors.ts'
import type { Expiry } from '../../plan/compile/expiry.ts'
import { monotonicMs, yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import { nextSize } from '../bulk/slice-size.ts'
import type { ExecutionContext } from '../context/context.ts'
import { toEngineError } from '../context/failures.ts'
import { restoreDecisions } from '../life-cycle/restore-decisions.ts'
import { assertClock, type ClockBound } from '../life-cycle/seen-clock.ts'
import { type DueDeletion, readDeletions, readDue } from './due-deletions.ts'
import { doneThrough, type Progress, readProgress, step } from './expiry-progress.ts'
import { idsBehind } from './hidden-ids.ts'
import { type RetentionHolds, retentionHolds } from './retention-holds.ts'
import { type Batch, sweepBatch } from './sweep-batch.ts'

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
  /** Whether `limit` or the signal stopped it, so that more may be due. */
  readonly more: boolean
}

export interface ExpiryOptions extends ClockBound {
  /** Deletions to look at, over all steps. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

/** Goes through the steps, children before parents. Rejects only when no other step can fare better. */
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
    // A parent's rows are what its children are found by, so it stays behind them.
    const children = expiry.after.map((id) => done.get(id))
    const bounds: Bounds = {
      ceiling: Math.min(...children.map((child) => (child ? doneThrough(child) : 0)), Infinity),
      held: new Set(children.flatMap((child) => child?.held ?? [])),
    }
    const start = await readProgress(context, expiry)
    done.set(expiry.stepId, start)
    steps.push(tally)
    if (run.stopped) continue
    try {
      const stepRun = { context, expiry, bounds, run, tally, heldByHold: new Set<number>() }
      const end = await expireStep(stepRun, start)
      done.set(expiry.stepId, end)
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
  readonly holds: RetentionHolds
}

/** How far a step may go, because of those that find their rows through its own. */
interface Bounds {
  readonly ceiling: number
  /** Deletions that one of them has left open under a hold. */
  readonly held: ReadonlySet<number>
}

/** One step of a call. */
interface StepRun {
  readonly context: ExecutionContext
  readonly expiry: Expiry
  readonly bounds: Bounds
  readonly run: Run
  readonly tally: Tally
  /** Deletions of which a hold was seen that keeps them, and not only what finds its rows through theirs. */
  readonly heldByHold: Set<number>
}

type Tally = { -readonly [K in keyof ExpiredStep]: ExpiredStep[K] }

function newTally({ stepId, table, action }: Expiry): Tally {
  return { id: stepId, table, action, rows: 0, users: 0, leftOut: 0, failed: 0, error: null }
}

/** Works through the due deletions of one step and answers how far it came. */
async function expireStep(stepRun: StepRun, start: Progress): Promise<Progress> {
  const { context, expiry, bounds, run } = stepRun
  const { capabilities } = context.store
  let progress = await retryOpen(stepRun, start)
  while (!run.stopped) {
    const due = await readDue(context, expiry, progress.seq, bounds.ceiling)
    if (due.length === 0) break
    const ids = await idsBehind(context, expiry, due)
    await run.holds.refresh()
    for (let next = 0; next < due.length; ) {
      if (mustStop(run)) return progress
      const looked = eachIdOnce(due.slice(next, next + Math.min(run.size, run.left)))
      const started = monotonicMs()
      const moved = await sweepOrPostpone(stepRun, progress, looked, ids)
      if (moved === 'one_by_one') {
        run.size = 1
        continue
      }
      if (moved === null) break
      progress = moved
      next += looked.length
      run.left -= looked.length
      run.size = nextSize(run.size, looked.length, monotonicMs() - started, capabilities)
      await yieldToEventLoop()
    }
    // Another process may have moved the mark meanwhile.
    progress = await readProgress(context, expiry)
  }
  // Some of the open ones may not have been looked at.
  return run.stopped ? progress : noteJudged(stepRun, progress)
}

/**
 * The first of them, up to an id that has come before in another tenant: rules that name no tenant find the same rows
 * for both, which are counted before any go.
 */
function eachIdOnce(due: readonly DueDeletion[]): readonly DueDeletion[] {
  const tenants = new Map<UserId, string | null>()
  const end = due.findIndex(({ subject, tenantId }) => {
    const known = tenants.get(subject)
    if (known === undefined) tenants.set(subject, tenantId)
    return known !== undefined && known !== tenantId
  })
  return end === -1 ? due : due.slice(0, end)
}

function mustStop(run: Run): boolean {
  if (run.signal?.aborted || run.left <= 0) run.stopped = true
  return run.stopped
}

function isKept({ expiry, bounds, run, heldByHold }: StepRun, deletion: DueDeletion): boolean {
  if (!run.holds.keeps(expiry, deletion)) return bounds.held.has(deletion.seq)
  heldByHold.add(deletion.seq)
  return true
}

/** Deletions that failed earlier, and those that were held, each on its own. */
async function retryOpen(stepRun: StepRun, start: Progress): Promise<Progress> {
  const { context, expiry, bounds, run, tally } = stepRun
  let progress = start
  const isOpen = (seq: number): boolean => seq <= bounds.ceiling
  const held = start.held.filter(isOpen)
  const isSame = isStillJudged(stepRun, start)
  if (isSame) {
    tally.leftOut += held.length
    for (const seq of held) stepRun.heldByHold.add(seq)
  }
  const open = [...start.postponed.filter(isOpen), ...(isSame ? [] : held)]
  if (open.length > 0) await run.holds.refresh()
  for (const deletion of await readDeletions(context, open)) {
    const { seq } = deletion
    const due = [deletion]
    if (isKept(stepRun, deletion)) {
      if (progress.held.includes(seq)) tally.leftOut += 1
      else progress = await moveOn(stepRun, progress, seq, { ...NOTHING, kept: due }, 'held')
      continue
    }
    if (mustStop(run)) break
    run.left -= 1
    try {
      const batch = { due, kept: [], ids: await idsBehind(context, expiry, due) }
      progress = await moveOn(stepRun, progress, seq, batch, 'done')
    } catch (cause) {
      fail(tally, cause)
      if (progress.postponed.includes(seq)) continue
      // Who finds rows through these must not be overtaken, which a failure sees to.
      progress = await moveOn(stepRun, progress, seq, NOTHING, 'postponed')
    }
  }
  return progress
}

/** Whether users who were held are held still: then none is looked at again. */
function isStillJudged({ context, run }: StepRun, { held, judged }: Progress): boolean {
  if (held.length === 0 || judged === null || judged.key !== run.holds.key) return false
  return judged.nextEnd === null || context.clock.now().toISOString() < judged.nextEnd
}

/** Notes by which holds the held users were judged, where it was a hold in every case. */
async function noteJudged(stepRun: StepRun, progress: Progress): Promise<Progress> {
  const { context, expiry, run, tally, heldByHold } = stepRun
  if (progress.held.length === 0 || isStillJudged(stepRun, progress)) return progress
  if (!progress.held.every((seq) => heldByHold.has(seq))) return progress
  await run.holds.refresh()
  const judged = { key: run.holds.key, nextEnd: run.holds.nextEnd() }
  const next = step(expiry, progress, { judged })
  const range = { afterSeq: progress.seq, throughSeq: progress.seq }
  const isDone = await sweepBatch(context, expiry, next.mark, range, NOTHING, tally)
  return isDone ? next.progress : readProgress(context, expiry)
}

const NOTHING: Batch = { due: [], kept: [], ids: new Map() }

/** Sweeps the batch of one open deletion and notes what it is from now on. */
async function moveOn(
  { context, expiry, tally }: StepRun,
  progress: Progress,
  seq: number,
  batch: Batch,
  to: 'done' | 'held' | 'postponed',
): Promise<Progress> {
  const listed = (list: 'held' | 'postponed'): readonly number[] => {
    const others = progress[list].filter((other) => other !== seq)
    return to === list ? [...others, seq] : others
  }
  const change = { held: listed('held'), postponed: listed('postponed') }
  const next = step(expiry, progress, change)
  const range = { afterSeq: seq - 1, throughSeq: seq }
  const isDone = await sweepBatch(context, expiry, next.mark, range, batch, tally)
  return isDone ? next.progress : readProgress(context, expiry)
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
 * Sweeps a batch, less the users who are held. When that fails, its users are to go one by one, and the one who
 * fails alone is postponed. `null` when nothing was done, and it is to be looked at again.
 */
async function sweepOrPostpone(
  stepRun: StepRun,
  progress: Progress,
  looked: readonly DueDeletion[],
  ids: ReadonlyMap<UserId, UserId>,
): Promise<Progress | 'one_by_one' | null> {
  const { context, expiry, tally } = stepRun
  const seq = looked.at(-1)?.seq ?? progress.seq
  const range = { afterSeq: progress.seq, throughSeq: seq }
  const kept = looked.filter((deletion) => isKept(stepRun, deletion))
  const due = looked.filter((deletion) => !kept.includes(deletion))
  const held = [...progress.held, ...kept.map((deletion) => deletion.seq)]
  const next = step(expiry, progress, { seq, held })
  try {
    const batch = { due, kept, ids }
    const isDone = await sweepBatch(context, expiry, next.mark, range, batch, tally)
    return isDone ? next.progress : null
  } catch (cause) {
    if (endsRuns(toEngineError(cause))) throw cause
    if (looked.length > 1) return 'one_by_one'
    if (progress.postponed.length >= MAX_POSTPONED) throw cause
    fail(tally, cause)
  }
  const over = step(expiry, progress, { seq, postponed: [...progress.postponed, seq] })
  const isDone = await sweepBatch(context, expiry, over.mark, range, NOTHING, tally)
  return isDone ? over.progress : null
}
