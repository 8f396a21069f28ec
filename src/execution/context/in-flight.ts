/**
 * One call of an engine at a time for each user.
 *
 * @module
 */
import type { UserId } from '../../program/program.ts'
import { inProgress } from './failures.ts'

/** Users that calls of one engine are working on. */
export interface Flights {
  /** Takes the user for a call; `false` when another one has them. */
  take(tenantId: string | null, id: UserId): boolean
  release(tenantId: string | null, id: UserId): void
}

export function createFlights(): Flights {
  // The ids themselves: 1 and "1" differ. In a large slice, text made of tenant and id would take more memory.
  const byTenant = new Map<string | null, Set<UserId>>()
  return {
    take(tenantId, id) {
      const users = byTenant.get(tenantId) ?? new Set()
      if (users.has(id)) return false
      byTenant.set(tenantId, users.add(id))
      return true
    },
    release(tenantId, id) {
      const users = byTenant.get(tenantId)
      users?.delete(id)
      if (users?.size === 0) byTenant.delete(tenantId)
    },
  }
}

/**
 * Runs the work while no other call of this engine works on the user. Leases cannot tell two calls of one
 * engine apart: the second would take the job from the first.
 *
 * @throws {@link UserDeletionError} `in_progress` when another call does.
 */
export async function whileInFlight<T>(
  flights: Flights,
  tenantId: string | null,
  userId: UserId,
  work: () => Promise<T>,
): Promise<T> {
  if (!flights.take(tenantId, userId)) throw inProgress()
  try {
    return await work()
  } finally {
    flights.release(tenantId, userId)
  }
}
