/**
 * How many users a slice holds so that the host's event loop stays alive.
 *
 * @module
 */
import type { StoreCapabilities } from '../../store/store.ts'

/** Slices double below the target and shrink above the limit. */
interface SliceTime {
  readonly targetMs: number
  readonly limitMs: number
}

/** For a database in this thread: as long as the event loop may stand still. */
const IN_THREAD: SliceTime = { targetMs: 4, limitMs: 8 }
/** For a database in another process: as long as other writers may have to wait for the rows of a slice. */
const REMOTE: SliceTime = { targetMs: 100, limitMs: 200 }

const CEILING = 500

/**
 * The size of the next slice, learned from the last one. Each slice costs something of its own, so the size grows
 * while slices are fast. One slow slice (perhaps a checkpoint fell into it) shrinks it only by a part. A slice that
 * was not full is no reason to grow.
 */
export function nextSize(
  size: number,
  users: number,
  ms: number,
  { remote = false }: Pick<StoreCapabilities, 'remote'>,
): number {
  const { targetMs, limitMs } = remote ? REMOTE : IN_THREAD
  if (ms > limitMs) return Math.max(1, Math.floor(size * 0.7))
  if (users < size) return size
  return Math.min(ms < targetMs ? size * 2 : size + 1, CEILING)
}
