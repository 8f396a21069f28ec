/**
 * Retries: waits between them, and the time after which they end.
 *
 * @module
 */
import { isConflict, isUnavailable } from './mongo-errors.ts'

export interface Retries {
  /** Waits a little longer each time; `false` once the time is up. */
  wait(): Promise<boolean>
  /** Leaves out time that was spent on something else than these tries. */
  leaveOut(ms: number): void
  /** Begins the time again, because the other writer has come further. */
  startAnew(): void
}

/** Waits between tries with jitter, so that writers who meet don't meet again. */
export function openRetries(limitMs: number): Retries {
  let start = performance.now()
  let tries = 0
  return {
    leaveOut(ms) {
      start += ms
    },
    startAnew() {
      start = performance.now()
    },
    async wait() {
      if (performance.now() - start >= limitMs) return false
      tries += 1
      const most = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(tries, 10))
      await pause(SHORTEST_MS + Math.random() * most)
      return true
    },
  }
}

/** Runs work that may be repeated, until it goes through, fails for good, or the time is up. */
export async function retry<T>(
  limitMs: number,
  work: (tries: number) => Promise<T>,
  beforeNext: () => Promise<void> = async () => {},
): Promise<T> {
  const retries = openRetries(limitMs)
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries)
    } catch (error) {
      if (!(isConflict(error) || isUnavailable(error))) throw error
      await beforeNext()
      if (!(await retries.wait())) throw error
    }
  }
}

const SHORTEST_MS = 2
const LONGEST_MS = 100

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
