import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareIds, valueKey } from '../../src/program/matching.ts'

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

describe('what names a group', () => {
  const NAMES: readonly (() => unknown)[] = [
    () => 'a',
    () => 7n,
    () => new Date('2026-03-01T12:00:00.000Z'),
    () => Buffer.from([0, 255]),
    () => ({ org: 'a', no: 1 }),
  ]

  it('is the same for values that are equal, though they are other objects each time', () => {
    const keys = NAMES.map((name) => valueKey(name()))
    assert.deepEqual(
      NAMES.map((name) => valueKey(name())).map((key, place) => key === keys[place]),
      NAMES.map(() => true),
    )
    assert.equal(new Set(keys).size, NAMES.length)
    assert.notEqual(valueKey(new Date(1)), valueKey(new Date(2)))
    assert.notEqual(valueKey(Buffer.from([1])), valueKey(Buffer.from([2])))
  })
})
