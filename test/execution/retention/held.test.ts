/**
 * Retained rows under a hold cost a call nothing, until something happens that may let the hold go.
 */
import assert from 'node:assert/strict'
import {
  type Clock,
  definePolicy,
  type Store,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import { withAnswers, withCommits } from '../../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'

/** A child that is held keeps its parents as well, until it has gone. */
const CHILDREN = `
  CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT);
  CREATE TABLE lines (id TEXT PRIMARY KEY, order_id TEXT);
  INSERT INTO users VALUES ('ann');
  INSERT INTO orders VALUES ('ann_1', 'ann');
  INSERT INTO lines VALUES ('ann_1_x', 'ann_1');`

const DATA = `
  CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT);
  INSERT INTO users VALUES ('ann'), ('bob');
  INSERT INTO orders VALUES ('ann_1', 'ann'), ('bob_1', 'bob');`

function shop(version: number) {
  return definePolicy({
    name: 'shop',
    version,
    user: { table: 'users', id: 'id' },
    tables: {
      orders: { match: 'buyer', action: 'retain', reason: 'warranty', for: 'P1D', then: 'delete' },
    },
  })
}

forEachTables(({ name, describe, it, open }) => {
  /** Ann and Bob are gone, Ann's orders are held, and both are due. */
  async function heldOrders(until?: Date) {
    const host = await open(DATA)
    const clock = fixedClock('2026-03-01T12:00:00.000Z')
    let looks = 0
    const counting: Store = withAnswers(host.store, (question, own) => {
      if (question.kind !== 'records') return own
      // The head of the ledger and the marks are looked at by every call.
      if (['holds', 'ledger', 'retentions'].includes(question.table)) looks += 1
      return own
    })
    const engineOf = (version: number, store: Store = host.store, time: Clock = clock) =>
      new UserDeletionEngine({ store, policy: shop(version), clock: time, logger: { warn() {} } })
    const engine = engineOf(1)
    await engine.migrate()
    await engine.delete('ann')
    await engine.delete('bob')
    const { id: holdId } = await engine.placeHold('ann', {
      reason: 'court_order',
      ...(until === undefined ? {} : { until }),
    })
    clock.set('2026-03-03T12:00:00.000Z')
    const { steps } = await engine.expireRetained()
    assert.deepEqual(
      steps.map(({ rows, leftOut }) => [rows, leftOut]),
      [[1, 1]],
    )
    const orders = async (): Promise<readonly unknown[]> =>
      (await host.rows('orders', {})).map(({ id }) => id)
    assert.deepEqual(await orders(), ['ann_1'])
    return {
      ...{ clock, engine, engineOf, holdId, orders },
      /** What one call does, and how often it has looked at holds, at entries and at what waits. */
      async expire(version = 1) {
        looks = 0
        const result = await engineOf(version, counting).expireRetained()
        const [step] = result.steps
        return { rows: step?.rows, leftOut: step?.leftOut, looks }
      },
    }
  }

  describe(`retained rows under a hold, on ${name}`, () => {
    it('are told, and not looked at again while nothing has changed', async () => {
      const { expire, orders } = await heldOrders()
      const first = await expire()
      const again = await expire()
      assert.deepEqual([first.rows, first.leftOut], [0, 1])
      assert.deepEqual(again, { rows: 0, leftOut: 1, looks: 1 })
      assert.deepEqual(await orders(), ['ann_1'])
    })

    it('go with the first call behind the release of the hold', async () => {
      const { expire, engine, holdId, orders } = await heldOrders()
      await expire()
      await engine.releaseHold('ann', { holdId })
      const { rows, leftOut } = await expire()
      assert.deepEqual([rows, leftOut], [1, 0])
      assert.deepEqual(await orders(), [])
    })

    it('are looked at once, and no more, where a hold was removed that has not kept them', async () => {
      const { expire, engine } = await heldOrders()
      const { id: other } = await engine.placeHold('ann', { reason: 'dispute' })
      await engine.releaseHold('ann', { holdId: other })
      assert.ok((await expire()).looks > 1)
      assert.deepEqual(await expire(), { rows: 0, leftOut: 1, looks: 1 })
    })

    it('stay while another hold keeps them', async () => {
      const { expire, engine, holdId, orders } = await heldOrders()
      const { id: other } = await engine.placeHold('ann', { reason: 'dispute' })
      await engine.releaseHold('ann', { holdId })
      assert.deepEqual([(await expire()).leftOut, await orders()], [1, ['ann_1']])
      await engine.releaseHold('ann', { holdId: other })
      assert.deepEqual([(await expire()).rows, await orders()], [1, []])
    })

    it('go once the hold has ended by itself', async () => {
      const { expire, clock, orders } = await heldOrders(new Date('2026-03-10T00:00:00.000Z'))
      clock.set('2026-03-09T23:59:59.999Z')
      assert.equal((await expire()).leftOut, 1)
      clock.set('2026-03-10T00:00:00.001Z')
      assert.equal((await expire()).rows, 1)
      assert.deepEqual(await orders(), [])
    })

    it('go with the next call where the hold ends while one lasts', async () => {
      const end = Date.parse('2026-03-03T12:00:10.000Z')
      for (let early = 0; early < 12; early += 1) {
        const { engineOf, clock, orders } = await heldOrders(new Date(end))
        // The clock goes on by a second with each look, so that the hold ends at another point of the call each time.
        let now = end - early * 1_000
        clock.set(new Date(now).toISOString())
        const ticking = {
          now: () => {
            now += 1_000
            return new Date(now)
          },
        }
        await engineOf(1, undefined, ticking).expireRetained()
        clock.set('2026-03-04T00:00:00.000Z')
        await engineOf(1).expireRetained()
        assert.deepEqual(await orders(), [], `${early}`)
      }
    })

    it('are looked at anew under another policy', async () => {
      const { expire, orders } = await heldOrders()
      await expire()
      const { rows, leftOut, looks } = await expire(2)
      assert.deepEqual([rows, leftOut], [0, 1])
      assert.ok(looks > 1)
      assert.deepEqual(await orders(), ['ann_1'])
    })

    it('that wait for others which were held go once these have gone, also where that fails at first', async () => {
      const { store, rows } = await open(CHILDREN)
      const clock = fixedClock('2026-03-01T12:00:00.000Z')
      const kept = { action: 'retain', reason: 'warranty', for: 'P1D', then: 'delete' } as const
      const policy = definePolicy({
        name: 'lines',
        version: 1,
        user: { table: 'users', id: 'id' },
        tables: {
          orders: { match: 'buyer', ...kept },
          lines: {
            match: { column: 'order_id', through: { table: 'orders', key: 'id' } },
            ...kept,
          },
        },
      })
      let isRefusing = false
      const refusing = withCommits(store, async (unit, commit) => {
        if (unit !== 'sweep' || !isRefusing) return commit()
        isRefusing = false
        throw new UserDeletionError('store_failed', 'refused once')
      })
      const logger = { warn() {} }
      const engine = new UserDeletionEngine({ store: refusing, policy, clock, logger })
      await engine.migrate()
      await engine.delete('ann')
      const hold = { reason: 'court_order', tables: ['lines'] }
      const { id: holdId } = await engine.placeHold('ann', hold)
      clock.set('2026-03-03T12:00:00.000Z')
      await engine.expireRetained()
      await engine.expireRetained()
      await engine.releaseHold('ann', { holdId })
      isRefusing = true
      await engine.expireRetained()
      await engine.expireRetained()
      await engine.expireRetained()
      assert.deepEqual([await rows('lines', {}), await rows('orders', {})], [[], []])
    })
  })
})
