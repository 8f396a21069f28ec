/**
 * Does the ledger hold? Entry by entry, and then the head.
 *
 * @module
 */

import { type Secret, yieldToEventLoop } from '../../ports.ts'
import { ledgerHead, readLedger } from '../../records/ledger-records.ts'
import { saidUserTable } from '../../store/earlier-layout.ts'
import type { LedgerEntry, LedgerHead } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { archivedMarkOf } from '../archived-entry.ts'
import { entryHash, GENESIS, headFor, isHeadGenuine, type KeyRing } from '../chain.ts'
import { receiptDigest } from '../issue-receipt.ts'
import type { DeletionReceipt } from '../receipt.ts'
import { newestAnchor } from './anchor.ts'
import { type LinkReader, linkAt, NO_LINKS, readLinks } from './archive-links.ts'

export type LedgerVerification =
  | {
      readonly valid: true
      /** Entries that were looked at: all of them, or those behind `from`. */
      readonly entries: number
      /** Whether a key protects it against rewriting. */
      readonly keyed: boolean
      /** The last entry that was looked at. Kept outside the database, it is where the next verification may begin. */
      readonly head: VerifiedHead
      /** Whether `limit` has stopped it: what stands behind `head` was not looked at, nor the recorded end. */
      readonly more: boolean
      /**
       * How many of `entries` have their bodies in an archive, if any. For these it proves what stays in the
       * database: every field but the body, its digest, and the anchor over all of it. That the bodies in the archive
       * are those is what `verifyArchive` looks at.
       */
      readonly archived?: number
    }
  | {
      readonly valid: false
      /** The first entry that does not hold. */
      readonly seq: number
      readonly problem:
        | 'altered'
        | 'missing'
        | 'receipt_altered'
        | 'cut'
        | 'head_altered'
        /** What stays of an archived entry is not what the anchor of its archive vouches for. */
        | 'archive_altered'
        /** The entry at which it was to begin is not the one that was verified. */
        | 'other_chain'
    }

/** Where a chain stands: its last entry. */
export type ChainEnd = Pick<LedgerEntry, 'seq' | 'hash'>

/** The entry up to which a chain was verified; of an empty one, number 0. */
export type VerifiedHead = ChainEnd

/** Before the first entry. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: GENESIS }

/** What is wrong with the entry that follows `previous`; `null` when it holds. */
export function findEntryProblem(
  key: Secret | null,
  previous: ChainEnd,
  entry: LedgerEntry,
): 'altered' | 'missing' | 'receipt_altered' | null {
  if (entry.seq !== previous.seq + 1) return 'missing'
  const { hash, ...content } = entry
  const isWhole = (of: typeof content): boolean => isHashOf(hash, key, previous, of)
  if (!isWhole(content) && !(isGivenItsTable(entry) && isWhole({ ...content, userTable: null }))) {
    return 'altered'
  }
  return HAS_RECEIPT.has(entry.kind) && !isReceiptWhole(entry) ? 'receipt_altered' : null
}

/** Whether an entry of an earlier layout was given its table later, and by its own words: those its hash covers. */
function isGivenItsTable(entry: LedgerEntry): boolean {
  return entry.userTable !== null && entry.userTable === saidUserTable(entry)
}

function isHashOf(
  hash: string,
  key: Secret | null,
  previous: ChainEnd,
  content: Omit<LedgerEntry, 'hash'>,
): boolean {
  if (entryHash(key, previous.hash, content) === hash) return true
  // Earlier versions hashed a bigint as one where stores answer the same integer as a number.
  const { subject } = content
  if (typeof subject !== 'number' || !Number.isSafeInteger(subject)) return false
  return entryHash(key, previous.hash, { ...content, subject: BigInt(subject) }) === hash
}

/** What may be wrong with one entry. */
export type EntryProblem = 'altered' | 'missing' | 'receipt_altered' | 'archive_altered'

/** Goes along a chain whose key may have been changed on the way. */
export interface ChainReader {
  /** What is wrong with the entry that follows the one before; `null` when it holds, and then it is the one before. */
  read(entry: LedgerEntry): EntryProblem | null
  /** Whether the head is signed as the entries that were read. */
  signs(head: LedgerHead): boolean
  /** The last entry that was read as a head, signed as the entries were. */
  head(): LedgerHead
  /** What stays of archived entries among them. */
  readonly links: LinkReader
  /** The last entry that was read. */
  readonly end: ChainEnd
  /** Whether a key protects what was read; where nothing was, whether the engine has one. */
  readonly isKeyed: boolean
}

/**
 * `key`: the one of the entry at `start`; left out where that is still to be seen. Only an entry that says so, under
 * the new key, may change it. Archived entries do not tell: their links are signed by the engine that archived.
 */
