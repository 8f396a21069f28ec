/**
 * Which users an old list means: one of its ids may belong to somebody new by now.
 *
 * @module
 */

import { UserNotFoundError } from '../../errors.ts'
import { receiptIdOf } from '../../receipt/archived-entry.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { Target } from '../../store/slice.ts'
import type { ExecutionContext } from '../context/context.ts'
import { notFound } from '../context/failures.ts'
import { instantOf } from '../context/instant.ts'
import type { UserOutcome } from '../delete/delete-slice.ts'
import { findUsers } from '../units/user-rows.ts'

/**
 * For each target the outcome that is known already; `null` for a user whom the list means. Users deleted since the
 * list was made are answered from the ledger, and rows newer than the list are nobody of it. A row whose age nobody
 * can tell is taken for the user of the list.
 */
export async function settledSince(
  context: ExecutionContext,
  tenantId: string | null,
  targets: readonly Target[],
  listedAt: Date,
): Promise<readonly (UserOutcome | null)[]> {
  const { store, userTable, program, deletes: kind } = context
  const subjects = targets.map(({ subject }) => subject)
  const entries = await findEntries(store, { userTable, tenantId, subjects, kind })
  const listed = listedAt.toISOString()
  const since = entries.filter(({ at }) => at >= listed)
  const bySubject = new Map(since.map((entry) => [entry.subject, entry]))
  const { createdAt } = program.user
  const rows =
    createdAt === undefined
      ? []
      : await store.read(() => findUsers(program, { tenantId, users: targets }))
  return targets.map(({ subject }, place): UserOutcome | null => {
    const earlier = bySubject.get(subject)
    if (earlier !== undefined) {
      const receiptId = receiptIdOf(earlier)
      return { status: 'already_deleted', receiptId, error: notFound(earlier) }
    }
    const created = createdAt === undefined ? null : instantOf(rows[place]?.[createdAt])
    if (created === null || created <= listedAt.getTime()) return null
    return { status: 'failed', error: new UserNotFoundError({ reason: NEWER_THAN_LIST }) }
  })
}

const NEWER_THAN_LIST = 'newer_than_list'
