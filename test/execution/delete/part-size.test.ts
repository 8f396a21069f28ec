import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPartSize, type PartSize } from '../../../src/execution/delete/part-size.ts'

/** Users of each part of a slice in which these places are refused, and whether a part is one. */
function partsOf(parts: PartSize, users: number, refused: readonly number[]): readonly string[] {
  const told: string[] = []
  for (let from = 0; from < users; ) {
    const { users: most, isOne } = parts.next()
    const through = Math.min(users, from + most)
    const part = { users: through - from, isOne: isOne || through - from === 1 }
    const isRefused = refused.some((place) => place >= from && place < through)
    told.push(`${part.users}${part.isOne ? '' : ' each'}${isRefused ? ' refused' : ''}`)
    if (isRefused) parts.refused(part)
    else parts.passed(part)
    // Of a part that is one everybody has to be tried again.
    if (!isRefused || !part.isOne || part.users === 1) from = through
  }
  return told
}

describe('how many users of a slice are tried together', () => {
  for (const canCommitEach of [true, false]) {
    it(`all of them until somebody is refused, in the next slice too: ${canCommitEach}`, () => {
      const parts = createPartSize(canCommitEach)
      assert.deepEqual(partsOf(parts, 5_000, []), ['5000'])
      assert.deepEqual(partsOf(parts, 20, []), ['20'])
    })
  }

  it('few around one who is refused, each for itself where a store can do so', () => {
    assert.deepEqual(partsOf(createPartSize(true), 100, [10]), [
      ...['100 refused', '64 each refused', '36 each'],
    ])
  })

  it('parts that double again, as long as all go through', () => {
    const told = partsOf(createPartSize(true), 600, [0])
    assert.deepEqual(told, [
      ...['600 refused', '150 refused', '64 each refused', '64 each', '64', '128', '256', '24'],
    ])
  })

  it('halves down to the one who is refused, where each alone would be a transaction', () => {
    const told = partsOf(createPartSize(false), 16, [4])
    assert.deepEqual(told, [
      ...['16 refused', '8 refused', '4', '8 refused', '4 refused', '2 refused', '1 refused'],
      ...['1', '2', '4', '4'],
    ])
  })

  it('no more behind a part that was not full', () => {
    const parts = createPartSize(false)
    partsOf(parts, 8, [0])
    const { users } = parts.next()
    parts.passed({ users: users - 1, isOne: true })
    assert.equal(parts.next().users, users)
  })
})
