/**
 * Which deletions have a record of their retention, where it comes from, and what it is worth without the ledger.
 */
import assert from 'node:assert/strict'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { coversDeletion, retentionFactOf } from '../../../src/receipt/retention-fact.ts'
import { readLedger } from '../../../src/records/ledger-records.ts'
import { listMarks } from '../../../src/records/mark-records.ts'
import { writeRecords } from '../../../src/records/record-flows.ts'
import { answerOf } from '../../../src/store/inquiry.ts'
import { retainedSince, retainedStep } from '../../../src/store/open-retentions.ts'
import { withCommits } from '../../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables, type TablesGroup } from '../../worlds/hosts/each-tables.ts'

const PEOPLE = ['ann', 'bob', 'cleo', 'dora'] as const
const START = '2026-03-01T12:00:00.000Z'
const DUE = '2026-03-03T12:00:00.000Z'

function dataOf(people: readonly string[]): string {
  return `
  CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT);
  CREATE TABLE blockers (id TEXT PRIMARY KEY, order_id TEXT REFERENCES orders (id));
  ${people.map((id) => `INSERT INTO users VALUES ('${id}'); INSERT INTO orders VALUES ('${id}_1', '${id}');`).join('\n')}`
}

const KEPT = {
  match: 'buyer',
  action: 'retain',
  reason: 'law',
  for: 'P1D',
  then: 'delete',
} as const
const RULE: PolicyInput['tables'] = { orders: KEPT, blockers: 'unrelated' }
const NO_RULE: PolicyInput['tables'] = { orders: 'unrelated', blockers: 'unrelated' }

function shop(tables: PolicyInput['tables'] = RULE): Policy {
  return definePolicy({ name: 'shop', version: 1, user: { table: 'users', id: 'id' }, tables })
}

async function shopOn(open: TablesGroup['open'], people: readonly string[] = PEOPLE) {
  const host = await open(dataOf(people))
  const clock = fixedClock(START)
  const engineWith = (
    tables: PolicyInput['tables'] = RULE,
    store: Store = host.store,
    keys: { readonly subject?: string } = {},
  ) => new UserDeletionEngine({ store, policy: shop(tables), clock, keys, logger: { warn() {} } })
  const engine = engineWith()
  await engine.migrate()
  const orders = async (): Promise<readonly unknown[]> =>
    (await host.rows('orders', {})).map(({ buyer }) => buyer).toSorted()
  const facts = async () =>
    (await readLedger(host.store, { afterSeq: 0, limit: 1_000 }))
      .filter(({ kind }) => kind === 'retention.expired')
      .map(retentionFactOf)
  return { host, clock, engine, engineWith, orders, facts, store: host.store }
}

const STEP = retainedStep('users', 'orders#0')

/** As an earlier version has left it: no records, and a mark with the last entry done and lists of what is open. */
async function asOfEarlier(
  store: Store,
  engine: { expireRetained(): Promise<unknown> },
  done: number,
  lists: { readonly failed: readonly number[]; readonly held: readonly number[] },
): Promise<void> {
  const where = [{ field: 'name', in: [retainedSince('users')] }] as const
  const nothing = { kind: 'remove', table: 'retentions', where: [] } as const
  await writeRecords(store, nothing, { kind: 'remove', table: 'marks', where })
  await engine.expireRetained()
  const [mark] = await listMarks(store, `retention:${STEP}`)
  const { fingerprint } = JSON.parse(mark?.value ?? assert.fail('there is no mark'))
  const value = [done, fingerprint, lists.failed.join(','), lists.held.join(','), 'd/'].join(' ')
  const record = { name: `retention:${STEP}`, value }
  await writeRecords(store, nothing, { kind: 'put', table: 'marks', record })
}

