/**
 * What the last verification of the ledger has found, kept by the database so that a proof can repeat it. Under a
 * ledger key it is signed: who can write the table cannot say that the ledger was verified.
 *
 * @module
 */

import { type Clock, equalSecrets, hmacSha256, type Secret } from '../../ports.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import type { Store } from '../../store/store.ts'
import { canonicalJson } from '../canonical-json.ts'
import type { KeyRing } from '../chain.ts'
import { CHAIN_START, type LedgerVerification, type VerifiedHead } from './verify-ledger.ts'

/** What a verification has found, and when. */
export type LastVerified =
  | {
      readonly valid: true
      /** When it ended; ISO 8601, UTC. */
      readonly at: string
      /** When the first piece of it ended; as `at` where it was made in one go. */
      readonly since: string
      /** The entry up to which every one was looked at. */
      readonly head: VerifiedHead
      /** How many of these entries had their bodies in an archive at that time, if any. */
      readonly archived?: number
    }
  | {
      readonly valid: false
      readonly at: string
      readonly seq: number
      readonly problem: Extract<LedgerVerification, { readonly valid: false }>['problem']
    }

/** Keeps what was found. A piece counts where every entry before it has been looked at too. */
export async function recordVerification(
  store: Store,
  { clock, ...ring }: KeyRing & { readonly clock: Clock },
  from: VerifiedHead,
  found: LedgerVerification,
): Promise<void> {
  const at = clock.now().toISOString()
  const fact = factOf(await readLastVerified(store, ring), from, found, at)
  if (fact === null) return
  const value = { ...fact, signature: signatureOf(ring.key, fact) }
  await writeMark(store, MARK, canonicalJson(value))
}

/** `null` where none is known, or it was not signed with a key of the ledger. */
export async function readLastVerified(
  store: Pick<Store, 'read'>,
  { key, oldKeys }: KeyRing,
): Promise<LastVerified | null> {
  const text = await readMark(store, MARK)
  if (text === null) return null
  const { signature, ...fact } = JSON.parse(text) as LastVerified & Signed
  const isOwn = [key, ...oldKeys].some((one) => isSignedBy(one, fact, signature))
  return isOwn ? fact : null
}

interface Signed {
  readonly signature: string | null
}

const MARK = 'ledger_verified'

function factOf(
  last: LastVerified | null,
  from: VerifiedHead,
  found: LedgerVerification,
  at: string,
): LastVerified | null {
  if (!found.valid) {
    // The head that was passed may be that of another ledger.
    if (found.problem === 'other_chain') return null
    return { valid: false, at, seq: found.seq, problem: found.problem }
  }
  const { head, more, archived = 0 } = found
  const known = last?.valid ? last : null
  if (more && known !== null && known.head.seq > head.seq) return null
  if (from.seq === CHAIN_START.seq) return { valid: true, at, since: at, head, ...count(archived) }
  if (known === null || known.head.seq < from.seq) return null
  // Archived entries stand in a row from the first one on; some may have been looked at twice.
  const all = Math.min(known.archived ?? 0, from.seq) + archived
  return { valid: true, at, since: known.since, head, ...count(all) }
}

function count(archived: number): { readonly archived?: number } {
  return archived === 0 ? {} : { archived }
}

function signatureOf(key: Secret | null, fact: LastVerified): string | null {
  return key === null ? null : hmacSha256(key, `${MARK}\n${canonicalJson(fact)}`)
}

function isSignedBy(key: Secret | null, fact: LastVerified, signature: string | null): boolean {
  const expected = signatureOf(key, fact)
  if (expected === null || signature === null) return expected === signature
  return equalSecrets(expected, signature)
}
