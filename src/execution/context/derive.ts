/**
 * Keyed hashes and tokens that stand in for a user, and the instant of the work.
 *
 * @module
 */

import { hmacSha256, randomToken, type Secret } from '../../ports.ts'
import { isNobodys } from '../../program/matching.ts'
import { instantValue } from '../../program/placeholders.ts'
import type { DerivedText, DerivedValue, InstantWord, UserId } from '../../program/program.ts'

type Fields = Readonly<Record<string, unknown>>

/** One value for each of the program's, in its order. */
export function deriveValues(
  derived: readonly DerivedValue[],
  key: Secret | null,
  fields: Fields,
  now: Date,
): readonly string[] {
  return derived.map((value) =>
    value.kind === 'instant'
      ? instantText(value.word, now)
      : wrap(value, pseudonym(value, key, fields) ?? randomToken()),
  )
}

/** The values that a second computation gives again; `null` for the others. */
export function deriveKnownValues(
  derived: readonly DerivedValue[],
  key: Secret | null,
  fields: Fields,
): readonly (string | null)[] {
  return derived.map((value) => {
    if (value.kind === 'instant') return null
    const text = pseudonym(value, key, fields)
    return text === null ? null : wrap(value, text)
  })
}

/** How the ledger names a user when a subject key is set. */
export function subjectFor(key: Secret | null, id: UserId): UserId {
  return key === null ? id : `hmac:${hmacSha256(key, `${typeof id} ${id}`)}`
}

/** A field without a value has no pseudonym: a hash of nothing would be the same for everybody. */
function pseudonym(
  { kind, field }: DerivedText,
  key: Secret | null,
  fields: Fields,
): string | null {
  const value = fields[field]
  if (kind !== 'pseudonym' || key === null || isNobodys(value)) return null
  return hmacSha256(key, `${field} ${String(value)}`).slice(0, 32)
}

/** Whether the value may be one that was derived so: an instant, or between prefix and suffix the digits of a hash or a token. */
export function hasFormOf(value: DerivedValue, held: unknown): boolean {
  if (value.kind === 'instant') return isLikeInstant(value.word, held)
  const { prefix, suffix } = value
  if (typeof held !== 'string' || !held.startsWith(prefix) || !held.endsWith(suffix)) return false
  const inside = held.slice(prefix.length, held.length - suffix.length)
  return /^[0-9a-f]{32}$/.test(inside)
}

function instantText(word: InstantWord, now: Date): string {
  const value = instantValue(word, now)
  return value instanceof Date ? value.toISOString() : String(value)
}

function isLikeInstant(word: InstantWord, held: unknown): boolean {
  if (word === '$atDate') return held instanceof Date
  return word === '$at' ? !Number.isNaN(Date.parse(String(held))) : Number(held) > 0
}

function wrap({ prefix, suffix }: DerivedText, text: string): string {
  return `${prefix}${text}${suffix}`
}
