/**
 * The same idempotency key gives the same receipt.
 *
 * @module
 */

import type { UserId } from '../../program/program.ts'
import { archivedMarkOf } from '../../receipt/archived-entry.ts'
import { receiptOf } from '../../receipt/issue-receipt.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { findEntryByKey } from '../../records/ledger-records.ts'
import type { Store } from '../../store/store.ts'
import type { DeletionRequest } from '../context/context.ts'
import { idempotencyConflict } from '../context/failures.ts'

/**
 * The receipt of an earlier call with the same key and arguments.
 *
 * @throws {@link UserDeletionError} `idempotency_conflict` when the arguments were others, `receipt_archived` when the
 * receipt stands in an archive.
 */
export async function earlierReceipt(
  store: Store,
  userTable: string,
  subject: UserId,
  request: DeletionRequest,
): Promise<DeletionReceipt | null> {
  const { tenantId, idempotencyKey } = request
  if (idempotencyKey === null) return null
  const entry = await findEntryByKey(store, { userTable, tenantId, idempotencyKey })
  if (entry === null) return null
  // Why and by whom stands in the archive; whom it was about is known, and that tells most mistakes.
  if (archivedMarkOf(entry) !== null && entry.subject !== subject) throw idempotencyConflict()
  const receipt = receiptOf(entry)
  const isSame =
    entry.subject === subject &&
    receipt.reason === request.reason &&
    receipt.requestedBy === request.requestedBy
  if (isSame) return receipt
  throw idempotencyConflict()
}
