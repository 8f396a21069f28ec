/**
 * What a column holds, by its name and type, where no foreign key says so.
 *
 * @module
 */
import { mayBePersonal } from '../words/column-names.ts'
import { saysOneOf, wordsOf } from '../words/name-words.ts'
import { PEOPLE } from '../words/people-words.ts'

/** As a reference to a user: the one whom the row is about, or somebody who had a hand in it. */
export type PersonRole = 'owner' | 'actor'

/** The role in which a column names a user; `null` for a column that names none. `userWords`: of the user table. */
export function personRole(name: string, userWords: readonly string[]): PersonRole | null {
  const words = wordsOf(name)
  const base = baseOf(words)
  const said = base.join(' ')
  if (said === '') return null
  if (said === userWords.join(' ')) return 'owner'
  if (said === 'invited user' || base.at(-1) === 'by') return 'actor'
  const person = PEOPLE.get(said)
  if (person === undefined || person.part === 'listed') return null
  return person.alone === 'seldom' && base.length === words.length ? null : person.part
}

/** Whether it holds an address by which somebody is written to. */
export function isEmail(name: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1)
  return saysOneOf(words, ['email', 'mail']) && ['email', 'mail', 'address'].includes(last ?? '')
}

export function isPhone(name: string): boolean {
  const words = wordsOf(name)
  return (
    saysOneOf(words, ['phone', 'mobile']) &&
    ['phone', 'mobile', 'number'].includes(words.at(-1) ?? '')
  )
}

/** Whether it may say something of a person. */
export function isPersonal(name: string): boolean {
  const words = wordsOf(name)
  if (['at', 'count', 'verified', 'enabled', 'id'].includes(words.at(-1) ?? '')) return false
  return mayBePersonal(name)
}

/** Whether it may hold anything: a document, or what somebody has written. */
export function isFreeForm({ name, type = '' }: { name: string; type?: string }): boolean {
  return /json|blob/i.test(type) || saysOneOf(wordsOf(name), FREE_FORM)
}

/** Whether it holds a list of users' ids. */
export function isUserList(
  { name, sampled }: { readonly name: string; readonly sampled: readonly string[] },
  userWords: readonly string[],
): boolean {
  if (!/ids$/i.test(name) && !sampled.includes('array')) return false
  const said = baseOf(wordsOf(name.replace(/ids$/i, 'Id'))).join(' ')
  return said === userWords.join(' ') || PEOPLE.has(said)
}

/** Of a pair like `owner_type` and `owner_id`, the column that says what the id is of. */
export function typeColumnFor(name: string, columns: readonly string[]): string | null {
  const wanted = [...baseOf(wordsOf(name)), 'type'].join(' ')
  return columns.find((other) => wordsOf(other).join(' ') === wanted) ?? null
}

/** Whether it names a row of something that the name does not say: it may be a user. */
export function isVagueReference(name: string): boolean {
  const words = wordsOf(name)
  return words.length > 1 && words.at(-1) === 'id' && VAGUE.has(baseOf(words).join(' '))
}

/** The words without a last one that only says how the row is named. */
export function baseOf(words: readonly string[]): readonly string[] {
  return ['id', 'uuid', 'uid', 'key'].includes(words.at(-1) ?? '') ? words.slice(0, -1) : words
}

const VAGUE = new Set([
  'reference',
  'subject',
  'resource',
  'entity',
  'target',
  'object',
  'principal',
])
const FREE_FORM: readonly string[] = [
  ...['metadata', 'meta', 'data', 'payload', 'json', 'context', 'detail', 'attribute', 'property'],
  ...['extra', 'body', 'content', 'message', 'text', 'note', 'comment', 'description', 'value'],
]
