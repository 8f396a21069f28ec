/**
 * Columns with which somebody signs in, or stays signed in.
 *
 * @module
 */
import { saysOneOf, wordsOf } from '../words/name-words.ts'
import type { KnownColumn } from './known-table.ts'
import { valueKindOf } from './value-kind.ts'

/** The first such column of a table; none in tables of accounts elsewhere, whose tokens let in there. */
export function tokenThatLetsIn(columns: readonly KnownColumn[]): KnownColumn | null {
  if (columns.some(({ name }) => saysOneOf(wordsOf(name), ELSEWHERE))) return null
  return columns.find(letsIn) ?? null
}

function letsIn(column: KnownColumn): boolean {
  const kind = valueKindOf(column)
  if (kind !== 'text' && kind !== 'any' && kind !== 'bytes') return false
  const words = wordsOf(column.name)
  return saysOneOf(words, TOKENS) && !SAYS_ABOUT.has(words.at(-1) ?? '')
}

const TOKENS: readonly string[] = [
  ...[
    'refresh token',
    'session token',
    'access token',
    'auth token',
    'login token',
    'bearer token',
  ],
  ...['remember token', 'api token', 'api key', 'session key', 'login code', 'magic link token'],
  ...['session secret', 'jwt', 'personal token', 'id token', 'reset token', 'one time token'],
]
const ELSEWHERE: readonly string[] = [
  'provider',
  'issuer',
  'idp',
  'external',
  'remote',
  'integration',
]
const SAYS_ABOUT: ReadonlySet<string> = new Set('expire expiry at type scope count id'.split(' '))
