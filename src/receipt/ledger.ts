/**
 * Reading and verifying the ledger.
 *
 * @module
 */
import type { Secret } from '../ports.ts'
import type { LedgerEntry, LedgerHead, Store } from '../store.ts'
import { entryHash, GENESIS, isHeadGenuine } from './chain.ts'
import { receiptDigest, receiptOf } from './issue-receipt.ts'
import type { DeletionReceipt } from './receipt.ts'

export type LedgerVerification =
  | {
      readonly valid: true
      readonly entries: number /** Whether a key protects it against rewriting. */
      readonly keyed: boolean
    }
  | {
      readonly valid: false
      /** The first entry that does not hold. */
      readonly seq: number
      readonly problem: 'altered' | 'missing' | 'receipt_altered' | 'cut' | 'head_altered'
    }

/** The proofs of all deletions, in the order they were committed in. */
export interface Ledger {
  /** Receipts, oldest first; `since` leaves out what was committed before that instant. */
  receipts(options?: { readonly since?: Date }): AsyncGenerator<DeletionReceipt>
  /**
   * Recomputes every hash. With a ledger key a rewritten or cut ledger shows; without one this guards
   * against mistakes, not against somebody who can write the table.
   */
  verify(): Promise<LedgerVerification>
}

const PAGE = 500

export function openLedger(store: Store, key: Secret | null): Ledger {
  return {
    async *receipts({ since } = {}) {
      for await (const entry of readEntries(store, since)) {
        if (entry.kind === 'user.deleted') yield receiptOf(entry)
      }
    },
    async verify() {
      let seq = 0
      let hash = GENESIS
      for await (const entry of readEntries(store)) {
        if (entry.seq !== seq + 1) return { valid: false, seq: seq + 1, problem: 'missing' }
        const { hash: recorded, ...content } = entry
        if (entryHash(key, hash, content) !== recorded) {
          return { valid: false, seq: entry.seq, problem: 'altered' }
        }
        if (entry.kind === 'user.deleted' && !isReceiptWhole(entry)) {
          return { valid: false, seq: entry.seq, problem: 'receipt_altered' }
        }
        seq = entry.seq
        hash = recorded
      }
      return verifyHead(await store.ledgerHead(), key, seq, hash)
    },
  }
}

function verifyHead(
  head: LedgerHead | null,
  key: Secret | null,
  seq: number,
  hash: string,
): LedgerVerification {
  const entries = { valid: true, entries: seq, keyed: key !== null } as const
  if (head === null) return seq === 0 ? entries : { valid: false, seq, problem: 'head_altered' }
  if (!isHeadGenuine(key, head)) return { valid: false, seq: head.seq, problem: 'head_altered' }
  if (head.seq > seq) return { valid: false, seq: seq + 1, problem: 'cut' }
  if (head.seq !== seq || head.hash !== hash) return { valid: false, seq, problem: 'head_altered' }
  return entries
}

function isReceiptWhole(entry: LedgerEntry): boolean {
  const { digest, ...receipt } = receiptOf(entry)
  return receiptDigest(receipt) === digest
}

async function* readEntries(store: Store, since?: Date): AsyncGenerator<LedgerEntry> {
  const from = since === undefined ? {} : { since: since.toISOString() }
  for (let afterSeq = 0; ; ) {
    const page = await store.readLedger({ afterSeq, limit: PAGE, ...from })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    afterSeq = last.seq
  }
}
