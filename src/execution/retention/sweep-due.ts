/**
 * The retentions of one step that are due, batch by batch.
 *
 * @module
 */
import { endsRuns } from '../../errors.ts'
import { monotonicMs, yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import {
  deletionsIn,
  type RetainedDeletion,
  recordsOf,
  replaced,
} from '../../store/open-retentions.ts'
import type { OpenRetention } from '../../store/records.ts'
import { nextSize } from '../bulk/slice-size.ts'
import { toEngineError } from '../context/failures.ts'
import { readAnew } from './bring-over.ts'
import { type Place, readDue } from './due-retentions.ts'
import { idsBehind } from './hidden-ids.ts'
import { keepHeld, verdicts } from './judge-held.ts'
import { moveOn, nameOf, type Progress } from './step-progress.ts'
import { mustStop, type StepRun, type Tally } from './step-run.ts'
import { sweepBatch } from './sweep-batch.ts'

/** `null` if it was stopped, or if another process works on the step with another rule. */
export async function sweepDue(stepRun: StepRun, start: Progress): Promise<Progress | null> {
  const { context, expiry, children, run } = stepRun
  // The child steps may not know of later deletions yet.
  const ceiling = Math.min(...children.map(({ through }) => through), Infinity)
  let progress = start
  for (let after: Place | null = null; ; ) {
    const { records, next } = await readDue(context, expiry, after, ceiling)
    if (records.length > 0) {
      if (mustStop(run)) return progress
      const swept = await sweepPage(stepRun, progress, records)
      if (swept === null) {
        // The mark has moved, or a hold was placed: what is there now is looked at.
        const present = await readAnew(context, expiry, run.signal)
        if (present === null) return null
        if (present.text !== progress.text) stepRun.isAlone = false
        progress = present
        await run.holds.refresh()
        continue
      }
      progress = swept
      if (run.stopped) return progress
    }
    if (next === null) return progress
    after = next
  }
}

/** `null` where it is to be looked at again. */
async function sweepPage(
  stepRun: StepRun,
  start: Progress,
  due: readonly OpenRetention[],
): Promise<Progress | null> {
  const { context, expiry, run } = stepRun
  await run.holds.read()
  const kept = await keepHeld(stepRun, start, due)
  if (kept === null) return null
  const ids = await idsBehind(context, expiry, kept.free.flatMap(deletionsIn))
  let { progress, free } = kept
  while (free.length > 0) {
    if (mustStop(run)) return progress
    const batch = firstOf(free, Math.min(run.size, run.left))
    const started = monotonicMs()
    const moved = await sweepOrPostpone(stepRun, progress, batch, ids)
    if (moved === 'one_by_one') {
      run.size = 1
      continue
    }
    if (moved === null) return null
    progress = moved
    free = batch.rest
    const users = batch.deletions.length
    run.left -= users
    run.size = nextSize(run.size, users, monotonicMs() - started, context.store.capabilities)
    await yieldToEventLoop()
  }
  return progress
}

/** The first deletions of some records. */
interface Batch {
  readonly deletions: readonly RetainedDeletion[]
  /** The records that hold them, and what is left of the last one. */
  readonly records: readonly OpenRetention[]
  readonly cut: readonly OpenRetention[]
  /** All that is left. */
  readonly rest: readonly OpenRetention[]
}

function firstOf(records: readonly OpenRetention[], size: number): Batch {
  let end = 0
  const all: RetainedDeletion[] = []
  while (end < records.length && all.length < size) {
    all.push(...records.slice(end, end + 1).flatMap(deletionsIn))
    end += 1
  }
  const deletions = eachIdOnce(all.slice(0, size))
  let left = deletions.length
  const taken: OpenRetention[] = []
  for (const record of records) {
    if (left <= 0) break
    taken.push(record)
    left -= record.subjects.length
  }
  const last = taken.at(-1)
  const cut =
    last === undefined || left >= 0
      ? []
      : recordsOf(last.step, last.state, deletionsIn(last).slice(left))
  return { deletions, records: taken, cut, rest: [...cut, ...records.slice(taken.length)] }
}

/**
 * The first of them, up to an id that has come before in another tenant: rules that name no tenant find the same rows
 * for both, which are counted before any go.
 */
function eachIdOnce(due: readonly RetainedDeletion[]): readonly RetainedDeletion[] {
  const tenants = new Map<UserId, string | null>()
  const end = due.findIndex(({ subject, tenantId }) => {
    const known = tenants.get(subject)
    if (known === undefined) tenants.set(subject, tenantId)
    return known !== undefined && known !== tenantId
  })
  return end === -1 ? due : due.slice(0, end)
}

/** More failures than this are no matter of single users: the step stops there. */
const MAX_FAILED = 100

/**
 * Sweeps a batch. When that fails, its users are to go one by one, and the one who fails alone is set aside. `null`
 * when nothing was done, and it is to be looked at again.
 */
async function sweepOrPostpone(
  stepRun: StepRun,
  progress: Progress,
  { deletions, records, cut }: Batch,
  ids: ReadonlyMap<UserId, UserId>,
): Promise<Progress | 'one_by_one' | null> {
  const { context, expiry, tally } = stepRun
  const name = nameOf(expiry)
  try {
    const writes = replaced(name, records, cut)
    return await sweepBatch(stepRun, progress, {}, { deletions, ids, writes })
  } catch (cause) {
    if (endsRuns(toEngineError(cause))) throw cause
    if (deletions.length > 1) return 'one_by_one'
    if (progress.failed >= MAX_FAILED) throw cause
    fail(tally, cause)
  }
  const writes = replaced(name, records, [...recordsOf(name, 'failed', deletions), ...cut])
  return moveOn(context, expiry, progress, { failed: progress.failed + 1 }, writes)
}

/** Deletions that failed earlier, each on its own. `null` where somebody else has moved the mark. */
export async function retryFailed(
  stepRun: StepRun,
  start: Progress,
  failed: readonly OpenRetention[],
): Promise<Progress | null> {
  const { context, expiry, run, tally } = stepRun
  if (failed.length === 0 || run.stopped) return start
  if (!stepRun.isAlone) return start
  const name = nameOf(expiry)
  await run.holds.read()
  const verdictOf = await verdicts(stepRun, failed.flatMap(deletionsIn))
  let progress = start
  for (const record of failed) {
    const deletions = deletionsIn(record)
    const change = { failed: progress.failed - deletions.length }
    const [verdict] = deletions.map(verdictOf)
    if (verdict === 'blocked') continue
    let moved: Progress | null
    if (verdict === 'held') {
      const held = progress.held + deletions.length
      const writes = replaced(name, [record], [{ ...record, state: 'held' }])
      moved = await moveOn(context, expiry, progress, { ...change, held }, writes)
      if (moved !== null) tally.leftOut += deletions.length
    } else {
      if (mustStop(run)) return progress
      run.left -= deletions.length
      try {
        const ids = await idsBehind(context, expiry, deletions)
        const writes = replaced(name, [record], [])
        moved = await sweepBatch(stepRun, progress, change, { deletions, ids, writes })
      } catch (cause) {
        fail(tally, cause)
        continue
      }
    }
    if (moved === null) return null
    progress = moved
  }
  return progress
}

/** Notes a failure of one user; throws an error that would stop every other user too. */
function fail(tally: Tally, cause: unknown): void {
  const error = toEngineError(cause)
  if (endsRuns(error)) throw error
  tally.failed += 1
  tally.error ??= error
}
