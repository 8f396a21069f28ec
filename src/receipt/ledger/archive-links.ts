/**
 * Do archived entries hold? Link by link, and then the anchor.
 *
 * @module
 */
import { readLedger } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { archivedMarkOf, FIRST_LINK, isMarkGenuine, isPlain, linkOf } from '../archived-entry.ts'
import type { KeyRing } from '../chain.ts'
import { ANCHOR_KIND, anchorOf } from './anchor.ts'

/** Goes along the entries, whether they have their bodies or not. */
export interface LinkReader {
  /** What is wrong with the entry that follows the one before; `null` when it holds. */
  read(entry: LedgerEntry): 'archive_altered' | null
  /** Once all is read: the last archived entry, where no anchor vouches for it; else `null`. */
  unanchored(): number | null
  /** Begins behind an entry of this link. */
  startAt(link: string): void
  /** The link of the entry that was read last; `null` where none is known. */
  readonly link: string | null
  /** Archived entries that were read. */
  readonly archived: number
}

export interface LinksInput {
  /** The entry behind which it begins. */
  readonly seq: number
  /** The link of that entry; `null` where it is not known. */
  readonly link: string | null
  /** The last entry that may be archived, where that is known: behind it nothing is linked. */
  readonly throughSeq: number
}

/** Where nothing is archived. */
export const NO_LINKS: LinksInput = { seq: 0, link: null, throughSeq: 0 }

export function readLinks(ring: KeyRing, { seq, link: start, throughSeq }: LinksInput): LinkReader {
  let link = start
  let archived = 0
  /** The last archived entry, and the last one that an anchor with the same link covers. */
  let [last, covered] = [0, 0]
  /** The entry whose link an anchor may name. */
  let known: { readonly seq: number; readonly link: string } | null =
    start === null ? null : { seq, link: start }

  function readArchived(entry: LedgerEntry, mark: NonNullable<ReturnType<typeof archivedMarkOf>>) {
    if (link === null || entry.seq > throughSeq) return 'archive_altered'
    link = linkOf(link, entry)
    const holds = mark.link === link && isPlain(entry, mark)
    if (!holds || !isMarkGenuine(ring, entry.seq, mark)) return 'archive_altered'
    archived += 1
    last = entry.seq
    known = { seq: entry.seq, link }
    return null
  }

  function readAnchor(entry: LedgerEntry) {
    const anchor = anchorOf(entry)
    if (anchor === null) return null
    if (anchor.throughSeq === known?.seq) {
      if (anchor.link !== known.link) return 'archive_altered'
      covered = anchor.throughSeq
    } else if (anchor.throughSeq > last) covered = anchor.throughSeq
    return null
  }

  return {
    get link() {
      return link
    },
    get archived() {
      return archived
    },
    startAt(given) {
      link = given
    },
    read(entry) {
      const mark = archivedMarkOf(entry)
      if (mark !== null) return readArchived(entry, mark)
      if (entry.seq > throughSeq) link = null
      if (link !== null) link = linkOf(link, entry)
      // A call that was interrupted may have left the body of the last one.
      if (link !== null && entry.seq === throughSeq) known = { seq: entry.seq, link }
      return entry.kind === ANCHOR_KIND ? readAnchor(entry) : null
    },
    unanchored: () => (last > covered ? last : null),
  }
}

/**
 * The link of the entry at this place: its own where it is archived, else counted from the last archived one before
 * it.
 */
export async function linkAt(source: Pick<Store, 'read'>, seq: number): Promise<string> {
  let start = { seq: 0, link: FIRST_LINK }
  for (let before = seq; before > 0; before -= PAGE) {
    const afterSeq = Math.max(0, before - PAGE)
    const page = await readLedger(source, { afterSeq, limit: before - afterSeq })
    const found = page.flatMap((entry) => {
      const mark = entry.seq > seq ? null : archivedMarkOf(entry)
      return mark === null ? [] : { seq: entry.seq, link: mark.link }
    })
    const nearest = found.at(-1)
    if (nearest === undefined) continue
    start = nearest
    break
  }
  let { link } = start
  for (let afterSeq = start.seq; afterSeq < seq; ) {
    const page = await readLedger(source, { afterSeq, limit: Math.min(PAGE, seq - afterSeq) })
    for (const entry of page) link = linkOf(link, entry)
    const last = page.at(-1)
    if (last === undefined) break
    afterSeq = last.seq
  }
  return link
}

const PAGE = 500
