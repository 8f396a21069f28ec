/**
 * Finishes what a crash has left.
 *
 * @module
 */

import type { UserDeletionError } from '../../errors.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { listJobs } from '../../records/job-records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { toEngineError } from '../context/failures.ts'
import { type Deleted, notifyDeleted } from '../decision/notify.ts'
import { clearOfTheGone } from './leftovers.ts'
import { runJob, takeOver, type Waiting } from './run-job.ts'

export interface ResumeResult {
  readonly finished: readonly DeletionReceipt[]
  readonly failed: readonly { readonly jobId: string; readonly error: UserDeletionError }[]
  /** Erasures whose external erasers are not done yet. */
  readonly waiting: readonly Waiting[]
  /** Jobs that another worker holds. */
  readonly held: number
}

/** Goes once through the open jobs that are due, oldest first; scheduled deletions are `purgeDue`'s. */
export async function resumeJobs(
  context: ExecutionContext,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<ResumeResult> {
  await clearOfTheGone(context.store)
  const finished: Deleted[] = []
  const waiting: Waiting[] = []
  const failed: { jobId: string; error: UserDeletionError }[] = []
  let held = 0
  const dueBy = context.clock.now().toISOString()
  const kinds = ['deletion', 'erasure'] as const
  const { userTable } = context
  for (const job of await listJobs(context.store, { limit, userTable, kinds, dueBy })) {
    if (signal?.aborted) break
    const { userId, tenantId } = job
    if (!context.inFlight.take(tenantId, userId)) {
      held += 1
      continue
    }
    try {
      const claimed = await takeOver(context, job)
      if (claimed === null) {
        held += 1
        continue
      }
      const outcome = await runJob(context, claimed)
      if (outcome.kind === 'finished') {
        finished.push({ userId, tenantId, receipt: outcome.receipt })
      } else {
        const { jobId, until, erasers } = outcome
        waiting.push({ jobId, until, erasers })
      }
    } catch (cause) {
      failed.push({ jobId: job.id, error: toEngineError(cause) })
    } finally {
      context.inFlight.release(tenantId, userId)
    }
  }
  await notifyDeleted(context, finished)
  return { finished: finished.map(({ receipt }) => receipt), failed, waiting, held }
}
