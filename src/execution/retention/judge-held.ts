/**
 * Who stays beyond the retention: users under a hold, and those through whose rows others are found that stay.
 *
 * @module
 */
import {
  deletionsIn,
  type RetainedDeletion,
  recordsOf,
  replaced,
} from '../../store/open-retentions.ts'
import type { OpenRetention } from '../../store/records.ts'
import { findChildren, readAll } from './due-retentions.ts'
import { moveOn, nameOf, type Progress, readProgress } from './step-progress.ts'
import type { StepRun } from './step-run.ts'

/** `blocked`: others that find their rows through these have not gone yet, and no hold keeps them. */
type Verdict = 'free' | 'held' | 'blocked'

/**
 * Looks again at those that are held, where something has happened that may let some of them go: these wait like any
 * other then. `null` where somebody else has moved the mark.
 */
export async function judgeHeld(stepRun: StepRun, start: Progress): Promise<Progress | null> {
  const { context, expiry, run, tally } = stepRun
  if (isStillJudged(stepRun, start)) {
    tally.leftOut += start.held
    return start
  }
  let progress = start
  await run.holds.read()
  for await (const records of readAll(context, expiry, 'held')) {
    const verdictOf = await verdicts(stepRun, records.flatMap(deletionsIn))
    const parts = partsOf(records, verdictOf)
    const freed = countOf(parts.free) + countOf(parts.blocked)
    tally.leftOut += countOf(parts.held)
    if (freed === 0) continue
    const writes = replaced(nameOf(expiry), parts.split, parts.pieces)
    const held = progress.held - freed
    const moved = await moveOn(context, expiry, progress, { held }, writes)
    if (moved === null) return null
    progress = moved
  }
  return progress
}

/** Whether those that were held are held still: then none is looked at again. */
function isStillJudged(stepRun: StepRun, { held, judged }: Progress): boolean {
  if (held === 0) return true
  if (judged === null || judged.key !== keyOf(stepRun)) return false
  return judged.nextEnd === null || stepRun.context.clock.now().toISOString() < judged.nextEnd
}

/** Those that wait for others are free once the others have moved on. */
function keyOf({ run, children }: StepRun): string {
  return [run.holds.key, ...children.map(({ turn }) => turn)].join('/')
}

/** Notes by what those that are held were judged. */
export async function noteJudged(stepRun: StepRun, progress: Progress): Promise<Progress> {
  const { context, expiry, run, isAlone } = stepRun
  // What another process has found held it may have judged by less.
  if (!isAlone || isStillJudged(stepRun, progress)) return progress
  await run.holds.read()
  const judged = { key: keyOf(stepRun), nextEnd: run.holds.nextEnd() }
  const noted = await moveOn(context, expiry, progress, { judged }, [])
  return noted ?? readProgress(context, expiry)
}

/** Records that were due, and what was found of them. */
export interface Kept {
  readonly progress: Progress
  /** Records of those that may go now. */
  readonly free: readonly OpenRetention[]
}

/** Sets those aside that are held, as far as the limit goes. `null` where somebody else has moved the mark. */
export async function keepHeld(
  stepRun: StepRun,
  progress: Progress,
  due: readonly OpenRetention[],
): Promise<Kept | null> {
  const { context, expiry, run, tally } = stepRun
  const verdictOf = await verdicts(stepRun, due.flatMap(deletionsIn))
  let { left } = run
  const { free, held, split, pieces } = partsOf(due, (deletion) => {
    const verdict = verdictOf(deletion)
    if (verdict !== 'held') return verdict
    left -= 1
    return left < 0 ? 'blocked' : 'held'
  })
  if (left < 0) run.stopped = true
  run.left = Math.max(left, 0)
  if (split.length === 0) return { progress, free }
  const kept = countOf(held)
  const writes = replaced(nameOf(expiry), split, pieces)
  const moved = await moveOn(context, expiry, progress, { held: progress.held + kept }, writes)
  if (moved === null) return null
  tally.leftOut += kept
  return { progress: moved, free }
}

/** Judges deletions by the holds as they were read last, and by what those do that find their rows through these. */
export async function verdicts(
  { context, expiry, run }: StepRun,
  deletions: readonly RetainedDeletion[],
): Promise<(deletion: RetainedDeletion) => Verdict> {
  const children = await findChildren(context, expiry, deletions)
  return (deletion) => {
    const ofChildren = children.get(deletion.seq)
    if (run.holds.keeps(expiry, deletion) || ofChildren === 'held') return 'held'
    return ofChildren === 'open' ? 'blocked' : 'free'
  }
}

interface Parts extends Readonly<Record<Verdict, readonly OpenRetention[]>> {
  /** Records that are not as they should be, and what comes in their place. */
  readonly split: readonly OpenRetention[]
  readonly pieces: readonly OpenRetention[]
}

/** Records such that all deletions of one have the same verdict, and are in the state that it asks for. */
function partsOf(
  records: readonly OpenRetention[],
  verdictOf: (deletion: RetainedDeletion) => Verdict,
): Parts {
  const parts = { free: [], held: [], blocked: [] } as Record<Verdict, OpenRetention[]>
  const split: OpenRetention[] = []
  const pieces: OpenRetention[] = []
  for (const record of records) {
    const groups: { readonly verdict: Verdict; readonly deletions: RetainedDeletion[] }[] = []
    for (const deletion of deletionsIn(record)) {
      const verdict = verdictOf(deletion)
      const last = groups.at(-1)
      if (last?.verdict === verdict) last.deletions.push(deletion)
      else groups.push({ verdict, deletions: [deletion] })
    }
    const own = groups.flatMap(({ verdict, deletions }) => {
      const found = recordsOf(record.step, verdict === 'held' ? 'held' : 'waiting', deletions)
      parts[verdict].push(...found)
      return found
    })
    if (own.length === 1 && own[0]?.state === record.state) continue
    split.push(record)
    pieces.push(...own)
  }
  return { ...parts, split, pieces }
}

function countOf(records: readonly OpenRetention[]): number {
  return records.reduce((sum, { subjects }) => sum + subjects.length, 0)
}
