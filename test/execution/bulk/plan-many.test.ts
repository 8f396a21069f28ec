import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { distinctIds } from '../../../src/execution/bulk/distinct-ids.ts'
import { definePolicy, UserDeletionEngine, type UserId } from '../../../src/index.ts'
import { readSpool } from '../../../src/records/spool-records.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

/** Whom the list names, and how often it names one again. */
async function sort(
  ids: readonly UserId[],
  inMemory: number,
): Promise<{ readonly first: readonly UserId[]; readonly again: number }> {
  const store = memoryStore()
  const distinct = distinctIds(store, 'a run', inMemory)
  const first: UserId[] = []
  let again = 0
  for (const id of ids) {
    const isFirst = await distinct.take(id)
    if (isFirst === true) first.push(id)
    if (isFirst === false) again += 1
  }
  for await (const id of distinct.rest()) {
    if (id === null) again += 1
    else first.push(id)
  }
  await distinct.close()
  for (let part = 0; part < 256; part += 1) {
    assert.deepEqual(await readSpool(store, `a run/${part}`, 0, 1), [])
  }
  return { first, again }
}

test('each id of a list comes once, whether or not all of them have room in memory', async () => {
  const once = Array.from({ length: 5_000 }, (_, index) => `usr_${index}`)
  for (const inMemory of [10_000, 100, 1, 0]) {
    const { first, again } = await sort([...once, ...once.toReversed(), 'usr_1'], inMemory)
    assert.equal(again, once.length + 1)
    assert.deepEqual([...first].sort(), [...once].sort())
  }
})

test('more equal ids than a part holds at once are one', async () => {
  const { first, again } = await sort(
    Array.from({ length: 3_500 }, () => 7),
    0,
  )
  assert.deepEqual([first, again], [[7], 3_499])
})

test('a number and its digits are two ids', async () => {
  for (const inMemory of [10, 0]) {
    assert.deepEqual((await sort([1, '1', 1n, '01'], inMemory)).again, 0)
  }
})

test('a dry run counts a user who stands on both sides of a slice once', async () => {
  const policy = definePolicy({
    name: 'twice',
    version: 1,
    user: { table: 'users', id: 'id' },
    tables: { posts: { match: 'uid', action: 'delete' } },
  })
  const ids = Array.from({ length: 1_200 }, (_, index) => `usr_${index}`)
  const store = memoryStore({
    data: {
      users: ids.map((id) => ({ id })),
      posts: ids.map((uid, id) => ({ id, uid })),
    },
  })
  const engine = new UserDeletionEngine({ store, policy, clock: fixedClock() })
  const plan = await engine.planMany([...ids, ...ids], {})
  assert.deepEqual([plan.requested, plan.found, plan.duplicates], [2_400, 1_200, 1_200])
  assert.equal(plan.rows, 1_200)
  const half = await engine.planMany(ids, {})
  assert.deepEqual(half.steps, plan.steps)
})
