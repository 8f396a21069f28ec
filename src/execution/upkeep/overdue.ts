/**
 * Requests that should have been answered: GDPR Article 12(3) gives one month.
 *
 * @module
 */
import { addDuration } from '../../program/duration.ts'
import type { ExecutionContext } from '../context/context.ts'
import { type OpenJob, openJobs } from './open-jobs.ts'

/** An open job whose request is older than a month. */
export interface OverdueJob extends OpenJob {
  /** One month after the request; ISO 8601, UTC. */
  readonly answerDueAt: string
  /** Whole days past it: 0 on the first day. */
  readonly daysLate: number
}

/** When a request has to be answered: a month later by the calendar, on its last day where the month is shorter. */
export function dueDate(requestedAt: Date): Date {
  return addDuration(requestedAt, 'P1M')
}

/** Overdue jobs of all tenants, or of one, in the order of {@link openJobs}. */
export async function* overdueJobs(
  context: ExecutionContext,
  tenantId: string | null | undefined,
): AsyncGenerator<OverdueJob> {
  for await (const job of openJobs(context, tenantId)) {
    const due = dueDate(new Date(job.requestedAt))
    const late = context.clock.now().getTime() - due.getTime()
    if (late <= 0) continue
    const daysLate = Math.floor(late / DAY)
    yield Object.freeze({ ...job, answerDueAt: due.toISOString(), daysLate })
  }
}

const DAY = 24 * 60 * 60 * 1_000
