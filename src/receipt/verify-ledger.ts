/**
 * Does the ledger hold? Entry by entry, and then the head.
 *
 * @module
 */
import type { Secret } from '../ports.ts'
import { type LedgerEntry, type LedgerHead, saidUserTable } from '../store.ts'
import { entryHash, GENESIS, isHeadGenuine } from './chain.ts'
import { receiptDigest } from './issue-receipt.ts'
import type { DeletionReceipt } from './receipt.ts'

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

/** Recomputes every hash, in constant memory. */
export async function verifyLedger(
  entries: AsyncIterable<LedgerEntry>,
  readHead: () => Promise<LedgerHead | null>,
  key: Secret | null,
): Promise<LedgerVerification> {
  let end = CHAIN_START
  for await (const entry of entries) {
    const problem = findEntryProblem(key, end, entry)
    if (problem !== null) return { valid: false, seq: end.seq + 1, problem }
    end = entry
  }
  return verifyHead(await readHead(), key, end)
}

/** Kinds of entries whose body is a receipt. */
export const HAS_RECEIPT: ReadonlySet<string> = new Set(['user.deleted', 'tenant.deleted'])

function verifyHead(
  head: LedgerHead | null,
  key: Secret | null,
  { seq, hash }: ChainEnd,
): LedgerVerification {
  const entries = { valid: true, entries: seq, keyed: key !== null } as const
  if (head === null) return seq === 0 ? entries : { valid: false, seq, problem: 'head_altered' }
  if (!isHeadGenuine(key, head)) return { valid: false, seq: head.seq, problem: 'head_altered' }
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
