/**
 * From what a store found to a plan.
 *
 * @module
 */

import { sha256 } from '../ports.ts'
import { isNobodys } from '../program/matching.ts'
import type { Program, Step, UserId } from '../program/program.ts'
import { endOfTerm } from '../program/retention-term.ts'
import { leafFields } from '../program/selectors.ts'
import type { FoundUser } from '../store/slice.ts'
import type { Blocker, Plan, PlannedStep, PolicyStamp, UserRowPlan } from './plan.ts'

export interface PlanInput {
  readonly program: Program
  readonly policy: PolicyStamp
  readonly userId: UserId
  readonly tenantId: string | null
  readonly found: FoundUser
  readonly counts: readonly number[]
  readonly blockers: readonly Blocker[]
  readonly warnings: readonly Blocker[]
  readonly isLarge: boolean
  readonly now: Date
}

/** Builds the plan of one user. Pure. */
export function buildPlan(input: PlanInput): Plan {
  const { program, policy, userId, tenantId, found, counts, blockers } = input
  const steps = describeSteps(program, found, counts, retentionEnds(program, input.now))
  return {
    userId,
    tenantId,
    policy,
    steps,
    userRow: userRowPlan(program),
    rows: counts.reduce((sum, rows) => sum + rows, 0),
    way: input.isLarge ? 'journal' : 'transaction',
    blockers,
    warnings: input.warnings,
    digest: planDigest(
      policy.digest,
      program,
      sha256(idText(userId)),
      sha256(blockerText(0, blockers)),
    ),
  }
}

export function userRowPlan({ user }: Program): UserRowPlan {
  const { table, action, reason, reserve } = user
  return {
    table,
    action,
    ...(reason === undefined ? {} : { reason }),
    ...(reserve === undefined
      ? {}
      : { reserved: Object.fromEntries(reserve.map(({ field, term }) => [field, term])) }),
  }
}

/** The steps of a user with counts and dates. */
export function describeSteps(
  program: Program,
  found: FoundUser,
  counts: readonly number[],
  ends: readonly (string | null)[],
): readonly PlannedStep[] {
  return program.steps.map((step, index) =>
    planStep(
      step,
      statusOf(step, found),
      counts[index] ?? 0,
      ends[index] ?? null,
      found.sharedRows?.[index],
    ),
  )
}

/** One step with its rows and the end of its retention. */
export function planStep(
  step: Step,
  status: PlannedStep['status'],
  rows: number,
  until: string | null,
  shared = 0,
): PlannedStep {
  return {
    id: step.id,
    table: step.table,
    action: step.action,
    status,
    rows,
    ...(shared > 0 ? { shared } : {}),
    grantsAccess: step.access,
    reason: step.reason,
    until,
    then: step.retention?.then ?? null,
    identity: step.identity,
  }
}

/** When each step's retention ends for a deletion at this instant; the same for all users of a slice. */
export function retentionEnds(program: Program, at: Date): readonly (string | null)[] {
  // Many steps keep their rows as long as others do, and the calendar is slow.
  const known = new Map<string, string>()
  return program.steps.map(({ retention }) => {
    const term = retention?.term
    if (term == null) return null
    const end = known.get(term) ?? endOfTerm(at, term).toISOString()
    known.set(term, end)
    return end
  })
}

/** The digest that `expect` compares: what would be done and to whom, not how many rows it meets. */
export function planDigest(
  policyDigest: string,
  program: Program,
  idsDigest: string,
  blockersDigest: string,
): string {
  const steps = program.steps.map(({ id }) => id)
  return sha256(JSON.stringify([policyDigest, idsDigest, steps, blockersDigest]))
}

/** An id as text for a digest: 1 and "1" differ. */
export function idText(id: UserId): string {
  return typeof id === 'string' ? `${JSON.stringify(id)},` : `${id},`
}

export function blockerText(index: number, blockers: readonly Blocker[]): string {
  return blockers.map(({ name }) => `${index}:${JSON.stringify(name)},`).join('')
}

/** Whether a step can meet rows of this user. */
export function statusOf(step: Step, { fields }: FoundUser): PlannedStep['status'] {
  if (step.ways.length === 0) return 'external'
  const isKnown = step.ways.flatMap(leafFields).some((field) => !isNobodys(fields[field]))
  return isKnown ? 'applies' : 'not_applicable'
}

/** The user's fields that decide the status of steps. */
export function fieldsMatched({ steps }: Program): readonly string[] {
  return [...new Set(steps.flatMap(({ ways }) => ways.flatMap(leafFields)))]
}
