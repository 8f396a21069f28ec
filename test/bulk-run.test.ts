import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { BulkOutcome, DeleteManyOptions } from '../src/index.ts'
import { openAcme } from './support/acme.ts'

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
        for (const { index, id } of told) assert.equal(id, list[index])
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

  it('passes nobody over by the word of another list', async () => {
    const { db, engine } = await openAcme({ users: 9 })
    await feed(engine, ['usr_a5', 'usr_a1', 'usr_a2', 'usr_a6'], { abortAt: 1 })
    const { result } = await feed(engine, ['usr_a5', 'usr_a0', 'usr_a3', 'usr_a4'])
    assert.equal(result.skipped, 0)
    assert.equal(result.deleted, 3)
    const left = db.prepare("SELECT id FROM users WHERE tenant_id = 'tnt_a' ORDER BY id")
    assert.deepEqual(left.pluck().all(), ['usr_a2', 'usr_a6', 'usr_a7', 'usr_a8', 'usr_a9'])
  })

  it('refuses another list while those read ahead are not through', async () => {
    const { db, engine } = await openAcme({ users: 4 })
    await feed(engine, ['usr_a4', 'usr_a1', 'usr_a2'], { abortAt: 1 })
    const before = db.prepare('SELECT id FROM users').all()
    for (const list of [
      ['usr_a3', 'usr_a1', 'usr_a2'],
      ['usr_a4', 'usr_a1'],
    ]) {
      await assert.rejects(feed(engine, list), { code: 'idempotency_conflict' })
    }
    assert.deepEqual(db.prepare('SELECT id FROM users').all(), before)
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
