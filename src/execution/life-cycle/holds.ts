/**
 * Holds: a user, or their rows in some tables, must not be deleted for now.
 *
 * @module
 */

import { UserNotFoundError } from '../../errors.ts'
import { listHolds, removeHold, saveHold } from '../../records/user-records.ts'
import type { Hold, SealDecision } from '../../store/records.ts'
import type { Target } from '../../store/slice.ts'
import type { TransitionEnd } from '../../store/transition.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { coversTable } from '../decision/decide.ts'
import { inspectUser } from '../units/inspection.ts'
import { change } from './change-state.ts'
import { placedHold, sealDecision } from './decisions.ts'

export interface HoldTerms {
  readonly reason: string
  readonly until: Date | null
  readonly tables: readonly string[] | null
}

/**
 * Places a hold. A deletion is refused from the commit on; of a user who is deleted already, the retained rows
 * stay beyond their retention.
 */
export async function placeHold(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  { reason, until, tables }: HoldTerms,
): Promise<Hold> {
  const hold: Hold = Object.freeze({
    id: `hold_${context.issuer.newId()}`,
    userTable: context.userTable,
    tenantId: request.tenantId,
    userId: target.id,
    reason,
    tables,
    placedAt: context.clock.now().toISOString(),
    until: until === null ? null : until.toISOString(),
  })
  try {
    const seal = sealDecision(context, request.tenantId, target, placedHold(hold))
    const finish = (): TransitionEnd => ({ seal })
    await change(context, request, target, 'hold', () => ({ placeHold: hold, finish }))
  } catch (error) {
    if (!isDeleted(error)) throw error
    await holdRetained(context, target, hold, error)
  }
  return hold
}

/** The receipt stands in the details of a user who was deleted, and not of one who never was. */
function isDeleted(error: unknown): error is UserNotFoundError {
  return error instanceof UserNotFoundError && error.details['receiptId'] !== undefined
}

/** The look comes after the hold: from its commit on no retention ends, so what stands then stays. */
async function holdRetained(
  context: ExecutionContext,
  target: Target,
  hold: Hold,
  absence: UserNotFoundError,
): Promise<void> {
  const { store, program } = context
  const fields = { id: target.id }
  const keepsAny = async (): Promise<boolean> => {
    const derived = context.deriveKnown(fields)
    const { matched } = await store.read(() =>
      inspectUser(program, { tenantId: hold.tenantId, target, fields, derived }),
    )
    return program.steps.some(
      ({ action, table }, index) =>
        action === 'retain' && (matched[index] ?? 0) > 0 && coversTable(program, hold, [table]),
    )
  }
  // First, so that a crash leaves no hold on a user without any rows.
  if (!(await keepsAny())) throw absence
  await saveHold(store, hold, sealDecision(context, hold.tenantId, target, placedHold(hold)))
  // Once more: the retention may have ended in between.
  if (await keepsAny()) return
  await removeHold(store, hold.id, sealRelease(context, hold.tenantId, target, hold.id))
  throw absence
}

/** Releases one hold of a user. */
export async function releaseHold(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  holdId: string,
): Promise<void> {
  const seal = sealRelease(context, request.tenantId, target, holdId)
  try {
    await change(context, request, target, 'hold', ({ survey }) => {
      const isTheirs = survey.holds[0]?.some(({ id }) => id === holdId)
      if (isTheirs !== true) throw new UserNotFoundError({ holdId })
      return { releaseHold: holdId, finish: () => ({ seal }) }
    })
  } catch (error) {
    if (!isDeleted(error)) throw error
    const holds = await holdsOf(context, request.tenantId, target)
    if (!holds.some(({ id }) => id === holdId)) throw error
    await removeHold(context.store, holdId, seal)
  }
}

function sealRelease(
  context: ExecutionContext,
  tenantId: string | null,
  target: Target,
  id: string,
): SealDecision {
  return sealDecision(context, tenantId, target, { kind: 'hold.released', id })
}

/** The holds of a user, ended ones included, the first placed first. */
export function holdsOf(
  { store, userTable }: ExecutionContext,
  tenantId: string | null,
  { id }: Target,
): Promise<readonly Hold[]> {
  return listHolds(store, { limit: 1_000, userTable, user: { tenantId, userId: id } })
}
