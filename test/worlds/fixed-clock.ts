import type { Clock } from '../../src/index.ts'

/** A clock that stands still until it is told otherwise. */
export function fixedClock(start = '2026-03-01T12:00:00.000Z'): Clock & { set(at: string): void } {
  let now = new Date(start)
  return {
    now: () => now,
    set: (at) => {
      now = new Date(at)
    },
  }
}
