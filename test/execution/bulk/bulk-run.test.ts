import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  type BulkOutcome,
  type DeleteManyOptions,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { acmePolicy, openAcme } from '../../worlds/acme.ts'

const SCOPE = { tenantId: 'tnt_a' }

type Engine = Awaited<ReturnType<typeof openAcme>>['engine']

/** Feeds the list and aborts once so many ids are dealt with; answers how the run ended and who was told. */
async function feed(
  engine: Engine,
  list: readonly unknown[],
  { abortAt = Number.POSITIVE_INFINITY, ...options }: DeleteManyOptions & { abortAt?: number } = {},
) {
  const controller = new AbortController()
  const told: BulkOutcome[] = []
  const result = await engine.deleteMany(list as string[], {
    ...SCOPE,
    run: 'key',
    signal: controller.signal,
    ...options,
    onOutcome: (outcome) => void told.push(outcome),
    onProgress: ({ done }) => done >= abortAt && controller.abort(),
  })
  return { result, told }
}

describe('a bulk run under a key', () => {
  it('tells of every id once, wherever it is stopped and however it goes on', async () => {
    const USERS = 12
    const id = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: USERS }).map((user) => `usr_a${user}`) },
      fc.constantFrom('', 7, 'usr_of_nobody'),
    )
    const call = fc.record({
      mode: fc.constantFrom('cooperative' as const, 'throughput' as const),
      abortAt: fc.integer({ min: 1, max: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(id, { maxLength: 24 }), fc.array(call), async (list, calls) => {
        const { db, engine } = await openAcme({ users: USERS })
        const told: BulkOutcome[] = []
        let requested = 0
        for (const options of [...calls, {}]) {
          const before = told.length
          const { result, told: own } = await feed(engine, list, options)
          assert.equal(result.skipped, before)
          requested = result.requested
          told.push(...own)
        }
        assert.equal(requested, list.length)
        assert.deepEqual(
          told.map(({ index }) => index).sort((a, b) => a - b),
          [...list.keys()],
        )
        // The table holds texts, so a number stands for its digits.
        for (const { index, id } of told) assert.equal(id, String(list[index]))
        const gone = new Set(told.flatMap(({ id, status }) => (status === 'deleted' ? [id] : [])))
        const users = Array.from({ length: USERS }, (_, index) => `usr_a${index + 1}`)
        assert.deepEqual(
          users.filter((user) => gone.has(user)),
          users.filter((user) => list.includes(user)),
        )
        const left = db.prepare("SELECT id FROM users WHERE tenant_id = 'tnt_a' ORDER BY rowid")
        assert.deepEqual(
          left.pluck().all(),
          users.filter((user) => !gone.has(user)),
        )
        const receipts: unknown[] = []
        for await (const { subject } of engine.ledger.receipts()) receipts.push(subject)
        assert.deepEqual(receipts.sort(), [...gone].sort())
        db.close()
      }),
      { seed: 7, numRuns: 150 },
    )
  })

  it('passes nobody over by another order than that of those who were deleted', async () => {
    const { db, engine } = await openAcme({ users: 9 })
    const list = ['usr_a5', 'usr_a1', 'usr_a2', 'usr_a6']
    await feed(engine, list, { abortAt: 1 })
    // Recorded by a version with another order of ids.
    db.exec(
      "UPDATE user_deletion_marks SET value = json_set(value, '$.ahead.order', 'another') WHERE name LIKE 'run:%'",
    )
    const { result } = await feed(engine, list)
    assert.deepEqual([result.skipped, result.alreadyDeleted, result.deleted], [0, 1, 3])
    const left = db.prepare("SELECT count(*) FROM users WHERE tenant_id = 'tnt_a'")
    assert.equal(left.pluck().get(), 5)
  })

  it('refuses another list while those read ahead are not through', async () => {
    const { db, engine } = await openAcme({ users: 4 })
    await feed(engine, ['usr_a4', 'usr_a1', 'usr_a2'], { abortAt: 1 })
    const before = db.prepare('SELECT id FROM users').all()
    for (const list of [
      ['usr_a3', 'usr_a1', 'usr_a2'],
      ['usr_a4', 'usr_a1', 'usr_a3'],
      ['usr_a4', 'usr_a1'],
    ]) {
      await assert.rejects(feed(engine, list), { code: 'idempotency_conflict' })
    }
    assert.deepEqual(db.prepare('SELECT id FROM users').all(), before)
  })

  it('leaves those open who have failed for a reason that may pass', async () => {
    for (const mode of ['cooperative', 'throughput'] as const) {
      let isBroken = true
      const blocker = ({ userId }: { userId: unknown }) => {
        if (isBroken && userId === 'usr_a2') throw new Error('the CRM does not answer')
        return userId === 'usr_a3' ? { name: 'open_invoice', remedy: 'Pay it.' } : null
      }
      const { db, engine } = await openAcme({ users: 5, blockers: [blocker] })
      const list = ['usr_a5', 'usr_a3', 'usr_a1', 'usr_a2', 'usr_a4']
      const { result } = await feed(engine, list, { mode })
      assert.deepEqual(result.failedByCode, { deletion_blocked: 1, hook_failed: 1 })
      assert.equal(result.deleted, 3)
      isBroken = false
      const again = await feed(engine, list, { mode })
      assert.equal(again.result.deleted, 1)
      assert.equal(again.result.failedByCode.hook_failed, undefined)
      const left = db.prepare("SELECT id FROM users WHERE tenant_id = 'tnt_a'")
      assert.deepEqual(left.pluck().all(), ['usr_a3'])
      const last = await feed(engine, list, { mode })
      assert.equal(last.result.skipped, 5)
    }
  })

  it('leaves those open whose hook threw, or whom the store failed for an unknown reason', async () => {
    for (const what of ['hook', 'survey', 'apply'] as const) {
      let isBroken = true
      const fail = (): void => {
        if (isBroken) throw new Error('the database does not answer')
      }
      const beforeDelete = (): void => (what === 'hook' ? fail() : undefined)
      const { db, engine } = await openAcme({ users: 3, hooks: { beforeDelete } })
      const store = sqliteStore(db)
      const failing = withMethods(store, {
        survey: async (program, targets) => {
          if (what === 'survey') fail()
          return store.survey(program, targets)
        },
        apply: async (program, slice) => {
          if (what === 'apply') fail()
          return store.apply(program, slice)
        },
      })
      const hooks = { beforeDelete }
      const other = new UserDeletionEngine({ store: failing, policy: acmePolicy, hooks })
      const list = ['usr_a2', 'usr_a1', 'usr_a3']
      const { result } = await feed(what === 'hook' ? engine : other, list)
      assert.deepEqual([result.failed, result.stopped], [3, null], what)
      isBroken = false
      const again = await feed(engine, list)
      assert.deepEqual([again.result.skipped, again.result.deleted], [0, 3], what)
    }
  })

  it('asks nobody else of a slice when a blocker does not answer', async () => {
    let asked = 0
    const blocker = (): Promise<never> => {
      asked += 1
      return new Promise(() => {})
    }
    const users = 30
    const { engine } = await openAcme({ users, blockers: [blocker], hookTimeoutMs: 20 })
    const list = Array.from({ length: users }, (_, index) => `usr_a${index + 1}`)
    const { result } = await feed(engine, list, { mode: 'throughput' })
    assert.deepEqual(result.failedByCode, { hook_timeout: users })
    assert.equal(asked, 10)
    assert.equal((await feed(engine, list, { mode: 'throughput' })).result.skipped, 0)
  })

  it('leaves those open whom another call is deleting', async () => {
    let letGo = (): void => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    let calls = 0
    const beforeDelete = async (): Promise<void> => {
      calls += 1
      if (calls === 1) await held
    }
    const { engine } = await openAcme({ users: 3, hooks: { beforeDelete } })
    const list = ['usr_a2', 'usr_a1', 'usr_a3']
    const first = feed(engine, list, { mode: 'throughput' })
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve))
    const second = await feed(engine, list)
    assert.deepEqual(second.result.failedByCode, { in_progress: 3 })
    const third = await feed(engine, list)
    assert.equal(third.result.skipped, 0)
    letGo()
    assert.equal((await first).result.deleted, 3)
  })

  it('leaves those open whom a failing store has not deleted', async () => {
    const { db, engine } = await openAcme({ users: 4 })
    const apply = async (): Promise<never> => {
      throw new UserDeletionError('store_busy', 'busy')
    }
    const failing = new UserDeletionEngine({
      store: withMethods(sqliteStore(db), { apply }),
      policy: acmePolicy,
    })
    const list = ['usr_a4', 'usr_a1', 'usr_a2', 'usr_a3']
    const { result } = await feed(failing, list)
    assert.equal(result.stopped?.by, 'store')
    const again = await feed(engine, list)
    assert.deepEqual([again.result.skipped, again.result.deleted], [0, 4])
  })

  it('goes on after an abort, or a failure of the input, before those read ahead are there again', async () => {
    const { engine } = await openAcme({ users: 6 })
    const list = ['usr_a6', 'usr_a2', 'usr_a4', 'usr_a1']
    await feed(engine, list, { abortAt: 1 })
    const controller = new AbortController()
    async function* hesitant() {
      yield* list.slice(0, 2)
      controller.abort()
      await new Promise(() => {})
    }
    async function* failing() {
      yield* list.slice(0, 3)
      throw new Error('the input broke')
    }
    const run = { ...SCOPE, run: 'key' }
    const aborted = await engine.deleteMany(hesitant(), { ...run, signal: controller.signal })
    assert.equal(aborted.stopped?.by, 'signal')
    const failed = await engine.deleteMany(failing(), run)
    assert.equal(failed.stopped?.by, 'source')
    assert.deepEqual([aborted.deleted, failed.deleted], [0, 0])
    const last = await engine.deleteMany(list, run)
    assert.deepEqual([last.skipped, last.deleted, last.stopped], [1, 3, null])
  })

  it('is stopped, and the list none other, where the input ends because of the abort', async () => {
    for (const mode of ['cooperative', 'throughput'] as const) {
      const { engine } = await openAcme({ users: 6 })
      const list = ['usr_a6', 'usr_a2', 'usr_a4', 'usr_a1']
      await feed(engine, list, { mode, abortAt: mode === 'cooperative' ? 1 : 4 })
      const controller = new AbortController()
      function* input() {
        yield* list.slice(0, 2)
        controller.abort()
      }
      const { signal } = controller
      const aborted = await engine.deleteMany(input(), { ...SCOPE, run: 'key', mode, signal })
      assert.equal(aborted.stopped?.by, 'signal')
      assert.equal((await feed(engine, list, { mode })).result.stopped, null)
    }
  })

  it('leaves the event loop its turns while those read ahead are read again', async () => {
    const { engine } = await openAcme()
    const list = Array.from({ length: 2_000 }, (_, index) => `usr_of_nobody_${index}`)
    await feed(engine, list, { abortAt: 1 })
    let turns = 0
    function* slow() {
      const counter = setInterval(() => {
        turns += 1
      }, 0)
      for (const [index, id] of list.entries()) {
        const until = performance.now() + (index < 8 ? 5 : 0)
        while (performance.now() < until);
        yield id
      }
      clearInterval(counter)
    }
    const { skipped } = await engine.deleteMany(slow(), { ...SCOPE, run: 'key' })
    assert.ok(skipped > 0)
    assert.ok(turns >= 6, `${turns} turns`)
  })

  it('passes a long list over in a few turns', async () => {
    const { engine } = await openAcme()
    const list = Array.from({ length: 5_000 }, (_, index) => `usr_of_nobody_${index}`)
    await feed(engine, list, { mode: 'throughput' })
    let turns = 0
    const again = await engine.deleteMany(list, {
      ...SCOPE,
      run: 'key',
      onProgress: () => {
        turns += 1
      },
    })
    assert.equal(again.skipped, 5_000)
    assert.equal(turns, 5)
  })
})
