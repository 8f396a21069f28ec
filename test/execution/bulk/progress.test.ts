import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { BulkProgress } from '../../../src/index.ts'
import { openAcme } from '../../worlds/acme.ts'

const SCOPE = { tenantId: 'tnt_a', mode: 'throughput' } as const
const IDS = Array.from({ length: 12 }, (_, index) => `usr_a${index + 1}`)

/** Twelve users on a clock that moves only while a paced run waits: four users, then a second. */
async function openPaced(t: TestContext) {
  let ms = 5_000
  t.mock.method(performance, 'now', () => ms)
  const clock = {
    now: () => new Date(ms),
    sleep: async (wait: number) => {
      ms += wait
    },
  }
  const { engine } = await openAcme({ users: 12, clock })
  const told: BulkProgress[] = []
  const onProgress = (progress: BulkProgress): unknown => told.push(progress)
  return { engine, told, paced: { ...SCOPE, pace: 4, onProgress } }
}

async function* generated(ids: readonly string[]): AsyncGenerator<string> {
  yield* ids
}

const remaining = (told: readonly BulkProgress[]) => told.map(({ remainingMs }) => remainingMs)
const totals = (told: readonly BulkProgress[]) => [...new Set(told.map(({ total }) => total))]

describe('the progress of a bulk run', () => {
  it('tells after each slice how many ids a second there are and how long the others will take', async (t) => {
    const { engine, told, paced } = await openPaced(t)
    await engine.deleteMany(IDS, paced)
    const common = { total: 12, failed: 0 }
    assert.deepEqual(told, [
      { ...common, done: 4, deleted: 4, rate: 0, remainingMs: null },
      { ...common, done: 8, deleted: 8, rate: 8, remainingMs: 500 },
      { ...common, done: 12, deleted: 12, rate: 6, remainingMs: 0 },
    ])
  })

  it('counts users who fail in the rate: they take time too', async (t) => {
    const { engine, told, paced } = await openPaced(t)
    await engine.deleteMany(
      ['', ...IDS.slice(0, 3), '', ...IDS.slice(3, 6), ...IDS.slice(6)],
      paced,
    )
    const { done, deleted, failed, rate, remainingMs } = told[1] as BulkProgress
    assert.deepEqual([done, deleted, failed, rate, remainingMs], [8, 6, 2, 8, 750])
  })

  it('takes the total from the size of a set or a map, and from `total` for what has neither', async (t) => {
    const lists = [
      { ids: new Set(IDS) },
      { ids: new Map(IDS.map((id) => [id, id])).keys(), total: 12 },
      { ids: generated(IDS), total: 12 },
    ]
    for (const { ids, ...total } of lists) {
      await t.test(async (each) => {
        const { engine, told, paced } = await openPaced(each)
        await engine.deleteMany(ids, { ...paced, ...total })
        assert.deepEqual(totals(told), [12])
        assert.deepEqual(remaining(told), [null, 500, 0])
      })
    }
  })

  it('knows no remaining time without a total', async (t) => {
    const { engine, told, paced } = await openPaced(t)
    await engine.deleteMany(generated(IDS), paced)
    assert.deepEqual(totals(told), [null])
    assert.deepEqual(remaining(told), [null, null, null])
    assert.deepEqual(
      told.map(({ rate }) => rate),
      [0, 8, 6],
    )
  })

  it('knows the total of a generator whose ids were expected, as they are counted first', async (t) => {
    const { engine, told, paced } = await openPaced(t)
    await engine.deleteMany(generated(IDS), { ...paced, expect: { max: 20 } })
    assert.deepEqual(totals(told), [12])
    assert.deepEqual(remaining(told), [null, 500, 0])
  })

  it('knows the total of a tenant', async (t) => {
    const { engine, told, paced } = await openPaced(t)
    const { tenantId, ...options } = paced
    await engine.deleteTenant(tenantId, { ...options, expect: { max: 20 } })
    assert.deepEqual(totals(told), [12])
  })

  it('no longer knows once there are more ids than the total', async (t) => {
    const { engine, told, paced } = await openPaced(t)
    await engine.deleteMany(IDS, { ...paced, total: 8 })
    assert.deepEqual(remaining(told), [null, 0, null])
  })

  it('refuses a total that is no whole number from 0 on, with nothing deleted', async () => {
    const { engine, db } = await openAcme()
    for (const total of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
      await assert.rejects(engine.deleteMany(IDS, { ...SCOPE, total }), {
        code: 'invalid_argument',
        details: { path: 'total' },
      })
    }
    assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 6)
  })

  it('has no `total` for a tenant, whose users are counted', async () => {
    const { engine } = await openAcme()
    const options = { expect: { max: 5 }, total: 5 }
    await assert.rejects(engine.deleteTenant('tnt_a', options as never), {
      code: 'invalid_argument',
      details: { path: 'total' },
    })
  })
})
