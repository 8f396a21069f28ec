/**
 * The dry run for a whole tenant.
 *
 * @module
 */

import type { Blocker, BulkPlan, PlannedStep, PolicyStamp } from '../../plan/plan.ts'
import { sha256 } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import type { UserPage } from '../../store/slice.ts'
import { planMany } from '../bulk/plan-many.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { tenantTarget } from '../context/identify.ts'
import { viewUsers } from '../decision/ask.ts'
import { listUsers } from '../units/user-rows.ts'
import { refuseMergedTenants } from './merged-tenants.ts'

export interface TenantPlan {
  readonly tenantId: string
  readonly policy: PolicyStamp
  /** The users, as `planMany` shows them. */
  readonly users: BulkPlan
  /**
   * The tenant's own rows; `null` where the policy says nothing of them, or there is no such tenant. Counted
   * as they are now: rows that go with a user count here too.
   */
  readonly own: {
    readonly steps: readonly PlannedStep[]
    readonly rows: number
    /** Table of the tenant's row, `null` where there is none. */
    readonly table: string | null
    readonly blockers: readonly Blocker[]
  } | null
  /** For `expect: { digest }`: over policy, users, steps and blockers, not over counts. */
  readonly digest: string
}

const PAGE = 1_000

/** Plans all users of the request's tenant, and the tenant's own rows. Changes nothing. */
export async function planTenant(
  context: ExecutionContext,
  request: DeletionRequest,
  tenantId: string,
  ids: AsyncIterable<unknown> = usersOf(context, tenantId),
): Promise<TenantPlan> {
  refuseMergedTenants(context)
  const users = await planMany(context, request, ids)
  const own = await planOwnRows(context, request, tenantId)
  const blockers = own?.blockers.map(({ name }) => name) ?? null
  const steps = own?.steps.map(({ id }) => id) ?? null
  const digest = sha256(JSON.stringify([tenantId, users.digest, steps, blockers]))
  return { tenantId, policy: context.policy, users, own, digest }
}

/** Every user of a tenant, in the order of their ids. */
export async function* usersOf(
  { store, program, subjectOf }: ExecutionContext,
  tenantId: string,
): AsyncGenerator<UserId> {
  for (let afterId: UserId | null = null; ; ) {
    const query = { tenantId, afterId, limit: PAGE, subjectOf }
    const page: UserPage = await store.read(() => listUsers(program, query))
    yield* page.ids
    if (page.next === null) return
    afterId = page.next
  }
}

async function planOwnRows(
  { ofTenant, program }: ExecutionContext,
  request: DeletionRequest,
  tenantId: string,
): Promise<TenantPlan['own']> {
  if (ofTenant === null) return null
  const [view] = await viewUsers(ofTenant, request, [tenantTarget(ofTenant, tenantId)])
  if (view == null) return null
  // That users are there is what a plan of their deletion starts from.
  const ofUsers = ({ table }: { readonly table: string | null }): boolean =>
    table === program.user.table
  const steps = view.plan.steps.filter((step) => !ofUsers(step))
  return {
    steps,
    rows: steps.reduce((sum, { rows }) => sum + rows, 0),
    table: ofTenant.program.user.rowless ? null : ofTenant.program.user.table,
    blockers: view.plan.blockers.filter((blocker) => !ofUsers(blocker)),
  }
}
