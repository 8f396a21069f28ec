/**
 * Verifies single entries of the ledger and its recorded end, without reading the others. For a proof, which rests on
 * a few entries.
 *
 * @module
 */

import { ledgerHead, readLedger } from '../../records/ledger-records.ts'
import type { LedgerEntry, LedgerHead } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { archivedMarkOf } from '../archived-entry.ts'
import { isHeadGenuine, type KeyRing } from '../chain.ts'
import { type LastVerified, readLastVerified } from './last-verified.ts'
import { beginAt, type LedgerVerification, linksFrom } from './verify-ledger.ts'

/** What was looked at of the ledger, and what it recorded of the rest. */
export interface LedgerLook {
  /** Entries whose hash was computed anew, each over its content and the hash of the entry before it. */
  readonly entries: readonly number[]
  /** The recorded end of the ledger; signed where there is a key. */
  readonly head: LedgerHead | null
  /** The first of these entries that does not hold, or what is wrong with the end; `null` where all hold. */
  readonly problem: Omit<Extract<LedgerVerification, { valid: false }>, 'valid'> | null
  /** Whether a key protects these entries and the end against rewriting. */
  readonly keyed: boolean
  /** What the last verification of the whole ledger has found; `null` where none is recorded. */
  readonly lastVerified: (LastVerified & { readonly stands: boolean }) | null
}

/** Reads two entries for each of `entries`, and the end. */
export async function lookAtLedger(
  store: Store,
  ring: KeyRing,
  entries: readonly LedgerEntry[],
): Promise<LedgerLook> {
  let problem: LedgerLook['problem'] = null
  let keyed = true
  for (const { seq, hash, body } of entries) {
    const links =
      archivedMarkOf({ body }) === null ? undefined : await linksFrom(store, { seq, hash }, ring)
    const chain = await beginAt(store, { seq, hash }, ring, links)
    if (typeof chain === 'string') problem ??= { seq, problem: chain }
    else keyed &&= chain.isKeyed
  }
  const head = await ledgerHead(store)
  problem ??= await problemOfEnd(store, ring, head)
  const last = await readLastVerified(store, ring)
  return {
    entries: entries.map(({ seq }) => seq),
    head,
    problem,
    keyed: keyed && problem === null && head?.signature != null,
    lastVerified: last === null ? null : { ...last, stands: await stands(store, last) },
  }
}

async function problemOfEnd(
  store: Store,
  { key, oldKeys }: KeyRing,
  head: LedgerHead | null,
): Promise<LedgerLook['problem']> {
  if (head === null) return { seq: 0, problem: 'head_altered' }
  const { seq } = head
  if (![key, ...oldKeys].some((one) => isHeadGenuine(one, head))) {
    return { seq, problem: 'head_altered' }
  }
  const last = await entryAt(store, seq)
  if (last === undefined) return { seq, problem: 'cut' }
  return last.hash === head.hash ? null : { seq, problem: 'head_altered' }
}

/** Whether the entry at which it ended is there as it was. */
async function stands(store: Store, last: LastVerified): Promise<boolean> {
  if (!last.valid || last.head.seq === 0) return true
  return (await entryAt(store, last.head.seq))?.hash === last.head.hash
}

async function entryAt(store: Store, seq: number): Promise<LedgerEntry | undefined> {
  const [entry] = await readLedger(store, { afterSeq: seq - 1, limit: 1 })
  return entry?.seq === seq ? entry : undefined
}
