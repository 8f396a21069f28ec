/**
 * Two ways of deleting one user, in turns.
 *
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { createRandom } from '../../examples/demo/random.ts'
import { round } from './figures.ts'

export interface Single {
  readonly engine: (id: string) => Promise<void>
  readonly byHand: (id: string) => Promise<void>
}

type Name = keyof Single

/** Milliseconds of each deletion that counts. */
export type Times = Readonly<Record<Name, readonly number[]>>

/** Each user is deleted both ways, which of them first is left to chance. */
export async function inTurns(
  single: Single,
  ids: readonly string[],
  warmUp: number,
  random: ReturnType<typeof createRandom>,
): Promise<Times> {
  const times: Record<Name, number[]> = { engine: [], byHand: [] }
  for (const [index, id] of ids.entries()) {
    for (const name of random.shuffle<Name>(['engine', 'byHand'])) {
      const started = performance.now()
      await single[name](id)
      if (index >= warmUp) times[name].push(performance.now() - started)
      // As a server would: other work, and timers, have their turn.
      await turn()
    }
  }
  return times
}

/** Milliseconds, and how many times those of the hand-written way the engine takes. */
export function lineOf({ engine, byHand }: Times) {
  const figures = (times: readonly number[]) => ({
    p50: round(percentile(times, 50), 3),
    p99: round(percentile(times, 99), 3),
  })
  return {
    engine: figures(engine),
    byHand: figures(byHand),
    ratio: {
      p50: round(percentile(engine, 50) / percentile(byHand, 50), 2),
      p99: round(percentile(engine, 99) / percentile(byHand, 99), 2),
    },
  }
}

function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0
}
