/**
 * What is open, and why.
 *
 * @module
 */

import type { UserId } from '../../program/program.ts'
import { listJobs } from '../../records/job-records.ts'
import { listHolds } from '../../records/user-records.ts'
import type { Job, JobKind } from '../../store/records.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { holdBlockers, isHolding } from '../decision/decide.ts'
import type { FailedTry } from '../job/failed-try.ts'
import { readState, type ScheduledBy } from '../job/job-state.ts'
import { findStanding } from '../units/transition-unit.ts'

/** A job as `jobs()` shows it. Holds no personal data. */
export interface OpenJob {
  readonly id: string
  readonly kind: JobKind
  readonly userId: UserId
  readonly tenantId: string | null
  readonly requestedAt: string
  readonly dueAt: string | null
  readonly scheduledBy: ScheduledBy | null
  readonly why: OpenReason
}

/**
 * `not_due`: its day has not come. `held`: a hold is in the way. `due`: the next `purgeDue()` tries it.
 * `running`: a worker shows signs of life. `waiting_for_erasers`: those named are not done.
 * `interrupted`: its worker is gone; `resume()` goes on. `refused`: the last try came to nothing, for the reason that
 * `code` and `details` name; the next `purgeDue()` or `resume()` tries again.
 */
export type OpenReason =
  | { readonly kind: 'not_due' | 'held' | 'due' | 'running' | 'interrupted' }
  | { readonly kind: 'waiting_for_erasers'; readonly erasers: readonly string[] }
  | ({ readonly kind: 'refused' } & FailedTry)

const PAGE = 500

/** Open jobs of all tenants, or of one, oldest first. */
export async function* openJobs(
  context: ExecutionContext,
  tenantId: string | null | undefined,
): AsyncGenerator<OpenJob> {
  const query = { limit: PAGE, userTable: context.userTable }
  let after: Job | undefined
  for (;;) {
    const page: readonly Job[] = await listJobs(
      context.store,
      after === undefined ? query : { ...query, after },
    )
    for (const job of page) {
      if (tenantId === undefined || job.tenantId === tenantId) yield await describe(context, job)
    }
    after = page.at(-1)
    if (after === undefined || page.length < PAGE) return
  }
}

async function describe(context: ExecutionContext, job: Job): Promise<OpenJob> {
  const { id, kind, userId, tenantId, requestedAt, dueAt } = job
  const scheduledBy = readState(job).schedule?.by ?? null
  const why = await reasonOf(context, job)
  return Object.freeze({ id, kind, userId, tenantId, requestedAt, dueAt, scheduledBy, why })
}

async function reasonOf(context: ExecutionContext, job: Job): Promise<OpenReason> {
  const now = context.clock.now()
  const isDue = job.dueAt === null || job.dueAt <= now.toISOString()
  const { refusal, refusedFence, erasure } = readState(job)
  if (job.kind === 'scheduled_deletion') {
    if (!isDue) return { kind: 'not_due' }
    if (await isHeld(context, job, now)) return { kind: 'held' }
    return refusal === null ? { kind: 'due' } : { kind: 'refused', ...refusal }
  }
  const erasers = Object.entries(erasure?.erasers ?? {})
  const open = erasers.flatMap(([name, { status }]) => (status === 'open' ? [name] : []))
  if (!isDue) return { kind: 'waiting_for_erasers', erasers: open }
  if (refusal !== null && refusedFence === job.fence) return { kind: 'refused', ...refusal }
  if (job.leaseUntil > now.toISOString()) return { kind: 'running' }
  return { kind: 'interrupted' }
}

/** A hold on tables is in the way only where the user has rows there, as for the purge. */
async function isHeld(
  context: ExecutionContext,
  { tenantId, userId }: Job,
  now: Date,
): Promise<boolean> {
  const { store, program, userTable } = context
  const holds = await listHolds(store, { limit: 1_000, userTable, user: { tenantId, userId } })
  if (!holds.some((hold) => isHolding(hold, now))) return false
  const query = { tenantId, user: targetOf(context, userId), tokenHash: null }
  const standing = await store.read(() => findStanding(program, query))
  if (standing === null) return false
  const { survey } = standing
  return holdBlockers(program, survey.holds[0] ?? [], survey.counts[0] ?? [], now).length > 0
}
