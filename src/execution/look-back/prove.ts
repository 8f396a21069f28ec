/**
 * Gathers what a proof of one deletion is made of, and makes it.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import type { UserId } from '../../program/program.ts'
import { receiptIdOf } from '../../receipt/archived-entry.ts'
import { receiptOf } from '../../receipt/issue-receipt.ts'
import { lookAtLedger } from '../../receipt/ledger/verify-entries.ts'
import {
  factAbout,
  nameOfFact,
  type ProofDocument,
  proofDocument,
} from '../../receipt/proof/proof-document.ts'
import { proofPage } from '../../receipt/proof/proof-page.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { ErasureLevel } from '../../store/store.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { entriesAbout } from './entries-about.ts'
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

/**
 * @throws {@link UserDeletionError} `resource_not_found` when the ledger has no such receipt of this user in this tenant,
 * `receipt_archived` when an archive has it.
 */
export async function prove(
  context: ExecutionContext,
  { tenantId, userId, receiptId, known }: ProofRequest,
): Promise<Proof> {
  const { store, clock, issuer } = context
  const entry = await findReceipt(context, tenantId, userId, receiptId)
  if (entry === null) throw noReceipt()
  const issuedAt = clock.now().toISOString()
  const later = await factsAbout(context, entry)
  const document = proofDocument({
    issuedAt,
    entry,
    later,
    ledger: await lookAtLedger(store, issuer, [entry, ...later]),
    user: { at: issuedAt, ...(await verifyUser(context, tenantId, userId, known)) },
  })
  return { document, html: proofPage(document) }
}

/** It says nothing of the user, who may well be there. */
function noReceipt(): UserDeletionError {
  return new UserDeletionError('resource_not_found', 'The ledger has no such receipt of this user.')
}

/** The newest receipt of the user, or the one with this id, which may be of an earlier deletion. */
async function findReceipt(
  context: ExecutionContext,
  tenantId: string | null,
  userId: UserId,
  receiptId: string | null,
): Promise<LedgerEntry | null> {
  const { subject } = targetOf(context, userId)
  const { store, userTable } = context
  const [newest] = await findEntries(store, { userTable, tenantId, subjects: [subject] })
  if (newest === undefined) return null
  if (receiptId === null || receiptIdOf(newest) === receiptId) return newest
  const query = {
    kind: 'user.deleted',
    userTable,
    tenantId,
    about: { subject },
    afterSeq: 0,
  } as const
  for await (const entry of entriesAbout(store, query)) {
    if (receiptIdOf(entry) === receiptId) return entry
  }
  return null
}

/** What the ledger learned later about this deletion, in order: each fact once, as each run clears the journal again. */
async function factsAbout(
  { store, userTable }: ExecutionContext,
  deletion: LedgerEntry,
): Promise<readonly LedgerEntry[]> {
  const { seq: afterSeq, tenantId } = deletion
  const retained = receiptOf(deletion).steps.filter(({ action }) => action === 'retain')
  const queries = [
    ...LEVELS.map((fact) => ({ kind: 'storage.sanitized', fact, tenantId: null }) as const),
    ...retained.map(({ id }) => ({ kind: 'retention.expired', fact: id, tenantId }) as const),
  ]
  const facts: LedgerEntry[] = []
  for (const { kind, fact, tenantId } of queries) {
    const query = { kind, userTable, tenantId, about: { fact }, afterSeq }
    for await (const entry of entriesAbout(store, query)) {
      if (factAbout(deletion, entry) !== nameOfFact(kind, fact)) continue
      facts.push(entry)
      break
    }
  }
  return facts.sort((a, b) => a.seq - b.seq)
}

const LEVELS = [
  'rows_removed',
  'rows_overwritten',
  'journal_cleared',
  'file_rewritten',
] as const satisfies readonly ErasureLevel[]
