import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type LedgerEntry,
  type Policy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { coversDeletion, retentionFactOf } from '../../../src/receipt/retention-fact.ts'
import { readLedger } from '../../../src/records/ledger-records.ts'
import { listHolds } from '../../../src/records/user-records.ts'
import { withCommits } from '../../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables, type TablesGroup } from '../../worlds/hosts/each-tables.ts'
import { openHelloJohn } from '../../worlds/hosts/hellojohn.ts'
import type { Row, TablesHost } from '../../worlds/hosts/tables-host.ts'

type TenantPolicy = PolicyInput & { readonly user: { readonly tenant: string } }
type Tables = PolicyInput['tables']

const ORDERS = {
  match: 'buyer',
  action: 'retain',
  reason: 'warranty',
  for: 'P1M',
  then: 'delete',
} as const
const LINES = {
  ...ORDERS,
  match: { column: 'order_id', through: { table: 'orders', key: 'id' } },
} as const

function shop(tables: Tables = {}): Policy<TenantPolicy> {
  return definePolicy({
    name: 'shop',
    version: 1,
    user: { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } },
    tables: { orders: ORDERS, lines: LINES, notes: 'unrelated', ...tables },
  }) as Policy<TenantPolicy>
}

interface ShopOptions {
  readonly policy?: Policy<TenantPolicy>
  readonly start?: string
}

/** Ann and Bob in tenant tnt_1 and Cleo in tnt_2, each with two orders of two lines, and two notes. */
async function shopOn(
  open: TablesGroup['open'],
  { policy = shop(), start = '2026-01-31T12:00:00.000Z' }: ShopOptions = {},
) {
  const host = await open(SHOP)
  const { store } = host
  const clock = fixedClock(start)
  const logger = { warn: () => {} }
  const engineWith = (changed: Policy<TenantPolicy> = policy, other: Store = store) =>
    new UserDeletionEngine<TenantPolicy>({ store: other, policy: changed, clock, logger })
  const engine = engineWith()
  await engine.migrate()
  const ids = async (table: string, where: Row = {}): Promise<readonly unknown[]> =>
    (await host.rows(table, where)).map(({ id }) => id)
  return { host, clock, store, engine, engineWith, ids }
}

const PEOPLE = [
  ['ann', 'tnt_1'],
  ['bob', 'tnt_1'],
  ['cleo', 'tnt_2'],
] as const
const IN_1 = { tenantId: 'tnt_1' }
const IN_2 = { tenantId: 'tnt_2' }
const OF_1 = { tenant_id: 'tnt_1' }

const SHOP = `
  CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT);
  CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT, seller TEXT, kind TEXT, street TEXT,
    UNIQUE (buyer, seller, street));
  CREATE TABLE lines (id TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id));
  CREATE TABLE notes (id TEXT PRIMARY KEY, author TEXT, order_id TEXT REFERENCES orders (id), body TEXT);
  ${PEOPLE.map(([id, tenant]) => rowsOf(id, tenant)).join('')}`

function rowsOf(id: string, tenant: string): string {
  const orders = [1, 2].map((number) => {
    const order = `${id}_${number}`
    return `
      INSERT INTO orders VALUES ('${order}', '${id}', NULL, 'toys', 'Elm Street');
      INSERT INTO lines VALUES ('${order}_x', '${order}'), ('${order}_y', '${order}');
      INSERT INTO notes VALUES ('${order}_n', '${id}', NULL, 'hello');`
  })
  return `INSERT INTO users VALUES ('${id}', '${tenant}', '${id}@example.com'); ${orders.join('')}`
}

async function expired(store: Store): Promise<readonly LedgerEntry[]> {
  const entries = await readLedger(store, { afterSeq: 0, limit: 1_000 })
  return entries.filter(({ kind }) => kind === 'retention.expired')
}

const NOTES = { ...ORDERS, match: 'author' } as const

interface Refusal {
  readonly by: 'a foreign key' | 'a unique key'
  readonly policy: Policy<TenantPolicy>
  /** Puts in the way of Ann's orders what the database then keeps them from going for. */
  refuse(host: TablesHost): Promise<void>
  giveWay(host: TablesHost): Promise<void>
  /** Whether the end of the retention has come for an order that is still there. */
  isDone(order: Row): boolean
}

