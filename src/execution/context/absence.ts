/**
 * Says of a user who is not there what the ledger knows.
 *
 * @module
 */

import type { UserNotFoundError } from '../../errors.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { Target } from '../../store/slice.ts'
import type { ExecutionContext } from './context.ts'
import { notFound } from './failures.ts'

/** Not found, with the receipt's id where an earlier deletion is the reason. */
export async function absence(
  { store, userTable }: Pick<ExecutionContext, 'store' | 'userTable'>,
  tenantId: string | null,
  { subject }: Pick<Target, 'subject'>,
): Promise<UserNotFoundError> {
  const [earlier] = await findEntries(store, { userTable, tenantId, subjects: [subject] })
  return notFound(earlier)
}
