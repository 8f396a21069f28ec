/**
 * Clauses of the store contract: what happens at the end of a retention.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { applySweep } from '../../../execution/units/sweep-unit.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { Program, UserId } from '../../../program/program.ts'
import { ledgerHead } from '../../../records/ledger-records.ts'
import { readMark, writeMark } from '../../../records/mark-records.ts'
import { listHolds, removeHold, saveHold } from '../../../records/user-records.ts'
import { answerOf } from '../../../store/inquiry.ts'
import { replaced, retainedStep } from '../../../store/open-retentions.ts'
import type { Hold, LedgerEntry, OpenRetention } from '../../../store/records.ts'
import type { Sweep, Swept } from '../../../store/sweep.ts'
import { ANN, BOB, TENANT_A, TENANT_B, TWIN } from '../data.ts'
import { contractPolicy } from '../fixture.ts'
import { endingOf } from '../programs.ts'
import { type Clause, changedTables, IN_A, type World } from '../world.ts'

const IN_B = { tenantId: TENANT_B }
/** Thirty days after the world's clock, to the millisecond. */
const DUE = '2026-03-31T12:00:00.000Z'

const HOLD = {
  userTable: 'users',
  reason: 'court_order',
  tables: null,
  placedAt: '2026-03-01T12:00:00.000Z',
  until: null,
} as const

