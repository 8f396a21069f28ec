import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type PolicyInput, type Store, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

const START = '2026-01-01T00:00:00.000Z'

const ENDS = {
  deletes: { then: 'delete' },
  anonymizes: { then: 'anonymize', thenSet: { name: null } },
} as const

function policyWith(end: (typeof ENDS)[keyof typeof ENDS], duration = 'P10Y') {
  return definePolicy({
    name: 'shop',
    version: 1,
    user: { table: 'users', id: 'id' },
    tables: {
      invoices: { match: 'user_id', action: 'retain', reason: 'tax law', for: duration, ...end },
    },
  })
}

interface World {
  readonly store: Store
  /** Names on invoices that are still there. */
  names(): readonly unknown[]
}

const WORLDS: Readonly<Record<string, () => World>> = {
  memory() {
    const store = memoryStore({
      data: { users: [{ id: 'ann' }], invoices: [{ id: 1, user_id: 'ann', name: 'Ann' }] },
    })
    return { store, names: () => store.rows('invoices').map(({ name }) => name) }
  },
  SQLite() {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY);
      CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id TEXT, name TEXT);
      CREATE INDEX by_user ON invoices (user_id);
      INSERT INTO users VALUES ('ann');
      INSERT INTO invoices VALUES (1, 'ann', 'Ann')`)
    const names = () => db.prepare('SELECT name FROM invoices').pluck().all()
    return { store: sqliteStore(db), names }
  },
}

async function deletedOn(open: () => World, end: (typeof ENDS)[keyof typeof ENDS]) {
  const clock = fixedClock(START)
  const { store, names } = open()
  const logger = { warn: () => {} }
  const engine = new UserDeletionEngine({ store, policy: policyWith(end), clock, logger })
  await engine.migrate()
  await engine.delete('ann', {})
  await engine.expireRetained()
  return { clock, engine, names }
}

for (const [name, open] of Object.entries(WORLDS)) {
  describe(`a clock that leaps, on ${name}`, () => {
    for (const [what, end] of Object.entries(ENDS)) {
      it(`ends no retention that ${what}, however often it is asked`, async () => {
        const { clock, engine, names } = await deletedOn(open, end)
        clock.set('2037-01-01T00:00:00.000Z')
        for (const call of [1, 2]) {
          await assert.rejects(engine.expireRetained(), { code: 'clock_jumped' }, `call ${call}`)
        }
        await assert.rejects(engine.purgeDue(), { code: 'clock_jumped' })
        assert.deepEqual(names(), ['Ann'])
        clock.set('2026-01-02T00:00:00.000Z')
        await engine.expireRetained()
        assert.deepEqual(names(), ['Ann'])
      })
    }

    it('is believed once a person has looked at it', async () => {
      const { clock, engine, names } = await deletedOn(open, ENDS.deletes)
      clock.set('2037-01-01T00:00:00.000Z')
      await engine.expireRetained({ confirmClock: true })
      assert.deepEqual(names(), [])
      clock.set('2037-01-05T00:00:00.000Z')
      await engine.expireRetained()
    })

    it('is told from one that goes on as days do', async () => {
      const { clock, engine, names } = await deletedOn(open, ENDS.deletes)
      for (let day = Date.parse(START); day < Date.parse('2036-01-01'); day += 7 * 86_400_000) {
        clock.set(new Date(day).toISOString())
        await engine.expireRetained()
      }
      assert.deepEqual(names(), ['Ann'])
      clock.set('2036-01-01T00:00:00.000Z')
      await engine.expireRetained()
      assert.deepEqual(names(), [])
    })
  })
}

test('`confirmClock` is true or false', async () => {
  const { engine } = await deletedOn(WORLDS['memory'] ?? assert.fail(), ENDS.deletes)
  await assert.rejects(engine.expireRetained({ confirmClock: 'yes' as never }), {
    code: 'invalid_argument',
  })
})

describe('a deletion is scheduled up to a year of the calendar ahead', () => {
  const scheduled = async (today: string, terms: { after?: string; at?: Date }) => {
    const store = memoryStore({ data: { users: [{ id: 'ann' }] } })
    const policy = definePolicy({
      name: 'p',
      version: 1,
      user: { table: 'users', id: 'id' },
      tables: {},
    } satisfies PolicyInput)
    const engine = new UserDeletionEngine({ store, policy, clock: fixedClock(today) })
    return (await engine.scheduleDeletion('ann', terms)).deletion?.dueAt
  }

  for (const [today, aYearOn] of [
    ['2026-02-28T12:00:00.000Z', '2027-02-28T12:00:00.000Z'],
    ['2027-03-01T12:00:00.000Z', '2028-03-01T12:00:00.000Z'],
    ['2027-12-31T23:59:59.999Z', '2028-12-31T23:59:59.999Z'],
    ['2028-02-28T00:00:00.000Z', '2029-02-28T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', '2029-02-28T00:00:00.000Z'],
  ] as const) {
    it(`on ${today}`, async () => {
      for (const terms of [{ after: 'P1Y' }, { after: 'P12M' }, { at: new Date(aYearOn) }]) {
        assert.equal(await scheduled(today, terms), aYearOn)
      }
      await scheduled(today, { after: 'P365D' })
      await scheduled(today, { after: 'P52W' })
      const late = new Date(Date.parse(aYearOn) + 1)
      for (const terms of [{ after: 'P1Y1D' }, { after: 'P13M' }, { at: late }]) {
        await assert.rejects(scheduled(today, terms), { code: 'invalid_argument' })
      }
    })
  }

  it('and an absurd duration or day is an argument that is wrong', async () => {
    for (const terms of [
      { after: 'P10000Y' },
      { after: 'P300000Y' },
      { after: 'P99999999999999D' },
      { at: new Date('+012026-01-01T00:00:00.000Z') },
      { at: new Date(8.64e15) },
    ]) {
      await assert.rejects(scheduled(START, terms), { code: 'invalid_argument' })
    }
  })
})

describe('a retention', () => {
  for (const absurd of [
    'P10000Y',
    'P1000Y1D',
    'P300000Y',
    'P99999999999999D',
    'P0D',
    'PT0S',
    '-P1Y',
    'PT0.000001S',
    'one year',
    '',
    { years: 1 },
  ]) {
    it(`of ${JSON.stringify(absurd)} is refused by definePolicy`, () => {
      assert.throws(
        () => policyWith(ENDS.deletes, absurd as string),
        (error: unknown) => {
          assert.equal((error as { code?: unknown }).code, 'invalid_policy')
          return true
        },
      )
    })
  }

  for (const sound of ['P1000Y', 'P10Y', 'P12M', 'P52W', 'P365D', 'PT1H']) {
    it(`of ${sound} has an end that a receipt tells`, async () => {
      const store = memoryStore({
        data: { users: [{ id: 'ann' }], invoices: [{ id: 1, user_id: 'ann' }] },
      })
      const clock = fixedClock(START)
      const engine = new UserDeletionEngine({
        ...{ store, clock },
        policy: policyWith(ENDS.deletes, sound),
      })
      const receipt = await engine.delete('ann', {})
      const until = JSON.stringify(receipt).match(/"retainedUntil":"([^"]+)"/)?.[1]
      assert.ok(until === undefined || (until.length === 24 && until > START), until)
    })
  }
})

test('a hold that ends beyond the calendar is refused: its end would sort before every day', async () => {
  const store = memoryStore({ data: { users: [{ id: 'ann' }], invoices: [] } })
  const policy = policyWith(ENDS.deletes)
  const engine = new UserDeletionEngine({ store, policy, clock: fixedClock(START) })
  const until = new Date('+012026-01-01T00:00:00.000Z')
  await assert.rejects(engine.placeHold('ann', { reason: 'court_order', until }), {
    code: 'invalid_argument',
  })
  await engine.placeHold('ann', {
    reason: 'court_order',
    until: new Date('9999-12-31T23:59:59.999Z'),
  })
  await assert.rejects(engine.delete('ann', {}), { code: 'deletion_blocked' })
})
