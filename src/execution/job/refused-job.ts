/**
 * What becomes of a job that failed: it notes why. If nothing is lost yet, the deletion gives way to the schedule
 * that it was to carry out, so that there is a way back.
 *
 * @module
 */

import { type ErrorCode, type ErrorDetails, UserDeletionError } from '../../errors.ts'
import type { Blocker } from '../../plan/plan.ts'
import { listJobs, saveJob } from '../../records/job-records.ts'
import type { Job, OutboxEvent } from '../../store/records.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { transit } from '../context/present-schema.ts'
import { lastingBlockers } from '../decision/decide.ts'
import { warn } from '../decision/notify.ts'
import { cutEvents } from '../user-state/disabling.ts'
import type { FailedTry } from './failed-try.ts'
import { doneBySteps, type JobState, newJob, readState } from './job-state.ts'

/** What the database or the host has said of this one user, and says again unless somebody does something. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'constraint_violation',
  'residue_left',
  'store_failed',
  'deletion_blocked',
  'deletion_vetoed',
])

/**
 * Notes why a try has failed, if the job is still as this try knew it. What is no error of the library (a process
 * that breaks down) refuses nothing. Never rejects.
 */
export async function noteRefusal(
  context: ExecutionContext,
  { id, fence, tenantId, userId }: Job,
  error: unknown,
): Promise<void> {
  if (!(error instanceof UserDeletionError)) return
  if (!REFUSALS.has(error.code) || isOfHoldsAlone(error)) return
  try {
    const [job] = await listJobs(context.store, {
      ...{ limit: 1, userTable: context.userTable, user: { tenantId, userId } },
    })
    if (job?.id !== id || job.fence !== fence) return
    const state = readState(job)
    const refusal = refusalOf(context, error)
    if (state.replaced !== null && hasLostNothing(context, state)) {
      await putBack(context, job, state, refusal)
    } else if (state.refusedFence !== fence || !isSame(state.refusal, refusal)) {
      const { leaseUntil, dueAt } = job
      const noted = JSON.stringify({ ...state, refusal, refusedFence: fence } satisfies JobState)
      await saveJob(context.store, { id, fence, leaseUntil, dueAt, state: noted })
    }
  } catch (cause) {
    warn(context, 'why a job has failed could not be noted', { jobId: id, cause })
  }
}

function refusalOf({ clock }: ExecutionContext, { code, details }: UserDeletionError): FailedTry {
  const texts = Object.entries(details).filter(([, value]) => typeof value === 'string')
  const names = blockersOf(details)
    .map(({ name }) => name)
    .join(', ')
  const known = Object.fromEntries(texts) as FailedTry['details']
  return {
    code,
    at: clock.now().toISOString(),
    details: names === '' ? known : { ...known, blockers: names },
  }
}

function blockersOf({ blockers }: ErrorDetails): readonly Blocker[] {
  return Array.isArray(blockers) ? (blockers as readonly Blocker[]) : []
}

/** A hold is seen for itself, and shows no more once it has ended. */
function isOfHoldsAlone({ code, details }: UserDeletionError): boolean {
  return code === 'deletion_blocked' && lastingBlockers(blockersOf(details)).length === 0
}

function isSame(before: FailedTry | null, { code, details }: FailedTry): boolean {
  return before?.code === code && JSON.stringify(before.details) === JSON.stringify(details)
}

/** Sessions are cut already, and don't come back with a cancellation either. */
function hasLostNothing({ program }: ExecutionContext, state: JobState): boolean {
  const done = doneBySteps(state, program)
  return program.steps.every(({ access }, index) => access || done[index]?.rows === 0)
}

/** The schedule again in the place of the deletion, in one transaction that looks at the job once more. */
async function putBack(
  context: ExecutionContext,
  { fence, tenantId, userId }: Job,
  state: JobState,
  refusal: FailedTry,
): Promise<void> {
  const { replaced } = state
  if (replaced === null) return
  const target = targetOf(context, userId)
  const query = { tenantId, user: target, tokenHash: null }
  await transit(context, query, ({ job }, present) => {
    if (job === null || job.fence !== fence) return { kind: 'refuse', reason: null }
    const { request, schedule, dueAt } = replaced
    const scheduled: JobState = {
      ...{ request, schedule, refusal, refusedFence: null, replaced: null, erasure: null },
      ...{ derived: [], steps: {}, chunked: false },
    }
    const terms = { replaces: job, dueAt, claimed: false }
    return {
      kind: 'proceed',
      finish: () => ({
        job: newJob(present, 'scheduled_deletion', target, scheduled, terms),
        events: untold(present, state, { tenantId, subject: target.subject }),
      }),
    }
  })
}

/** The receipt would have said what was cut when the deletion began. */
function untold(
  context: ExecutionContext,
  state: JobState,
  user: Pick<OutboxEvent, 'tenantId' | 'subject'>,
): readonly OutboxEvent[] {
  const cut = doneBySteps(state, context.program).map(({ rows, told }) => rows - told)
  return cutEvents(context, user, cut)
}