export function expiryClauses(clause: Clause): void {
  clause('rows go at the end of their retention, and not before', async (world) => {
    await world.engine.delete(ANN, IN_A)
    await world.engine.delete(TWIN, IN_B)
    world.clock.set('2026-03-31T11:59:59.999Z')
    const kept = await world.snapshot()
    await world.engine.expireRetained()
    assert.deepEqual(await world.snapshot(), kept)
    world.clock.set(DUE)
    const { steps, more } = await world.engine.expireRetained()
    const [step] = steps
    assert.deepEqual([step?.rows, step?.users, step?.error, more], [2, 2, null, false])
    assert.deepEqual(changedTables(kept, await world.snapshot()), ['webhook_events'])
    const left = (await world.rows('webhook_events')).map(({ id }) => id)
    assert.deepEqual(left, [`hook_${BOB}`])
    assert.equal((await world.engine.ledger.verify()).valid, true)
  })

  clause('a second call does nothing, and writes nothing into the ledger', async (world) => {
    await world.engine.delete(ANN, IN_A)
    world.clock.set(DUE)
    await world.engine.expireRetained()
    const before = [await world.snapshot(), await ledgerHead(world.store)]
    assert.equal((await world.engine.expireRetained()).steps[0]?.rows, 0)
    assert.deepEqual([await world.snapshot(), await ledgerHead(world.store)], before)
  })

  clause('a row of two retentions ends with the later one, as both of them say', async (world) => {
    const visits = [
      { for: 'P30D', thenSet: { page: null } },
      { for: 'P60D', thenSet: { visitor: { pseudonym: { user: 'id' } } } },
    ] as const
    const kept = { match: 'visitor', action: 'retain', reason: 'visits are counted' } as const
    const policy = definePolicy({
      ...contractPolicy,
      tables: {
        ...contractPolicy.tables,
        visits: visits.map((end) => ({ ...kept, ...end, then: 'anonymize' as const })),
      },
    })
    const engine = world.engineWith({}, policy)
    await engine.delete(ANN, IN_A)
    const before = await world.snapshot()
    const own = (await world.rows('visits')).filter(({ visitor }) => visitor === ANN)
    assert.ok(own.length > 0 && own.every(({ page }) => page !== null))
    world.clock.set(DUE)
    await engine.expireRetained({ confirmClock: true })
    assert.equal((await world.snapshot())['visits'], before['visits'])
    world.clock.set('2026-04-30T12:00:00.000Z')
    await engine.expireRetained({ confirmClock: true })
    for (const { id } of own) {
      const { visitor, page } = (await world.row('visits', id)) ?? {}
      assert.ok(visitor !== ANN && visitor != null)
      assert.equal(page, null)
    }
    const others = (await world.rows('visits')).filter(({ visitor }) => visitor === BOB)
    assert.ok(others.length > 0 && others.every(({ page }) => page !== null))
  })

  clause('what comes then may be an anonymization, computed for each user', async (world) => {
    const policy = definePolicy({
      ...contractPolicy,
      tables: {
        ...contractPolicy.tables,
        visits: {
          match: 'visitor',
          action: 'retain',
          reason: 'visits are counted',
          for: 'P30D',
          then: 'anonymize',
          thenSet: { visitor: { pseudonym: { user: 'id' } } },
        },
      },
    })
    const engine = world.engineWith({}, policy)
    await engine.deleteMany([ANN, BOB], IN_A)
    world.clock.set(DUE)
    const { steps } = await engine.expireRetained()
    const step = steps.find(({ table }) => table === 'visits')
    assert.deepEqual([step?.action, step?.rows, step?.users], ['anonymize', 4, 2])
    const visitors = (await world.rows('visits')).map(({ visitor }) => visitor)
    assert.equal(visitors.filter((visitor) => visitor === TWIN).length, 2)
    assert.equal(new Set(visitors).size, 3)
    assert.ok(!visitors.includes(ANN) && !visitors.includes(BOB))
  })

  clause('rows, ledger entry, records and mark commit together', async (world) => {
    const { program, sweep } = await sweepOfAnn(world)
    const { name } = sweep.mark
    const before = await stateOf(world, name)
    const failing = (): never => {
      throw new Error('seal failed')
    }
    await assert.rejects(applySweep(world.store, program, { ...sweep, seal: failing }))
    assert.deepEqual(await stateOf(world, name), before)
    const swept = await applySweep(world.store, program, sweep)
    assert.deepEqual(
      swept?.map(({ counts }) => counts),
      [[[1]]],
    )
    assert.equal(await readMark(world.store, name), sweep.mark.to)
    assert.deepEqual(await retentionsOf(world), [HELD])
    assert.notDeepEqual(await ledgerHead(world.store), before[1])
  })

  clause('nothing is done when the mark has moved', async (world) => {
    const { program, sweep } = await sweepOfAnn(world)
    await writeMark(world.store, sweep.mark.name, 'elsewhere')
    const before = await stateOf(world, sweep.mark.name)
    assert.equal(await applySweep(world.store, program, sweep), null)
    assert.deepEqual(await stateOf(world, sweep.mark.name), before)
  })

  clause('a user who is there, or was deleted again later, is left out', async (world) => {
    const { program, sweep } = await sweepOfAnn(world)
    const users = [{ id: BOB, subject: BOB }]
    const live = { tenantId: TENANT_A, users, seqs: [sweep.groups[0]?.seqs[0] ?? 0], derived: [[]] }
    const before = await world.snapshot()
    const counts = async (change: Partial<Sweep>): Promise<readonly Swept[] | null> =>
      applySweep(world.store, program, { ...sweep, ...change, seal: () => null })
    assert.deepEqual(await counts({ groups: [live] }), [{ counts: [null] }])
    await writeMark(world.store, sweep.mark.name, sweep.mark.from ?? '')
    const from = { ...sweep.mark, from: sweep.mark.from ?? '' }
    const earlier = sweep.groups.map((group) => ({ ...group, seqs: [0] }))
    assert.deepEqual(await counts({ groups: earlier, mark: from }), [{ counts: [null] }])
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('nothing is done while a user of the sweep has a hold that keeps rows', async (world) => {
    const { program, sweep } = await sweepOfAnn(world)
    const hold = { ...HOLD, ...IN_A, id: 'hold_1', userId: ANN }
    await saveHold(world.store, hold)
    await saveHold(world.store, { ...hold, ...IN_B, id: 'hold_2' })
    await saveHold(world.store, { ...hold, id: 'hold_3', userId: BOB })
    const before = await stateOf(world, sweep.mark.name)
    const asked: Hold[] = []
    const isHeldBy = (given: Hold): boolean => {
      asked.push(given)
      return true
    }
    assert.equal(await applySweep(world.store, program, { ...sweep, isHeldBy }), null)
    assert.deepEqual(asked, [hold])
    assert.deepEqual(await stateOf(world, sweep.mark.name), before)
    const swept = await applySweep(world.store, program, { ...sweep, isHeldBy: () => false })
    assert.deepEqual(swept, [{ counts: [[1]] }])
  })

  clause('a hold on somebody who is gone is found, and removed', async (world) => {
    const hold = { ...HOLD, ...IN_A, id: 'hold_1', userId: ANN }
    const other = { ...HOLD, ...IN_B, id: 'hold_2', userId: TWIN, tables: ['visits'] }
    await saveHold(world.store, hold)
    await saveHold(world.store, other)
    const user = { ...IN_A, userId: ANN }
    assert.deepEqual(await listHolds(world.store, { limit: 10, user }), [hold])
    await removeHold(world.store, hold.id)
    await removeHold(world.store, hold.id)
    assert.deepEqual(await listHolds(world.store, { limit: 10 }), [other])
  })

  clause(
    'rows of a held user outlast their retention, and go once the hold is released',
    async (world) => {
      await world.engine.deleteMany([ANN, BOB], IN_A)
      const { id: holdId } = await world.engine.placeHold(ANN, { ...IN_A, reason: 'court_order' })
      world.clock.set(DUE)
      const { steps } = await world.engine.expireRetained()
      assert.deepEqual([steps[0]?.rows, steps[0]?.leftOut, steps[0]?.failed], [1, 1, 0])
      const left = async (): Promise<readonly unknown[]> =>
        (await world.rows('webhook_events')).map(({ id }) => id).toSorted()
      assert.deepEqual(await left(), [`hook_${ANN}`, `hook_${TWIN}`])
      assert.equal((await world.engine.expireRetained()).steps[0]?.leftOut, 1)
      await world.engine.releaseHold(ANN, { ...IN_A, holdId })
      assert.equal((await world.engine.expireRetained()).steps[0]?.rows, 1)
      assert.deepEqual(await left(), [`hook_${TWIN}`])
      await assert.rejects(world.engine.placeHold(ANN, { ...IN_A, reason: 'court_order' }), {
        code: 'resource_not_found',
      })
      assert.deepEqual(await world.engine.holds(ANN, IN_A), [])
    },
  )

  clause('the ids that rows hold come in pages, each once', async (world) => {
    const { program } = await sweepOfAnn(world)
    const step = program.steps.length - 1
    const held: UserId[] = []
    for (let after: UserId | null = null; ; after = held.at(-1) ?? null) {
      const question = { kind: 'references', program, step, after, limit: 2 } as const
      const page: readonly UserId[] = await answerOf(world.store, question)
      held.push(...page)
      if (page.length < 2) break
    }
    assert.deepEqual(held.toSorted(), [ANN, BOB, TWIN].sort())
  })

  clause('receipts that hide the id lead to the rows as well', async (world) => {
    const keys = { pseudonym: 'a pseudonym key for tests', subject: 'a subject key for tests' }
    const engine = world.engineWith({ keys })
    const { userId } = await engine.delete(ANN, IN_A)
    assert.equal(userId, null)
    world.clock.set(DUE)
    const { steps } = await engine.expireRetained()
    assert.deepEqual([steps[0]?.rows, steps[0]?.users], [1, 1])
    const left = (await world.rows('webhook_events')).map(({ id }) => id)
    assert.deepEqual(left.toSorted(), [`hook_${BOB}`, `hook_${TWIN}`])
  })
}

/** What is due of Ann, deleted meanwhile, and not swept. */
async function sweepOfAnn(world: World): Promise<{ program: Program; sweep: Sweep }> {
  await world.engine.delete(ANN, IN_A)
  world.clock.set(DUE)
  const program = await endingOf(world, 'webhook_events')
  const seq = (await ledgerHead(world.store))?.seq ?? assert.fail('nobody was deleted')
  const step = retainedStep('users', 'webhook_events#0')
  const sweep: Sweep = {
    groups: [{ ...IN_A, users: [{ id: ANN, subject: ANN }], seqs: [seq], derived: [[]] }],
    mark: { name: 'swept', from: null, to: DUE },
    records: replaced(step, [{ seq }], [HELD]),
    isHeldBy: () => false,
    seal: (_, head) => {
      const seq = (head?.seq ?? 0) + 1
      const entry: LedgerEntry = {
        ...{ seq, kind: 'retention.expired', at: DUE, userTable: 'users', ...IN_A, subject: null },
        ...{ idempotencyKey: null, body: '{}', hash: 'h' },
      }
      return { entries: [entry], events: [], head: { seq, hash: 'h', signature: null } }
    },
  }
  return { program, sweep }
}

/** Comes in the place of the record of Ann. Ids of every kind stay as they are. */
const HELD: OpenRetention = {
  ...{ step: retainedStep('users', 'webhook_events#0'), seq: 1, state: 'held', at: DUE },
  ...{ ...IN_A, hidden: 0, subjects: ['7', 7, 9_007_199_254_740_993n, 'ä'] },
}

function retentionsOf({ store }: World): Promise<readonly OpenRetention[]> {
  return answerOf(store, { kind: 'records', table: 'retentions' })
}

async function stateOf(world: World, mark: string): Promise<readonly unknown[]> {
  const { snapshot, store } = world
  const records = await retentionsOf(world)
  return [await snapshot(), await ledgerHead(store), await readMark(store, mark), records]
}
