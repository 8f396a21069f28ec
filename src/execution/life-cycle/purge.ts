/**
 * Deletes the users whose scheduled day has come.
 *
 * The limit counts users who are deleted. Users who stay (held, blocked, vetoed) do not count towards it: otherwise
 * `limit` of them at the front would hide everyone behind them. A call looks at a bounded number of them, and the
 * next call goes on behind the last one.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import type { UserId } from '../../program/program.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { listJobs, removeJob } from '../../records/job-records.ts'
import type { Job } from '../../store/records.ts'
import type { Standing, TransitionVerdict } from '../../store/transition.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { blockedError, inProgress, toEngineError } from '../context/failures.ts'
import { whileInFlight } from '../context/in-flight.ts'
import { transit } from '../context/present-schema.ts'
import { askHost } from '../decision/ask.ts'
import type { RefusalReason } from '../decision/decide.ts'
import { notifyDeleted } from '../decision/notify.ts'
import { type JobState, readState } from '../job/job-state.ts'
import { planJob } from '../job/open-job.ts'
import { noteRefusal } from '../job/refused-job.ts'
import { runJob } from '../job/run-job.ts'
import { verdictOfHost } from '../user-state/reactivation.ts'
import { type JobPosition, purgeStart, rememberStart } from './purge-position.ts'
import { restoreDecisions } from './restore-decisions.ts'
import { assertClock, type ClockBound } from './seen-clock.ts'

export interface PurgeResult {
  readonly deleted: readonly DeletionReceipt[]
  /** Users who stay for now, and why. They are tried again by a later call. */
  readonly postponed: readonly {
    readonly userId: UserId
    readonly tenantId: string | null
    readonly jobId: string
    readonly error: UserDeletionError
  }[]
  /** Users whom the host had made active again meanwhile: their schedule is gone. */
  readonly reactivated: readonly { readonly userId: UserId; readonly tenantId: string | null }[]
  /**
   * Why the call ended before the due users did; `null` when it went through. `limit`: so many were deleted, or
   * so many had to stay that the next call goes on behind them.
   */
  readonly stopped: 'limit' | 'signal' | null
}

export interface PurgeOptions extends ClockBound {
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

const PAGE = 100
/** At most this many users may stay in one call; a larger `limit` raises it. */
const STAYING = 100

/** Claims and deletes each due user on their own; one who cannot go does not stop the others. */
export async function purgeDue(
  context: ExecutionContext,
  { limit, signal, ...clock }: PurgeOptions,
): Promise<PurgeResult> {
  await assertClock(context, clock)
  await restoreDecisions(context, 'before_replay')
  const now = context.clock.now()
  const deleted: DeletionReceipt[] = []
  const postponed: PurgeResult['postponed'][number][] = []
  const reactivated: PurgeResult['reactivated'][number][] = []
  const result = (stopped: PurgeResult['stopped']): PurgeResult => ({
    deleted,
    postponed,
    reactivated,
    stopped,
  })
  const start = await purgeStart(context)
  let last = start
  let staying = 0
  for await (const job of dueJobs(context, now, start)) {
    if (signal?.aborted) return result('signal')
    if (deleted.length >= limit) return result('limit')
    if (staying >= Math.max(limit, STAYING)) {
      await rememberStart(context, start, last)
      return result('limit')
    }
    last = job
    const { id: jobId, userId, tenantId } = job
    try {
      const receipt = await purgeUser(context, job)
      if (typeof receipt === 'object') deleted.push(receipt)
      else staying += 1
      if (receipt === 'reactivated') reactivated.push({ userId, tenantId })
    } catch (cause) {
      staying += 1
      const error = toEngineError(cause)
      postponed.push({ userId, tenantId, jobId, error })
      await noteRefusal(context, job, cause)
    }
  }
  await rememberStart(context, start, null)
  return result(null)
}

async function* dueJobs(
  { store, userTable }: ExecutionContext,
  now: Date,
  start: JobPosition | null,
): AsyncGenerator<Job> {
  const kinds = ['scheduled_deletion'] as const
  const query = { limit: PAGE, userTable, kinds, dueBy: now.toISOString() }
  let after = start ?? undefined
  for (;;) {
    const page: readonly Job[] = await listJobs(
      store,
      after === undefined ? query : { ...query, after },
    )
    yield* page
    after = page.at(-1)
    if (after === undefined || page.length < PAGE) return
  }
}

async function purgeUser(
  context: ExecutionContext,
  job: Job,
): Promise<DeletionReceipt | 'reactivated' | 'gone'> {
  return whileInFlight(context.inFlight, job.tenantId, job.userId, () => claimAndRun(context, job))
}

async function claimAndRun(
  context: ExecutionContext,
  job: Job,
): Promise<DeletionReceipt | 'reactivated' | 'gone'> {
  const { tenantId, userId } = job
  const target = targetOf(context, userId)
  const state = readState(job)
  const objection = (await askHost(context, state.request, [target])).get(0)
  if (objection !== undefined) throw objection
  const query = { tenantId, user: target, tokenHash: null }
  const outcome = await transit(context, query, (standing, present) =>
    claim(present, job, state, standing),
  )
  if (outcome.kind === 'absent') {
    // The host has deleted the user by itself: nothing is left to do.
    await removeJob(context.store, job)
    return 'gone'
  }
  if (outcome.kind === 'refused') {
    const reason = outcome.reason as RefusalReason | UserDeletionError | null
    if (reason === null) return 'gone'
    if (reason instanceof UserDeletionError) throw reason
    throw reason.kind === 'blocked' ? blockedError(reason.blockers) : inProgress()
  }
  if (outcome.standing.job === null) return 'reactivated'
  const finished = await runJob(context, outcome.standing.job)
  if (finished.kind === 'waiting') throw inProgress({ jobId: job.id })
  await notifyDeleted(context, [{ userId, tenantId, receipt: finished.receipt }])
  return finished.receipt
}

/** Eligibility again, in the transaction that claims: cancelled, overtaken, or let in by the host meanwhile. */
function claim(
  context: ExecutionContext,
  { id, fence }: Job,
  { request }: JobState,
  standing: Standing,
): TransitionVerdict {
  const { job, row } = standing
  if (job === null || job.id !== id || job.fence !== fence) return { kind: 'refuse', reason: null }
  const verdict = verdictOfHost(context.program.user, row, standing.disabled)
  if (verdict === 'active')
    return { kind: 'proceed', disabled: null, finish: () => ({ job: null }) }
  if (verdict === 'unclear') return { kind: 'refuse', reason: unclear() }
  return planJob(context, request, targetOf(context, job.userId), standing, {})
}

function unclear(): UserDeletionError {
  return new UserDeletionError(
    'invalid_transition',
    'The host has written the status of this user since, and the policy does not tell whether they are active. Map `user.status.active`, or cancel the deletion.',
    { details: { state: 'scheduled', action: 'purge', path: 'user.status.active' } },
  )
}
