/**
 * One call and how long it took.
 *
 * @module
 */
import type { Goal } from '../support/part.ts'

/** Waits for the work. `target`: milliseconds that it may take; infinite where nothing is wanted yet. */
export async function took(
  what: string,
  target: number,
  work: () => Promise<unknown>,
): Promise<Goal> {
  const started = performance.now()
  await work()
  return { what, figure: performance.now() - started, unit: 'ms', target, is: 'at most' }
}
