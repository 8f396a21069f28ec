/**
 * How far a bulk run is and how long it will still take.
 *
 * @module
 */

/** What `onProgress` gets after each slice. */
export interface BulkProgress {
  /** Ids dealt with so far. */
  readonly done: number
  /** Ids that there are in all: as `total` says, or as the input does; `null` where neither does. */
  readonly total: number | null
  readonly deleted: number
  readonly failed: number
  /** Ids that this call deals with in a second, on average since it began; 0 until time has passed. */
  readonly rate: number
  /**
   * Milliseconds until `total` is reached at that rate. `null` while that is unknown: without a total, before
   * this call has dealt with anybody, and once there turn out to be more ids than the total.
   */
  readonly remainingMs: number | null
}

export type SoFar = Pick<BulkProgress, 'done' | 'total' | 'deleted' | 'failed'> & {
  readonly elapsedMs: number
}

export function progressOf({ elapsedMs, ...counts }: SoFar): BulkProgress {
  const { done, total } = counts
  const rate = perSecond(done, elapsedMs)
  const isKnown = total !== null && rate > 0 && done <= total
  return { ...counts, rate, remainingMs: isKnown ? ((total - done) / rate) * 1_000 : null }
}

/** 0 while no time has passed. */
export function perSecond(count: number, elapsedMs: number): number {
  return elapsedMs > 0 ? (count / elapsedMs) * 1_000 : 0
}

/** How many ids a list says that it has, by `length` or `size`; `null` for one that does not say. */
export function sizeOf(ids: object): number | null {
  try {
    const { length, size } = ids as { readonly length?: unknown; readonly size?: unknown }
    return [length, size].find(isCount) ?? null
  } catch {
    // It says nothing that could be told; what the list itself does when it is read shows then.
    return null
  }
}

/** Whether the value is a whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