const REFUSALS: readonly Refusal[] = [
  {
    by: 'a foreign key',
    policy: shop({ notes: NOTES }),
    refuse: (host) => host.insert('notes', { id: 'n', author: 'nobody', order_id: 'ann_1' }),
    giveWay: (host) => host.remove('notes', { id: 'n' }),
    isDone: () => false,
  },
  {
    by: 'a unique key',
    policy: shop({
      notes: NOTES,
      orders: {
        ...ORDERS,
        ...{ where: { kind: 'toys' }, then: 'anonymize', thenSet: { street: 'gone' } },
      },
    }),
    async refuse(host) {
      await host.update('orders', { id: 'ann_1' }, { seller: 'one' })
      const twin = { buyer: 'ann', seller: 'one', kind: 'books', street: 'gone' }
      await host.insert('orders', { id: 'twin', ...twin })
    },
    giveWay: (host) => host.remove('orders', { id: 'twin' }),
    isDone: ({ id, street }) => id !== 'twin' && street === 'gone',
  },
]

forEachTables(({ name, describe, it, open, foreignKeys }) => {
  describe(`the ends of retentions on ${name}`, () => {
    it('a month ends on the last day of a shorter month, and not a millisecond earlier', async () => {
      const { engine, clock, ids } = await shopOn(open)
      await engine.delete('ann', IN_1)
      clock.set('2026-02-28T11:59:59.999Z')
      const early = await engine.expireRetained()
      assert.deepEqual(
        early.steps.map(({ rows }) => rows),
        [0, 0],
      )
      assert.equal((await ids('orders')).length, 6)
      clock.set('2026-02-28T12:00:00.000Z')
      const { steps, more } = await engine.expireRetained()
      assert.deepEqual(
        steps.map(({ id, action, rows, users }) => [id, action, rows, users]),
        [
          ['lines#0', 'delete', 4, 1],
          ['orders#0', 'delete', 2, 1],
        ],
      )
      assert.equal(more, false)
      assert.deepEqual(await ids('orders'), ['bob_1', 'bob_2', 'cleo_1', 'cleo_2'])
      assert.equal((await ids('lines')).filter((id) => String(id).startsWith('ann')).length, 0)
      assert.equal((await ids('notes', { author: 'ann' })).length, 2)
    })

    it('nobody’s rows go early because a later deletion has its end earlier in the day', async () => {
      const { engine, clock, ids } = await shopOn(open, { start: '2026-01-30T23:00:00.000Z' })
      await engine.delete('ann', IN_1)
      clock.set('2026-01-31T01:00:00.000Z')
      await engine.delete('bob', IN_1)
      clock.set('2026-02-28T02:00:00.000Z')
      await engine.expireRetained()
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
      clock.set('2026-02-28T23:00:00.000Z')
      await engine.expireRetained()
      assert.deepEqual(await ids('orders'), ['cleo_1', 'cleo_2'])
    })

    it('may be that of the year in which the duration ends, as plan and receipt say', async () => {
      const term = { for: 'P1M to end of year' } as const
      const policy = shop({ orders: { ...ORDERS, ...term }, lines: { ...LINES, ...term } })
      const { engine, clock, ids } = await shopOn(open, { policy })
      const plan = await engine.plan('ann', IN_1)
      const receipt = await engine.delete('ann', IN_1)
      for (const { steps } of [plan, receipt]) {
        assert.equal(steps.find(({ id }) => id === 'orders#0')?.until, '2027-01-01T00:00:00.000Z')
      }
      clock.set('2026-12-31T23:59:59.999Z')
      await engine.expireRetained({ confirmClock: true })
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
      clock.set('2027-01-01T00:00:00.000Z')
      await engine.expireRetained()
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 0)
    })

    it('each tenant has an entry of its own, with counts and no personal data', async () => {
      const { engine, clock, store } = await shopOn(open)
      const first = await engine.delete('ann', IN_1)
      const other = await engine.delete('cleo', IN_2)
      const last = await engine.delete('bob', IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      await engine.expireRetained()
      const entries = await expired(store)
      const facts = entries.map(retentionFactOf)
      const total = (tenant: string, table: string): number =>
        facts
          .filter((fact, index) => entries[index]?.tenantId === tenant && fact.table === table)
          .reduce((sum, { rows }) => sum + rows, 0)
      assert.deepEqual(
        [total('tnt_1', 'lines'), total('tnt_1', 'orders'), total('tnt_2', 'orders')],
        [8, 4, 2],
      )
      assert.deepEqual(facts[0]?.policy, first.policy)
      const places = new Map<unknown, number>()
      for (const { seq, body } of await readLedger(store, { afterSeq: 0, limit: 3 })) {
        places.set(JSON.parse(body).id, seq)
      }
      for (const [receipt, tenant] of [
        [first, 'tnt_1'],
        [other, 'tnt_2'],
        [last, 'tnt_1'],
      ] as const) {
        for (const table of ['lines', 'orders']) {
          const covering = facts.filter(
            (fact, index) =>
              fact.table === table &&
              entries[index]?.tenantId === tenant &&
              coversDeletion(fact, places.get(receipt.id) ?? 0),
          )
          assert.equal(covering.length, 1)
        }
      }
      const text = JSON.stringify(entries)
      for (const secret of ['ann', 'bob', 'cleo', 'Elm']) assert.ok(!text.includes(secret), secret)
      assert.ok(entries.every(({ subject }) => subject === null))
      assert.equal((await engine.ledger.verify()).valid, true)
    })

    it('receipts stay as they were', async () => {
      const { engine, clock } = await shopOn(open)
      const receipt = await engine.delete('ann', IN_1)
      clock.set('2027-01-01T00:00:00.000Z')
      await engine.expireRetained()
      const receipts = []
      for await (const one of engine.ledger.receipts()) receipts.push(one)
      assert.deepEqual(receipts, [receipt])
    })

    it('a batch whose answer is lost is not done twice', async () => {
      const { engine, engineWith, clock, store, ids } = await shopOn(open)
      await engine.deleteMany(['ann', 'bob'], IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      let isDead = false
      const crashing = withCommits(store, async (unit, commit) => {
        const result = isDead ? null : await commit()
        isDead ||= unit === 'sweep'
        if (result === null || isDead) throw new Error('the process died here')
        return result
      })
      const { steps } = await engineWith(shop(), crashing).expireRetained()
      assert.deepEqual(
        steps.map(({ error }) => error?.code),
        ['store_failed', undefined],
      )
      assert.equal((await ids('orders')).length, 6)
      await engine.expireRetained()
      await engine.expireRetained()
      const rows = (await expired(store)).map(retentionFactOf)
      const linesOf = rows.filter(({ table }) => table === 'lines').map((fact) => fact.rows)
      assert.equal(
        linesOf.reduce((sum, count) => sum + count, 0),
        8,
      )
      assert.deepEqual(await ids('orders'), ['cleo_1', 'cleo_2'])
      assert.equal((await engine.ledger.verify()).valid, true)
    })

    it('two workers at the same time do the work once', async () => {
      const { engine, engineWith, clock, store, ids } = await shopOn(open)
      await engine.deleteMany(['ann', 'bob'], IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      const results = await Promise.all([engine, engineWith()].map((one) => one.expireRetained()))
      const rows = results.flatMap(({ steps }) => steps.map((step) => step.rows))
      assert.equal(
        rows.reduce((sum, count) => sum + count, 0),
        12,
      )
      const facts = (await expired(store)).map(retentionFactOf)
      assert.equal(
        facts.reduce((sum, fact) => sum + fact.rows, 0),
        12,
      )
      assert.deepEqual(await ids('orders'), ['cleo_1', 'cleo_2'])
    })

    it('a limit stops it before parents lose their children, and the next call goes on', async () => {
      const { engine, clock, ids } = await shopOn(open)
      await engine.deleteMany(['ann', 'bob'], IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      const seen: unknown[] = []
      for (let more = true; more; ) {
        const result = await engine.expireRetained({ limit: 1 })
        more = result.more
        seen.push(result.steps.map(({ rows }) => rows))
      }
      assert.deepEqual(seen, [
        [4, 0],
        [4, 0],
        [0, 2],
        [0, 2],
      ])
      assert.equal((await ids('orders')).length, 2)
    })

    it('an aborted signal stops it between batches', async () => {
      const { engine, engineWith, clock, store, ids } = await shopOn(open)
      await engine.deleteMany(['ann', 'bob'], IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      const controller = new AbortController()
      const aborting = withCommits(store, (unit, commit) => {
        if (unit === 'sweep') controller.abort()
        return commit()
      })
      const result = await engineWith(shop(), aborting).expireRetained({
        signal: controller.signal,
      })
      assert.deepEqual([result.more, result.steps.map(({ rows }) => rows)], [true, [4, 0]])
      assert.equal((await ids('orders')).length, 6)
      assert.equal((await engine.expireRetained()).more, false)
      assert.equal((await ids('orders')).length, 2)
    })

    it('rows of an id that has a user again are left alone until that user is deleted', async () => {
      const { engine, clock, host, store, ids } = await shopOn(open)
      await engine.delete('ann', IN_1)
      clock.set('2026-02-10T00:00:00.000Z')
      await host.insert('users', { id: 'ann', ...OF_1, email: 'another.ann@example.com' })
      await host.insert('orders', { id: 'ann_3', buyer: 'ann', kind: 'toys', street: 'Oak Street' })
      clock.set('2026-03-01T00:00:00.000Z')
      const { steps } = await engine.expireRetained()
      assert.deepEqual(
        steps.map(({ rows, leftOut }) => [rows, leftOut]),
        [
          [0, 1],
          [0, 1],
        ],
      )
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 3)
      assert.deepEqual(await expired(store), [])
      await engine.delete('ann', IN_1)
      clock.set('2026-04-01T00:00:00.000Z')
      await engine.expireRetained({ confirmClock: true })
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 0)
    })

    it('rows of a user whom a restored backup has brought back are left alone', async () => {
      const base = shop()
      const set = { email: null }
      const policy: Policy<TenantPolicy> = definePolicy({
        ...base,
        user: { ...base.user, action: 'anonymize', reason: 'keys', set },
      }) as Policy<TenantPolicy>
      const { engine, clock, host, ids } = await shopOn(open, { policy })
      await engine.deleteMany(['ann', 'bob'], IN_1)
      await host.update('users', { id: 'ann' }, { email: 'ann@example.com' })
      clock.set('2026-03-01T00:00:00.000Z')
      const { steps } = await engine.expireRetained()
      assert.deepEqual([steps[1]?.rows, steps[1]?.leftOut], [2, 1])
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
    })

    it('of two deletions of one id the later one counts', async () => {
      const { engine, clock, host, ids } = await shopOn(open)
      await engine.delete('ann', IN_1)
      clock.set('2026-02-20T00:00:00.000Z')
      await host.insert('users', { id: 'ann', ...OF_1, email: null })
      await engine.delete('ann', IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      assert.equal((await engine.expireRetained()).steps[1]?.leftOut, 1)
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
      clock.set('2026-03-20T00:00:00.000Z')
      await engine.expireRetained({ confirmClock: true })
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 0)
    })

    it('the present policy decides: a shorter time is due at once, a longer one waits', async () => {
      const { engine, engineWith, clock, ids } = await shopOn(open)
      await engine.delete('ann', IN_1)
      clock.set('2026-02-05T00:00:00.000Z')
      const longer = { orders: { ...ORDERS, for: 'P1Y' }, lines: { ...LINES, for: 'P1Y' } } as const
      const shorter = {
        orders: { ...ORDERS, for: 'P4D' },
        lines: { ...LINES, for: 'P4D' },
      } as const
      await engineWith(shop(longer)).expireRetained()
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
      await engineWith(shop(shorter)).expireRetained()
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 0)
    })

    it('another rule in the place of one that was done starts from the first deletion', async () => {
      const toys = { ...ORDERS, where: { kind: 'toys' }, name: 'toys' } as const
      const books = { ...ORDERS, where: { kind: 'books' }, name: 'books' } as const
      const policyOf = (...rules: (typeof toys | typeof books)[]): Policy<TenantPolicy> =>
        shop({ orders: rules, lines: 'unrelated' })
      const { host, engine, engineWith, clock, ids } = await shopOn(open, {
        policy: policyOf(toys),
      })
      await host.remove('lines', {})
      await host.insert('orders', { id: 'book', buyer: 'ann', kind: 'books', street: null })
      await engine.delete('ann', IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      await engine.expireRetained()
      assert.deepEqual(await ids('orders', { buyer: 'ann' }), ['book'])
      await engineWith(policyOf(books, toys)).expireRetained()
      assert.deepEqual(await ids('orders', { buyer: 'ann' }), [])
    })

    it('what comes at the end may be an anonymization', async () => {
      const orders = {
        ...ORDERS,
        then: 'anonymize',
        thenSet: { street: null, kind: 'any' },
      } as const
      const { engine, clock, host } = await shopOn(open, { policy: shop({ orders }) })
      await engine.delete('ann', IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      const { steps } = await engine.expireRetained()
      assert.deepEqual(
        steps.map(({ action, rows }) => [action, rows]),
        [
          ['anonymize', 2],
          ['delete', 4],
        ],
      )
      const rows = (await host.rows('orders')).map(({ buyer, street, kind }) => ({
        buyer,
        street,
        kind,
      }))
      const of = (buyer: string) => ({ buyer, street: 'Elm Street', kind: 'toys' })
      const ann = { buyer: 'ann', street: null, kind: 'any' }
      assert.deepEqual(rows, [ann, ann, of('bob'), of('bob'), of('cleo'), of('cleo')])
    })

    it('a row that two rules retain stays as long as the longer one wants it', async () => {
      const seller = { ...ORDERS, match: 'seller', for: 'P1Y' } as const
      const { engine, clock, host, ids } = await shopOn(open, {
        policy: shop({ orders: [{ ...ORDERS, name: 'own' }, seller], lines: 'unrelated' }),
      })
      await host.remove('lines', {})
      await host.update('orders', { id: 'ann_2' }, { seller: 'ann' })
      await engine.delete('ann', IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      await engine.expireRetained()
      assert.deepEqual(await ids('orders', { buyer: 'ann' }), ['ann_2'])
      clock.set('2027-02-01T00:00:00.000Z')
      await engine.expireRetained({ confirmClock: true })
      assert.deepEqual(await ids('orders', { buyer: 'ann' }), [])
    })

    // A server without foreign keys refuses no deletion, but a key that would repeat.
    for (const { by, policy, refuse, giveWay, isDone } of REFUSALS) {
      if (by === 'a foreign key' && !foreignKeys) continue
      it(`a user whose rows the database refuses by ${by} fails alone, and is tried again`, async () => {
        const world = await shopOn(open, { policy })
        const { host, engine, clock, store } = world
        await refuse(host)
        await engine.deleteMany(['ann', 'bob'], IN_1)
        await engine.delete('cleo', IN_2)
        clock.set('2026-03-01T00:00:00.000Z')
        const first = await engine.expireRetained()
        const codes = first.steps.map(({ table, error, failed }) => [table, failed, error?.code])
        assert.deepEqual(Object.fromEntries(codes.map(([table, ...rest]) => [table, rest])), {
          orders: [1, 'constraint_violation'],
          lines: [0, undefined],
          notes: [0, undefined],
        })
        const done = async () => (await host.rows('orders')).filter(isDone).map(({ id }) => id)
        const before = await done()
        assert.deepEqual(
          before,
          by === 'a foreign key' ? [] : ['bob_1', 'bob_2', 'cleo_1', 'cleo_2'],
        )
        const again = await engine.expireRetained()
        assert.equal(again.steps.find(({ table }) => table === 'orders')?.failed, 1)
        assert.deepEqual(await done(), before)
        const entries = (await expired(store)).length
        await giveWay(host)
        const last = await engine.expireRetained()
        assert.ok(last.steps.every(({ failed, error }) => failed === 0 && error === null))
        const own = (await host.rows('orders', { buyer: 'ann' })).filter((row) => !isDone(row))
        assert.deepEqual(own, [])
        const added = (await expired(store)).slice(entries).map(retentionFactOf)
        assert.deepEqual(
          added.map((fact) => [
            fact.rows,
            fact.users,
            coversDeletion(fact, 1),
            coversDeletion(fact, 2),
          ]),
          [[2, 1, true, false]],
        )
        assert.deepEqual(
          (await engine.expireRetained()).steps.map(({ rows }) => rows),
          [0, 0, 0],
        )
        assert.equal((await engine.ledger.verify()).valid, true)
      })
    }

    it('ids that receipts hide need the same subject key again', async () => {
      const { store, clock, engine, ids } = await shopOn(open)
      const keys = { subject: 'a subject key for tests' }
      const keyed = new UserDeletionEngine<TenantPolicy>({ store, policy: shop(), clock, keys })
      await keyed.delete('ann', IN_1)
      clock.set('2026-03-01T00:00:00.000Z')
      const { steps } = await engine.expireRetained()
      assert.deepEqual(
        steps.map(({ error }) => error?.details),
        [{ path: 'keys.subject' }, undefined],
      )
      assert.equal((await ids('orders')).length, 6)
      await keyed.expireRetained()
      assert.deepEqual(await ids('orders'), ['bob_1', 'bob_2', 'cleo_1', 'cleo_2'])
    })

    const DUE = '2026-02-28T12:00:00.000Z'

    it('a hold on rows that are found through others keeps those as well, until it is released', async () => {
      const { engine, clock, store, ids } = await shopOn(open)
      await engine.delete('ann', IN_1)
      await engine.delete('bob', IN_1)
      const hold = { ...IN_1, reason: 'court_order', tables: ['lines'] }
      const { id: holdId } = await engine.placeHold('ann', hold)
      clock.set(DUE)
      const { steps } = await engine.expireRetained()
      assert.deepEqual(
        steps.map(({ rows, users, leftOut }) => [rows, users, leftOut]),
        [
          [4, 1, 1],
          [2, 1, 1],
        ],
      )
      assert.deepEqual(await ids('orders'), ['ann_1', 'ann_2', 'cleo_1', 'cleo_2'])
      assert.equal((await ids('lines')).filter((id) => String(id).startsWith('ann')).length, 4)
      const [first] = await readLedger(store, { afterSeq: 0, limit: 1 })
      const claims = (await expired(store))
        .map(retentionFactOf)
        .map((fact) => coversDeletion(fact, first?.seq ?? 0))
      assert.deepEqual(claims, [false, false])
      await engine.releaseHold('ann', { ...IN_1, holdId })
      const after = await engine.expireRetained()
      assert.deepEqual(
        after.steps.map(({ rows, users, leftOut }) => [rows, users, leftOut]),
        [
          [4, 1, 0],
          [2, 1, 0],
        ],
      )
      assert.deepEqual(await ids('orders'), ['cleo_1', 'cleo_2'])
      assert.deepEqual(
        (await ids('lines')).filter((id) => !String(id).startsWith('cleo')),
        [],
      )
    })

    it('a hold on another table, or one that has ended, keeps no row beyond its retention', async () => {
      const { engine, clock, ids } = await shopOn(open, {
        policy: shop({ notes: { match: 'author', action: 'retain', reason: 'a complaint' } }),
      })
      await engine.delete('ann', IN_1)
      await engine.placeHold('ann', { ...IN_1, reason: 'court_order', tables: ['notes'] })
      const until = new Date('2026-02-28T11:59:59.999Z')
      await engine.placeHold('ann', { ...IN_1, reason: 'court_order', until })
      clock.set(DUE)
      const { steps } = await engine.expireRetained()
      assert.deepEqual(
        steps.map(({ rows, leftOut }) => [rows, leftOut]),
        [
          [4, 0],
          [2, 0],
        ],
      )
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 0)
    })

    it('held users do not keep those behind them from their turn, whatever the limit', async () => {
      const { host, engine, clock, ids } = await shopOn(open, {
        policy: shop({ lines: 'unrelated' }),
      })
      await host.remove('lines', {})
      await engine.delete('ann', IN_1)
      await engine.delete('bob', IN_1)
      await engine.placeHold('ann', { ...IN_1, reason: 'court_order' })
      clock.set(DUE)
      const limit = 1
      assert.equal((await engine.expireRetained({ limit })).steps[0]?.rows, 0)
      await engine.expireRetained({ limit })
      assert.deepEqual(await ids('orders'), ['ann_1', 'ann_2', 'cleo_1', 'cleo_2'])
    })

    it('a hold that is placed while retentions end keeps what still stands', async () => {
      const { engine, engineWith, clock, store, ids } = await shopOn(open)
      await engine.delete('ann', IN_1)
      clock.set(DUE)
      let holdId = ''
      const late = withCommits(store, async (unit, commit) => {
        if (unit === 'sweep' && holdId === '') {
          holdId = (await engine.placeHold('ann', { ...IN_1, reason: 'court_order' })).id
        }
        return commit()
      })
      const { steps } = await engineWith(shop(), late).expireRetained()
      assert.deepEqual(
        steps.map(({ rows, leftOut }) => [rows, leftOut]),
        [
          [0, 1],
          [0, 1],
        ],
      )
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
      await engine.releaseHold('ann', { ...IN_1, holdId })
      assert.equal((await engine.expireRetained()).steps[1]?.rows, 2)
    })

    it('a hold on somebody who is gone is placed and released like any other, and no stray one stays', async () => {
      const keys = { subject: 'a subject key for tests', pseudonym: 'a pseudonym key for tests' }
      const { store, clock, ids } = await shopOn(open)
      const engine = new UserDeletionEngine<TenantPolicy>({ store, policy: shop(), clock, keys })
      await engine.delete('ann', IN_1)
      const court = { reason: 'court_order' }
      const { id: holdId } = await engine.placeHold('ann', { ...IN_1, ...court })
      for (const [id, scope] of [['ann', IN_2] as const, ['nobody', IN_1] as const]) {
        await assert.rejects(engine.placeHold(id, { ...scope, ...court }), {
          code: 'resource_not_found',
        })
        await assert.rejects(engine.releaseHold(id, { ...scope, holdId }), {
          code: 'resource_not_found',
        })
      }
      clock.set(DUE)
      await engine.expireRetained()
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 2)
      await engine.releaseHold('ann', { ...IN_1, holdId })
      await engine.expireRetained()
      assert.equal((await ids('orders', { buyer: 'ann' })).length, 0)
      await assert.rejects(engine.placeHold('ann', { ...IN_1, ...court }), {
        code: 'resource_not_found',
      })
      assert.deepEqual(await listHolds(store, { limit: 10 }), [])
    })
  })
})

test('refuses a wrong limit', async () => {
  const engine = new UserDeletionEngine({ store: memoryStore(), policy: shop() })
  for (const limit of [0, -1, 1.5, Number.NaN]) {
    await assert.rejects(engine.expireRetained({ limit }), { code: 'invalid_argument' })
  }
})

const END = { reason: 'law', for: 'P1Y', then: 'delete' } as const
const refused: readonly (readonly [string, Tables, string])[] = [
  [
    'matches by a field that goes with the user',
    {
      a: {
        ...{ match: { column: 'mail', equals: { user: 'email' } }, acrossTenants: true },
        ...{ action: 'retain', ...END },
      },
    },
    'tables.a.for',
  ],
  [
    'is reached through rows that are deleted',
    {
      a: {
        match: { column: 'b_id', through: { table: 'b', key: 'id' } },
        action: 'retain',
        ...END,
      },
      b: { match: 'user_id', action: 'delete' },
    },
    'tables.a.for',
  ],
  [
    'is reached through rows whose retention ends earlier',
    {
      a: {
        match: { column: 'b_id', through: { table: 'b', key: 'id' } },
        action: 'retain',
        ...END,
      },
      b: { match: 'user_id', action: 'retain', ...END, for: 'P11M' },
    },
    'tables.a.for',
  ],
  [
    'is reached through rows whose retention may end earlier, as the months have it',
    {
      a: {
        match: { column: 'b_id', through: { table: 'b', key: 'id' } },
        ...{ action: 'retain', ...END, for: 'P30D' },
      },
      b: { match: 'user_id', action: 'retain', ...END, for: 'P1M' },
    },
    'tables.a.for',
  ],
  [
    'ends now before and now after that of another rule for the same rows',
    {
      a: [
        { match: 'user_id', action: 'retain', ...END, for: 'P30D' },
        { match: 'other_id', action: 'retain', ...END, for: 'P1M' },
      ],
    },
    'tables.a[0].for',
  ],
  [
    'is reached through the user row',
    {
      a: {
        match: { column: 'mail', through: { table: 'users', key: 'email' } },
        ...{ action: 'retain', ...END },
      },
      users: { match: 'boss', action: 'retain', reason: 'law' },
    },
    'tables.a.for',
  ],
  [
    'overwrites by its own set what it matches by',
    { a: { match: 'user_id', action: 'retain', ...END, set: { user_id: null } } },
    'tables.a.for',
  ],
  [
    'scrubs the path it matches by',
    {
      a: {
        match: { json: 'data', path: 'user.id' },
        ...{ action: 'retain', ...END, set: { data: { scrub: ['user'] } } },
      },
    },
    'tables.a.for',
  ],
  [
    'has a side condition that another rule overwrites',
    {
      a: [
        { match: 'user_id', where: { kind: 'x' }, action: 'retain', ...END },
        { match: 'editor', action: 'anonymize', reason: 'law', set: { kind: null } },
      ],
    },
    'tables.a[0].for',
  ],
  [
    'is reached through rows that let go of the user',
    {
      a: {
        match: { column: 'b_id', through: { table: 'b', key: 'id' } },
        action: 'retain',
        ...END,
      },
      b: { match: 'user_id', action: 'detach' },
    },
    'tables.a.for',
  ],
  [
    'is reached through rows that are anonymized earlier',
    {
      a: {
        match: { column: 'b_id', through: { table: 'b', key: 'id' } },
        action: 'retain',
        ...END,
      },
      b: {
        ...{ match: 'user_id', action: 'retain', reason: 'law' },
        ...{ for: 'P1D', then: 'anonymize', thenSet: { user_id: null } },
      },
    },
    'tables.a.for',
  ],
  [
    'cannot be told from rows that are retained without an end',
    {
      a: [
        { match: 'user_id', action: 'retain', ...END },
        { match: 'payer', action: 'retain', reason: 'law', set: { payer: null } },
      ],
    },
    'tables.a[0].for',
  ],
  [
    'stands where another way of writing the id may name somebody else',
    {
      a: [
        { match: { column: 'key', prefix: 'u:' }, action: 'retain', ...END },
        { match: 'key', action: 'detach' },
      ],
    },
    'tables.a[0].for',
  ],
  [
    'loses its reference to a rule that detaches every row',
    {
      a: [
        { match: 'user_id', where: { kind: 'x' }, action: 'retain', ...END },
        { match: 'user_id', action: 'detach' },
      ],
    },
    'tables.a[0].for',
  ],
  [
    'needs a field of the user at the end',
    {
      a: {
        ...{ match: 'user_id', action: 'retain', reason: 'law', for: 'P1Y' },
        ...{ then: 'anonymize', thenSet: { mail: { pseudonym: { user: 'email' } } } },
      },
    },
    'tables.a.thenSet.mail',
  ],
  [
    'would delete other users at the end',
    { users: { match: 'boss', action: 'retain', ...END } },
    'tables.users.then',
  ],
]

for (const [what, tables, path] of refused) {
  test(`a retention with an end is refused where it ${what}`, () => {
    const build = (): unknown => {
      const policy = definePolicy({
        name: 'p',
        version: 1,
        user: { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } },
        tables,
      }) as Policy<TenantPolicy>
      const store = sqliteStore(new Database(':memory:'))
      return new UserDeletionEngine({ store, policy, keys: { pseudonym: 'a pseudonym key here' } })
    }
    assert.throws(build, { code: 'invalid_policy', details: { path } })
  })
}

test('rules that leave alone what a retained rule matches by are let through', () => {
  const tables: Tables = {
    a: [
      { match: { array: 'members' }, where: { kind: 'x' }, action: 'retain', ...END },
      { match: { array: 'members' }, where: { kind: ['y', null] }, action: 'detach' },
      { match: 'creator', action: 'anonymize', reason: 'law', set: { title: null } },
    ],
    c: [
      { match: { column: 'key', prefix: 'order:' }, action: 'retain', ...END },
      { match: { column: 'key', prefix: 'cart:' }, action: 'detach' },
    ],
    b: [
      { match: 'user_id', where: { kind: 'x' }, action: 'retain', ...END },
      { match: 'user_id', where: { kind: ['y', null] }, action: 'detach' },
    ],
  }
  const policy = definePolicy({ name: 'p', version: 1, user: { table: 'u', id: 'id' }, tables })
  assert.ok(new UserDeletionEngine({ store: sqliteStore(new Database(':memory:')), policy }))
})

test('of the built-in schema, events and deliveries go after 30 days and consents after 3 years', async () => {
  const clock = fixedClock('2026-03-01T12:00:00.000Z')
  const { db, engine, rows } = await openHelloJohn({ clock })
  db.exec(
    "INSERT INTO user_consents (id, user_id, tenant_id, purpose) VALUES ('c1', 'usr_ann', 'tnt_1', 'mail'), ('c2', 'usr_bob', 'tnt_1', 'mail')",
  )
  await engine.delete('usr_ann', { tenantId: 'tnt_1' })
  const left = (): unknown[] =>
    ['webhook_events', 'webhook_deliveries', 'user_consents'].map((table) =>
      rows(`SELECT id FROM ${table} ORDER BY id`).flat(),
    )
  const others = {
    events: ['usr_ann2_e1', 'usr_bob_e1'],
    deliveries: ['usr_ann2_d1', 'usr_bob_d1'],
  }
  clock.set('2026-03-31T11:59:59.999Z')
  await engine.expireRetained()
  assert.equal(rows('SELECT id FROM webhook_events').length, 3)
  clock.set('2026-03-31T12:00:00.000Z')
  await engine.expireRetained()
  assert.deepEqual(left(), [others.events, others.deliveries, ['c1', 'c2']])
  clock.set('2029-02-28T12:00:00.000Z')
  await engine.expireRetained({ confirmClock: true })
  assert.deepEqual(left(), [others.events, others.deliveries, ['c1', 'c2']])
  clock.set('2029-03-01T12:00:00.000Z')
  await engine.expireRetained()
  assert.deepEqual(left(), [others.events, others.deliveries, ['c2']])
  assert.equal((await engine.ledger.verify()).valid, true)
})
