/**
 * So many users a second and no more.
 *
 * @module
 */
import { unlessAborted } from '../../ports.ts'
import type { ExecutionContext } from '../context/context.ts'

export interface Pacer {
  /** How many users a slice may hold: never more than a second's. */
  sliceOf(size: number): number
  /** Waits until so many users may go. */
  turn(users: number): Promise<void>
}

/** A pace of `null` never waits. An aborted signal ends the waiting. */
export function createPacer(
  { clock, pause }: ExecutionContext,
  pace: number | null,
  signal: AbortSignal | undefined,
): Pacer {
  if (pace === null) return { sliceOf: (size) => size, turn: async () => {} }
  let notBefore = Number.NEGATIVE_INFINITY
  return {
    sliceOf: (size) => Math.min(size, Math.ceil(pace)),
    async turn(users) {
      if (users === 0) return
      const ms = notBefore - clock.now().getTime()
      if (ms > 0) await unlessAborted(signal, pause(ms))
      notBefore = clock.now().getTime() + (users / pace) * 1_000
    },
  }
}
