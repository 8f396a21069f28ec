/**
 * How many users a slice holds so that the host's event loop stays alive.
 *
 * @module
 */

/** Cooperative mode doubles its slices below the target, shrinks them above the limit, and never passes the ceiling. */
const SLICE_TARGET_MS = 4
const SLICE_LIMIT_MS = 8
const COOPERATIVE_CEILING = 500

/**
 * Learns how many users fit. A slice has a cost of its own, so it grows while it is within the limit, and
 * one slow slice (a checkpoint that fell into it) takes back no more than a part. One of fewer `users` than
 * might have been in it is no reason to grow.
 */
export function nextSize(size: number, users: number, ms: number): number {
  if (ms > SLICE_LIMIT_MS) return Math.max(1, Math.floor(size * 0.7))
  if (users < size) return size
  return Math.min(ms < SLICE_TARGET_MS ? size * 2 : size + 1, COOPERATIVE_CEILING)
}
