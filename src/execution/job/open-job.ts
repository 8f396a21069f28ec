/**
 * Begins a deletion that spans several transactions: the job and cutting the user off are one commit.
 *
 * @module
 */
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import type { Job } from '../../store/records.ts'
import type { Survey, Target } from '../../store/slice.ts'
import type {
  Standing,
  TransitionOutcome,
  TransitionPlan,
  TransitionVerdict,
} from '../../store/transition.ts'
import { absence } from '../context/absence.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { blockedError, inProgress } from '../context/failures.ts'
import { transit } from '../context/present-schema.ts'
import { decide, isLarge, type RefusalReason } from '../decision/decide.ts'
import { disabling, shutOutEvents, strandedStep } from '../user-state/disabling.ts'
import { type JobState, newJob, newState, readState } from './job-state.ts'
import { type JobOutcome, joinJob, runJob } from './run-job.ts'

/** Deletes a user with more rows than one transaction should hold. */
export async function deleteLargeUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<DeletionReceipt> {
  const outcome = await beginDeletion(context, request, target)
  return receiptFrom(outcome)
}

/** Goes on with a deletion that somebody has begun. */
export async function joinDeletion(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<DeletionReceipt> {
  return receiptFrom(await joinJob(context, request.tenantId, target))
}

/** An erasure whose erasers are not done keeps the user; who only wants a deletion waits for it. */
function receiptFrom(outcome: JobOutcome): DeletionReceipt {
  if (outcome.kind === 'finished') return outcome.receipt
  throw inProgress({ jobId: outcome.jobId, erasers: outcome.erasers, until: outcome.until })
}

async function beginDeletion(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<JobOutcome> {
  const query = {
    tenantId: request.tenantId,
    user: target,
    restored: request.replayOf !== undefined,
    tokenHash: null,
  }
  const outcome = await transit(context, query, (standing, present) =>
    planJob(present, request, target, standing, {}),
  )
  return runOpened(context, request, target, outcome)
}

/** Runs the job that a transition has opened, or says why there is none. */
export async function runOpened(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  outcome: TransitionOutcome,
): Promise<JobOutcome> {
  if (outcome.kind === 'done' && outcome.standing.job !== null) {
    return runJob(context, outcome.standing.job)
  }
  if (outcome.kind !== 'refused') throw await absence(context, request.tenantId, target)
  const reason = outcome.reason as RefusalReason
  if (reason.kind === 'has_job') return joinJob(context, request.tenantId, target)
  throw reason.kind === 'blocked' ? blockedError(reason.blockers) : inProgress()
}

/** What the kind of a job adds. */
export interface JobExtras {
  readonly erasure?: JobState['erasure']
  readonly plan?: TransitionPlan
}

/** Decides as for a deletion, and opens the job: access is cut at once where one transaction can hold that. */
export function planJob(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  standing: Standing,
  { erasure = null, plan = {} }: JobExtras,
): TransitionVerdict {
  const { program, clock, derive } = context
  const { tenantId } = request
  const { subject } = target
  const all = Number.POSITIVE_INFINITY
  const input = { program, maxRows: all, maxSliceRows: all, now: clock.now(), derive }
  const [verdict] = decide(input, standing.survey)
  if (verdict === undefined || verdict.kind === 'refuse') {
    return { kind: 'refuse', reason: verdict?.reason }
  }
  const cutsAccess = canCutAccess(context, standing.survey)
  return {
    kind: 'proceed',
    ...disabling(context, standing),
    ...plan,
    cutsAccess,
    finish: (cut) => ({
      job: openedJob(context, request, target, standing.job, cut, {
        derived: verdict.derived,
        erasure: erasure === null ? null : { ...erasure, accessCut: cutsAccess },
      }),
      // The end of the job may be days away, so the events of the cut go out now; the receipt counts these rows too.
      events: erasure === null ? [] : shutOutEvents(context, { tenantId, subject }, cut),
    }),
  }
}

function openedJob(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  replaces: Job | null,
  cut: readonly number[],
  rest: Pick<JobState, 'derived' | 'erasure'>,
): Job {
  const steps = context.program.steps.flatMap(({ id }, index) => {
    const rows = cut[index] ?? 0
    const told = rest.erasure === null ? 0 : rows
    return rows === 0 ? [] : [[id, { rows, told, cursor: null }] as const]
  })
  // Who overtakes a schedule answers for the deletion; that it was asked for earlier stays true.
  const now = context.clock.now().toISOString()
  const requestedAt = request.requestedAt ?? replaces?.requestedAt ?? now
  const kind = rest.erasure === null ? 'deletion' : 'erasure'
  const replaced = kind === 'deletion' ? scheduleIn(replaces) : null
  const state = newState(
    { ...request, requestedAt },
    { ...rest, replaced, steps: Object.fromEntries(steps) },
  )
  return newJob(context, kind, target, state, { replaces, dueAt: null, claimed: true })
}

/** What comes back when the deletion is refused with nothing lost. */
function scheduleIn(job: Job | null): JobState['replaced'] {
  if (job?.kind !== 'scheduled_deletion') return null
  const { request, schedule } = readState(job)
  return { request, schedule, dueAt: job.dueAt }
}

function canCutAccess(
  { program, maxRowsPerTransaction }: ExecutionContext,
  survey: Survey,
): boolean {
  const rows = (survey.counts[0] ?? []).filter((_, index) => program.steps[index]?.access === true)
  return strandedStep(program) === null && !isLarge(rows, maxRowsPerTransaction)
}
