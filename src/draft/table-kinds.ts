/**
 * What tables of auth servers are usually for, by their names.
 *
 * @module
 */
import { saysOneOf, wordsOf } from '../words/name-words.ts'

/**
 * `access`: lets the user in. `credential`: proves who the user is. `part`: ties the user to something, or says
 * something about them. `invitation`: is addressed to somebody who may not be a user yet. `proof`: has to be
 * shown later. `log`: says what happened. `money`: books. `other`: the name says nothing.
 */
export type TableKind =
  | 'access'
  | 'credential'
  | 'part'
  | 'invitation'
  | 'proof'
  | 'log'
  | 'money'
  | 'other'

/** `columns`: their names. What only sounds like a session, an account or a key lacks the columns of one. */
export function kindOf(words: readonly string[], columns: readonly string[]): TableKind {
  const [kind] = PHRASES.find(([, phrases]) => saysOneOf(words, phrases)) ?? ['other' as const]
  const evidence = EVIDENCE[kind]
  if (evidence === undefined) return kind
  return columns.some((name) => saysOneOf(wordsOf(name), evidence)) ? kind : 'other'
}

const EVIDENCE: Partial<Record<TableKind, readonly string[]>> = {
  access: ['token', 'secret', 'hash', 'code', 'key', 'expire', 'expiry'],
  credential: [
    ...['token', 'secret', 'hash', 'password', 'provider', 'credential', 'public key', 'code'],
    ...['address'],
  ],
}

/** The first that fits counts, so that `session_events` is a log and `password_history` is none. */
const PHRASES: readonly (readonly [TableKind, readonly string[]])[] = [
  ['credential', ['password history']],
  ['log', ['audit', 'log', 'history', 'event', 'activity', 'webhook', 'delivery']],
  ['proof', ['consent', 'agreement', 'acceptance', 'contract', 'signature']],
  [
    'money',
    ['invoice', 'payment', 'order', 'transaction', 'refund', 'charge', 'subscription', 'purchase'],
  ],
  ['invitation', ['invitation', 'invite']],
  [
    'access',
    [
      ...['session', 'token', 'api key', 'device code', 'trusted device', 'magic link'],
      ...['password reset', 'verification', 'one time code', 'otp'],
    ],
  ],
  [
    'credential',
    [
      ...['account', 'identity', 'credential', 'oauth', 'connection', 'passkey', 'webauthn'],
      ...['authenticator', 'mfa', 'totp', 'two factor', 'factor', 'recovery code', 'backup code'],
      ...['password', 'wallet', 'wallet address'],
    ],
  ],
  [
    'part',
    [
      ...['member', 'membership', 'participant', 'role assignment', 'user role', 'follow'],
      ...['follower', 'favorite', 'bookmark', 'preference', 'setting', 'profile', 'notification'],
    ],
  ],
]
