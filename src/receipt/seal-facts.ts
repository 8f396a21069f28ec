/**
 * Ledger entries that are not receipts: facts that became known after a deletion.
 *
 * @module
 */
import { hmacSha256, type Secret } from '../ports.ts'
import type { UserId } from '../program/program.ts'
import type { LedgerEntry, LedgerHead, Seal } from '../store/records.ts'
import type { Sanitized } from '../store/store.ts'
import { canonicalJson } from './canonical-json.ts'
import { assertOwnHead, entryHash, GENESIS, headFor, isWrittenWith, wrongKey } from './chain.ts'
import type { Issuer } from './issue-receipt.ts'

export interface Fact {
  readonly kind: Exclude<LedgerEntry['kind'], 'user.deleted'>
  /** The table of the users that it is about; `null` for one about the ledger as a whole. */
  readonly userTable: string | null
  readonly tenantId: string | null
  /** The user it is about, as the ledger names them. Default: none. */
  readonly subject?: UserId
  /** Plain data without anything personal; `at` is added. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Seals facts in the order given, after the present head of the ledger. */
export function sealFacts(issuer: Issuer, facts: readonly Fact[], head: LedgerHead | null): Seal {
  assertOwnHead(issuer.key, head)
  return chain(issuer, facts, head)
}

function chain(issuer: Issuer, facts: readonly Fact[], head: LedgerHead | null): Seal {
  const at = issuer.clock.now().toISOString()
  const entries: LedgerEntry[] = []
  let { seq, hash } = head ?? { seq: 0, hash: GENESIS }
  for (const { kind, userTable, tenantId, subject = null, body } of facts) {
    seq += 1
    const entry = {
      seq,
      kind,
      at,
      userTable,
      tenantId,
      subject,
      idempotencyKey: null,
      body: canonicalJson({ ...body, at }),
    }
    hash = entryHash(issuer.key, hash, entry)
    entries.push({ ...entry, hash })
  }
  return { entries, events: [], head: headFor(issuer.key, seq, hash) }
}

/**
 * Seals how far the storage was cleared. `before` is the head from before that began: what others have
 * committed meanwhile is not said to be cleared.
 */
export function sealStorageFact(
  issuer: Issuer,
  fact: Sanitized,
  before: LedgerHead | null,
  head: LedgerHead | null,
): Seal {
  const body = { ...fact, throughSeq: before?.seq ?? 0 }
  const kind = 'storage.sanitized'
  return sealFacts(issuer, [{ kind, userTable: null, tenantId: null, body }], head)
}

/** Seals that the ledger goes on under another key: the first entry of the new one, over all that came before. */
export function sealRotation(issuer: Issuer, head: LedgerHead): Seal {
  const { key, oldKeys } = issuer
  const before = oldKeys.find((old) => isWrittenWith(old, head))
  if (key === null || before === undefined) throw wrongKey('keys.ledger')
  const body = { format: 1, key: nameOf(key), before: before === null ? null : nameOf(before) }
  const about = { userTable: null, tenantId: null }
  return chain(issuer, [{ kind: 'ledger.rekeyed', ...about, body }], head)
}

/** Tells keys apart, and nothing else of them. */
function nameOf(key: Secret): string {
  return hmacSha256(key, 'user-deletion-engine: name of the ledger key').slice(0, 16)
}
