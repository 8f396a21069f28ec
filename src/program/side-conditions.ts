/**
 * Whether two rules of a table can be told apart by their side conditions alone.
 *
 * @module
 */
import type { Condition, Scalar } from './program.ts'

/** Whether no value of some column satisfies both. Values that some column takes for the same are the same here. */
export function excludeEachOther(a: readonly Condition[], b: readonly Condition[]): boolean {
  return a.some((own) =>
    b.some(
      (other) =>
        own.column === other.column &&
        !own.values.some((value) => other.values.some((held) => loosely(held) === loosely(value))),
    ),
  )
}

/** In any case, without spaces at the end, and numbers and truth values as the text of them. */
function loosely(value: Scalar): string | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? '1' : '0'
  const text = String(value).trimEnd().toLowerCase()
  return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text
}
