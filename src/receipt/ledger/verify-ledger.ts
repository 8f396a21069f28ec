/**
 * Does the ledger hold? Entry by entry, and then the head.
 *
 * @module
 */
import type { Secret } from '../../ports.ts'
import { saidUserTable } from '../../store/earlier-layout.ts'
import type { LedgerEntry, LedgerHead } from '../../store/records.ts'
import { entryHash, GENESIS, isHeadGenuine, type KeyRing } from '../chain.ts'
import { receiptDigest } from '../issue-receipt.ts'
import type { DeletionReceipt } from '../receipt.ts'

export type LedgerVerification =
  | {
      readonly valid: true
      readonly entries: number
      /** Whether a key protects it against rewriting. */
      readonly keyed: boolean
    }
  | {
      readonly valid: false
      /** The first entry that does not hold. */
      readonly seq: number
      readonly problem: 'altered' | 'missing' | 'receipt_altered' | 'cut' | 'head_altered'
    }

/** Where a chain stands: its last entry. */
export type ChainEnd = Pick<LedgerEntry, 'seq' | 'hash'>

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

/** Goes along a chain whose key may have been changed on the way. */
export interface ChainReader {
  /** What is wrong with the entry that follows the one before; `null` when it holds, and then it is the one before. */
  read(entry: LedgerEntry): ReturnType<typeof findEntryProblem>
  /** Whether the head is signed as the entries that were read. */
  signs(head: LedgerHead): boolean
  /** The last entry that was read. */
  readonly end: ChainEnd
  /** Whether a key protects what was read; where nothing was, whether the engine has one. */
  readonly isKeyed: boolean
}

/**
 * `key`: the one of the entry at `start`; left out where that is still to be seen. Only an entry that says so, under
 * the new key, may change it.
 */
export function readChain(
  { key: own, oldKeys }: KeyRing,
  start: ChainEnd = CHAIN_START,
  key?: Secret | null,
): ChainReader {
  const ring = [own, ...oldKeys]
  let [end, present] = [start, key]
  return {
    get end() {
      return end
    },
    get isKeyed() {
      return (present === undefined ? own : present) !== null
    },
    read(entry) {
      const candidates = present === undefined || entry.kind === 'ledger.rekeyed' ? ring : [present]
      let problem: ReturnType<typeof findEntryProblem> = null
      for (const candidate of candidates) {
        problem = findEntryProblem(candidate, end, entry)
        if (problem === 'altered') continue
        if (problem === null) [end, present] = [entry, candidate]
        return problem
      }
      return problem
    },
    signs: (head) =>
      present === undefined
        ? ring.some((candidate) => isHeadGenuine(candidate, head))
        : isHeadGenuine(present, head),
  }
}

/** Recomputes every hash, in constant memory. */
export async function verifyLedger(
  entries: AsyncIterable<LedgerEntry>,
  readHead: () => Promise<LedgerHead | null>,
  ring: KeyRing,
): Promise<LedgerVerification> {
  const chain = readChain(ring)
  for await (const entry of entries) {
    const { seq } = chain.end
    const problem = chain.read(entry)
    if (problem !== null) return { valid: false, seq: seq + 1, problem }
  }
  return verifyHead(await readHead(), chain)
}

/** Kinds of entries whose body is a receipt. */
export const HAS_RECEIPT: ReadonlySet<string> = new Set(['user.deleted', 'tenant.deleted'])

function verifyHead(head: LedgerHead | null, chain: ChainReader): LedgerVerification {
  const { seq, hash } = chain.end
  const entries = { valid: true, entries: seq, keyed: chain.isKeyed } as const
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
