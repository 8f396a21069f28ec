/**
 * Where in a row something stands.
 *
 * @module
 */
import { isDataKey } from '../../program/columns/data-keys.ts'

/** Keys and, as `null`, elements of a list; {@link ANY} for keys that are data. */
export type TracePath = readonly (string | null)[]

/** Stands for keys that are data themselves: nobody's value gets into a report. */
export const ANY = '*'

export function stepFor(key: string): string {
  return isDataKey(key) ? ANY : key
}

/** `items[].name`, `[].x`; `null` for no way at all. */
export function spelt(path: TracePath): string | null {
  if (path.length === 0) return null
  return path
    .map((step, place) => (step === null ? '[]' : `${place === 0 ? '' : '.'}${step}`))
    .join('')
}
