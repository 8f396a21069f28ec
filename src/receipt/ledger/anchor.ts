/**
 * The entry behind which an archive lies: it says which entries are in it, and holds the link of the last of them.
 *
 * @module
 */
import { askNewest, findNewest } from '../../records/ledger-records.ts'
import type { Inquiry } from '../../store/inquiry.ts'
import type { LedgerEntry, LedgerHead, Seal } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { Issuer } from '../issue-receipt.ts'
import { sealFacts } from '../seal-facts.ts'

/** What an anchor says: the entries behind `afterSeq` up to `throughSeq` are in an archive. */
export interface Anchor {
  readonly format: 1
  readonly afterSeq: number
  readonly throughSeq: number
  /** Hash of the last of them. */
  readonly hash: string
  /** Link of the last of them, and so over what stays of all archived entries from the first one on. */
  readonly link: string
}

/** An anchor with the entry that holds it. */
export interface AnchorEntry extends Anchor {
  readonly entry: LedgerEntry
}

export const ANCHOR_KIND = 'ledger.archived'

/** The newest anchor, which counts for all archives. `null` where nothing was archived. */
export async function newestAnchor(store: Pick<Store, 'read'>): Promise<AnchorEntry | null> {
  return withFacts(await findNewest(store, ANCHOR_KIND))
}

/** The same, as a part of an inquiry. */
export function* askAnchor(): Inquiry<AnchorEntry | null> {
  return withFacts(yield* askNewest(ANCHOR_KIND))
}

/** What an entry of this kind says; `null` where it is none that the engine has written. */
export function anchorOf({ body }: LedgerEntry): Anchor | null {
  try {
    const anchor = JSON.parse(body) as Anchor
    return Number.isSafeInteger(anchor.throughSeq) && typeof anchor.link === 'string'
      ? anchor
      : null
  } catch {
    // Only a ledger without a key can come this far. Then no anchor vouches for what is archived, which shows.
    return null
  }
}

/** Seals an anchor after the present head of the ledger. */
export function sealAnchor(issuer: Issuer, anchor: Anchor, head: LedgerHead | null): Seal {
  const about = { userTable: null, tenantId: null }
  return sealFacts(issuer, [{ kind: ANCHOR_KIND, ...about, body: { ...anchor } }], head)
}

function withFacts(entry: LedgerEntry | null): AnchorEntry | null {
  const anchor = entry === null ? null : anchorOf(entry)
  return entry === null || anchor === null ? null : { ...anchor, entry }
}
