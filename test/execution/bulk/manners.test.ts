import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  type BulkOutcome,
  type BulkResult,
  type DeletionReceipt,
  type Hooks,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { withWrites } from '../../../src/testing/contract/altered-store.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { acmePolicy, openAcme, openAcmeOn } from '../../worlds/acme.ts'
import { forEachTables } from '../../worlds/each-tables.ts'

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

  describe(`a bulk run under a key on ${name}`, () => {
    for (const mode of ['cooperative', 'throughput'] as const) {
      it(`goes on in ${mode} mode where it was aborted, without asking for the ids before`, async () => {
        const { host, engine } = await openAcmeOn(open, { users: 9 })
        const list = ids(9).toReversed()
        const controller = new AbortController()
        const first = await engine.deleteMany(list, {
          ...SCOPE,
          run: 'cleanup-1',
          signal: controller.signal,
          onProgress: ({ done }) => done >= 3 && controller.abort(),
        })
        assert.equal(first.stopped?.by, 'signal')
        const seen: unknown[] = []
        const second = await engine.deleteMany(list, {
          ...SCOPE,
          mode,
          run: 'cleanup-1',
          onOutcome: ({ index, id, status }) => seen.push([index, id, status]),
        })
        assert.equal(second.skipped, first.deleted)
        assert.equal(first.deleted + second.deleted, 9)
        assert.deepEqual(
          seen,
          ids(9)
            .map((id) => [list.indexOf(id), id, 'deleted'])
            .slice(first.deleted),
        )
        assert.deepEqual(await host.rows('users', { tenant_id: 'tnt_a' }), [])
      })

      it(`meets the users of a slice again in ${mode} mode whose note was lost, and deletes nobody twice`, async () => {
        const { host, engine, engineWith } = await openAcmeOn(open, { users: 5 })
        const crashing = withWrites(host.store, ({ kind }) => {
          if (kind === 'put') throw new Error('crash')
        })
        const run = { ...SCOPE, mode, run: 'key' }
        const first = await engineWith({ store: crashing }).deleteMany(ids(5), run)
        assert.equal(first.stopped?.by, 'store')
        const gone = 5 - (await host.rows('users', { tenant_id: 'tnt_a' })).length
        assert.ok(gone > 0)
        assert.equal(first.deleted, gone)
        const again = await engine.deleteMany(ids(5), run)
        assert.deepEqual([again.deleted, again.alreadyDeleted, again.skipped], [5 - gone, gone, 0])
        const subjects: unknown[] = []
        for await (const { subject } of engine.ledger.receipts()) subjects.push(subject)
        assert.deepEqual(subjects, ids(5))
      })
    }

    it('skips the whole list once it is through', async () => {
      const { engine } = await openAcmeOn(open, { users: 4 })
      const run = (): Promise<BulkResult> => engine.deleteMany(ids(4), { ...SCOPE, run: 'key' })
      assert.equal((await run()).deleted, 4)
      const { deleted, skipped, requested } = await run()
      assert.deepEqual([deleted, skipped, requested], [0, 4, 4])
    })

    it('refuses another list under the same key, with nothing deleted', async () => {
      const { host, engine } = await openAcmeOn(open, { users: 5 })
      await engine.deleteMany(ids(2), { ...SCOPE, mode: 'throughput', run: 'key' })
      const before = await host.rows('users')
      await assert.rejects(
        engine.deleteMany(['usr_a2', 'usr_a1', 'usr_a3'], {
          ...SCOPE,
          mode: 'throughput',
          run: 'key',
        }),
        { code: 'idempotency_conflict' },
      )
      assert.deepEqual(await host.rows('users'), before)
    })

    it('refuses a list that ends before the one of the key did', async () => {
      const { host, engine } = await openAcmeOn(open, { users: 9 })
      await engine.deleteMany(ids(4), { ...SCOPE, run: 'through' })
      const controller = new AbortController()
      await engine.deleteMany(ids(9).slice(4), {
        ...SCOPE,
        run: 'begun',
        signal: controller.signal,
        onProgress: () => controller.abort(),
      })
      const before = await host.rows('users')
      for (const [run, list] of [
        ['through', ids(3)],
        ['through', []],
        ['begun', ids(8).slice(4)],
        ['begun', []],
      ] as const) {
        await assert.rejects(engine.deleteMany(list, { ...SCOPE, run }), {
          code: 'idempotency_conflict',
        })
      }
      assert.deepEqual(await host.rows('users'), before)
    })

    it('keeps the keys of two tenants apart', async () => {
      const { engine } = await openAcmeOn(open, { users: 2 })
      await engine.deleteMany(['usr_a1'], { ...SCOPE, run: 'key' })
      const other = await engine.deleteMany(['usr_b1'], { tenantId: 'tnt_b', run: 'key' })
      assert.equal(other.deleted, 1)
    })
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
      const watched = withMethods(store, {
        apply: (program, slice) => {
          kept.push(slice.keepsEntries)
          return store.apply(program, slice)
        },
      })
      const engine = new UserDeletionEngine({ store: watched, policy: acmePolicy, hooks })
      const result = await engine.deleteMany(ids(3), { ...SCOPE, ...options, mode: 'throughput' })
      assert.equal(result.deleted, 3)
      assert.deepEqual(kept, [reader !== 'nobody'])
      assert.deepEqual(read.sort(), reader === 'nobody' ? [] : ids(3))
    })
  }
})

describe('a slice that takes its time', () => {
  for (const [remote, most] of [
    [false, 40],
    [true, 20],
  ] as const) {
    it(`${remote ? 'grows where the database is elsewhere' : 'stays small where the database is in this thread'}`, async () => {
      const { db } = await openAcme({ users: 40 })
      const store = sqliteStore(db)
      const slow = withMethods(store, {
        capabilities: { ...store.capabilities, remote },
        apply: async (program, slice) => {
          const until = performance.now() + 10
          while (performance.now() < until);
          return store.apply(program, slice)
        },
      })
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
    const limited = withMethods(store, {
      capabilities: { ...store.capabilities, limits: { users: 5, rows: 12 } },
      apply: (program, slice) =>
        store.apply(program, {
          ...slice,
          seal(works, head, residue) {
            const rows = works.flatMap(({ counts }) => counts).reduce((sum, one) => sum + one, 0)
            slices.push({ users: works.length, rows })
            return slice.seal(works, head, residue)
          },
        }),
    })
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
