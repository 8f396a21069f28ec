import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPartSize, isOne, type PartSize } from '../../../src/execution/delete/part-size.ts'

/** Users of each part of a slice in which these places are refused, and how many of them are refused as one. */
function partsOf(parts: PartSize, users: number, refused: readonly number[]): readonly string[] {
  const told: string[] = []
  for (let from = 0; from < users && told.length < 100; ) {
    const { users: most, together } = parts.next()
    const through = Math.min(users, from + most)
    const part = { users: through - from, together }
    const own = refused.filter((place) => place >= from && place < through)
    const size = isOne(part) ? '' : ` by ${together}`
    told.push(`${part.users}${size}${own.length > 0 ? ' refused' : ''}`)
    if (own.length > 0) parts.refused(part, own.length)
    else parts.passed(part)
    // Of a part that is one everybody has to be tried again.
    if (own.length === 0 || !isOne(part) || part.users === 1) from = through
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

  it('few around one who is refused, in small groups where a store can do so', () => {
    assert.deepEqual(partsOf(createPartSize(true), 100, [10]), [
      ...['100 refused', '64 by 5 refused', '36 by 5'],
    ])
  })

  for (const users of [2, 3, 5, 6, 65, 70]) {
    it(`each alone at last, of a slice of ${users}`, () => {
      for (const place of [0, users - 1]) {
        const told = partsOf(createPartSize(true), users, [place])
        assert.ok(told.length < 8, told.join())
        assert.equal(told[0], `${users} refused`)
      }
    })
  }

  it('each alone while more than one in four are refused', () => {
    const many = Array.from({ length: 70 }, (_, place) => place).filter((place) => place % 3 === 0)
    assert.deepEqual(partsOf(createPartSize(true), 300, many), [
      ...['300 refused', '64 by 5 refused', '64 by 1 refused', '64 by 5', '64', '44'],
    ])
  })

  it('parts that double again, as long as all go through', () => {
    const told = partsOf(createPartSize(true), 600, [0])
    assert.deepEqual(told, [
      ...['600 refused', '64 by 5 refused', '64 by 5', '64', '128', '256', '24'],
    ])
  })

  it('by far fewer where many have been at work in vain', () => {
    const told = partsOf(createPartSize(true), 20_000, [5])
    assert.deepEqual(told.slice(0, 4), [
      '20000 refused',
      '1250 refused',
      '64 by 5 refused',
      '64 by 5',
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
    parts.passed({ users: users - 1, together: users })
    assert.equal(parts.next().users, users)
  })
})
