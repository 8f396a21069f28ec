import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogRoom, type LogRoom } from '../../../adapters/sqlite/bulk/log-room.ts'

const CAP = 10_000

/** A slice that takes the log from one length to another. */
function write(room: LogRoom, users: number, log: { readonly from: number; readonly to: number }) {
  room.begin(users, log.from)
  room.look(log.to)
}

describe('the room that the log has for users', () => {
  it('is without limit where all of the file fits under the cap', () => {
    assert.equal(createLogRoom(CAP, CAP).users(), Number.POSITIVE_INFINITY)
  })

  it('is small for a larger file, until it is known what a user needs', () => {
    const room = createLogRoom(CAP, CAP + 1)
    assert.equal(room.users(), 4_000)
    write(room, 4_000, { from: 0, to: 8_000 })
    assert.equal(room.users(), 5_000)
    assert.equal(room.pagesFor(2_000), 4_000)
  })

  it('counts what the slice has added, and all of a log that has begun anew', () => {
    const room = createLogRoom(CAP, CAP + 1)
    write(room, 1_000, { from: 5_000, to: 6_000 })
    assert.equal(room.users(), CAP)
    write(room, 1_000, { from: 6_000, to: 4_000 })
    assert.equal(room.users(), 2_500)
  })

  it('goes by the slice that needed most', () => {
    const room = createLogRoom(CAP, CAP + 1)
    write(room, 1_000, { from: 0, to: 4_000 })
    write(room, 1_000, { from: 4_000, to: 4_000 })
    assert.equal(room.users(), 2_500)
  })

  it('learns nothing from a handful of users, and each slice counts once', () => {
    const room = createLogRoom(CAP, CAP + 1)
    write(room, 10, { from: 0, to: 9_000 })
    assert.equal(room.users(), 4_000)
    write(room, 1_000, { from: 0, to: 1_000 })
    // What the host writes afterwards.
    room.look(9_000)
    assert.equal(room.users(), CAP)
  })

  it('learns nothing from users who had gone before', () => {
    const room = createLogRoom(CAP, CAP + 1)
    write(room, 4_000, { from: 0, to: 2 })
    assert.equal(room.users(), 4_000)
  })

  it('is never so small that slices would be of single users', () => {
    const room = createLogRoom(10, CAP)
    write(room, 1_000, { from: 0, to: 5_000 })
    assert.equal(room.users(), 100)
  })
})
