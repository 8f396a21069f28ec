/** A clock that stands still until a test sets it. */
import type { Clock } from '../../src/index.ts'

export interface FixedClock extends Clock {
  set(at: string): void
  /** Does what was put off until later, and what that puts off in turn is kept for the next time. */
  later(ms: number, work: () => void): void
  /** How long each of it was to wait; it is done now. */
  runLater(): Promise<readonly number[]>
}

/** A clock that stands still until `set` moves it. */
export function fixedClock(start = '2026-03-01T12:00:00.000Z'): FixedClock {
  let now = new Date(start)
  const waiting: { readonly ms: number; readonly work: () => void }[] = []
  return {
    now: () => now,
    set: (at) => {
      now = new Date(at)
    },
    later: (ms, work) => {
      waiting.push({ ms, work })
    },
    async runLater() {
      const due = waiting.splice(0)
      for (const { work } of due) work()
      // What they have begun answers in turns of the event loop.
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      return due.map(({ ms }) => ms)
    },
  }
}
