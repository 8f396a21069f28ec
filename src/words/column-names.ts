/**
 * What the name of a column suggests about what it holds. Only a suggestion: a person decides.
 *
 * @module
 */
import { saysOneOf, wordsOf } from './name-words.ts'
import { PEOPLE } from './people-words.ts'

/** What of a person a column seems to hold. `token`: whatever lets in, passwords and secrets too. */
export type PersonalKind =
  | 'name'
  | 'email'
  | 'phone'
  | 'address'
  | 'ip'
  | 'device'
  | 'token'
  | 'birth'

/** `null` where nothing suggests a person. A plain `name` suggests none: things have names too. */
export function personalKindOf(column: string): PersonalKind | null {
  const words = wordsOf(column)
  if (SAYS_ABOUT.has(words.at(-1) ?? '')) return null
  return KINDS.find(([, phrases]) => saysOneOf(words, phrases))?.[0] ?? null
}

/** Whether it may say something of a person, which is more than what seems to hold one. */
export function mayBePersonal(column: string): boolean {
  return personalKindOf(column) !== null || saysOneOf(wordsOf(column), MAYBE_PERSONAL)
}

/**
 * Whether the name reads as a reference to somebody, or to some: `user_id`, `ownerId`, `created_by`, `author`,
 * `memberIds`. Of a place in documents, the keys before the last one count with it: `actor.id`.
 */
export function suggestsUser(column: string): boolean {
  const words = wordsOf(column)
  const last = words.at(-1) ?? ''
  if (words.some((word) => ELSEWHERE.has(word))) return false
  if (last === 'by') return words.length > 1 && !NOT_BY_SOMEBODY.has(words.at(-2) ?? '')
  if (!ID_WORDS.has(last)) return PEOPLE.get(last)?.alone === 'always' || last === 'userid'
  return PEOPLE.has(words.at(-2) ?? '')
}

/** Last words of columns that say something about a value and do not hold it. */
const SAYS_ABOUT: ReadonlySet<string> = new Set(
  'verified confirmed enabled required sent at count status type kind template expire'.split(' '),
)

/** The first that fits counts: an `ip_address` is an IP, an `email_address` an e-mail. */
const KINDS: readonly (readonly [PersonalKind, readonly string[]])[] = [
  ['ip', ['ip', 'ipv4', 'ipv6', 'ip address', 'remote addr', 'remote address']],
  ['email', ['email', 'mail', 'e mail']],
  ['phone', ['phone', 'mobile', 'telephone', 'msisdn', 'fax']],
  ['birth', ['birth', 'birthday', 'birthdate', 'dob', 'born']],
  ['device', ['device', 'user agent', 'fingerprint']],
  ['token', ['token', 'password', 'passwd', 'secret', 'otp', 'credential', 'api key', 'cookie']],
  ['address', ['address', 'addr', 'street', 'postal', 'post code', 'zip', 'zip code']],
  [
    'name',
    [
      ...['surname', 'forename'],
      ...[
        ...['first', 'last', 'full', 'given', 'family', 'middle', 'maiden', 'birth', 'nick'],
        ...['display', 'real', 'legal', 'user', 'person', 'contact', 'customer', 'client'],
        ...['owner', 'author', 'actor', 'sender', 'recipient', 'member', 'employee', 'guest'],
      ].map((whose) => `${whose} name`),
    ],
  ],
]

const ID_WORDS: ReadonlySet<string> = new Set(['id', 'ids', 'uid', 'uuid', 'guid', 'ref'])
const MAYBE_PERSONAL: readonly string[] = [
  ...['name', 'city', 'country', 'location', 'latitude', 'longitude', 'gender', 'avatar', 'photo'],
  ...['agent', 'contact', 'identifier', 'ssn', 'passport', 'iban'],
]
/** Users of somebody else's system. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  'provider external remote foreign oauth idp stripe github google'.split(' '),
)
const NOT_BY_SOMEBODY: ReadonlySet<string> = new Set(['order', 'group', 'sort', 'sorted', 'index'])
