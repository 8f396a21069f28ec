/**
 * Finishes what a crash has left.
 *
 * @module
 */
import type { UserDeletionError } from '../errors.ts'
import type { DeletionReceipt } from '../receipt/receipt.ts'
import { type ExecutionContext, flightKey } from './context.ts'
import { finish, takeOver } from './delete-large-user.ts'
import { toEngineError } from './failures.ts'
import { notifyDeleted } from './notify.ts'

export interface ResumeResult {
  readonly finished: readonly DeletionReceipt[]
  readonly failed: readonly { readonly jobId: string; readonly error: UserDeletionError }[]
  /** Jobs that another worker holds. */
  readonly held: number
}

/** Goes through the open jobs once, oldest first. */
export async function resumeJobs(
  context: ExecutionContext,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<ResumeResult> {
  const finished: DeletionReceipt[] = []
  const failed: { jobId: string; error: UserDeletionError }[] = []
  let held = 0
  for (const job of await context.store.listJobs({ limit })) {
    if (signal?.aborted) break
    const key = flightKey(job.tenantId, job.userId)
    if (context.inFlight.has(key)) {
      held += 1
      continue
    }
    context.inFlight.add(key)
    try {
      const claimed = await takeOver(context, job)
      if (claimed === null) held += 1
      else finished.push(await finish(context, claimed))
    } catch (cause) {
      failed.push({ jobId: job.id, error: toEngineError(cause) })
    } finally {
      context.inFlight.delete(key)
    }
  }
  await notifyDeleted(
    context,
    finished.map((receipt) => ({ status: 'deleted', receipt })),
  )
  return { finished, failed, held }
}
