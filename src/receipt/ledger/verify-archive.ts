/**
 * Is this file an archive of the ledger? Line by line beside what stays of its entries, and then the anchor.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { yieldToEventLoop } from '../../ports.ts'
import { listKind } from '../../records/ledger-records.ts'
import type { Store } from '../../store/store.ts'
import { archivedMarkOf, isSameEntry } from '../archived-entry.ts'
import type { KeyRing } from '../chain.ts'
import { ANCHOR_KIND, anchorOf } from './anchor.ts'
import { linkAt, readLinks } from './archive-links.ts'
import type { LedgerLine } from './ledger-lines.ts'
import { presentEntries } from './present-entries.ts'
import { assertLines, type LedgerLines, numberedLines } from './read-lines.ts'
import {
  beginAt,
  CHAIN_START,
  type ChainReader,
  linksFrom,
  readChain,
  type VerifiedHead,
} from './verify-ledger.ts'

/** What a verification of an archive has found. */
export type ArchiveVerification =
  | {
      readonly valid: true
      /** Entries in the archive, all of which were looked at. */
      readonly entries: number
      /** Whether a key protects them against rewriting. */
      readonly keyed: boolean
      /** The entry behind which the archive begins; of the first archive, number 0. */
      readonly from: VerifiedHead
      /** The last entry in it. */
      readonly head: VerifiedHead
    }
  | {
      readonly valid: false
      /** The first line that does not hold, numbered from 1. */
      readonly line: number
      readonly problem: ArchiveProblem
    }

export type ArchiveProblem =
  | 'malformed'
  | 'altered'
  | 'missing'
  | 'receipt_altered'
  | 'cut'
  | 'head_altered'
  /** The ledger has another entry in this place, or none. */
  | 'not_in_ledger'
  /** No anchor of the ledger names this part, or the anchor names another content. */
  | 'not_archived'

/** In constant memory. Lets the host's event loop run between pages. */
export async function verifyArchive(
  source: Pick<Store, 'read'>,
  ring: KeyRing,
  lines: LedgerLines,
): Promise<ArchiveVerification> {
  assertLines(lines)
  const present = presentEntries(source)
  let chain: ChainReader | null = null
  let from: VerifiedHead = CHAIN_START
  let [line, entries] = [0, 0]
  let isEnded = false
  const bad = (problem: ArchiveProblem): ArchiveVerification => ({ valid: false, line, problem })
  try {
    for await (const { line: number, parsed } of numberedLines(lines)) {
      line = number
      if (isEnded) return bad('malformed')
      if (parsed.kind === 'head') {
        const problem = headProblem(chain, parsed, entries)
        if (problem !== null) return bad(problem)
        isEnded = true
        continue
      }
      // An archive has entries alone.
      if (parsed.kind === 'reservation') return bad('malformed')
      const { entry } = parsed
      // An export has such lines once its old part was archived; an archive has none.
      if (archivedMarkOf(entry) !== null) return bad('altered')
      if (chain === null) {
        const before = entry.seq === 1 ? CHAIN_START : await present(entry.seq - 1)
        if (before === undefined) return bad('not_in_ledger')
        from = { seq: before.seq, hash: before.hash }
        chain = await readBehind(source, ring, from)
      }
      const problem = chain.read(entry)
      if (problem !== null) return bad(problem === 'archive_altered' ? 'not_archived' : problem)
      const stays = await present(entry.seq)
      if (stays === undefined || !isSameEntry(stays, entry)) return bad('not_in_ledger')
      entries += 1
      if (entries % PAGE === 0) await yieldToEventLoop()
    }
  } catch (cause) {
    if (!isMalformed(cause)) throw cause
    return { valid: false, line: Number(cause.details['line']), problem: 'malformed' }
  }
  if (!isEnded) {
    line += 1
    return bad('cut')
  }
  if (chain === null || !(await isAnchored(source, ring, from, chain))) return bad('not_archived')
  const { seq, hash } = chain.end
  return { valid: true, entries, keyed: chain.isKeyed, from, head: { seq, hash } }
}

/** Entries between two turns of the host's event loop. */
const PAGE = 100

async function readBehind(
  source: Pick<Store, 'read'>,
  ring: KeyRing,
  from: VerifiedHead,
): Promise<ChainReader> {
  const link = await linkAt(source, from.seq)
  const links = readLinks(ring, { seq: from.seq, link, throughSeq: Number.POSITIVE_INFINITY })
  return readChain(ring, from, undefined, links)
}

function headProblem(
  chain: ChainReader | null,
  { head, entries }: Extract<LedgerLine, { kind: 'head' }>,
  count: number,
): ArchiveProblem | null {
  if (chain === null || entries !== count) return 'cut'
  const isEnd = head.seq === chain.end.seq && head.hash === chain.end.hash
  return isEnd && chain.signs(head) ? null : 'head_altered'
}

/** Whether an anchor that holds names exactly this part, with this content. */
async function isAnchored(
  source: Pick<Store, 'read'>,
  ring: KeyRing,
  from: VerifiedHead,
  { end, links }: ChainReader,
): Promise<boolean> {
  const entry = (await listKind(source, ANCHOR_KIND)).find((one) => {
    const anchor = anchorOf(one)
    return anchor?.afterSeq === from.seq && anchor.throughSeq === end.seq
  })
  const anchor = entry === undefined ? null : anchorOf(entry)
  if (entry === undefined || anchor?.link !== links.link) return false
  const { seq, hash } = entry
  const found = await beginAt(source, { seq, hash }, ring, await linksFrom(source, entry, ring))
  return typeof found !== 'string'
}

function isMalformed(cause: unknown): cause is UserDeletionError {
  return cause instanceof UserDeletionError && cause.details['problem'] === 'malformed'
}
