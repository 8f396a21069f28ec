/**
 * How far the erasers of an erasure are, and what a page or a failure makes of that. Pure.
 *
 * @module
 */
import type { UserDeletionError } from '../../errors.ts'
import { backoffMs } from '../../ports.ts'
import type { ExternalOutcome } from '../../receipt/receipt.ts'
import type { ExecutionContext } from '../context/context.ts'
import type { EraserPage, ExternalEraser, RetainedElsewhere } from '../context/external-eraser.ts'

/** How far one eraser is; part of the job's state. */
export interface EraserProgress {
  readonly status: 'open' | 'done' | 'failed'
  /** As the eraser said when the erasure began: an engine that does not know it must not go on without it. */
  readonly required: boolean
  readonly cursor: string | null
  /** Pages recorded. */
  readonly pages: number
  readonly removed: number
  readonly retained: readonly RetainedElsewhere[]
  /** Not to be called before; ISO 8601, UTC. */
  readonly waitUntil: string | null
  /** Times in a row that all tries of a page have failed. */
  readonly failures: number
  readonly error: 'eraser_failed' | 'eraser_timeout' | null
}

export type ErasersProgress = Readonly<Record<string, EraserProgress>>

/** Where all registered erasers begin. */
export function freshProgress({ erasers }: Pick<ExecutionContext, 'erasers'>): ErasersProgress {
  return Object.fromEntries(
    erasers.map(({ name, required = true }) => [name, { ...FRESH, required }]),
  )
}

/** Erasers without whose work the user is not deleted yet, and when to go on: at once while one does not wait. */
export function waitingFor(
  { erasers }: ExecutionContext,
  progress: ErasersProgress,
): { readonly until: string | null; readonly names: readonly string[] } {
  const open = erasers.filter(({ name }) => progress[name]?.status === 'open')
  const waits = open.flatMap(({ name }) => progress[name]?.waitUntil ?? [])
  const until = waits.length < open.length ? null : (waits.toSorted()[0] ?? null)
  return { until, names: open.map(({ name }) => name) }
}

/** What the receipt says of the erasers. */
export function externalOutcomes(progress: ErasersProgress): readonly ExternalOutcome[] {
  return Object.entries(progress).map(([name, { status, removed, retained }]) => ({
    name,
    status: status === 'done' ? 'done' : 'failed',
    removed,
    retained,
  }))
}

/** A page was answered. */
export function afterPage(
  progress: EraserProgress,
  { removed, retained = [], next = null, comeBackAfterMs }: EraserPage,
  now: Date,
): EraserProgress {
  const isEarly = comeBackAfterMs !== undefined
  return {
    ...progress,
    status: next === null && !isEarly ? 'done' : 'open',
    cursor: isEarly ? progress.cursor : next,
    pages: progress.pages + 1,
    removed: progress.removed + removed,
    retained: addRetained(progress.retained, retained),
    waitUntil: isEarly ? new Date(now.getTime() + comeBackAfterMs).toISOString() : null,
    failures: 0,
    error: null,
  }
}

function addRetained(
  known: readonly RetainedElsewhere[],
  more: readonly RetainedElsewhere[],
): readonly RetainedElsewhere[] {
  const counts = new Map(known.map(({ reason, count }) => [reason, count]))
  for (const { reason, count } of more) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return [...counts].map(([reason, count]) => ({ count, reason }))
}

/** A required eraser is tried again later, the longer the more often it has failed; another one is given up. */
export function afterFailure(
  { required = true }: ExternalEraser,
  progress: EraserProgress,
  { code }: UserDeletionError,
  now: Date,
): EraserProgress {
  const error = code === 'eraser_timeout' ? code : 'eraser_failed'
  if (!required) return { ...progress, status: 'failed', waitUntil: null, error }
  const failures = progress.failures + 1
  const pause = backoffMs(failures, 60_000, 3_600_000)
  return {
    ...progress,
    waitUntil: new Date(now.getTime() + pause).toISOString(),
    failures,
    error,
  }
}

/** Nothing asked for yet. */
export const FRESH: EraserProgress = {
  status: 'open',
  required: true,
  cursor: null,
  pages: 0,
  removed: 0,
  retained: [],
  waitUntil: null,
  failures: 0,
  error: null,
}
