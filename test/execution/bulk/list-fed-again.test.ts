import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  type BulkOutcome,
  type DeleteManyOptions,
  definePolicy,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import { withAnswers, withCommits } from '../../../src/testing/contract/altered-store.ts'
import { acmePolicy, openAcme } from '../../worlds/acme.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const SCOPE = { tenantId: 'tnt_a' }

type Engine = Awaited<ReturnType<typeof openAcme>>['engine']

/** Feeds the list and aborts once so many ids are dealt with; answers how it ended and what was told. */
async function feed(
  engine: Engine,
  list: readonly unknown[],
  { abortAt = Number.POSITIVE_INFINITY, ...options }: DeleteManyOptions & { abortAt?: number } = {},
) {
  const controller = new AbortController()
  const told: BulkOutcome[] = []
  const result = await engine.deleteMany(list as string[], {
    ...SCOPE,
    signal: controller.signal,
    ...options,
    onOutcome: (outcome) => void told.push(outcome),
    onProgress: ({ done }) => done >= abortAt && controller.abort(),
  })
  return { result, told }
}

describe('a list fed again', () => {
  it('deletes each user once, wherever it was stopped and however it goes on', async () => {
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
        const gone: string[] = []
        for (const options of [...calls, {}]) {
          const { result, told } = await feed(engine, list, options)
          assert.equal(result.requested, told.length)
          for (const { id, status } of told) {
            if (status === 'already_deleted') assert.ok(gone.includes(String(id)))
            if (status === 'deleted') gone.push(String(id))
          }
        }
        assert.equal(new Set(gone).size, gone.length)
        const users = Array.from({ length: USERS }, (_, index) => `usr_a${index + 1}`)
        const left = db.prepare("SELECT id FROM users WHERE tenant_id = 'tnt_a' ORDER BY rowid")
        assert.deepEqual(
          left.pluck().all(),
          users.filter((user) => !list.includes(user)),
        )
        const receipts: unknown[] = []
        for await (const { subject } of engine.ledger.receipts()) receipts.push(subject)
        assert.deepEqual(receipts.sort(), gone.sort())
        db.close()
      }),
      { seed: 7, numRuns: 100 },
    )
  })

  it('tries those again who have failed, and tells with which receipt the others went', async () => {
    let isBroken = true
    const blocker = ({ userId }: { userId: unknown }) => {
      if (isBroken && userId === 'usr_a2') throw new Error('the CRM does not answer')
      return null
    }
    const { db, engine } = await openAcme({ users: 3, blockers: [blocker] })
    const list = ['usr_a3', 'usr_a1', 'usr_a2']
    const first = await feed(engine, list)
    assert.deepEqual([first.result.deleted, first.result.failedByCode], [2, { hook_failed: 1 }])
    isBroken = false
    const again = await feed(engine, list)
    assert.deepEqual([again.result.deleted, again.result.alreadyDeleted], [1, 2])
    const receiptOf = (told: readonly BulkOutcome[], id: string): unknown => {
      const outcome = told.find((one) => one.id === id)
      if (outcome?.status === 'already_deleted') return outcome.receiptId
      return outcome?.status === 'deleted' ? outcome.receipt.id : null
    }
    assert.equal(receiptOf(again.told, 'usr_a3'), receiptOf(first.told, 'usr_a3'))
    assert.equal(
      db.prepare("SELECT count(*) FROM users WHERE tenant_id = 'tnt_a'").pluck().get(),
      0,
    )
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
  })

  it('goes on where a failing store has stopped it', async () => {
    const { db, engine } = await openAcme({ users: 4 })
    const store = sqliteStore(db)
    let slices = 0
    const failing = new UserDeletionEngine({
      store: withCommits(store, (unit, commit) => {
        if (unit === 'deletion') slices += 1
        if (slices > 1) throw new UserDeletionError('store_busy', 'busy')
        return commit()
      }),
      policy: acmePolicy,
    })
    const list = ['usr_a4', 'usr_a1', 'usr_a2', 'usr_a3']
    const { result } = await feed(failing, list)
    assert.deepEqual([result.stopped?.by, result.deleted], ['store', 1])
    const again = await feed(engine, list)
    assert.deepEqual([again.result.alreadyDeleted, again.result.deleted], [1, 3])
  })

  it('says that it was stopped where the signal came while users of the last slice were asked about', async () => {
    const controller = new AbortController()
    const beforeDelete = (): Promise<void> => {
      controller.abort()
      return new Promise(() => {})
    }
    const { engine } = await openAcme({ users: 2, hooks: { beforeDelete }, hookTimeoutMs: 20 })
    const { signal } = controller
    const result = await engine.deleteMany(['usr_a1'], { ...SCOPE, mode: 'throughput', signal })
    assert.deepEqual([result.deleted, result.stopped?.by], [0, 'signal'])
  })
})

