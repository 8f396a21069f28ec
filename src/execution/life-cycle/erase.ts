/**
 * Erasure for GDPR: access is cut, external erasers run, the user is deleted, and the audit log gets its entry.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { listJobs } from '../../records/job-records.ts'
import type { Job } from '../../store/records.ts'
import type { Target } from '../../store/slice.ts'
import type { Standing } from '../../store/transition.ts'
import { absence } from '../context/absence.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { idempotencyConflict, inProgress } from '../context/failures.ts'
import { whileInFlight } from '../context/in-flight.ts'
import { transit } from '../context/present-schema.ts'
import { askHost } from '../decision/ask.ts'
import { isUnderWay } from '../decision/decide.ts'
import { notifyDeleted, tellRevoked } from '../decision/notify.ts'
import { freshProgress } from '../erasers/eraser-progress.ts'
import { type Erasure, newJob, readState } from '../job/job-state.ts'
import { planJob, runOpened } from '../job/open-job.ts'
import { type JobOutcome, runJob, takeOver, type Waiting } from '../job/run-job.ts'

/** An erasure that is complete, or one that goes on with `resume()`. */
export type ErasureResult =
  | { readonly status: 'erased'; readonly receipt: DeletionReceipt }
  | ({ readonly status: 'waiting' } & Waiting)

/** Opens the erasure and takes it as far as it goes now. An erasure that is open already is gone on with. */
export function eraseUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<ErasureResult> {
  const { tenantId } = request
  return whileInFlight(context.inFlight, tenantId, target.id, async () => {
    const { store, userTable } = context
    const user = { tenantId, userId: target.id }
    const [job] = await listJobs(store, { limit: 1, userTable, user })
    await refuseSharedKey(context, request, job)
    const outcome = isUnderWay(job)
      ? await goOn(context, request, target, job)
      : await open(context, request, target)
    if (outcome.kind === 'waiting') {
      const { jobId, until, erasers } = outcome
      return { status: 'waiting', jobId, until, erasers }
    }
    await notifyDeleted(context, [{ userId: target.id, tenantId, receipt: outcome.receipt }])
    return { status: 'erased', receipt: outcome.receipt }
  })
}

const PAGE = 500

/** The key of an erasure that waits is used already, though no receipt says so yet. */
async function refuseSharedKey(
  { store, userTable }: ExecutionContext,
  { tenantId, idempotencyKey }: DeletionRequest,
  own: Job | undefined,
): Promise<void> {
  if (idempotencyKey === null) return
  const query = { limit: PAGE, userTable, kinds: ['erasure'] as const }
  for (let after: Job | undefined; ; ) {
    const page: readonly Job[] = await listJobs(
      store,
      after === undefined ? query : { ...query, after },
    )
    const isShared = page.some(
      (job) =>
        job.id !== own?.id && job.tenantId === tenantId && job.idempotencyKey === idempotencyKey,
    )
    if (isShared) throw idempotencyConflict()
    after = page.at(-1)
    if (after === undefined || page.length < PAGE) return
  }
}

async function open(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<JobOutcome> {
  const { tenantId } = request
  const objection = (await askHost(context, request, [target])).get(0)
  if (objection !== undefined) throw objection
  const query = { tenantId, user: target, tokenHash: null }
  const outcome = await transit(context, query, (standing, present) => {
    const erasure = newErasure(present, standing)
    return planJob(present, request, target, standing, { erasure })
  })
  if (outcome.kind === 'absent') throw await absence(context, tenantId, target)
  // The erasers may take days, and tokens that outlive their session must not.
  if (outcome.kind === 'done') await tellRevoked(context, tenantId, target.id)
  return runOpened(context, request, target, outcome)
}

/** Nobody is asked any more: the user's access is cut already. */
async function goOn(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  job: Job,
): Promise<JobOutcome> {
  refuseOtherUse(request, job)
  const claimed = await takeOver(context, job)
  if (claimed === null) throw inProgress({ jobId: job.id })
  if (claimed.kind === 'erasure') return runJob(context, claimed)
  return runJob(context, await widen(context, request, target, claimed))
}

function refuseOtherUse({ idempotencyKey, reason, requestedBy }: DeletionRequest, job: Job): void {
  if (idempotencyKey === null || idempotencyKey !== job.idempotencyKey) return
  const { request } = readState(job)
  if (request.reason === reason && request.requestedBy === requestedBy) return
  throw idempotencyConflict()
}

/** A deletion that was interrupted becomes an erasure, so that the erasers have their turn before its end. */
async function widen(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  claimed: Job,
): Promise<Job> {
  const state = readState(claimed)
  const query = { tenantId: request.tenantId, user: target, tokenHash: null }
  const outcome = await transit(context, query, (standing, present) => {
    const { job } = standing
    if (job?.id !== claimed.id || job.fence !== claimed.fence) {
      return { kind: 'refuse', reason: 'lease_lost' }
    }
    const merged = {
      ...request,
      requestedAt: request.requestedAt ?? job.requestedAt,
      idempotencyKey: request.idempotencyKey ?? job.idempotencyKey,
    }
    const erasure = newErasure(present, standing)
    const terms = { replaces: job, dueAt: null, claimed: true }
    const next = { ...state, request: merged, erasure }
    return {
      kind: 'proceed',
      finish: () => ({ job: newJob(present, 'erasure', target, next, terms) }),
    }
  })
  if (outcome.kind === 'absent') throw await absence(context, request.tenantId, target)
  if (outcome.kind === 'done' && outcome.standing.job !== null) return outcome.standing.job
  throw new UserDeletionError('lease_lost', 'Another worker has taken the job over.')
}

/** What the erasers need to know is captured now, because the user row may be gone when they ask. */
function newErasure(context: ExecutionContext, { survey }: Standing): Erasure {
  const fields = Object.entries(survey.users[0]?.fields ?? {})
  const identifiers = Object.fromEntries(
    // The job's state is JSON, which has no integers of this size.
    fields.map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  )
  return { identifiers, accessCut: false, erasers: freshProgress(context) }
}
