/**
 * In which part a name refers to a user. A suggestion, and no more: keys, types and values are asked first.
 *
 * @module
 */
import { isAgentNoun } from '../words/agent-nouns.ts'
import { wordsOf } from '../words/name-words.ts'
import { PEOPLE } from '../words/people-words.ts'

/** As a reference to a user: the one whom the row is about, or somebody who had a hand in it. */
export type PersonRole = 'owner' | 'actor'

/** How much the name says: the users' own name, a word for somebody, or what may be a user among others. */
export type NameSays = 'users' | 'somebody' | 'maybe'

export interface NamedUser {
  readonly role: PersonRole | 'listed' | 'vague'
  readonly says: NameSays
}

/**
 * `null` for a name that refers to no user. Of a place in documents, the keys before the last one count with it:
 * `actor.id`.
 *
 * @param userWords The name of the users' table.
 */
export function namedUser(name: string, userWords: readonly string[]): NamedUser | null {
  const words = wordsOf(idsAsOne(name))
  if (words.some((word) => ELSEWHERE.has(word))) return null
  const base = baseOf(words)
  const last = base.at(-1)
  if (last === undefined) return null
  const hasId = base.length < words.length
  if (last === 'by') {
    const isSomebody = base.length > 1 && !NOT_BY_SOMEBODY.has(base.at(-2) ?? '')
    return isSomebody ? { role: 'actor', says: 'somebody' } : null
  }
  if (!hasId && base.length > 1 && base.some((word) => QUANTITIES.has(word))) return null
  const own = ofUsers(base, userWords)
  if (own !== null) return own
  return ofPeople(base, hasId) ?? ofAgents(base, hasId)
}

/** Whether it names a row of something that the name does not say: it may be a user. */
export function isVagueReference(name: string): boolean {
  const words = wordsOf(name)
  const base = baseOf(words)
  return base.length > 0 && base.length < words.length && VAGUE.has(base.join(' '))
}

/** Of a pair like `owner_type` and `owner_id`, the column that says what the id is of. */
export function typeColumnFor(name: string, columns: readonly string[]): string | null {
  const words = wordsOf(name)
  const base = baseOf(words)
  if (base.length === 0) return null
  const wanted = [...base, 'type'].join(' ')
  return columns.find((other) => wordsOf(other).join(' ') === wanted) ?? null
}

/** The words without a last one that only says how the row is named. */
export function baseOf(words: readonly string[]): readonly string[] {
  return ID_WORDS.has(words.at(-1) ?? '') ? words.slice(0, -1) : words
}

function ofUsers(base: readonly string[], userWords: readonly string[]): NamedUser | null {
  const [said, users] = [base.join(' '), userWords.join(' ')]
  const names = new Set([users, userWords.at(-1) ?? users, 'user'])
  if (names.has(said)) return { role: 'owner', says: 'users' }
  if (said === 'userid') return { role: 'owner', says: 'users' }
  const own = [...names].find((one) => said.endsWith(` ${one}`))
  if (own !== undefined) return { role: 'actor', says: 'somebody' }
  const keyed = KEY_WORDS.has(base.at(-1) ?? '') ? base.slice(0, -1).join(' ') : ''
  return keyed !== '' && names.has(keyed) ? { role: 'owner', says: 'somebody' } : null
}

function ofPeople(base: readonly string[], hasId: boolean): NamedUser | null {
  const whole = PEOPLE.get(base.join(' '))
  const person = whole ?? PEOPLE.get(base.at(-1) ?? '')
  if (person === undefined) return null
  if (!hasId && person.alone === 'seldom') return null
  if (!hasId && person.alone === 'mostly' && whole === undefined) return null
  const role = whole === undefined && person.part === 'owner' ? 'actor' : person.part
  return { role, says: 'somebody' }
}

/** Only with an `id`: a `filter` is a filter, and what a `closer_id` names has closed something. */
function ofAgents(base: readonly string[], hasId: boolean): NamedUser | null {
  const last = base.at(-1) ?? ''
  return hasId && isAgentNoun(last) ? { role: 'actor', says: 'maybe' } : null
}

/** `memberIds` are several of what `memberId` is. */
function idsAsOne(name: string): string {
  return name.replace(/ids$/i, (ending) => (ending === 'ids' ? '_id' : 'Id'))
}

const ID_WORDS: ReadonlySet<string> = new Set([
  ...['id', 'uuid', 'uid', 'guid', 'key', 'ref', 'pk', 'fk', 'oid', 'sub', 'pubkey'],
])
/** By which a user is named, where the table has its own word for it. */
const KEY_WORDS: ReadonlySet<string> = new Set([
  ...['localpart', 'handle', 'login', 'number', 'no', 'slug', 'ulid', 'nanoid', 'cuid'],
  ...['identifier', 'username', 'urn', 'uri', 'iri', 'did'],
])
const QUANTITIES: ReadonlySet<string> = new Set([
  ...['max', 'min', 'num', 'total', 'allowed', 'active', 'new', 'limit', 'per', 'is', 'has', 'can'],
])
const VAGUE = new Set([
  ...['reference', 'subject', 'resource', 'entity', 'target', 'object', 'principal'],
])
/** Users of somebody else's system. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  'provider external remote foreign oauth idp stripe github google gitlab apple microsoft facebook twitter slack discord telegram ldap saml oidc auth0 okta paypal'.split(
    ' ',
  ),
)
const NOT_BY_SOMEBODY: ReadonlySet<string> = new Set([
  ...['order', 'group', 'sort', 'sorted', 'index', 'limited', 'divided', 'multiplied', 'grouped'],
  ...['ordered', 'stand', 'fly', 'increment', 'decrement', 'step', 'replaced', 'superseded'],
])
