import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  type BulkOutcome,
  type DeletionReceipt,
  type Hooks,
  UserDeletionEngine,
} from '../../../src/index.ts'
import type { SliceOutcome } from '../../../src/store/slice.ts'
import { withCommits, withWork } from '../../../src/testing/contract/altered-store.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { acmePolicy, openAcme, openAcmeOn } from '../../worlds/acme.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'

const SCOPE = { tenantId: 'tnt_a' }

/** A clock whose waiting moves it on, and that remembers how long was waited. */
function leapingClock() {
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  const waits: number[] = []
  return {
    waits,
    now: () => new Date(now),
    sleep: async (ms: number) => {
      waits.push(ms)
      now += ms
    },
  }
}

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `usr_a${index + 1}`)

forEachTables(({ name, describe, it, open }) => {
  describe(`the pace of a bulk run on ${name}`, () => {
    it('takes as long as its users a second ask for', async () => {
      const clock = leapingClock()
      const { engine } = await openAcmeOn(open, { users: 12, clock })
      const started = clock.now().getTime()
      const result = await engine.deleteMany(ids(12), { ...SCOPE, mode: 'throughput', pace: 4 })
      assert.equal(result.deleted, 12)
      assert.deepEqual(clock.waits, [1_000, 1_000])
      assert.equal(clock.now().getTime() - started, 2_000)
    })

    it('goes one by one below one user a second', async () => {
      const clock = leapingClock()
      const { engine } = await openAcmeOn(open, { users: 3, clock })
      await engine.deleteMany(ids(3), { ...SCOPE, mode: 'throughput', pace: 0.5 })
      assert.deepEqual(clock.waits, [2_000, 2_000])
    })

    it('stops waiting when the signal is aborted', async () => {
      const controller = new AbortController()
      const clock = { now: () => new Date('2026-03-01T12:00:00.000Z'), sleep: () => forever }
      const forever = new Promise<void>(() => {})
      const { engine } = await openAcmeOn(open, { users: 3, clock })
      const run = engine.deleteMany(ids(3), {
        ...SCOPE,
        pace: 1,
        signal: controller.signal,
        onProgress: () => queueMicrotask(() => controller.abort()),
      })
      const result = await run
      assert.deepEqual([result.deleted, result.stopped?.by], [1, 'signal'])
    })

    it('refuses a pace that is no number above 0', async () => {
      const { engine } = await openAcmeOn(open)
      for (const pace of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
        await assert.rejects(engine.deleteMany(ids(1), { ...SCOPE, pace }), {
          code: 'invalid_argument',
          details: { path: 'pace' },
        })
      }
    })
  })

  describe(`a list fed again on ${name}`, () => {
    for (const mode of ['cooperative', 'throughput'] as const) {
      it(`goes on in ${mode} mode where it was aborted`, async () => {
        const { host, engine } = await openAcmeOn(open, { users: 9 })
        const list = ids(9).toReversed()
        const controller = new AbortController()
        const first = await engine.deleteMany(list, {
          ...SCOPE,
          signal: controller.signal,
          onProgress: ({ done }) => done >= 3 && controller.abort(),
        })
        assert.equal(first.stopped?.by, 'signal')
        const second = await engine.deleteMany(list, { ...SCOPE, mode })
        assert.deepEqual(
          [second.alreadyDeleted, second.deleted],
          [first.deleted, 9 - first.deleted],
        )
        assert.deepEqual(await host.rows('users', { tenant_id: 'tnt_a' }), [])
        const third = await engine.deleteMany(list, { ...SCOPE, mode })
        assert.deepEqual([third.alreadyDeleted, third.deleted], [9, 0])
      })
    }
  })
})

describe('the receipts of a bulk run', () => {
  const read: string[] = []
  const afterDelete = ({ userId }: DeletionReceipt): unknown => read.push(String(userId))
  const onOutcome = (outcome: BulkOutcome): unknown =>
    outcome.status === 'deleted' && read.push(String(outcome.receipt.userId))

  for (const [reader, hooks, options] of [
    ['nobody', { onRevoke: () => {} }, {}],
    ['afterDelete', { afterDelete }, {}],
    ['onOutcome', {}, { onOutcome }],
  ] satisfies [string, Hooks, object][]) {
    it(`stay in memory only where somebody reads them: ${reader}`, async () => {
      read.length = 0
      const { db } = await openAcme({ users: 3 })
      const store = sqliteStore(db)
      const kept: boolean[] = []
      const watched = withCommits(store, async (unit, commit) => {
        const result = await commit()
        if (unit === 'deletion') kept.push(...(result as readonly SliceOutcome[]).map(keepsEntry))
        return result
      })
      const engine = new UserDeletionEngine({ store: watched, policy: acmePolicy, hooks })
      const result = await engine.deleteMany(ids(3), { ...SCOPE, ...options, mode: 'throughput' })
      assert.equal(result.deleted, 3)
      assert.deepEqual(
        kept,
        [1, 2, 3].map(() => reader !== 'nobody'),
      )
      assert.deepEqual(read.sort(), reader === 'nobody' ? [] : ids(3))
    })
  }
})

function keepsEntry(outcome: SliceOutcome): boolean {
  return outcome.kind === 'deleted' && outcome.entry !== null
}

describe('a slice that takes its time', () => {
  for (const [remote, most] of [
    [false, 40],
    [true, 20],
  ] as const) {
    it(`${remote ? 'grows where the database is elsewhere' : 'stays small where the database is in this thread'}`, async () => {
      const { db } = await openAcme({ users: 40 })
      const store = sqliteStore(db)
      const slow = withCommits(
        withMethods(store, { capabilities: { ...store.capabilities, remote } }),
        async (unit, commit) => {
          const until = performance.now() + 10
          while (unit === 'deletion' && performance.now() < until);
          return commit()
        },
      )
      let slices = 0
      const engine = new UserDeletionEngine({ store: slow, policy: acmePolicy })
      const onProgress = (): void => {
        slices += 1
      }
      assert.equal((await engine.deleteMany(ids(40), { ...SCOPE, onProgress })).deleted, 40)
      if (remote) assert.ok(slices <= most, `${slices} slices`)
      else assert.equal(slices, most)
    })
  }
})

describe('what one transaction holds', () => {
  it('no more users and rows than the store allows, and every user goes in the end', async () => {
    const { engine, db } = await openAcme({ users: 12 })
    const store = sqliteStore(db)
    const slices: { users: number; rows: number }[] = []
    const limits = { users: 5, rows: 12 }
    const limited = withWork(
      withMethods(store, { capabilities: { ...store.capabilities, limits } }),
      ({ users, steps }) => {
        slices.push({ users: users.length, rows: steps.reduce((sum, { rows }) => sum + rows, 0) })
      },
    )
    const bounded = new UserDeletionEngine({ store: limited, policy: acmePolicy })
    const result = await bounded.deleteMany(ids(12), { ...SCOPE, mode: 'throughput' })
    assert.equal(result.deleted, 12)
    const left = db.prepare("SELECT count(*) FROM users WHERE tenant_id = 'tnt_a'").pluck().get()
    assert.equal(left, 0)
    assert.ok(slices.length > 3, 'the rows cut slices below five users')
    assert.ok(slices.every(({ users, rows }) => users <= 5 && (rows <= 12 || users === 1)))
    assert.ok(slices.some(({ rows }) => rows > 0))
    assert.equal((await engine.ledger.verify()).valid, true)
  })
})
