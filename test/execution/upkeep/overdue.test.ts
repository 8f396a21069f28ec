import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueDate } from '../../../src/execution/upkeep/overdue.ts'
import type { OverdueJob } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { openHelloJohn } from '../../worlds/hosts/hellojohn.ts'

const months: readonly (readonly [string, string])[] = [
  ['2026-01-15T08:00:00.000Z', '2026-02-15T08:00:00.000Z'],
  ['2026-01-31T23:59:59.999Z', '2026-02-28T23:59:59.999Z'],
  ['2028-01-30T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['2026-02-28T12:00:00.000Z', '2026-03-28T12:00:00.000Z'],
  ['2026-12-31T00:00:00.000Z', '2027-01-31T00:00:00.000Z'],
]

for (const [from, to] of months) {
  test(`a request of ${from} is to be answered by ${to}`, () => {
    assert.equal(dueDate(new Date(from)).toISOString(), to)
  })
}

test('lists open requests older than a month, with how late they are and why they are open', async () => {
  const clock = fixedClock('2026-01-31T12:00:00.000Z')
  const { engine } = await openHelloJohn({ clock })
  await engine.scheduleDeletion('usr_ann', { tenantId: 'tnt_1', after: 'P60D' })
  await engine.scheduleDeletion('usr_ann2', { tenantId: 'tnt_2', after: 'P1D' })
  await engine.delete('usr_bob', { tenantId: 'tnt_1' })
  const list = async (options: { tenantId?: string } = {}): Promise<OverdueJob[]> => {
    const jobs: OverdueJob[] = []
    for await (const job of engine.overdue(options)) jobs.push(job)
    return jobs
  }
  clock.set('2026-02-28T12:00:00.000Z')
  assert.deepEqual(await list(), [])
  clock.set('2026-02-28T12:00:00.001Z')
  assert.deepEqual(
    (await list()).map(({ daysLate }) => daysLate),
    [0, 0],
  )
  clock.set('2026-03-02T13:00:00.000Z')
  const jobs = await list()
  assert.deepEqual(
    jobs.map(({ userId, answerDueAt, daysLate, why }) => [userId, answerDueAt, daysLate, why.kind]),
    [
      ['usr_ann', '2026-02-28T12:00:00.000Z', 2, 'not_due'],
      ['usr_ann2', '2026-02-28T12:00:00.000Z', 2, 'due'],
    ],
  )
  assert.equal((await list({ tenantId: 'tnt_2' })).length, 1)
  await engine.cancelDeletion('usr_ann', { tenantId: 'tnt_1' })
  await engine.delete('usr_ann2', { tenantId: 'tnt_2' })
  assert.deepEqual(await list(), [])
})
