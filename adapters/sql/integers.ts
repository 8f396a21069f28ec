/**
 * Integers as drivers hand them out.
 *
 * @module
 */

/** Integers come as bigint; those that a number holds exactly become numbers. */
export function plainInteger(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** An answer of a database that says yes, in its words for it. */
export function isYes(value: unknown): boolean {
  return value === 1 || value === true
}
