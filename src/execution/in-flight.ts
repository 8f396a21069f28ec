/**
 * One call of an engine at a time for each user.
 *
 * @module
 */
import type { UserId } from '../store.ts'
import { type ExecutionContext, flightKey } from './context.ts'
import { inProgress } from './failures.ts'

/**
 * Runs the work while no other call of this engine works on the user. Leases cannot tell two calls of one
 * engine apart: the second would take the job from the first.
 *
 * @throws {@link UserDeletionError} `in_progress` when another call does.
 */
export async function whileInFlight<T>(
  { inFlight }: Pick<ExecutionContext, 'inFlight'>,
  tenantId: string | null,
  userId: UserId,
  work: () => Promise<T>,
): Promise<T> {
  const key = flightKey(tenantId, userId)
  if (inFlight.has(key)) throw inProgress()
  inFlight.add(key)
  try {
    return await work()
  } finally {
    inFlight.delete(key)
  }
}
