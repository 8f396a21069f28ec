/**
 * Tells the host's afterDelete hook, which can no longer change anything.
 *
 * @module
 */
import { withTimeLimit } from '../ports.ts'
import type { DeletionReceipt } from '../receipt/receipt.ts'
import { inParallel } from './ask.ts'
import type { ExecutionContext } from './context.ts'

/** Calls the hook for every deleted user; failures go to the logger. Never rejects. */
export async function notifyDeleted(
  context: ExecutionContext,
  outcomes: readonly { readonly status: string; readonly receipt?: DeletionReceipt }[],
): Promise<void> {
  const { afterDelete } = context.hooks
  if (afterDelete === undefined) return
  const receipts = outcomes.flatMap(({ receipt }) => receipt ?? [])
  await inParallel(receipts, async (receipt) => {
    const details = { receiptId: receipt.id }
    try {
      const result = await withTimeLimit(context.hookTimeoutMs, () => afterDelete(receipt))
      if (result === 'timeout') warn(context, 'afterDelete ran over its time limit', details)
    } catch (cause) {
      warn(context, 'afterDelete threw', { ...details, cause })
    }
  })
}

/** A logger that throws must not undo what it was told of. */
export function warn(
  { logger }: Pick<ExecutionContext, 'logger'>,
  message: string,
  details: Readonly<Record<string, unknown>>,
): void {
  try {
    logger.warn(message, details)
  } catch {
    // Nowhere left to report to.
  }
}