forEachTables(({ name, describe, it, open, foreignKeys }) => {
  describe(`records of retentions on ${name}`, () => {
    it('are there for users of whom nothing was found, as rows may come later', async () => {
      const { host, clock, engine, orders } = await shopOn(open)
      await host.remove('orders', { buyer: 'ann' })
      await engine.delete('ann')
      await host.insert('orders', { id: 'late', buyer: 'ann' })
      clock.set(DUE)
      assert.equal((await engine.expireRetained()).steps[0]?.rows, 1)
      assert.deepEqual(await orders(), ['bob', 'cleo', 'dora'])
    })

    it('are made of the ledger for deletions of before there was the rule', async () => {
      const { clock, engineWith, orders } = await shopOn(open)
      await engineWith(NO_RULE).deleteMany(['ann', 'bob'])
      clock.set(DUE)
      const { steps } = await engineWith().expireRetained()
      assert.deepEqual([steps[0]?.rows, steps[0]?.users], [2, 2])
      assert.deepEqual(await orders(), ['cleo', 'dora'])
    })

    it('are made of the ledger for deletions by a process that has not got the rule', async () => {
      const { clock, engine, engineWith, orders } = await shopOn(open)
      await engine.delete('ann')
      await engine.expireRetained()
      await engineWith(NO_RULE).delete('bob')
      await engine.delete('cleo')
      clock.set(DUE)
      assert.equal((await engine.expireRetained()).steps[0]?.rows, 3)
      assert.deepEqual(await orders(), ['dora'])
    })

    it('are made of the ledger for deletions that an import has brought', async () => {
      const first = await shopOn(open)
      await first.engine.deleteMany(['ann', 'bob'])
      const lines: string[] = []
      for await (const line of first.engine.ledger.export()) lines.push(line)
      const { host, clock, engine, orders } = await shopOn(open)
      for (const id of ['ann', 'bob']) await host.remove('users', { id })
      await engine.ledger.import(lines)
      await engine.delete('cleo')
      clock.set(DUE)
      assert.equal((await engine.expireRetained()).steps[0]?.rows, 3)
      assert.deepEqual(await orders(), ['dora'])
    })

    it('are made of the marks of an earlier version: nothing is forgotten, and nothing done twice', async () => {
      const { clock, engine, orders, store, facts } = await shopOn(open)
      for (const id of PEOPLE) await engine.delete(id)
      await engine.placeHold('bob', { reason: 'court_order' })
      // As if Ann were done, Bob held, Cleo refused, and Dora still to come.
      await asOfEarlier(store, engine, 3, { failed: [3], held: [2] })
      clock.set(DUE)
      const { steps } = await engine.expireRetained()
      assert.deepEqual([steps[0]?.rows, steps[0]?.leftOut], [2, 1])
      assert.deepEqual(await orders(), ['ann', 'bob'])
      const told = (await facts()).slice(-2)
      assert.deepEqual(
        [1, 2, 3, 4].map((seq) => told.some((fact) => coversDeletion(fact, seq))),
        [false, false, true, true],
      )
    })

    it('survive a process that dies before or behind any of its commits', async () => {
      for (const when of ['before', 'behind'] as const) {
        for (let at = 1, isHit = true; isHit; at += 1) {
          const { clock, engine, engineWith, orders, store, facts } = await shopOn(open)
          for (const id of PEOPLE) await engine.delete(id)
          await engine.placeHold('bob', { reason: 'court_order' })
          await asOfEarlier(store, engine, 1, { failed: [], held: [1] })
          clock.set(DUE)
          let commits = 0
          const dying = withCommits(store, async (_, commit) => {
            commits += 1
            if (commits > at || (commits === at && when === 'before')) throw new Error('it died')
            const result = await commit()
            if (commits === at) throw new Error('it died')
            return result
          })
          await engineWith(RULE, dying)
            .expireRetained()
            .catch(() => undefined)
          isHit = commits >= at
          await engine.expireRetained()
          const last = await engine.expireRetained()
          const where = `${when} commit ${at}`
          assert.deepEqual([last.steps[0]?.rows, last.steps[0]?.leftOut], [0, 1], where)
          assert.deepEqual(await orders(), ['bob'], where)
          const told = await facts()
          assert.equal(
            told.reduce((sum, { rows }) => sum + rows, 0),
            3,
            where,
          )
          assert.deepEqual(await statesOf(store), [['held', 2, 1]], where)
        }
      }
    })

    it('need no entry of the ledger any more, also where that hides the id', async () => {
      for (const subject of [undefined, 'a subject key for tests']) {
        const { clock, engineWith, orders, store } = await shopOn(open)
        const engine = engineWith(RULE, store, subject === undefined ? {} : { subject })
        await engine.deleteMany(['ann', 'bob'])
        const set = { body: '' }
        await writeRecords(store, { kind: 'patch', table: 'ledger', where: [], set })
        clock.set(DUE)
        assert.equal((await engine.expireRetained()).steps[0]?.rows, 2)
        assert.deepEqual(await orders(), ['cleo', 'dora'])
      }
    })

    it('are split where some of their deletions are held, and the ledger covers each deletion once', async () => {
      const people = Array.from({ length: 47 }, (_, place) => `usr_${place + 10}`)
      const kept = people.filter((_, place) => place % 3 === 0)
      const { clock, engine, orders, facts, store } = await shopOn(open, people)
      await engine.deleteMany(people)
      const holds = new Map<string, string>()
      for (const id of kept) {
        holds.set(id, (await engine.placeHold(id, { reason: 'court_order' })).id)
      }
      clock.set(DUE)
      const untilDone = async (): Promise<number> => {
        for (let calls = 1; ; calls += 1) {
          if (!(await engine.expireRetained({ limit: 7 })).more) return calls
        }
      }
      assert.equal(await untilDone(), 7)
      assert.deepEqual(await orders(), kept)
      assert.equal((await engine.expireRetained()).steps[0]?.leftOut, kept.length)
      const covered = async (): Promise<readonly number[]> => {
        const told = await facts()
        return people.map(
          (_, place) => told.filter((fact) => coversDeletion(fact, place + 1)).length,
        )
      }
      assert.deepEqual(
        await covered(),
        people.map((id) => (kept.includes(id) ? 0 : 1)),
      )
      for (const [id, holdId] of holds) await engine.releaseHold(id, { holdId })
      await untilDone()
      assert.deepEqual(await orders(), [])
      assert.ok((await covered()).every((times) => times === 1))
      assert.deepEqual(await statesOf(store), [])
    })

    it('of users who are held count for the limit, and more are said to be due', async () => {
      const people = Array.from({ length: 12 }, (_, place) => `usr_${place + 10}`)
      const { clock, engine } = await shopOn(open, people)
      await engine.deleteMany(people)
      for (const id of people) await engine.placeHold(id, { reason: 'court_order' })
      clock.set(DUE)
      const told: unknown[] = []
      for (let call = 0; call < 3; call += 1) {
        const { steps, more } = await engine.expireRetained({ limit: 5 })
        told.push([steps[0]?.leftOut, more])
      }
      assert.deepEqual(told, [
        [5, true],
        [10, true],
        [12, false],
      ])
    })

    it('of a user who is there again are done, and the ledger does not say that the retention has ended', async () => {
      const people = Array.from({ length: 7 }, (_, place) => `usr_${place + 10}`)
      const [, , , , back = ''] = people
      const { host, clock, engine, facts, orders, store } = await shopOn(open, people)
      await engine.deleteMany(people)
      await host.insert('users', { id: back })
      clock.set(DUE)
      assert.equal((await engine.expireRetained()).steps[0]?.leftOut, 1)
      assert.deepEqual(await orders(), [back])
      const told = await facts()
      assert.deepEqual(
        people.map((_, place) => told.some((fact) => coversDeletion(fact, place + 1))),
        people.map((id) => id !== back),
      )
      assert.deepEqual(await statesOf(store), [])
    })

    if (foreignKeys) {
      it('of users whom the database refuses do not keep others from their turn, whatever the limit', async () => {
        const { host, clock, engine, orders } = await shopOn(open)
        for (const id of ['ann', 'bob']) await engine.delete(id)
        await host.insert('blockers', { id: 'b', order_id: 'ann_1' })
        clock.set(DUE)
        const limit = 1
        const first = await engine.expireRetained({ limit })
        assert.deepEqual([first.steps[0]?.failed, first.more], [1, true])
        assert.equal((await engine.expireRetained({ limit })).steps[0]?.rows, 1)
        assert.deepEqual(await orders(), ['ann', 'cleo', 'dora'])
        await host.remove('blockers', { id: 'b' })
        await engine.expireRetained({ limit })
        assert.deepEqual(await orders(), ['cleo', 'dora'])
      })
    }
  })
})

/** State, first place and number of what waits. */
async function statesOf(store: Store): Promise<readonly unknown[]> {
  const records = await answerOf(store, { kind: 'records', table: 'retentions' })
  return records.map(({ state, seq, subjects }) => [state, seq, subjects.length])
}
