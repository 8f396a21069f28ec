/**
 * Calls the host's hooks that run after the commit and can no longer change anything.
 *
 * @module
 */
import { withTimeLimit } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import type { ExecutionContext } from '../context/context.ts'
import { inParallel } from './ask.ts'

/** A user who was deleted just now. */
export interface Deleted {
  readonly userId: UserId
  readonly tenantId: string | null
  /** Read only where a hook wants it. */
  readonly receipt: DeletionReceipt
}

/** Calls the hooks for every deleted user; failures go to the logger. Never rejects. */
export async function notifyDeleted(
  context: ExecutionContext,
  deleted: readonly Deleted[],
): Promise<void> {
  const { afterDelete, onRevoke } = context.hooks
  if (afterDelete === undefined && onRevoke === undefined) return
  await inParallel(deleted, async (user) => {
    await tellRevoked(context, user.tenantId, user.userId)
    if (afterDelete === undefined) return
    const { receipt } = user
    await tell(context, 'afterDelete', { receiptId: receipt.id }, () => afterDelete(receipt))
  })
}

/** Calls the hook by which the host refuses tokens that outlive their session. Never rejects. */
export async function tellRevoked(
  context: ExecutionContext,
  tenantId: string | null,
  userId: UserId,
): Promise<void> {
  const { onRevoke } = context.hooks
  if (onRevoke === undefined) return
  const revocation = Object.freeze({ userId, tenantId, notBefore: context.clock.now() })
  await tell(context, 'onRevoke', {}, () => onRevoke(revocation))
}

async function tell(
  context: ExecutionContext,
  hook: string,
  details: Readonly<Record<string, unknown>>,
  call: () => unknown,
): Promise<void> {
  try {
    const result = await withTimeLimit(context.hookTimeoutMs, call)
    if (result === 'timeout') warn(context, `${hook} ran over its time limit`, details)
  } catch (cause) {
    warn(context, `${hook} threw`, { ...details, cause })
  }
}

export function warn(
  { logger }: Pick<ExecutionContext, 'logger'>,
  message: string,
  details: Readonly<Record<string, unknown>>,
): void {
  logger.warn(message, details)
}