export function readChain(
  { key: own, oldKeys }: KeyRing,
  start: ChainEnd = CHAIN_START,
  key?: Secret | null,
  links: LinkReader = readLinks({ key: own, oldKeys }, NO_LINKS),
): ChainReader {
  const ring = [own, ...oldKeys]
  let [end, present] = [start, key]
  return {
    links,
    get end() {
      return end
    },
    get isKeyed() {
      return (present === undefined ? own : present) !== null
    },
    read(entry) {
      if (archivedMarkOf(entry) !== null) {
        const problem = entry.seq === end.seq + 1 ? links.read(entry) : 'missing'
        if (problem === null) [end, present] = [entry, undefined]
        return problem
      }
      const candidates = present === undefined || entry.kind === 'ledger.rekeyed' ? ring : [present]
      let problem: ReturnType<typeof findEntryProblem> = null
      for (const candidate of candidates) {
        problem = findEntryProblem(candidate, end, entry)
        if (problem === 'altered') continue
        if (problem !== null) return problem
        ;[end, present] = [entry, candidate]
        return links.read(entry)
      }
      return problem
    },
    head: () => headFor(present === undefined ? own : present, end.seq, end.hash),
    signs: (head) =>
      present === undefined
        ? ring.some((candidate) => isHeadGenuine(candidate, head))
        : isHeadGenuine(present, head),
  }
}

/** What of a chain is to be verified. */
export interface VerifiedPart {
  /** Behind which entry it begins. */
  readonly from: VerifiedHead
  /** After how many entries it ends. */
  readonly limit: number
}

/** The ledger of a database. */
export type LedgerSource = Pick<Store, 'read'>

/** Recomputes every hash, in constant memory, and lets the host's event loop run between pages. */
export async function verifyLedger(
  source: LedgerSource,
  { from, limit }: VerifiedPart,
  ring: KeyRing,
): Promise<LedgerVerification> {
  const links = await linksFrom(source, from, ring)
  const chain = await beginAt(source, from, ring, links)
  if (typeof chain === 'string') return { valid: false, seq: from.seq, problem: chain }
  const begin = { seq: from.seq, archived: links.archived }
  for (;;) {
    const page = await readLedger(source, { afterSeq: chain.end.seq, limit: PAGE })
    for (const entry of page) {
      const { seq } = chain.end
      if (seq - from.seq === limit) return verified(chain, begin, true)
      const problem = chain.read(entry)
      if (problem !== null) return { valid: false, seq: seq + 1, problem }
    }
    if (page.length < PAGE) return verifyEnd(await ledgerHead(source), chain, begin)
    await yieldToEventLoop()
  }
}

const PAGE = 500

/** Where nothing was archived nothing is linked, so that a ledger without archives is read as quickly as before. */
export async function linksFrom(
  source: LedgerSource,
  { seq }: VerifiedHead,
  ring: KeyRing,
): Promise<LinkReader> {
  const throughSeq = (await newestAnchor(source))?.throughSeq ?? 0
  const before = Math.max(seq - 1, 0)
  const link = before < throughSeq ? await linkAt(source, before) : null
  return readLinks(ring, { seq: before, link, throughSeq })
}

/**
 * A reader that has read the entry `from` once more, so that it knows under which key the chain goes on; what is
 * wrong with the entry otherwise. `links`: of the entry before it.
 */
export async function beginAt(
  source: LedgerSource,
  { seq, hash }: VerifiedHead,
  ring: KeyRing,
  links?: LinkReader,
): Promise<ChainReader | EntryProblem | 'other_chain'> {
  if (seq === CHAIN_START.seq) {
    if (hash !== CHAIN_START.hash) return 'other_chain'
    return readChain(ring, CHAIN_START, undefined, links)
  }
  const afterSeq = Math.max(seq - 2, CHAIN_START.seq)
  const found = await readLedger(source, { afterSeq, limit: seq - afterSeq })
  const entry = found.find((one) => one.seq === seq)
  if (entry?.hash !== hash) return 'other_chain'
  const previous = seq - 1 === CHAIN_START.seq ? CHAIN_START : found.find((one) => one !== entry)
  if (previous === undefined) return 'missing'
  const chain = readChain(ring, previous, undefined, links)
  return chain.read(entry) ?? chain
}

/** Where a verification begins, and how many archived entries were read before. */
interface Begin {
  readonly seq: number
  readonly archived: number
}

function verified(chain: ChainReader, from: Begin, more: boolean): LedgerVerification {
  const { seq, hash } = chain.end
  const head = { seq, hash }
  const archived = chain.links.archived - from.archived
  return {
    ...{ valid: true, entries: seq - from.seq, keyed: chain.isKeyed, head, more },
    ...(archived === 0 ? {} : { archived }),
  }
}

/** Kinds of entries whose body is a receipt. */
export const HAS_RECEIPT: ReadonlySet<string> = new Set(['user.deleted', 'tenant.deleted'])

function verifyEnd(head: LedgerHead | null, chain: ChainReader, from: Begin): LedgerVerification {
  const { seq, hash } = chain.end
  const entries = verified(chain, from, false)
  if (head === null) return seq === 0 ? entries : { valid: false, seq, problem: 'head_altered' }
  if (!chain.signs(head)) return { valid: false, seq: head.seq, problem: 'head_altered' }
  if (head.seq > seq) return { valid: false, seq: seq + 1, problem: 'cut' }
  if (head.seq !== seq || head.hash !== hash) return { valid: false, seq, problem: 'head_altered' }
  return entries
}

function isReceiptWhole({ body }: LedgerEntry): boolean {
  try {
    const { digest, ...receipt } = JSON.parse(body) as DeletionReceipt
    return receiptDigest(receipt) === digest
  } catch {
    // Text that is no JSON is no receipt. Only a ledger without a key can come this far.
    return false
  }
}