describe('an old list fed again', () => {
  const listedAt = new Date('2026-03-01T00:00:00.000Z')
  const dated = definePolicy({
    ...acmePolicy,
    user: { ...acmePolicy.user, createdAt: 'created_at' },
  })

  async function openDated() {
    const { db } = await openAcme()
    db.exec("ALTER TABLE users ADD COLUMN created_at TEXT DEFAULT '2026-01-01T00:00:00.000Z'")
    const clock = fixedClock()
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: dated, clock })
    await engine.migrate()
    return { db, engine, clock }
  }

  const insert = `INSERT INTO users (id, tenant_id, email) VALUES ('usr_a1', 'tnt_a', 'new@example.com')`
  const emails = "SELECT email FROM users WHERE id = 'usr_a1'"

  it('leaves somebody alone to whom an id of it was given after its user went', async () => {
    const { db, engine } = await openAcme()
    const first = await feed(engine, ['usr_a1'])
    db.exec(insert)
    const again = await feed(engine, ['usr_a1', 'usr_a2'], { listedAt })
    const [told] = again.told.filter(({ id }) => id === 'usr_a1')
    const [gone] = first.told
    assert.deepEqual([again.result.alreadyDeleted, again.result.deleted], [1, 1])
    assert.ok(told?.status === 'already_deleted' && gone?.status === 'deleted')
    assert.equal(told.receiptId, gone.receipt.id)
    assert.deepEqual(db.prepare(emails).pluck().all(), ['new@example.com'])
  })

  it('takes the new user for its own where it is newer than the deletion', async () => {
    const { db, engine, clock } = await openDated()
    await feed(engine, ['usr_a1'])
    db.exec(insert)
    clock.set('2026-03-05T12:00:00.000Z')
    const later = new Date('2026-03-05T00:00:00.000Z')
    assert.equal((await feed(engine, ['usr_a1'], { listedAt: later })).result.deleted, 1)
    assert.deepEqual(db.prepare(emails).pluck().all(), [])
  })

  it('leaves a row alone that is newer than it, also where nobody knows of an earlier one', async () => {
    const { db, engine } = await openDated()
    db.exec("UPDATE users SET created_at = '2026-03-01T09:00:00.000Z' WHERE id = 'usr_a1'")
    const { result } = await feed(engine, ['usr_a1', 'usr_a2'], { listedAt })
    assert.deepEqual([result.deleted, result.failedByCode], [1, { resource_not_found: 1 }])
    assert.deepEqual(result.errors[0]?.error.details, { reason: 'newer_than_list' })
    assert.equal(db.prepare(emails).pluck().all().length, 1)
  })

  it('is refused with a day that is none, or is still to come', async () => {
    const { engine } = await openAcme()
    for (const at of [new Date(Number.NaN), new Date('2030-01-01'), '2026-03-01' as never]) {
      await assert.rejects(engine.deleteMany([], { ...SCOPE, listedAt: at }), {
        code: 'invalid_argument',
        details: { path: 'listedAt' },
      })
    }
  })

  it('fails whole where the ledger cannot be asked', async () => {
    const { db } = await openAcme()
    const store = withAnswers(sqliteStore(db), (question, own) => {
      const isOfLedger = question.kind === 'records' && question.newestOf === 'subject'
      if (isOfLedger) throw new UserDeletionError('store_busy', 'busy')
      return own
    })
    const engine = new UserDeletionEngine({ store, policy: acmePolicy, clock: fixedClock() })
    const { failedByCode, stopped } = await engine.deleteMany(['usr_a1'], { ...SCOPE, listedAt })
    assert.deepEqual([failedByCode, stopped?.by], [{ store_busy: 1 }, 'store'])
  })
})
