import assert from 'node:assert/strict'
import { UserDeletionError } from '../../src/index.ts'
import { essence } from '../worlds/faults/erased-essence.ts'
import { type Asked, type Engine, testFaults } from '../worlds/faults/fault-run.ts'

/** Answers the rest of the erasure where it was interrupted, and the receipt where it was done. */
async function askToErase(engine: Engine): Promise<Asked> {
  try {
    const result = await engine.erase('a1', { tenantId: 'a', requestedBy: 'adm_1' })
    assert.ok(result.status === 'erased', 'the eraser has nothing to wait for')
    return { deleted: ['a1'], receiptId: result.receipt.id, answer: result }
  } catch (error) {
    if (!(error instanceof UserDeletionError)) throw error
    const { receiptId } = error.details as { readonly receiptId?: string }
    if (error.code !== 'resource_not_found' || receiptId === undefined) throw error
    return { deleted: ['a1'], receiptId, answer: error }
  }
}

testFaults('an erasure with an external eraser', {
  targets: ['a1'],
  options: { externalErasers: [{ name: 'crm', page: () => ({ removed: 2 }) }] },
  view: essence,
  ask: askToErase,
})
