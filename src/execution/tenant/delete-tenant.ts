/**
 * Deletes a tenant: every user through the one path, and when nobody is left, the tenant's own rows.
 *
 * @module
 */

import type { UserDeletionError } from '../../errors.ts'
import type { Blocker } from '../../plan/plan.ts'
import { receiptIdOf } from '../../receipt/archived-entry.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { BulkOptions, BulkResult } from '../bulk/bulk-result.ts'
import { deleteMany } from '../bulk/delete-many.ts'
import { type Expectation, withExpected } from '../bulk/expectation.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { blockedError, tenantNotFound, toEngineError } from '../context/failures.ts'
import { tenantTarget } from '../context/identify.ts'
import { coversTable, holdBlocker, isHolding } from '../decision/decide.ts'
import { deleteSlice } from '../delete/delete-slice.ts'
import { allHolds } from '../retention/retention-holds.ts'
import { surveyUsers } from '../units/survey.ts'
import { refuseMergedTenants } from './merged-tenants.ts'
import { planTenant, usersOf } from './plan-tenant.ts'

/** What became of the tenant's own rows. */
export type TenantOutcome =
  | { readonly status: 'deleted'; readonly receipt: DeletionReceipt }
  /**
   * The rows stay. `users_left`: somebody is left, blocked, failed, or new. `stopped`: the run ended early.
   * `blocked`: a rule of the tenant's own rows, or a hold on rows that users have left.
   */
  | {
      readonly status: 'kept'
      readonly because: 'users_left' | 'stopped' | 'blocked'
      readonly error: UserDeletionError | null
    }
  /** Gone before this call; the earlier receipt proves it. */
  | {
      readonly status: 'already_deleted'
      readonly receiptId: string
      readonly error: UserDeletionError
    }
  | { readonly status: 'failed'; readonly error: UserDeletionError }
  /** The policy says nothing of them. */
  | { readonly status: 'not_in_policy' }

export interface TenantResult {
  readonly users: BulkResult
  readonly tenant: TenantOutcome
}

/**
 * Resolves whatever becomes of single users and of the tenant's rows.
 *
 * @throws {@link UserDeletionError} `expectation_failed` with nothing changed, `resource_not_found` for a
 * tenant that has neither users nor rows, `schema_mismatch` of {@link refuseMergedTenants}.
 */
export async function deleteTenant(
  context: ExecutionContext,
  request: DeletionRequest & { readonly tenantId: string },
  expect: Expectation,
  options: BulkOptions,
): Promise<TenantResult> {
  refuseMergedTenants(context)
  const { tenantId } = request
  const users = await withExpected(
    context,
    request,
    usersOf(context, tenantId),
    expect,
    (ids) => deleteMany(context, request, ids, options),
    async (ids) => (await planTenant(context, request, tenantId, ids)).digest,
  )
  const tenant = await deleteOwnRows(context, request, users)
  const isAbsent =
    tenant.status === 'already_deleted' ||
    (tenant.status === 'failed' && tenant.error.code === 'resource_not_found')
  if (users.requested === 0 && isAbsent) throw tenant.error
  return { users, tenant }
}

async function deleteOwnRows(
  context: ExecutionContext,
  request: DeletionRequest & { readonly tenantId: string },
  users: BulkResult,
): Promise<TenantOutcome> {
  const { ofTenant, program } = context
  if (ofTenant === null) return { status: 'not_in_policy' }
  if (users.stopped !== null) return { status: 'kept', because: 'stopped', error: null }
  try {
    for await (const _ of usersOf(context, request.tenantId)) {
      return { status: 'kept', because: 'users_left', error: null }
    }
    const absent = await findAbsence(ofTenant, request.tenantId)
    if (absent !== null && users.deleted === 0) return absent
    const held = await heldRows(context, ofTenant, request.tenantId)
    if (held.length > 0) return { status: 'kept', because: 'blocked', error: blockedError(held) }
    const target = tenantTarget(ofTenant, request.tenantId)
    const [outcome] = await deleteSlice(ofTenant, request, [target])
    if (outcome === undefined) return { status: 'failed', error: tenantNotFound(undefined) }
    if (outcome.status === 'deleted') return { status: 'deleted', receipt: outcome.receipt }
    if (outcome.status === 'failed' && outcome.error.code === 'deletion_blocked') {
      const because = isOfUsers(outcome.error, program.user.table) ? 'users_left' : 'blocked'
      return { status: 'kept', because, error: outcome.error }
    }
    return outcome
  } catch (cause) {
    return { status: 'failed', error: toEngineError(cause) }
  }
}

/** Holds on users who are gone, whose retained rows may be among those that go with the tenant. */
async function heldRows(
  context: ExecutionContext,
  { program }: ExecutionContext,
  tenantId: string,
): Promise<readonly Blocker[]> {
  const now = context.clock.now()
  const tables = program.steps.map(({ table }) => table)
  const blockers: Blocker[] = []
  for await (const hold of allHolds(context)) {
    const isInTheWay =
      hold.tenantId === tenantId &&
      isHolding(hold, now) &&
      coversTable(context.program, hold, tables)
    if (isInTheWay) blockers.push(holdBlocker(hold, null, 0))
  }
  return blockers
}

/** Somebody who signed up between the look and the transaction. */
function isOfUsers({ details }: UserDeletionError, table: string): boolean {
  const blockers = details['blockers'] as readonly Blocker[]
  return blockers.some((blocker) => blocker.table === table)
}

/** Whether a tenant without a row of its own has nothing left to delete, and whether it ever had. */
async function findAbsence(
  { store, program, userTable }: ExecutionContext,
  tenantId: string,
): Promise<Extract<TenantOutcome, { status: 'already_deleted' | 'failed' }> | null> {
  if (!program.user.rowless) return null
  const target = { id: tenantId, subject: tenantId }
  const query = { userTable, tenantId, subjects: [tenantId], kind: 'tenant.deleted' } as const
  const [earlier] = await findEntries(store, query)
  const survey = await store.read(() => surveyUsers(program, { tenantId, users: [target] }))
  // What an earlier deletion has kept is there for good.
  const isThere = program.steps.some(({ action }, index) => {
    const counts = earlier === undefined || action === 'delete' || action === 'detach'
    return counts && (survey.counts[0]?.[index] ?? 0) > 0
  })
  if (isThere) return null
  const error = tenantNotFound(earlier)
  if (earlier === undefined) return { status: 'failed', error }
  return { status: 'already_deleted', receiptId: receiptIdOf(earlier), error }
}
