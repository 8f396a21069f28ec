/**
 * Holds: a user, or their rows in some tables, must not be deleted for now.
 *
 * @module
 */

import { UserNotFoundError } from '../errors.ts'
import type { Hold, Target } from '../store.ts'
import { change } from './change-state.ts'
import type { DeletionRequest, ExecutionContext } from './context.ts'

export interface HoldTerms {
  readonly reason: string
  readonly until: Date | null
  readonly tables: readonly string[] | null
}

/** Places a hold. A deletion is refused from the commit on. */
export async function placeHold(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  { reason, until, tables }: HoldTerms,
): Promise<Hold> {
  const hold: Hold = Object.freeze({
    id: `hold_${context.issuer.newId()}`,
    tenantId: request.tenantId,
    userId: target.id,
    reason,
    tables,
    placedAt: context.clock.now().toISOString(),
    until: until === null ? null : until.toISOString(),
  })
  await change(context, request, target, 'hold', () => ({ placeHold: hold }))
  return hold
}

/** Releases one hold of a user. */
export async function releaseHold(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  holdId: string,
): Promise<void> {
  await change(context, request, target, 'hold', ({ survey }) => {
    const isTheirs = survey.holds[0]?.some(({ id }) => id === holdId)
    if (isTheirs !== true) throw new UserNotFoundError({ holdId })
    return { releaseHold: holdId }
  })
}

/** The holds of a user, ended ones included, the first placed first. */
export function holdsOf(
  { store }: ExecutionContext,
  tenantId: string | null,
  { id }: Target,
): Promise<readonly Hold[]> {
  return store.listHolds({ limit: 1_000, user: { tenantId, userId: id } })
}
