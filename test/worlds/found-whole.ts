/** What a verification answers that has found the whole ledger to hold. */
import assert from 'node:assert/strict'
import type { LedgerVerification } from '../../src/index.ts'

/** That a verification has found the whole ledger to hold, with so many entries. */
export function assertWhole(found: LedgerVerification, entries: number, keyed: boolean): void {
  assert.ok(found.valid, JSON.stringify(found))
  const { head, ...told } = found
  assert.deepEqual(told, { valid: true, entries, keyed, more: false })
  assert.equal(head.seq, entries)
}
