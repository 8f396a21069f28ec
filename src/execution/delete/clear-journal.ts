/**
 * Clears older copies of deleted rows from the journal, and has the ledger say how far that came.
 *
 * @module
 */
import { sealStorageFact } from '../../receipt/seal-facts.ts'
import type { ExecutionContext } from '../context/context.ts'
import { warn } from '../decision/notify.ts'

/** Never rejects: the deletion stands whatever happens here, so a failure goes to the logger. */
export async function clearJournal(context: ExecutionContext): Promise<void> {
  const { store, issuer } = context
  if (store.capabilities.erasure !== 'rows_overwritten') return
  try {
    const before = await store.ledgerHead()
    const fact = await store.sanitize()
    await store.appendLedger((head) => sealStorageFact(issuer, fact, before, head))
  } catch (cause) {
    warn(context, 'the journal could not be cleared', { cause })
  }
}
