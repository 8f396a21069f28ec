/**
 * Events that nobody acknowledges end by their age, where the host has set one.
 */
import assert from 'node:assert/strict'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'

const policy = definePolicy({
  name: 'events',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {},
})

const PEOPLE = ['ann', 'bob', 'cleo']
const DATA = `CREATE TABLE users (id TEXT PRIMARY KEY);
  ${PEOPLE.map((id) => `INSERT INTO users VALUES ('${id}');`).join('')}`

forEachTables(({ name, describe, it, open }) => {
  /** One user goes on each of three days. */
  async function threeDays(outboxMaxAge?: string) {
    const { store } = await open(DATA)
    const clock = fixedClock('2026-03-01T12:00:00.000Z')
    const age = outboxMaxAge === undefined ? {} : { outboxMaxAge }
    const logger = { warn() {} }
    const engine = new UserDeletionEngine({ store, policy, clock, logger, ...age })
    await engine.migrate()
    for (const [day, id] of PEOPLE.entries()) {
      clock.set(`2026-03-0${day + 1}T12:00:00.000Z`)
      await engine.delete(id)
    }
    const waiting = async (): Promise<readonly unknown[]> => {
      const found: unknown[] = []
      for await (const { subject } of engine.outbox.pending()) found.push(subject)
      return found
    }
    return { clock, engine, waiting }
  }

  describe(`events that nobody acknowledges, on ${name}`, () => {
    it('wait for ever where no age is set, and the oldest is told', async () => {
      const { engine, waiting } = await threeDays()
      const { outbox } = await engine.maintain()
      assert.deepEqual(outbox, { oldest: '2026-03-01T12:00:00.000Z', removed: 0 })
      assert.deepEqual(await waiting(), PEOPLE)
    })

    it('go once they are as old as that, the newer ones stay', async () => {
      const { clock, engine, waiting } = await threeDays('P2D')
      clock.set('2026-03-04T11:59:59.999Z')
      const first = await engine.maintain()
      assert.deepEqual(first.outbox, { oldest: '2026-03-02T12:00:00.000Z', removed: 1 })
      assert.deepEqual(await waiting(), ['bob', 'cleo'])
      clock.set('2026-03-06T12:00:00.000Z')
      const second = await engine.maintain()
      assert.deepEqual(second.outbox, { oldest: null, removed: 2 })
      assert.deepEqual((await engine.maintain()).outbox, { oldest: null, removed: 0 })
    })

    it('stay while the clock is not believed', async () => {
      const { clock, engine, waiting } = await threeDays('P2D')
      await engine.maintain()
      clock.set('2036-03-04T12:00:00.000Z')
      const { failed, outbox } = await engine.maintain()
      assert.ok(failed.some(({ error }) => error.code === 'clock_jumped'))
      assert.equal(outbox?.removed, 0)
      assert.equal((await waiting()).length, 2)
    })
  })
})
