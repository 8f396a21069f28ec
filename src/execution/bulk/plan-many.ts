/**
 * The dry run over many users.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { blockerText, idText, planDigest } from '../../plan/build-plan.ts'
import type { BulkPlan, Plan } from '../../plan/plan.ts'
import { incrementalSha256, yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import { valuesToShare } from '../../program/shared-values.ts'
import type { Survey, Target } from '../../store/slice.ts'
import { readUserId } from '../context/arguments.ts'
import { type DeletionRequest, type ExecutionContext, targetOf } from '../context/context.ts'
import { eachId } from '../context/each-id.ts'
import { groupByTenant, identifyUsers, type TenantGroup } from '../context/identify.ts'
import { planSurvey, viewUsers } from '../decision/ask.ts'
import { surveyUsers } from '../units/survey.ts'
import { distinctIds } from './distinct-ids.ts'

const SLICE = 500
const MAX_BLOCKED = 100
/** Users of earlier slices that are asked about again with each one, as they share values with others. */
const MAX_SHARING = 2_000

/** Plans users slice by slice, each once; memory does not grow with their number. Changes nothing of the host's. */
export async function planMany(
  context: ExecutionContext,
  request: DeletionRequest,
  ids: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<BulkPlan> {
  const { program, policy } = context
  const idsHash = incrementalSha256()
  const blockersHash = incrementalSha256()
  const rows = program.steps.map(() => 0)
  const shared = program.steps.map(() => 0)
  const blockers: BulkPlan['blockers'][number][] = []
  /** Who of the earlier slices goes and shares a value with others, by tenant: to a later one they are gone. */
  const sharing = new Map<string | null, readonly Target[]>()
  const mayShare = valuesToShare(program).length > 0
  const counts = { requested: 0, found: 0, notFound: 0, duplicates: 0, invalid: 0, blocked: 0 }

  async function planGroup(group: TenantGroup): Promise<readonly (Plan | null)[]> {
    const { tenantId } = group
    const own = tenantId === request.tenantId ? request : { ...request, tenantId }
    const targets = group.ids.map((id) => targetOf(context, id))
    const isAsked = context.blockers.length > 0
    const views = isAsked ? await viewUsers(context, own, targets) : []
    if (isAsked && !mayShare) return views.map((view) => view?.plan ?? null)
    const before = sharing.get(tenantId) ?? []
    const all = [...before, ...targets]
    const survey = await context.store.read(() =>
      surveyUsers(program, { tenantId, users: all }, { checks: 'all' }),
    )
    const plans = planSurvey(context, own, all, survey)
    if (mayShare) sharing.set(tenantId, stillSharing(all, survey, plans))
    const theirs = plans.slice(before.length)
    if (!isAsked) return theirs
    return theirs.map((plan, position) => {
      const view = views[position]
      return plan === null || view == null ? null : { ...plan, blockers: view.plan.blockers }
    })
  }

  async function planSlice(slice: readonly UserId[], first: number): Promise<void> {
    const plans: (Plan | null | undefined)[] = slice.map(() => undefined)
    const groups = await groupByTenant(context, request.tenantId, slice, () => {
      counts.invalid += 1
    })
    for (const group of groups) {
      for (const [position, plan] of (await planGroup(group)).entries()) {
        plans[group.placeOf(position)] = plan
      }
    }
    for (const [position, plan] of plans.entries()) {
      if (plan === undefined) continue
      if (plan === null) {
        counts.notFound += 1
        continue
      }
      counts.found += 1
      for (const [index, step] of plan.steps.entries()) {
        rows[index] = (rows[index] ?? 0) + step.rows
        shared[index] = (shared[index] ?? 0) + (step.shared ?? 0)
      }
      if (plan.blockers.length === 0) continue
      counts.blocked += 1
      blockersHash.update(blockerText(first + position, plan.blockers))
      if (blockers.length < MAX_BLOCKED) {
        blockers.push({ userId: plan.userId, blockers: plan.blockers })
      }
    }
  }

  let slice: UserId[] = []
  let first = 0
  async function add(id: UserId): Promise<void> {
    slice.push(id)
    if (slice.length < SLICE) return
    await planSlice(slice, first)
    first += slice.length
    slice = []
    await yieldToEventLoop()
  }

  /** Users as the user table names them, each once. */
  async function addAll(read: readonly UserId[]): Promise<void> {
    const known = await identifyUsers(context, request.tenantId, read)
    for (const passed of read) {
      const meant = known.get(passed)
      if (meant instanceof UserDeletionError) {
        counts.invalid += 1
        continue
      }
      const id = meant?.id ?? passed
      idsHash.update(idText(id))
      const isFirst = await distinct.take(id)
      if (isFirst === true) await add(id)
      else if (isFirst === false) counts.duplicates += 1
    }
  }

  let read: UserId[] = []
  const distinct = distinctIds(context.store, `plan_${context.issuer.newId()}`)
  try {
    for await (const { given } of eachId(ids)) {
      counts.requested += 1
      const id = readUserId(given, context.columns.id)
      if (id === null) {
        counts.invalid += 1
        continue
      }
      read.push(id)
      if (read.length < SLICE) continue
      await addAll(read)
      read = []
    }
    await addAll(read)
    for await (const id of distinct.rest()) {
      if (id === null) counts.duplicates += 1
      else await add(id)
    }
  } finally {
    await distinct.close()
  }
  await planSlice(slice, first)
  return {
    tenantId: request.tenantId,
    policy,
    ...counts,
    steps: program.steps.map(({ id, table, action }, index) => ({
      id,
      table,
      action,
      rows: rows[index] ?? 0,
      ...(shared[index] ? { shared: shared[index] } : {}),
    })),
    rows: rows.reduce((sum, count) => sum + count, 0),
    blockers,
    digest: planDigest(policy.digest, program, idsHash.digest(), blockersHash.digest()),
  }
}

/** Users who go and hold a value that somebody beyond them holds too. The first ones make way where they are very many. */
function stillSharing(
  targets: readonly Target[],
  { users, sharers = [] }: Survey,
  plans: readonly (Plan | null)[],
): readonly Target[] {
  const goes = (position: number): boolean => plans[position]?.blockers.length === 0
  const settled = targets.map(() => 0)
  for (const group of sharers) {
    if (!group.every(goes)) continue
    for (const position of group) settled[position] = (settled[position] ?? 0) + 1
  }
  return targets
    .filter((_, position) => {
      const shared = users[position]?.shared?.length ?? 0
      return goes(position) && shared > (settled[position] ?? 0)
    })
    .slice(-MAX_SHARING)
}
