/**
 * Asks hooks and the host's blockers, each user once, before the first write.
 *
 * @module
 */

import { type ErrorCode, UserDeletionError } from '../../errors.ts'
import { buildPlan } from '../../plan/build-plan.ts'
import type { Blocker, Plan } from '../../plan/plan.ts'
import { withTimeLimit } from '../../ports.ts'
import { deepFreeze } from '../../program/deep-freeze.ts'
import type { FoundUser, Survey, Target } from '../../store/slice.ts'
import { type DeletionRequest, type ExecutionContext, targetsOf } from '../context/context.ts'
import { blockedError } from '../context/failures.ts'
import type { DeletionContext, Refusal } from '../context/hooks.ts'
import { surveyUsers } from '../units/survey.ts'
import { findUsers } from '../units/user-rows.ts'
import { findBlockers, findWarnings, isLarge, lastingBlockers, openRoom } from './decide.ts'

/** The reason of a veto that is none of the host's words: its hook threw. */
export const HOOK_THREW = 'hook_threw'

/** How many users' hooks run at a time. */
const CONCURRENCY = 10

/** Users that somebody objects to, by position in the list of targets. */
export type Objections = ReadonlyMap<number, UserDeletionError>

/** Runs blockers and then the hook for every target that exists. Changes nothing. */
export async function askHost(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
  { forWhen = 'now', signal }: AskOptions = {},
): Promise<Objections> {
  const objections = new Map<number, UserDeletionError>()
  const { beforeDelete } = context.hooks
  if (beforeDelete === undefined && context.blockers.length === 0) return objections
  const users = await planUsers(context, request, targets)
  let hung: UserDeletionError | null = null
  await inParallel(users, async (user, position) => {
    if (user === null) return
    const objection = hung ?? (await objectionOf({ ...context, stop: signal }, user, forWhen))
    // A host that hangs for one user would hang for all of them, and no other work gets its turn.
    if (objection?.code === 'hook_timeout') hung = objection
    if (objection !== null) objections.set(position, objection)
  })
  return objections
}

/** What is asked of the host ends when this signal comes. */
type Asking = ExecutionContext & { readonly stop?: AbortSignal | undefined }

export interface AskOptions {
  /** A deletion that is only being scheduled passes a hold, which may have ended by the day. Default `now`. */
  readonly forWhen?: 'now' | 'later'
  readonly signal?: AbortSignal | undefined
}

async function objectionOf(
  context: Asking,
  user: UserView,
  forWhen: 'now' | 'later',
): Promise<UserDeletionError | null> {
  const view = await withHostBlockers(context, user)
  return view instanceof UserDeletionError ? view : objectionTo(context, view, forWhen)
}

async function objectionTo(
  context: Asking,
  view: UserView,
  forWhen: 'now' | 'later',
): Promise<UserDeletionError | null> {
  const blockers = forWhen === 'now' ? view.plan.blockers : lastingBlockers(view.plan.blockers)
  return blockers.length > 0 ? blockedError(blockers) : askHook(context, view)
}

/** A user with their plan. */
export interface UserView extends Omit<DeletionContext, 'signal'> {
  readonly plan: Plan
}

/** Plans every target that exists; the order is that of the targets. Throws what a blocker threw. */
export async function viewUsers(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
): Promise<readonly (UserView | null)[]> {
  return inParallel(await planUsers(context, request, targets), async (user) => {
    const view = user === null ? null : await withHostBlockers(context, user)
    if (view instanceof UserDeletionError) throw view
    return view
  })
}

/** Every target that exists, with its plan; the host's blockers are not asked yet. */
async function planUsers(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
): Promise<readonly (UserView | null)[]> {
  const { store, program } = context
  const asked = targetsOf(request, targets)
  const survey = await store.read(() => surveyUsers(program, asked, { checks: 'all' }))
  const plans = planSurvey(context, request, targets, survey)
  const rows = await store.read(() => findUsers(program, asked))
  return plans.map((plan, position) => {
    const user = rows[position]
    if (plan === null || user == null) return null
    return { ...request, userId: plan.userId, user: Object.freeze({ ...user }), plan }
  })
}

