/**
 * The chain that ties ledger entries together.
 *
 * @module
 */
import { equalSecrets, hmacSha256, type Secret, sha256 } from '../ports.ts'
import type { LedgerEntry, LedgerHead } from '../store.ts'

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
    typeof subject === 'bigint' ? { bigint: subject.toString() } : subject,
    idempotencyKey,
    // An entry of before there was one hashes as it did then.
    ...(userTable === null ? [] : [userTable]),
  ])
  // JSON text holds no line break, so the body begins where the first one stands.
  const content = `${text}\n${body}`
  return key === null ? sha256(content) : hmacSha256(key, content)
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
