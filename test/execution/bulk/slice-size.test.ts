import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextSize } from '../../../src/execution/bulk/slice-size.ts'

describe('the users of the next slice', () => {
  it('are twice as many after a quick one, one more after one that took its time, up to 500', () => {
    assert.equal(nextSize(10, 10, 1, {}), 20)
    assert.equal(nextSize(10, 10, 6, {}), 11)
    assert.equal(nextSize(400, 400, 1, {}), 500)
  })

  it('are fewer after one that took too long, and never nobody', () => {
    assert.equal(nextSize(10, 10, 30, {}), 7)
    assert.equal(nextSize(1, 1, 30, {}), 1)
  })

  it('may take longer where the database is elsewhere', () => {
    assert.equal(nextSize(10, 10, 30, { remote: true }), 20)
    assert.equal(nextSize(10, 10, 150, { remote: true }), 11)
    assert.equal(nextSize(10, 10, 250, { remote: true }), 7)
  })

  it('are no more after one that was not full', () => {
    assert.equal(nextSize(10, 3, 1, {}), 10)
    assert.equal(nextSize(10, 3, 30, {}), 7)
  })
})
