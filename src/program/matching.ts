/**
 * How values compare: what a reference writes, what a held value stands for, and what names nobody. Pure.
 *
 * @module
 */
import type { Assignment, IdForm, UserId } from './program.ts'
import { inBothTypes } from './stored-id.ts'

/**
 * A value as a reference of this form writes it: text, between prefix and suffix; without a form the value itself.
 * `null` for what is nobody's. Whatever a store looks rows up by has gone through here, so a blank field of one
 * user finds nothing of another.
 */
export function writtenAs(value: unknown, form: IdForm | null): unknown {
  if (isNobodys(value)) return null
  if (form === null) return value
  return `${form.prefix}${String(value)}${form.suffix ?? ''}`
}

/** A derived value as it is written: instants in their type. */
export function derivedAs(
  { instant }: Extract<Assignment, { readonly kind: 'derived' }>,
  text: string | null | undefined,
): string | number | Date | null {
  if (text === null || text === undefined) return null
  if (instant === undefined || instant === '$at') return text
  return instant === '$atDate' ? new Date(text) : Number(text)
}

/** The value, and the same as an integer or as the digits of one, where it is that. */
export function inEachType(value: unknown): readonly unknown[] {
  const isPlain = typeof value === 'string' || typeof value === 'number'
  return isPlain || typeof value === 'bigint' ? inBothTypes(value) : [value]
}

/** Whether a field names nobody: nothing, blanks, no number, and what is no value but a document or a list. */
export function isNobodys(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return BLANK.test(value)
    case 'number':
      return !Number.isFinite(value)
    case 'bigint':
    case 'boolean':
      return false
    case 'object':
      return value === null || !isOfAType(value)
    default:
      return true
  }
}

/** Nothing but characters that leave no mark: white space, controls, joiners, fillers, selectors of a variant. */
const BLANK = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** A date, or a value of a class that the database's driver brings along. Documents are neither. */
function isOfAType(value: object): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime())
  return typeof Reflect.get(value, '_bsontype') === 'string' && !Object.hasOwn(value, '_bsontype')
}

/** Whether a held value stands for one that a reference of this form writes. */
export function standsFor(held: unknown, written: unknown, form: IdForm | null): boolean {
  if (typeof held !== 'string') return false
  const spelt = (text: string): string => (form?.ignoreCase ? inLowerCase(text) : text)
  const [whole, part] = [spelt(held), spelt(String(written))]
  return form?.within ? whole.includes(part) : whole === part
}

/** Whether the value stands in a text with no letter, digit or underscore right beside it. */
export function isNamedIn(text: string, written: unknown, form: IdForm | null): boolean {
  const spelt = (one: string): string => (form?.ignoreCase ? inLowerCase(one) : one)
  return new RegExp(wordPattern(spelt(String(written)))).test(spelt(text))
}

function wordPattern(word: string): string {
  const own = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return `(?<![0-9A-Za-z_])${own}(?![0-9A-Za-z_])`
}

/** As SQLite's `lower`: letters beyond A to Z stay what they are. */
export function inLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Whether both are text, or both are integers: an id of one type is nobody of the other. */
export function isSameType(a: UserId, b: UserId): boolean {
  return (typeof a === 'string') === (typeof b === 'string')
}

/** Whether somebody is asked for by forms of both types. */
export function isOfBothTypes(users: readonly (readonly UserId[])[]): boolean {
  return users.some(([first, ...others]) =>
    others.some((other) => first !== undefined && !isSameType(first, other)),
  )
}

/**
 * What texts have in common that are one by a collation of SQLite: letters in lower case, or no spaces at the end.
 * `null` for a collation of which nobody but the database knows.
 */
export function foldedBy(collation: string | null): ((text: string) => string) | null {
  if (collation === null) return (text) => text
  if (collation === 'NOCASE') return inLowerCase
  return collation === 'RTRIM' ? (text) => text.replace(/ +$/, '') : null
}

/** The id that a reference of this form holds; `null` where the prefix does not stand in front of one. */
export function idBehind(held: unknown, form: IdForm | null): unknown {
  if (form === null || form.prefix === '') return held
  const isPrefixed = typeof held === 'string' && held.startsWith(form.prefix)
  return isPrefixed && held.length > form.prefix.length ? held.slice(form.prefix.length) : null
}

/** The order in which ids are listed: numbers before text, text as its bytes in UTF-8 sort. */
export function compareIds(a: UserId, b: UserId): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (typeof a === 'string') return 1
  if (typeof b === 'string') return -1
  return a < b ? -1 : Number(a > b)
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let place = 0; place < length; place += 1) {
    const difference = codePointRank(a.charCodeAt(place)) - codePointRank(b.charCodeAt(place))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Halves of a pair stand for code points behind all others, and their own numbers do not. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/**
 * What equal values have in common, to be found again in a map: bytes, dates and what a driver has of its own are
 * other objects each time they are read.
 */
export function valueKey(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return `\0date ${value.getTime()}`
  if (value instanceof Uint8Array) {
    return `\0bytes ${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }
  return `\0object ${JSON.stringify(value)}`
}
