/**
 * Random numbers that are the same on every run.
 *
 * @module
 */

export interface Random {
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number
  /** True in so many of a hundred cases. */
  percent(chance: number): boolean
  pick<T>(items: readonly T[]): T
  /** A copy in random order. */
  shuffle<T>(items: readonly T[]): T[]
}

/** Mulberry32: small, quick, and good enough for made-up rows. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0

  function below(limit: number): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  return {
    below,
    percent: (chance) => below(100) < chance,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    shuffle: (items) => {
      const copy = [...items]
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = below(last + 1)
        const kept = copy[last]
        copy[last] = copy[other] as (typeof copy)[number]
        copy[other] = kept as (typeof copy)[number]
      }
      return copy
    },
  }
}
