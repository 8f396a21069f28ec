/**
 * Disabling, enabling, scheduling and cancelling: each one transaction that reads the user's state and moves
 * it, or refuses.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { equalSecrets } from '../../ports.ts'
import type { Job } from '../../store/records.ts'
import type { Target, UserRow } from '../../store/slice.ts'
import type {
  Standing,
  TransitionEnd,
  TransitionOutcome,
  TransitionPlan,
} from '../../store/transition.ts'
import { absence } from '../context/absence.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { blockedError } from '../context/failures.ts'
import { transit } from '../context/present-schema.ts'
import { askHost } from '../decision/ask.ts'
import { accessHolds, findBlockers, lastingBlockers } from '../decision/decide.ts'
import { tellRevoked } from '../decision/notify.ts'
import { newJob, newState, readState, type Schedule, type ScheduledBy } from '../job/job-state.ts'
import { findStanding } from '../units/transition-unit.ts'
import {
  assertAccessCanBeCut,
  disabling,
  enabling,
  shutOutEvents,
} from '../user-state/disabling.ts'
import {
  isLegal,
  isShutOut,
  stateOf,
  type UserAction,
  type UserState,
} from '../user-state/states.ts'
import { sealDecision } from './decisions.ts'
import { watchClock } from './seen-clock.ts'

/** A user after a change of state. */
export interface UserStatus {
  readonly state: UserState
  /** The row as the host stores it. */
  readonly user: UserRow
  /** The deletion that is scheduled or runs. */
  readonly deletion: OpenDeletion | null
}

export interface OpenDeletion {
  readonly jobId: string
  readonly requestedAt: string
  /** When it is due; `null` when it runs already. */
  readonly dueAt: string | null
  readonly scheduledBy: ScheduledBy | null
}

/** Shuts a user out until `enableUser`. */
export async function disableUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  revokeSessions: boolean,
): Promise<UserStatus> {
  if (revokeSessions) assertAccessCanBeCut(context.program)
  const decision = { kind: 'user.disabled', revokesSessions: revokeSessions } as const
  const status = await change(context, request, target, 'disable', (standing, present) => {
    if (revokeSessions) refuseHeldAccess(present, standing)
    return {
      ...disabling(present, standing),
      cutsAccess: revokeSessions,
      finish: (cut) => ({
        events: shutOutEvents(present, eventOf(request, target), cut),
        seal: sealDecision(present, request.tenantId, target, decision),
      }),
    }
  })
  if (revokeSessions) await tellRevoked(context, request.tenantId, target.id)
  return status
}

/** Gives a disabled user back what was: active, or banned as before. */
export function enableUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<UserStatus> {
  return change(context, request, target, 'enable', (standing) => {
    const writes = enabling(context, standing)
    const seal = sealDecision(context, request.tenantId, target, { kind: 'user.enabled' })
    if (writes !== null) return { ...writes, finish: () => ({ seal }) }
    throw new UserDeletionError(
      'invalid_transition',
      'The host has disabled this user, and the policy does not say what an enabled one looks like.',
      { details: { state: 'disabled', action: 'enable', path: 'user.status.active' } },
    )
  })
}

export interface ScheduleTerms {
  readonly dueAt: Date
  readonly by: ScheduledBy
  readonly cancelHash: string | null
  /** The token that this call uses up. */
  readonly tokenHash: string | null
  /** Refuses what is wrong with the token. Pure. */
  checkToken?(standing: Standing): void
}

/** Disables the user, cuts access, and sets the day of the deletion. */
export async function scheduleUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  terms: ScheduleTerms,
): Promise<UserStatus> {
  const { maxRowsPerTransaction: maxRows, clock } = context
  assertAccessCanBeCut(context.program)
  const objection = (await askHost(context, request, [target], { forWhen: 'later' })).get(0)
  if (objection !== undefined) throw objection
  await watchClock(context)
  const plan = (standing: Standing, present: ExecutionContext): TransitionPlan => {
    const { program } = present
    terms.checkToken?.(standing)
    const now = clock.now()
    const blockers = findBlockers({ program, maxRows, now }, standing.survey)[0] ?? []
    // A hold puts the deletion off, unless it is on what goes now; all else blocks now as it would on the day.
    const lasting = lastingBlockers(blockers)
    if (lasting.length > 0) throw blockedError(lasting)
    refuseHeldAccess(present, standing)
    const wasDisabled = stateOf(program.user, standing) === 'disabled'
    const schedule: Schedule = { by: terms.by, wasDisabled, cancelHash: terms.cancelHash }
    const state = newState({ ...request, requestedAt: now.toISOString() }, { schedule })
    const dueAt = terms.dueAt.toISOString()
    return {
      ...disabling(present, standing),
      consumesToken: terms.tokenHash !== null,
      cutsAccess: true,
      finish: (cut) => ({
        job: newJob(present, 'scheduled_deletion', target, state, {
          replaces: null,
          dueAt,
          claimed: false,
        }),
        events: shutOutEvents(present, eventOf(request, target), cut),
        seal: sealDecision(present, request.tenantId, target, {
          ...{ kind: 'deletion.scheduled', dueAt, by: terms.by, cancelHash: terms.cancelHash },
          requestedAt: now.toISOString(),
          ...{ reason: request.reason, requestedBy: request.requestedBy },
        }),
      }),
    }
  }
  const status = await change(context, request, target, 'schedule', plan, terms.tokenHash)
  await tellRevoked(context, request.tenantId, target.id)
  return status
}

