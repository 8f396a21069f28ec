/**
 * Rows by which others are found stay until these have gone, whatever keeps those from going.
 */
import assert from 'node:assert/strict'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import { HOLDS_REMOVED } from '../../../src/store/own-records.ts'
import type { Hold } from '../../../src/store/records.ts'
import { withAnswers, withCommits } from '../../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables, type TablesGroup } from '../../worlds/hosts/each-tables.ts'

const DUE = '2026-03-03T12:00:00.000Z'

function dataOf(people: readonly string[]): string {
  return `
  CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT);
  CREATE TABLE lines (id TEXT PRIMARY KEY, order_id TEXT);
  CREATE TABLE blockers (id TEXT PRIMARY KEY, line TEXT REFERENCES lines (id));
  ${people
    .map(
      (id) => `INSERT INTO users VALUES ('${id}');
  INSERT INTO orders VALUES ('${id}', '${id}');
  INSERT INTO lines VALUES ('${id}', '${id}');`,
    )
    .join('\n')}`
}

const KEPT = { action: 'retain', reason: 'law', for: 'P1D', then: 'delete' } as const
const ORDERS = { match: 'buyer', ...KEPT } as const
const LINES = {
  match: { column: 'order_id', through: { table: 'orders', key: 'id' } },
  ...KEPT,
} as const

function shop(lines: typeof LINES | 'unrelated'): Policy {
  const tables: PolicyInput['tables'] = { orders: ORDERS, lines, blockers: 'unrelated' }
  return definePolicy({ name: 'shop', version: 1, user: { table: 'users', id: 'id' }, tables })
}

async function shopOn(open: TablesGroup['open'], people: readonly string[]) {
  const host = await open(dataOf(people))
  const clock = fixedClock('2026-03-01T12:00:00.000Z')
  const engineWith = (store: Store = host.store, lines: typeof LINES | 'unrelated' = LINES) =>
    new UserDeletionEngine({ store, policy: shop(lines), clock, logger: { warn() {} } })
  const engine = engineWith()
  await engine.migrate()
  const left = async (): Promise<readonly unknown[]> => {
    const orders = (await host.rows('orders', {})).map(({ id }) => id)
    const lines = (await host.rows('lines', {})).map(({ id }) => id)
    return [lines, orders]
  }
  return { host, clock, engine, engineWith, left, store: host.store }
}

forEachTables(({ name, describe, it, open, foreignKeys }) => {
  describe(`rows by which others are found, at the end of their retention, on ${name}`, () => {
    it('stay with those that a hold keeps, of users who were deleted together', async () => {
      const people = Array.from({ length: 25 }, (_, place) => `usr_${place + 10}`)
      const kept = people.filter((_, place) => place % 3 === 0)
      const { clock, engine, left } = await shopOn(open, people)
      await engine.deleteMany(people)
      const holds = new Map<string, string>()
      for (const id of kept) {
        const hold = { reason: 'court_order', tables: ['lines'] }
        holds.set(id, (await engine.placeHold(id, hold)).id)
      }
      clock.set(DUE)
      const { steps } = await engine.expireRetained()
      const gone = people.length - kept.length
      assert.deepEqual(
        steps.map(({ rows, leftOut }) => [rows, leftOut]),
        [
          [gone, kept.length],
          [gone, kept.length],
        ],
      )
      assert.deepEqual(await left(), [kept, kept])
      for (const [id, holdId] of holds) await engine.releaseHold(id, { holdId })
      await engine.expireRetained()
      assert.deepEqual(await left(), [[], []])
    })

    if (foreignKeys) {
      it('stay where the database refuses these, and only those of that user', async () => {
        const { host, clock, engine, left } = await shopOn(open, ['ann', 'bob'])
        await engine.deleteMany(['ann', 'bob'])
        await host.insert('blockers', { id: 'b', line: 'ann' })
        clock.set(DUE)
        const { steps } = await engine.expireRetained()
        assert.deepEqual(
          steps.map(({ rows, failed, leftOut }) => [rows, failed, leftOut]),
          [
            [1, 1, 0],
            [1, 0, 0],
          ],
        )
        assert.deepEqual(await left(), [['ann'], ['ann']])
        await host.remove('blockers', { id: 'b' })
        await engine.expireRetained()
        assert.deepEqual(await left(), [[], []])
      })
    }

    it('stay while nobody could find out of which deletions these are', async () => {
      const { clock, engineWith, left, store } = await shopOn(open, ['ann'])
      await engineWith(store, 'unrelated').delete('ann')
      clock.set(DUE)
      const refusing = withCommits(store, (_, commit, asked) => {
        if (!JSON.stringify(asked).includes('lines#0')) return commit()
        throw new UserDeletionError('store_failed', 'refused')
      })
      const { steps } = await engineWith(refusing).expireRetained({ confirmClock: true })
      assert.ok(steps.some(({ error }) => error?.code === 'store_failed'))
      assert.deepEqual(await left(), [['ann'], ['ann']])
      await engineWith().expireRetained()
      assert.deepEqual(await left(), [[], []])
    })

    it('go once these have gone, although nobody could look at these behind the release of the hold', async () => {
      const { clock, engine, engineWith, left, store } = await shopOn(open, ['ann'])
      await engine.delete('ann')
      const hold = { reason: 'court_order', tables: ['lines'] }
      const { id: holdId } = await engine.placeHold('ann', hold)
      clock.set(DUE)
      await engine.expireRetained()
      await engine.releaseHold('ann', { holdId })
      const refusing = withCommits(store, (_, commit, asked) => {
        if (!JSON.stringify(asked).includes('lines#0')) return commit()
        throw new UserDeletionError('store_failed', 'refused')
      })
      const { steps } = await engineWith(refusing).expireRetained()
      assert.deepEqual(
        steps.map(({ error, leftOut }) => [error?.code, leftOut]),
        [
          ['store_failed', 0],
          [undefined, 1],
        ],
      )
      assert.deepEqual(await left(), [['ann'], ['ann']])
      await engine.expireRetained()
      assert.deepEqual(await left(), [[], []])
    })

    it('go although another process, which does not know of it yet, has found the released hold', async () => {
      const people = ['ann', 'bob', 'cleo']
      const { clock, engine, engineWith, left, store } = await shopOn(open, people)
      for (const id of people) await engine.delete(id)
      const court = { reason: 'court_order' }
      const { id: holdId } = await engine.placeHold('ann', court)
      await engine.placeHold('bob', court)
      let before: readonly Hold[] = []
      await engineWith(
        withAnswers(store, (question, own) => {
          if (question.kind === 'records' && question.table === 'holds')
            before = own as readonly Hold[]
          return own
        }),
      ).holds('ann', {})
      await engine.releaseHold('ann', { holdId })
      clock.set(DUE)
      const late = withAnswers(store, (question, own) => {
        if (question.kind !== 'records') return own
        if (question.table === 'holds') return [...(own as readonly Hold[]), ...before]
        if (question.table !== 'marks') return own
        return JSON.stringify(question.where).includes(HOLDS_REMOVED) ? [] : own
      })
      let isLate = true
      let told: readonly unknown[] = []
      const first = withCommits(store, async (unit, commit) => {
        if (unit === 'sweep' && isLate) {
          isLate = false
          // The limit stops it before it notes by what it has judged.
          const { steps, more } = await engineWith(late).expireRetained({ limit: 1 })
          told = [steps[0]?.leftOut, more]
        }
        return commit()
      })
      await engineWith(first).expireRetained()
      assert.deepEqual(told, [2, true])
      await engine.expireRetained()
      assert.deepEqual(await left(), [['bob'], ['bob']])
    })
  })
})
