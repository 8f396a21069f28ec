import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coversDeletion, retentionFactOf } from '../../src/receipt/retention-fact.ts'
import type { LedgerEntry } from '../../src/store/records.ts'

const SHARED = {
  policy: { name: 'shop', version: 1, digest: 'd' },
  ...{ stepId: 'orders#0', table: 'orders', action: 'delete', rows: 3, users: 2 },
  at: '2026-03-01T12:00:00.000Z',
} as const

const covered = (body: object): readonly number[] => {
  const fact = retentionFactOf({ body: JSON.stringify({ ...SHARED, ...body }) } as LedgerEntry)
  return [1, 2, 3, 4, 5, 6, 7, 8].filter((seq) => coversDeletion(fact, seq))
}

test('the end of a retention covers the deletions that it names, and none between them', () => {
  const deletions = [
    [2, 4],
    [7, 7],
  ]
  assert.deepEqual(covered({ format: 2, deletions }), [2, 3, 4, 7])
})

test('one that an earlier version has told covers a range, less those that were left out', () => {
  assert.deepEqual(covered({ format: 1, afterSeq: 2, throughSeq: 7, leftOut: [4, 5] }), [3, 6, 7])
})
