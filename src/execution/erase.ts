/**
 * Erasure for GDPR: access is cut, external erasers run, the user is deleted, and the audit log gets its entry.
 *
 * @module
 */
import type { DeletionReceipt } from '../receipt/receipt.ts'
import type { Target } from '../store.ts'
import { askHost } from './ask.ts'
import { type DeletionRequest, type ExecutionContext, flightKey } from './context.ts'
import { inProgress, notFound } from './failures.ts'
import { notifyDeleted } from './notify.ts'
import { planJob, runOpened } from './open-job.ts'
import type { JobOutcome } from './run-job.ts'

/** An erasure that is complete, or one that goes on with `resume()`. */
export type ErasureResult =
  | { readonly status: 'erased'; readonly receipt: DeletionReceipt }
  | {
      readonly status: 'waiting'
      readonly jobId: string
      /** When `resume()` goes on. */
      readonly until: string | null
      /** The external erasers that are not done. */
      readonly erasers: readonly string[]
    }

/** Opens the erasure and takes it as far as it goes now. An erasure that is open already is gone on with. */
export async function eraseUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<ErasureResult> {
  const { tenantId } = request
  const key = flightKey(tenantId, target.id)
  if (context.inFlight.has(key)) throw inProgress()
  context.inFlight.add(key)
  try {
    const outcome = await open(context, request, target)
    if (outcome.kind === 'waiting') {
      const { jobId, until, erasers } = outcome
      return { status: 'waiting', jobId, until, erasers }
    }
    await notifyDeleted(context, [{ userId: target.id, tenantId, receipt: outcome.receipt }])
    return { status: 'erased', receipt: outcome.receipt }
  } finally {
    context.inFlight.delete(key)
  }
}

async function open(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<JobOutcome> {
  const { store, program } = context
  const { tenantId } = request
  const objection = (await askHost(context, request, [target])).get(0)
  if (objection !== undefined) throw objection
  const outcome = await store.transition(program, {
    tenantId,
    user: target,
    tokenHash: null,
    decide: (standing) => {
      const identifiers = standing.survey.users[0]?.fields ?? {}
      const erasure = { identifiers, accessCut: false, erasers: {} }
      return planJob(context, request, target, standing, { erasure })
    },
  })
  if (outcome.kind === 'absent') {
    const [earlier] = await store.findEntries({ tenantId, subjects: [target.subject] })
    throw notFound(earlier)
  }
  return runOpened(context, request, target, outcome)
}
