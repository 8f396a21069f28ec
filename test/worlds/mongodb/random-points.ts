/** Different numbers from 1 to `most`, the same ones for the same seed, one from each of equal parts. */
export function randomPoints(seed: number, count: number, most: number): readonly number[] {
  let state = seed >>> 0
  const random = (): number => {
    // A linear congruential generator is as random as this has to be.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Array.from(
    { length: count },
    (_, part) => 1 + Math.floor(((part + random()) * most) / count),
  )
}
