import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareIds } from '../src/store.ts'

describe('the order of ids', () => {
  it('is that of the bytes for text, characters beyond the first plane included', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b))
        assert.equal(Math.sign(compareIds(a, b)), bytes)
      }),
      { seed: 7, numRuns: 5_000, examples: [['\u{1f600}', '\uffee']] },
    )
  })

  it('has numbers before text', () => {
    const mixed = ['b', 10, 'a', 9n, '1', 2]
    assert.deepEqual(mixed.sort(compareIds), [2, 9n, 10, '1', 'a', 'b'])
  })
})
