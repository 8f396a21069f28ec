/**
 * The chain that ties ledger entries together.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import { equalSecrets, hmacSha256, type Secret, sha256 } from '../ports.ts'
import type { LedgerEntry, LedgerHead } from '../store/records.ts'

/** The key of a ledger, and those that it was written with before. */
export interface KeyRing {
  /** `null` without a key. */
  readonly key: Secret | null
  /** Only for reading what was written before the key was changed; `null` among them: it had none. */
  readonly oldKeys: readonly (Secret | null)[]
}

/** The hash an empty ledger starts from. */
export const GENESIS: string = '0'.repeat(64)

/** An entry's hash: over everything in it and the hash before. An HMAC where there is a key. */
export function entryHash(
  key: Secret | null,
  previous: string,
  entry: Omit<LedgerEntry, 'hash'>,
): string {
  const { seq, kind, at, userTable, tenantId, subject, idempotencyKey, body } = entry
  const text = JSON.stringify([
    previous,
    seq,
    kind,
    at,
    tenantId,
    jsonSubject(subject),
    idempotencyKey,
    // An entry of before there was one hashes as it did then.
    ...(userTable === null ? [] : [userTable]),
  ])
  // JSON text holds no line break, so the body begins where the first one stands.
  const content = `${text}\n${body}`
  return key === null ? sha256(content) : hmacSha256(key, content)
}

/** The subject as JSON holds it: a bigint has no form there, and as text it would be another user. */
export function jsonSubject(
  subject: LedgerEntry['subject'],
): string | number | null | { readonly bigint: string } {
  return typeof subject === 'bigint' ? { bigint: subject.toString() } : subject
}

/** The head for the last entry; signed where there is a key, so that a cut ledger shows. */
export function headFor(key: Secret | null, seq: number, hash: string): LedgerHead {
  return { seq, hash, signature: key === null ? null : hmacSha256(key, `${seq}\n${hash}`) }
}

export function isHeadGenuine(key: Secret | null, head: LedgerHead): boolean {
  if (key === null) return true
  const expected = headFor(key, head.seq, head.hash).signature ?? ''
  return head.signature !== null && equalSecrets(expected, head.signature)
}

/**
 * Whether a ledger that ends so was written with this key. Without a key it was where nothing is signed: a ledger
 * that is begun with a key must not be gone on with by a process that lacks it.
 */
export function isWrittenWith(key: Secret | null, head: LedgerHead | null): boolean {
  if (head === null) return true
  return key === null ? head.signature === null : isHeadGenuine(key, head)
}

/**
 * Asked before every entry, with the head that it goes behind.
 *
 * @throws {@link UserDeletionError} `wrong_key`: what another key has signed would verify no more.
 */
export function assertOwnHead(key: Secret | null, head: LedgerHead | null): void {
  if (!isWrittenWith(key, head)) throw wrongKey('keys.ledger')
}

export function wrongKey(path: keyof typeof WRONG_KEY): UserDeletionError {
  return new UserDeletionError('wrong_key', WRONG_KEY[path], { details: { path } })
}

const WRONG_KEY = {
  'keys.ledger':
    'The ledger was written with another `keys.ledger` than that of this engine, or its head was altered.',
  'keys.subject': 'The ledger names users under another `keys.subject` than that of this engine.',
  'keys.reserve':
    'There are reservations under a key that is neither `keys.reserve` of this engine nor one of `keys.oldReserve`.',
} as const
