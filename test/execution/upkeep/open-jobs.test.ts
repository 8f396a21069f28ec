import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EraserPage } from '../../../src/index.ts'
import { forEachHost } from '../../worlds/hosts/each-host.ts'
import { openSqliteHost } from '../../worlds/hosts/life-cycle-host.ts'
import { assertGone, openRace, outcomeOf, SCOPE, TENANT, USER } from '../../worlds/race-world.ts'

const HOUR_MS = 3_600_000

forEachHost(({ store, it, open }) => {
  it(`of two clicks on "delete my account" one deletes and the other is told to wait, on ${store}`, async () => {
    const race = await openRace(open, 9)
    const engine = race.engine((work) => work(), {
      selfService: { isRecentlyAuthenticated: () => true, coolingOff: null },
    })
    const click = (): Promise<string> =>
      outcomeOf(
        engine.deleteOwnAccount({ id: 'ses_1', userId: USER, tenantId: TENANT }, { confirm: true }),
      )
    // Which of them it is, nobody promises.
    const outcomes = await Promise.all([click(), click()])
    assert.deepEqual(outcomes.toSorted(), ['done', 'in_progress'])
    await assertGone(race)
    await race.host.close()
  })

  it(`resume() of the same engine leaves an account alone that deletes itself, on ${store}`, async () => {
    const race = await openRace(open, 9)
    const engine = race.engine((work) => work(), {
      selfService: { isRecentlyAuthenticated: () => true, coolingOff: null },
    })
    const own = outcomeOf(
      engine.deleteOwnAccount({ id: 'ses_1', userId: USER, tenantId: TENANT }, { confirm: true }),
    )
    let held = 0
    while ((await race.receipts()) === 0) {
      const result = await engine.resume()
      assert.deepEqual([result.finished, result.failed], [[], []])
      held += result.held
      await new Promise(setImmediate)
    }
    assert.notEqual(held, 0)
    assert.equal(await own, 'done')
    await assertGone(race)
    await race.host.close()
  })

  it(`an eraser whose page was lost in a crash is asked again at once though another one waits, on ${store}`, async () => {
    const race = await openRace(open, 0)
    let isDead = false
    const asked: string[] = []
    const slow = (): EraserPage => ({ removed: 0, comeBackAfterMs: 24 * HOUR_MS })
    const erasers = (hanging: () => Promise<EraserPage>) => [
      { name: 'crm', page: slow },
      { name: 'mail', page: hanging },
    ]
    const dying = race.engine(
      async (work, method) => {
        if (isDead) throw new Error('the process has died')
        const answer = await work()
        // The waiting eraser is recorded, and the process dies while the other one has its page.
        if (method === 'write jobs') isDead = true
        return answer
      },
      { externalErasers: erasers(async () => ({ removed: 1, next: await neverRecorded() })) },
    )
    const neverRecorded = async (): Promise<string> => {
      while (!isDead) await new Promise(setImmediate)
      return 'page 2'
    }
    await assert.rejects(dying.erase(USER, SCOPE))
    race.clock.set('2026-03-01T13:00:00.000Z')
    const reasons: unknown[] = []
    for await (const { why } of race.still.jobs()) reasons.push(why)
    assert.deepEqual(reasons, [{ kind: 'interrupted' }])
    const other = race.engine((work) => work(), {
      externalErasers: erasers(async () => {
        asked.push('mail')
        return { removed: 1 }
      }),
    })
    const { waiting } = await other.resume()
    assert.deepEqual(asked, ['mail'])
    assert.deepEqual(
      waiting.map(({ erasers: open, until }) => [open, until]),
      [[['crm'], '2026-03-02T12:00:00.000Z']],
    )
    await race.host.close()
  })

  it(`a job ends when the host has deleted its user between two chunks, on ${store}`, async () => {
    const race = await openRace(open, 9)
    let chunks = 0
    const dying = race.engine(async (work, method) => {
      if (method === 'chunk') chunks += 1
      if (chunks > 2) throw new Error('the process has died')
      return work()
    })
    await assert.rejects(dying.delete(USER, SCOPE))
    await race.host.takeAway(USER)
    race.clock.set('2026-03-01T13:00:00.000Z')
    const { finished, failed } = await race.still.resume()
    assert.deepEqual(finished, [])
    assert.deepEqual(
      failed.map(({ error }) => error.code),
      ['resource_not_found'],
    )
    assert.deepEqual((await race.still.resume()).failed, [])
    for await (const job of race.still.jobs()) assert.fail(`${job.id} is open for ever`)
    await race.host.close()
  })
})

test('a call that waits for a deletion does not begin a schedule that has taken its place meanwhile', async () => {
  const race = await openRace(openSqliteHost, 9)
  const { host, clock, still } = race
  let chunks = 0
  const dying = race.engine(async (work, method) => {
    if (method === 'chunk') chunks += 1
    if (chunks > 2) throw new Error('the process has died')
    return work()
  })
  await assert.rejects(dying.delete(USER, SCOPE))
  clock.set('2026-03-01T13:00:00.000Z')
  let isReplaced = false
  const late = race.engine(async (work, method) => {
    if (method === 'read jobs' && !isReplaced) {
      isReplaced = true
      await host.takeAway(USER)
      await still.resume()
      const status = { status: 'active', disabled_at: null }
      await host.insert('users', {
        id: USER,
        tenant_id: TENANT,
        email: 'ann@example.com',
        ...status,
      })
      await still.scheduleDeletion(USER, { ...SCOPE, after: 'P1D' })
      clock.set('2026-03-01T14:00:00.000Z')
    }
    return work()
  })
  assert.equal(await outcomeOf(late.delete(USER, SCOPE)), 'in_progress')
  assert.ok(isReplaced)
  assert.equal((await still.getStatus(USER, SCOPE)).state, 'scheduled')
  assert.equal(await race.receipts(), 0)
  await host.close()
})
