/**
 * The dry run over many users.
 *
 * @module
 */
import { blockerText, idText, planDigest } from '../plan/build-plan.ts'
import type { BulkPlan } from '../plan/plan.ts'
import { incrementalSha256, yieldToEventLoop } from '../ports.ts'
import type { UserId } from '../store.ts'
import { readUserId } from './arguments.ts'
import { planSurvey, viewUsers } from './ask.ts'
import { type DeletionRequest, type ExecutionContext, targetOf } from './context.ts'
import { distinctIds } from './distinct-ids.ts'
import { eachId } from './each-id.ts'

const SLICE = 500
const MAX_BLOCKED = 100

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
  const blockers: BulkPlan['blockers'][number][] = []
  const counts = { requested: 0, found: 0, notFound: 0, duplicates: 0, invalid: 0, blocked: 0 }

  async function planSlice(slice: readonly UserId[], first: number): Promise<void> {
    const targets = slice.map((id) => targetOf(context, id))
    const plans =
      context.blockers.length > 0
        ? (await viewUsers(context, request, targets)).map((view) => view?.plan ?? null)
        : planSurvey(
            context,
            request,
            targets,
            await context.store.survey(program, { tenantId: request.tenantId, users: targets }),
          )
    for (const [position, plan] of plans.entries()) {
      if (plan === null) {
        counts.notFound += 1
        continue
      }
      counts.found += 1
      for (const [index, step] of plan.steps.entries()) rows[index] = (rows[index] ?? 0) + step.rows
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

  const distinct = distinctIds(context.store, `plan_${context.issuer.newId()}`)
  try {
    for await (const { given } of eachId(ids)) {
      counts.requested += 1
      const id = readUserId(given, program.user.idType)
      if (id === null) {
        counts.invalid += 1
        continue
      }
      idsHash.update(idText(id))
      const isFirst = await distinct.take(id)
      if (isFirst === true) await add(id)
      else if (isFirst === false) counts.duplicates += 1
    }
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
    })),
    rows: rows.reduce((sum, count) => sum + count, 0),
    blockers,
    digest: planDigest(policy.digest, program, idsHash.digest(), blockersHash.digest()),
  }
}