/** Rows of a table that is held must not go, neither in a deletion nor ahead of one. */
function refuseHeldAccess({ program, clock }: ExecutionContext, { survey }: Standing): void {
  const [holds = [], counts = []] = [survey.holds[0], survey.counts[0]]
  const blockers = accessHolds(program, holds, counts, clock.now())
  if (blockers.length > 0) throw blockedError(blockers)
}

/** Who cancels: the user with the token of the schedule, a signed-in user, or an administrator. */
export type Canceller = { readonly by: ScheduledBy } | { readonly tokenHash: string }

/** Takes a scheduled deletion back; the user is again what they were before. */
export function cancelSchedule(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  canceller: Canceller,
): Promise<UserStatus> {
  return change(context, request, target, 'cancel', (standing) => {
    const schedule = standing.job === null ? null : readState(standing.job).schedule
    assertMayCancel(schedule, canceller)
    const seal = sealDecision(context, request.tenantId, target, { kind: 'deletion.cancelled' })
    const finish = (): TransitionEnd => ({ job: null, seal })
    return cancelling(context, standing, finish)
  })
}

/** What the columns hold once a deletion is taken back. */
export function cancelling(
  context: ExecutionContext,
  standing: Standing,
  finish: () => TransitionEnd,
): TransitionPlan {
  const schedule = standing.job === null ? null : readState(standing.job).schedule
  // The host has written the status since, a ban perhaps: what stood there before must not come back over it.
  if (!isShutOut(context.program.user, standing)) return { disabled: null, finish }
  if (schedule?.wasDisabled === true) return { finish }
  return { ...(enabling(context, standing) ?? {}), finish }
}

/** Who scheduled decides who may cancel: an administrator any, a user the own one. */
function assertMayCancel(schedule: Schedule | null, canceller: Canceller): void {
  if ('tokenHash' in canceller) {
    if (schedule?.cancelHash != null && equalSecrets(schedule.cancelHash, canceller.tokenHash))
      return
    throw new UserDeletionError('confirmation_invalid', 'The token does not cancel this deletion.')
  }
  if (canceller.by === 'administrator' || schedule?.by === 'user') return
  throw new UserDeletionError(
    'invalid_transition',
    'The deletion was scheduled by an administrator, who alone can cancel it.',
    { details: { state: 'scheduled', action: 'cancel', scheduledBy: 'administrator' } },
  )
}

/** One transition. What `plan` throws refuses it. */
export async function change(
  context: ExecutionContext,
  { tenantId }: DeletionRequest,
  target: Target,
  action: UserAction,
  plan: (standing: Standing, present: ExecutionContext) => TransitionPlan,
  tokenHash: string | null = null,
): Promise<UserStatus> {
  const query = { tenantId, user: target, tokenHash }
  const outcome = await transit(context, query, (standing, present) => {
    try {
      assertLegal(stateOf(present.program.user, standing), action)
      return { kind: 'proceed', ...plan(standing, present) }
    } catch (reason) {
      return { kind: 'refuse', reason }
    }
  })
  return statusFrom(context, tenantId, target, outcome)
}

/** @throws {@link UserDeletionError} `invalid_transition` unless the state allows the action. */
export function assertLegal(state: UserState, action: UserAction): void {
  if (isLegal(state, action)) return
  throw new UserDeletionError(
    'invalid_transition',
    `A user who is ${state} cannot be asked for: ${action}.`,
    {
      details: { state, action },
    },
  )
}

async function statusFrom(
  context: ExecutionContext,
  tenantId: string | null,
  target: Target,
  outcome: TransitionOutcome,
): Promise<UserStatus> {
  if (outcome.kind === 'refused') throw outcome.reason
  if (outcome.kind === 'absent') throw await absence(context, tenantId, target)
  // What stands, and not what was written: the host's column may make another value of it, or a trigger.
  const query = { tenantId, user: target, tokenHash: null }
  const standing = await context.store.read(() => findStanding(context.program, query))
  return statusOf(context, standing ?? outcome.standing)
}

/** How a user stands now. */
export async function readStatus(
  context: ExecutionContext,
  tenantId: string | null,
  target: Target,
): Promise<UserStatus> {
  const query = { tenantId, user: target, tokenHash: null }
  const standing = await context.store.read(() => findStanding(context.program, query))
  if (standing === null) throw await absence(context, tenantId, target)
  return statusOf(context, standing)
}

function statusOf({ program }: ExecutionContext, standing: Standing): UserStatus {
  const { row, job } = standing
  return {
    state: stateOf(program.user, standing),
    user: Object.freeze({ ...row }),
    deletion: job === null ? null : openDeletion(job),
  }
}

function openDeletion(job: Job): OpenDeletion {
  return {
    jobId: job.id,
    requestedAt: job.requestedAt,
    dueAt: job.kind === 'scheduled_deletion' ? job.dueAt : null,
    scheduledBy: readState(job).schedule?.by ?? null,
  }
}

function eventOf(
  { tenantId }: DeletionRequest,
  { subject }: Target,
): { readonly tenantId: string | null; readonly subject: Target['subject'] } {
  return { tenantId, subject }
}
