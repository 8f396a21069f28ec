import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogRoom } from '../adapters/sqlite/log-room.ts'

const CAP = 10_000

describe('the room that the log has for users', () => {
  it('is without limit where all of the file fits under the cap', () => {
    assert.equal(createLogRoom(CAP, CAP).users(), Number.POSITIVE_INFINITY)
  })

  it('is small for a larger file, until it is known what a user needs', () => {
    const room = createLogRoom(CAP, CAP + 1)
    assert.equal(room.users(), 4_000)
    room.begin(4_000, 0)
    room.look(8_000)
    assert.equal(room.users(), 5_000)
    assert.equal(room.pagesFor(2_000), 4_000)
  })

  it('counts what the slice has added, and all of a log that has begun anew', () => {
    const room = createLogRoom(CAP, CAP + 1)
    room.begin(1_000, 5_000)
    room.look(6_000)
    assert.equal(room.users(), CAP)
    room.begin(1_000, 6_000)
    room.look(4_000)
    assert.equal(room.users(), 2_500)
  })

  it('goes by the slice that needed most', () => {
    const room = createLogRoom(CAP, CAP + 1)
    room.begin(1_000, 0)
    room.look(4_000)
    room.begin(1_000, 4_000)
    room.look(4_000)
    assert.equal(room.users(), 2_500)
  })

  it('learns nothing from a handful of users, and each slice counts once', () => {
    const room = createLogRoom(CAP, CAP + 1)
    room.begin(10, 0)
    room.look(9_000)
    assert.equal(room.users(), 4_000)
    room.begin(1_000, 0)
    room.look(1_000)
    // What the host writes afterwards.
    room.look(9_000)
    assert.equal(room.users(), CAP)
  })

  it('is never so small that slices would be of single users', () => {
    const room = createLogRoom(10, CAP)
    room.begin(1_000, 0)
    room.look(5_000)
    assert.equal(room.users(), 100)
  })
})
