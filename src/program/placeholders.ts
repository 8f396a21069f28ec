/**
 * Words that stand for what is known only when it is written: the one place that says what they mean.
 *
 * An instant may stand wherever a policy writes a value; the others only in the entry of the audit log. A text
 * that itself begins with `$` is written with two: `'$$9.99'`.
 *
 * @module
 */
import type { ColumnValue, InstantWord, Scalar } from './program.ts'

/** What may be written in a place. */
export type Words = ReadonlySet<string>

const INSTANTS: Readonly<Record<InstantWord, (now: Date) => ColumnValue>> = {
  $at: (now) => now.toISOString(),
  $atMs: (now) => now.getTime(),
  $atSeconds: (now) => Math.floor(now.getTime() / 1_000),
  $atDate: (now) => new Date(now),
}

export const INSTANT_WORDS: Words = new Set(Object.keys(INSTANTS))

export const AUDIT_WORDS: Words = new Set([
  ...['$action', '$userId', '$tenantId', '$requestedBy', '$id'],
  ...INSTANT_WORDS,
])

/** What is wrong with a value; `null` where nothing is. */
export function findWordMistake(value: unknown, words: Words): string | null {
  if (typeof value !== 'string' || !value.startsWith('$') || value.startsWith('$$')) return null
  if (words.has(value)) return null
  const known = [...words].map((word) => `"${word}"`).join(', ')
  const other = AUDIT_WORDS.has(value)
    ? ', which stands for something in the audit entry alone'
    : ''
  return `is not a known placeholder${other}. Here these are: ${known}. A text that begins with "$" is written with two, "$${value}"`
}

export function isInstant(value: Scalar): value is InstantWord {
  return typeof value === 'string' && INSTANT_WORDS.has(value)
}

/** The value that is meant, where it is no word. */
export function literalOf(value: Scalar): Scalar {
  return typeof value === 'string' && value.startsWith('$$') ? value.slice(1) : value
}

/** What the word stands for at this moment. */
export function instantValue(word: InstantWord, now: Date): ColumnValue {
  return INSTANTS[word](now)
}

/** What comes of a value that is written at this moment. */
export function writtenAt(value: Scalar, now: Date): ColumnValue {
  return isInstant(value) ? instantValue(value, now) : literalOf(value)
}
