/**
 * Which rows stay beyond their retention: rows of users under a hold, and rows through which other rows are found
 * that stay.
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
 * Judges held deletions again if something may have freed some of them; freed ones then wait like any other. `null`
 * if another process has moved the mark.
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

/** Whether the earlier verdict still holds, so that no held deletion needs another look. */
function isStillJudged(stepRun: StepRun, { held, judged }: Progress): boolean {
  if (held === 0) return true
  if (judged === null || judged.key !== keyOf(stepRun)) return false
  return judged.nextEnd === null || stepRun.context.clock.now().toISOString() < judged.nextEnd
}

/** A deletion that waits for others may be free once the others have moved on, so their turns are part of the key. */
function keyOf({ run, children }: StepRun): string {
  return [run.holds.key, ...children.map(({ turn }) => turn)].join('/')
}

/** Notes what the verdict on the held deletions was based on. */
export async function noteJudged(stepRun: StepRun, progress: Progress): Promise<Progress> {
  const { context, expiry, run, isAlone } = stepRun
  // Another process may have judged by older holds.
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

/** Sets held deletions aside, up to the limit. `null` if another process has moved the mark. */
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

/** Judges deletions by the holds as last read, and by whether child steps still need these rows. */
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
