/**
 * Gathers what a proof of one deletion is made of, and makes it.
 *
 * @module
 */

import type { UserId } from '../../program/program.ts'
import { receiptOf } from '../../receipt/issue-receipt.ts'
import { isAbout } from '../../receipt/ledger/about.ts'
import type { Ledger } from '../../receipt/ledger/ledger.ts'
import { factAbout, type ProofDocument, proofDocument } from '../../receipt/proof/proof-document.ts'
import { proofPage } from '../../receipt/proof/proof-page.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { notFound } from '../context/failures.ts'
import { verifyUser } from './verify.ts'

/** The proof of one deletion, for machines and for people. */
export interface Proof {
  /** Plain JSON. */
  readonly document: ProofDocument
  /** The document as a page: one HTML file, without scripts or anything to load. */
  readonly html: string
}

export interface ProofRequest {
  readonly tenantId: string | null
  readonly userId: UserId
  readonly receiptId: string | null
  readonly known: Readonly<Record<string, unknown>>
}

/** @throws {@link UserNotFoundError} when the ledger has no such receipt of this user in this tenant. */
export async function prove(
  context: ExecutionContext,
  ledger: Ledger,
  { tenantId, userId, receiptId, known }: ProofRequest,
): Promise<Proof> {
  const { store, clock } = context
  const entry = await findReceipt(context, tenantId, userId, receiptId)
  if (entry === null) throw notFound(undefined)
  const issuedAt = clock.now().toISOString()
  const document = proofDocument({
    issuedAt,
    entry,
    later: await factsAbout(store, entry),
    ledger: await ledger.verify(),
    user: { at: issuedAt, ...(await verifyUser(context, tenantId, userId, known)) },
  })
  return { document, html: proofPage(document) }
}

/** The newest receipt of the user, or the one with this id, which may be of an earlier deletion. */
async function findReceipt(
  context: ExecutionContext,
  tenantId: string | null,
  userId: UserId,
  receiptId: string | null,
): Promise<LedgerEntry | null> {
  const { subject } = targetOf(context, userId)
  const { userTable } = context
  const [newest] = await context.store.findEntries({ userTable, tenantId, subjects: [subject] })
  if (newest === undefined) return null
  if (receiptId === null || receiptOf(newest).id === receiptId) return newest
  for await (const entry of entriesAfter(context.store, 0)) {
    if (entry.seq >= newest.seq) return null
    const isTheirs =
      entry.kind === 'user.deleted' &&
      isAbout(entry, userTable) &&
      entry.tenantId === tenantId &&
      entry.subject === subject
    if (isTheirs && receiptOf(entry).id === receiptId) return entry
  }
  return null
}

/** What the ledger learned later about this deletion: each fact once, as each run clears the journal again. */
async function factsAbout(store: Store, deletion: LedgerEntry): Promise<readonly LedgerEntry[]> {
  const facts = new Map<string, LedgerEntry>()
  for await (const entry of entriesAfter(store, deletion.seq)) {
    const name = factAbout(deletion, entry)
    if (name !== null && !facts.has(name)) facts.set(name, entry)
  }
  return [...facts.values()]
}

const PAGE = 500

async function* entriesAfter(store: Store, seq: number): AsyncGenerator<LedgerEntry> {
  for (let afterSeq = seq; ; ) {
    const page = await store.readLedger({ afterSeq, limit: PAGE })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    afterSeq = last.seq
  }
}