/** Plans from a survey alone, without asking the host's functions. */
export function planSurvey(
  context: ExecutionContext,
  { tenantId }: DeletionRequest,
  targets: readonly Target[],
  survey: Survey,
): readonly (Plan | null)[] {
  const { program, policy, clock, maxRowsPerTransaction } = context
  const now = clock.now()
  const room = openRoom(Number.POSITIVE_INFINITY)
  const blockers = findBlockers({ program, maxRows: maxRowsPerTransaction, now }, survey, room)
  return targets.map(({ id }, position) => {
    const user = survey.users[position]
    const own = survey.counts[position]
    if (user == null || own === undefined) return null
    const isLast = room.turnedAway.has(position)
    const { found, counts } = isLast ? asLastHolder(user, own) : { found: user, counts: own }
    return buildPlan({
      program,
      policy,
      userId: id,
      tenantId,
      found,
      counts,
      blockers: blockers[position] ?? [],
      warnings: findWarnings(program, survey, position),
      isLarge: isLarge(counts, maxRowsPerTransaction),
      now,
    })
  })
}

/** Once all other holders of the values are gone, the rows found by these values are the user's. */
function asLastHolder(
  { fields, sharedRows = [] }: FoundUser,
  counts: readonly number[],
): { readonly found: FoundUser; readonly counts: readonly number[] } {
  return { found: { fields }, counts: counts.map((rows, index) => rows + (sharedRows[index] ?? 0)) }
}

async function withHostBlockers(
  context: Asking,
  view: UserView,
): Promise<UserView | UserDeletionError> {
  const found: Blocker[] = []
  for (const blocker of context.blockers) {
    const answer = await ask(context, view, blocker)
    if (answer instanceof UserDeletionError) return answer
    const refusals = refusalsIn(answer)
    if (refusals === null) return nonsense('A blocker')
    found.push(...refusals.map(({ name, remedy }) => ({ name, remedy, table: null, rows: 0 })))
  }
  const { plan } = view
  const blockers = found.length === 0 ? plan.blockers : [...plan.blockers, ...found]
  return { ...view, plan: deepFreeze({ ...plan, blockers }) }
}

/** `null` for an answer that means nothing: it may be a refusal in other words. */
function refusalsIn(answer: unknown): readonly Refusal[] | null {
  if (answer === null || answer === undefined) return []
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [answer]
  return list.every(isRefusal) ? list : null
}

function isRefusal(answer: unknown): answer is Refusal {
  const { name, remedy } = Object(answer) as Readonly<Record<string, unknown>>
  return typeof name === 'string' && typeof remedy === 'string'
}

function nonsense(who: string): UserDeletionError {
  return new UserDeletionError('hook_failed', `${who} answered what means neither yes nor no.`)
}

async function askHook(context: Asking, view: UserView): Promise<UserDeletionError | null> {
  const { beforeDelete } = context.hooks
  if (beforeDelete === undefined) return null
  const answer = await ask(context, view, beforeDelete, 'deletion_vetoed')
  if (answer instanceof UserDeletionError) return answer
  return vetoIn(answer)
}

/** Anything but a yes keeps the user: `{ allow: false }` is meant as a refusal. */
function vetoIn(answer: unknown): UserDeletionError | null {
  if (answer === undefined || answer === null || answer === true) return null
  if (answer === false) return veto('vetoed')
  const { veto: code } = Object(answer) as { readonly veto?: unknown }
  return typeof code === 'string' ? veto(code) : nonsense('The beforeDelete hook')
}

function veto(reason: string, cause?: unknown): UserDeletionError {
  return new UserDeletionError('deletion_vetoed', 'The deletion was vetoed.', {
    cause,
    details: { reason },
  })
}

/** Runs one function of the host within the time limit; what it throws becomes an error value. */
async function ask<T>(
  context: Asking,
  view: UserView,
  work: (asked: DeletionContext) => T | Promise<T>,
  failure: ErrorCode = 'hook_failed',
): Promise<T | UserDeletionError> {
  try {
    const call = (signal: AbortSignal): T | Promise<T> => work(Object.freeze({ ...view, signal }))
    const result = await withTimeLimit(context.hookTimeoutMs, call, context.stop)
    if (result !== 'timeout') return result.value
    if (context.stop?.aborted) {
      return new UserDeletionError('hook_timeout', 'The run was stopped while the host was asked.')
    }
    return new UserDeletionError('hook_timeout', 'A hook or blocker ran over its time limit.', {
      details: { hookTimeoutMs: context.hookTimeoutMs },
    })
  } catch (cause) {
    if (failure === 'deletion_vetoed') return veto(HOOK_THREW, cause)
    return new UserDeletionError('hook_failed', 'A blocker threw.', { cause })
  }
}

/** Runs `work` over the items, a bounded number at a time; results keep the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, position: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const waiting = items.entries()
  const worker = async (): Promise<void> => {
    for (const [position, item] of waiting) results[position] = await work(item, position)
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker))
  return results
}
