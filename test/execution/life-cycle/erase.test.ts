import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import {
  type EraserPage,
  type EraserRequest,
  type ErasureEntry,
  type ErasureResult,
  type ExternalEraser,
  UserDeletionError,
} from '../../../src/index.ts'
import { claimJob, listJobs } from '../../../src/records/job-records.ts'
import { withAnswers, withCommits } from '../../../src/testing/contract/altered-store.ts'
import { type ErasureHost, idsOf, openErasure, type Row } from '../../worlds/erasure-world.ts'
import { forEachErasureStore } from '../../worlds/hosts/each-erasure-store.ts'

const tenantId = 'tnt_a'
const HOUR = 3_600_000

type Answer = unknown | ((request: EraserRequest) => unknown)

/** An eraser that answers one entry of the list after the other, and remembers what it was asked. */
function scripted(name: string, answers: readonly Answer[], rest: Partial<ExternalEraser> = {}) {
  const asked: EraserRequest[] = []
  const eraser: ExternalEraser = {
    name,
    page: async (request) => {
      const answer = answers[asked.length]
      asked.push(request)
      assert.ok(asked.length <= answers.length, `${name} was asked more often than planned`)
      return (typeof answer === 'function' ? await answer(request) : answer) as EraserPage
    },
    ...rest,
  }
  return { eraser, asked }
}

const throwing = () => {
  throw new Error('the CRM is down')
}
const hanging = () => new Promise<never>(() => {})
const DONE = { removed: 1 }

function receiptIn(result: ErasureResult) {
  assert.equal(result.status, 'erased')
  return result.receipt
}

function waitingIn(result: ErasureResult) {
  assert.equal(result.status, 'waiting')
  return result
}

async function all<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** What `assert.rejects` compares with. */
function coded(code: string) {
  return (error: unknown) => error instanceof UserDeletionError && error.code === code
}

/** The heartbeat has reached the store: with a server that takes several turns of the loop. */
async function leaseUntil(world: Pick<ErasureHost, 'jobs'>, ms: number): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    const [job] = await world.jobs()
    if (job?.leaseUntil === new Date(ms).toISOString()) return
    await new Promise(setImmediate)
  }
  assert.fail('the lease is not renewed')
}

function erasedEntries(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ action }) => action === 'user.erased')
}

/** Everything of the host, as text: equal before and after means that nothing was written. */
async function hostState(rows: (table: string) => Promise<readonly Row[]>): Promise<string> {
  const tables = ['users', 'sessions', 'notes', 'cases', 'audit_log'].map(rows)
  return JSON.stringify(await Promise.all(tables))
}

forEachErasureStore(({ store, name, describe, it }) => {
  describe(`erasure on ${name}`, () => {
    it('deletes the user, cuts access first, and says in the receipt what the erasers did', async () => {
      const crm = scripted('crm', [
        {
          removed: 3,
          retained: [{ count: 2, reason: 'tax_law' }],
          next: 'p2',
        },
        { removed: 4, retained: [{ count: 1, reason: 'tax_law' }] },
      ])
      const mail = scripted('mail', [{ removed: 0, retained: [] }])
      const world = await openErasure(store, { externalErasers: [crm.eraser, mail.eraser] })
      const result = await world.engine.erase('usr_ann', {
        tenantId,
        reason: 'gdpr_request',
        requestedBy: 'adm_1',
      })
      const receipt = receiptIn(result)
      assert.deepEqual(receipt.external, [
        {
          name: 'crm',
          status: 'done',
          removed: 7,
          retained: [{ count: 3, reason: 'tax_law' }],
        },
        { name: 'mail', status: 'done', removed: 0, retained: [] },
      ])
      assert.equal(receipt.reason, 'gdpr_request')
      assert.deepEqual(
        receipt.steps.map(({ id, rows }) => [id, rows]),
        [
          ['sessions#0', 2],
          ['notes#0', 2],
          ['cases#0', 0],
          ['audit_log#0', 1],
        ],
      )
      assert.deepEqual(idsOf(await world.rows('users')), ['usr_bob', 'usr_eve'])
      assert.deepEqual(idsOf(await world.rows('sessions'), 'user_id'), [
        ...['usr_bob', 'usr_eve', 'usr_bob', 'usr_eve'],
      ])
      assert.deepEqual(idsOf(await world.rows('notes')), ['note_bob'])
      assert.equal((await world.engine.ledger.verify()).valid, true)
    })

    it('has cut access before the first eraser is called', async () => {
      const seen: unknown[] = []
      const look: ExternalEraser = {
        name: 'look',
        page: async () => {
          const { status } = (await world.rows('users')).find(({ id }) => id === 'usr_ann') ?? {}
          const sessions = (await world.rows('sessions')).filter(
            ({ user_id }) => user_id === 'usr_ann',
          )
          seen.push({
            status,
            sessions: sessions.length,
            notes: (await world.rows('notes')).length,
          })
          return DONE
        },
      }
      const world = await openErasure(store, { externalErasers: [look] })
      receiptIn(await world.engine.erase('usr_ann', { tenantId }))
      assert.deepEqual(seen, [{ status: 'disabled', sessions: 0, notes: 3 }])
    })

    it('has cut access of a user whose sessions alone are too many for one transaction, also after a crash', async () => {
      const sessionsSeen: number[] = []
      const look: ExternalEraser = {
        name: 'look',
        page: async () => {
          const left = (await world.rows('sessions')).filter(({ user_id }) => user_id === 'usr_ann')
          sessionsSeen.push(left.length)
          return DONE
        },
      }
      let chunks = 0
      let isDown = true
      const world = await openErasure(
        store,
        { externalErasers: [look], maxRowsPerTransaction: 1 },
        {
          wrap: (inner) =>
            withCommits(inner, (unit, commit) => {
              if (unit !== 'chunk') return commit()
              chunks += 1
              if (isDown && chunks > 1) throw new UserDeletionError('store_failed', 'down')
              return commit()
            }),
        },
      )
      await assert.rejects(world.engine.erase('usr_ann', { tenantId }), coded('store_failed'))
      assert.equal((await world.rows('sessions')).length, 5)
      isDown = false
      const { finished, failed } = await world.engine.resume()
      assert.deepEqual(failed, [])
      assert.deepEqual(sessionsSeen, [0])
      assert.deepEqual(
        finished[0]?.steps.map(({ rows }) => rows),
        [2, 2, 0, 1],
      )
    })

    it('tells onRevoke and the outbox when access is cut, however long the erasers take', async () => {
      const revoked: unknown[] = []
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, {
        externalErasers: [crm.eraser],
        hooks: { onRevoke: ({ userId, notBefore }) => void revoked.push([userId, notBefore]) },
      })
      await world.engine.erase('usr_ann', { tenantId })
      assert.deepEqual(revoked, [['usr_ann', new Date('2026-03-01T12:00:00.000Z')]])
      assert.deepEqual(
        (await world.events()).map(({ type, receiptId }) => [type, receiptId]),
        [
          ['session.revoked', null],
          ['user.disabled', null],
        ],
      )
    })

    it('tells of revoked sessions when access is cut, and of the rest with the receipt, each once', async () => {
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, { externalErasers: [crm.eraser] })
      await world.engine.erase('usr_ann', { tenantId })
      world.clock.advance(HOUR)
      const { finished } = await world.engine.resume()
      const receiptId = finished[0]?.id
      const events = await world.events()
      assert.deepEqual(
        events.map(({ type, rows, subject, tenantId: of, receiptId: id }) => [
          ...[type, rows, subject, of, id],
        ]),
        [
          ['session.revoked', 2, 'usr_ann', tenantId, null],
          ['user.disabled', 1, 'usr_ann', tenantId, null],
          ['notes.removed', 2, 'usr_ann', tenantId, receiptId],
          ['user.deleted', 1, 'usr_ann', tenantId, receiptId],
        ],
      )
      assert.deepEqual(events.map(({ id }) => id).toSorted(), idsOf(events as never))
    })

    describe('pages', () => {
      it('hands on the cursor, and a new idempotency key for each page', async () => {
        const crm = scripted('crm', [{ removed: 1, next: 'b' }, { removed: 1, next: 'c' }, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        receiptIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.deepEqual(
          crm.asked.map(({ cursor }) => cursor),
          [null, 'b', 'c'],
        )
        const keys = crm.asked.map(({ idempotencyKey }) => idempotencyKey)
        assert.equal(new Set(keys).size, 3)
        for (const request of crm.asked) {
          assert.equal(request.userId, 'usr_ann')
          assert.equal(request.tenantId, tenantId)
          assert.deepEqual(request.identifiers, {
            id: 'usr_ann',
            email: 'ann@example.com',
            name: 'Ann',
          })
        }
      })

      it('keeps the key for every try of one page, also across processes', async () => {
        const crm = scripted(
          'crm',
          [{ removed: 1, next: 'b' }, throwing, throwing, { removed: 2 }],
          {
            attempts: 2,
          },
        )
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        world.clock.advance(2 * HOUR)
        const { finished } = await world.build().resume()
        assert.equal(finished[0]?.external[0]?.removed, 3)
        const [first, ...second] = crm.asked.map(({ idempotencyKey }) => idempotencyKey)
        assert.equal(new Set(second).size, 1)
        assert.notEqual(first, second[0])
        assert.deepEqual(
          crm.asked.map(({ cursor }) => cursor),
          [null, 'b', 'b', 'b'],
        )
      })

      it('never gives two erasers or two users the same key', async () => {
        const one = scripted('one', [DONE, DONE])
        const two = scripted('two', [DONE, DONE])
        const world = await openErasure(store, { externalErasers: [one.eraser, two.eraser] })
        for (const id of ['usr_ann', 'usr_bob']) await world.engine.erase(id, { tenantId })
        const keys = [...one.asked, ...two.asked].map(({ idempotencyKey }) => idempotencyKey)
        assert.equal(new Set(keys).size, 4)
      })

      it("lets the host's event loop run between pages that answer at once", async () => {
        let turns = 0
        let isOver = false
        const turn = (): void => {
          turns += 1
          if (!isOver) setImmediate(turn)
        }
        const pages: ExternalEraser = {
          name: 'pages',
          page: ({ cursor }) => {
            const page = Number(cursor ?? 0)
            return page < 50 ? { removed: 1, next: String(page + 1) } : DONE
          },
        }
        const world = await openErasure(store, { externalErasers: [pages] })
        setImmediate(turn)
        receiptIn(await world.engine.erase('usr_ann', { tenantId }))
        isOver = true
        assert.ok(turns >= 50, `${turns} turns`)
      })
    })

    describe('an eraser that fails', () => {
      it('is tried again after a pause that doubles, and then goes on', async () => {
        const crm = scripted('crm', [throwing, throwing, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const receipt = receiptIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.equal(receipt.external[0]?.status, 'done')
        const [first = 0, second = 0, ...more] = world.clock.slept
        assert.deepEqual(more, [])
        assert.ok(first >= 250 && first <= 500, `first pause ${first}`)
        assert.ok(second >= 500 && second <= 1_000, `second pause ${second}`)
        const [warning] = world.warnings
        assert.equal(warning?.message, 'an external eraser failed')
        const { cause } = warning?.details ?? {}
        assert.ok(cause instanceof UserDeletionError)
        assert.equal(cause.code, 'eraser_failed')
        assert.equal((cause.cause as Error).message, 'the CRM is down')
      })

      it('keeps the user, disabled, while it is required; the waits grow up to an hour', async () => {
        const answers = Array.from({ length: 10 }, () => throwing)
        const crm = scripted('crm', [...answers, DONE], { attempts: 1 })
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        let { until } = waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        const waits: number[] = []
        for (let tries = 1; tries < 10; tries += 1) {
          waits.push(Date.parse(until ?? '') - world.clock.now().getTime())
          world.clock.advance(waits.at(-1) ?? 0)
          const resumed = await world.engine.resume()
          assert.deepEqual(resumed.waiting[0]?.erasers, ['crm'])
          until = resumed.waiting[0]?.until ?? null
        }
        for (const [index, wait] of waits.entries()) {
          const full = Math.min(HOUR, 60_000 * 2 ** index)
          assert.ok(wait >= full / 2 && wait <= full, `wait ${index + 1}: ${wait} of ${full}`)
        }
        assert.equal(
          (await world.rows('users')).find(({ id }) => id === 'usr_ann')?.['status'],
          'disabled',
        )
        assert.equal(erasedEntries(await world.rows('audit_log')).length, 0)
        world.clock.advance(HOUR)
        assert.equal((await world.engine.resume()).finished.length, 1)
      })

      it('is given up where it is best effort, and the receipt says so', async () => {
        const extra = scripted('extra', [{ removed: 2, next: 'b' }, throwing, throwing], {
          required: false,
          attempts: 2,
        })
        const world = await openErasure(store, { externalErasers: [extra.eraser] })
        const receipt = receiptIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.deepEqual(receipt.external, [
          { name: 'extra', status: 'failed', removed: 2, retained: [] },
        ])
        assert.deepEqual(idsOf(await world.rows('users')), ['usr_bob', 'usr_eve'])
      })

      it('does not stop the others, and they are not called again', async () => {
        const bad = scripted('bad', [throwing, DONE], { attempts: 1 })
        const good = scripted('good', [{ removed: 5, next: 'b' }, { removed: 5 }])
        const world = await openErasure(store, { externalErasers: [bad.eraser, good.eraser] })
        assert.deepEqual(waitingIn(await world.engine.erase('usr_ann', { tenantId })).erasers, [
          'bad',
        ])
        assert.equal(good.asked.length, 2)
        world.clock.advance(HOUR)
        const { finished } = await world.engine.resume()
        assert.equal(good.asked.length, 2)
        assert.deepEqual(
          finished[0]?.external.map(({ name, removed }) => [name, removed]),
          [
            ['bad', 1],
            ['good', 10],
          ],
        )
      })

      it('is cut off at its time limit with the signal fired, and does not stop the others', async () => {
        const signals: AbortSignal[] = []
        const slow = scripted(
          'slow',
          [
            ({ signal }: EraserRequest) => {
              signals.push(signal)
              return hanging()
            },
            DONE,
          ],
          { attempts: 1, timeoutMs: 5 },
        )
        const quick = scripted('quick', [DONE])
        const world = await openErasure(store, { externalErasers: [slow.eraser, quick.eraser] })
        const waiting = waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.deepEqual(waiting.erasers, ['slow'])
        assert.equal(signals[0]?.aborted, true)
        const { cause } = world.warnings[0]?.details ?? {}
        assert.ok(cause instanceof UserDeletionError && cause.code === 'eraser_timeout')
        assert.deepEqual(cause.details, { eraser: 'slow', timeoutMs: 5 })
        world.clock.advance(HOUR)
        assert.equal((await world.engine.resume()).finished.length, 1)
        assert.equal(quick.asked.length, 1)
      })

      const NONSENSE: Readonly<Record<string, unknown>> = {
        nothing: undefined,
        null: null,
        'a text': 'done',
        'no count': {},
        'a negative count': { removed: -1 },
        'half a row': { removed: 0.5 },
        'a count as text': { removed: '3' },
        'not a number': { removed: Number.NaN },
        'a number as cursor': { removed: 1, next: 2 },
        'an instant as wait': { removed: 1, comeBackAfterMs: '2026-03-02' },
        'a negative wait': { removed: 1, comeBackAfterMs: -1 },
        'a wait of centuries': { removed: 1, comeBackAfterMs: Number.MAX_SAFE_INTEGER },
        'retained as a number': { removed: 1, retained: 3 },
        'retained without a reason': { removed: 1, retained: [{ count: 1 }] },
        'retained for a reason in words': {
          removed: 1,
          retained: [{ count: 1, reason: 'Ann <ann@example.com> owes us' }],
        },
        'retained for an empty reason': { removed: 1, retained: [{ count: 1, reason: '' }] },
        'retained with nothing': { removed: 1, retained: [null] },
        'a negative retained count': { removed: 1, retained: [{ count: -1, reason: 'tax' }] },
      }
      for (const [what, answer] of Object.entries(NONSENSE)) {
        it(`is not believed when it answers ${what}`, async () => {
          const crm = scripted('crm', [answer], { attempts: 1 })
          const world = await openErasure(store, { externalErasers: [crm.eraser] })
          const { erasers } = waitingIn(await world.engine.erase('usr_ann', { tenantId }))
          assert.deepEqual(erasers, ['crm'])
          const { cause } = world.warnings[0]?.details ?? {}
          assert.ok(cause instanceof UserDeletionError && cause.code === 'eraser_failed')
          assert.equal((await world.rows('users')).length, 3)
        })
      }

      it('that names the same page again without progress is a failure, not an endless loop', async () => {
        const crm = scripted(
          'crm',
          [
            { removed: 1, next: 'b' },
            { removed: 1, next: 'b' },
            { removed: 0, next: 'b' },
          ],
          { attempts: 1 },
        )
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.equal(crm.asked.length, 3)
      })
    })

    describe('an eraser that asks to come back later', () => {
      it('makes the job wait; resume() before the time does nothing, after it goes on', async () => {
        const crm = scripted('crm', [
          { removed: 2, next: 'b' },
          { removed: 1, comeBackAfterMs: HOUR },
          { removed: 4 },
        ])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const waiting = waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.equal(waiting.until, '2026-03-01T13:00:00.000Z')
        assert.deepEqual(waiting.erasers, ['crm'])
        const before = await hostState(world.rows)

        world.clock.advance(HOUR - 1)
        const early = await world.engine.resume()
        assert.deepEqual(early, { finished: [], failed: [], waiting: [], held: 0 })
        assert.deepEqual(waitingIn(await world.engine.erase('usr_ann', { tenantId })), waiting)
        assert.equal(crm.asked.length, 2)
        assert.equal(await hostState(world.rows), before)

        world.clock.advance(1)
        const { finished } = await world.engine.resume()
        assert.equal(crm.asked[2]?.cursor, 'b')
        assert.equal(finished[0]?.external[0]?.removed, 7)
      })

      it('shows in jobs() as what the erasure waits for', async () => {
        const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }])
        const mail = scripted('mail', [DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser, mail.eraser] })
        const { jobId } = waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        const jobs = await all(world.engine.jobs({ tenantId }))
        assert.deepEqual(jobs, [
          {
            id: jobId,
            kind: 'erasure',
            userId: 'usr_ann',
            tenantId,
            requestedAt: '2026-03-01T12:00:00.000Z',
            dueAt: '2026-03-01T13:00:00.000Z',
            scheduledBy: null,
            why: { kind: 'waiting_for_erasers', erasers: ['crm'] },
          },
        ])
      })

      it('does not put to sleep a job whose other eraser was still running at a crash', async () => {
        const later = scripted('later', [{ removed: 0, comeBackAfterMs: HOUR }])
        const running = scripted('running', [
          async () => {
            // Let the other one record its wait.
            while ((await world.jobs())[0]?.state.includes('T13:00:00') !== true) {
              await new Promise((resolve) => setImmediate(resolve))
            }
            dueAt = (await listJobs(world.store, { limit: 1 }))[0]?.dueAt
            return DONE
          },
        ])
        let dueAt: string | null | undefined
        const world = await openErasure(store, { externalErasers: [later.eraser, running.eraser] })
        waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        assert.equal(dueAt, null)
        const [job] = await listJobs(world.store, { limit: 1 })
        assert.equal(job?.dueAt, '2026-03-01T13:00:00.000Z')
      })
    })

    describe('engines that differ', () => {
      it('do not finish an erasure without a required eraser that they do not know', async () => {
        const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        world.clock.advance(HOUR)
        const { finished, failed } = await world.build({ externalErasers: [] }).resume()
        assert.deepEqual(finished, [])
        assert.equal(failed[0]?.error.code, 'eraser_failed')
        assert.deepEqual(failed[0]?.error.details, { erasers: ['crm'] })
        assert.ok(idsOf(await world.rows('users')).includes('usr_ann'))
        world.clock.advance(HOUR)
        assert.equal((await world.engine.resume()).finished.length, 1)
      })

      it('do without a best-effort one, and run one that was registered since', async () => {
        const extra = scripted('extra', [{ removed: 0, comeBackAfterMs: HOUR }], {
          required: false,
        })
        const late = scripted('late', [DONE])
        const world = await openErasure(store, { externalErasers: [extra.eraser] })
        waitingIn(await world.engine.erase('usr_ann', { tenantId }))
        world.clock.advance(HOUR)
        const { finished } = await world.build({ externalErasers: [late.eraser] }).resume()
        assert.deepEqual(finished[0]?.external.map(({ name, status }) => [name, status]).sort(), [
          ['extra', 'failed'],
          ['late', 'done'],
        ])
      })
    })

    it('captures the identifiers in the job, and they are gone with it', async () => {
      const states: string[] = []
      const crm = scripted('crm', [
        async () => {
          states.push(...(await world.jobs()).map(({ state }) => state))
          return DONE
        },
      ])
      const world = await openErasure(store, { externalErasers: [crm.eraser] })
      const receipt = receiptIn(await world.engine.erase('usr_ann', { tenantId }))
      assert.ok(states[0]?.includes('ann@example.com'))
      assert.deepEqual(await world.jobs(), [])
      assert.ok(!JSON.stringify([receipt, await world.events()]).includes('ann@example.com'))
    })

    it('hands over the identifiers of the beginning, whatever the row holds later', async () => {
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, { externalErasers: [crm.eraser] })
      await world.engine.erase('usr_ann', { tenantId })
      world.clock.advance(HOUR)
      await world.engine.resume()
      assert.deepEqual(crm.asked[1]?.identifiers, crm.asked[0]?.identifiers)
    })

    describe('the audit entry', () => {
      it("is written once, through the policy's mapping, with ids only", async () => {
        const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        await world.engine.erase('usr_ann', { tenantId, requestedBy: 'adm_1' })
        assert.deepEqual(erasedEntries(await world.rows('audit_log')), [])
        world.clock.advance(HOUR)
        await world.engine.resume()
        const [entry, ...more] = erasedEntries(await world.rows('audit_log'))
        assert.deepEqual(more, [])
        const { id, ...rest } = entry ?? {}
        assert.match(String(id), /^evt_audit_[0-9A-HJKMNP-TV-Z]{26}$/)
        assert.deepEqual(rest, {
          action: 'user.erased',
          actor_id: 'adm_1',
          resource_id: 'usr_ann',
          tenant_id: tenantId,
          at: '2026-03-01T13:00:00.000Z',
          source: 'engine',
          score: 7,
          email: null,
        })
      })

      it('is not written by a deletion that is no erasure', async () => {
        const world = await openErasure(store)
        await world.engine.delete('usr_ann', { tenantId })
        assert.deepEqual(erasedEntries(await world.rows('audit_log')), [])
      })

      it("goes through the host's function in place of the mapping", async () => {
        const entries: ErasureEntry[] = []
        const world = await openErasure(store, {
          writeAuditEntry: (entry) => void entries.push(entry),
        })
        await world.engine.erase('usr_ann', { tenantId, requestedBy: 'adm_1' })
        assert.deepEqual(erasedEntries(await world.rows('audit_log')), [])
        assert.equal(entries.length, 1)
        const [{ id, ...entry }] = entries as [ErasureEntry]
        assert.match(id, /^evt_audit_/)
        assert.deepEqual(entry, {
          action: 'user.erased',
          userId: 'usr_ann',
          tenantId,
          requestedBy: 'adm_1',
          at: new Date('2026-03-01T12:00:00.000Z'),
        })
        assert.ok(Object.isFrozen(entries[0]))
      })

      it('undoes the last transaction when the function throws, and the job goes on later', async () => {
        const crm = scripted('crm', [DONE])
        let isDown = true
        const cause = new Error('the audit service says no')
        const world = await openErasure(store, {
          externalErasers: [crm.eraser],
          writeAuditEntry: () => {
            if (isDown) throw cause
          },
        })
        await assert.rejects(
          world.engine.erase('usr_ann', { tenantId }),
          (error) => coded('hook_failed')(error) && (error as Error).cause === cause,
        )
        assert.equal((await world.rows('users')).length, 3)
        assert.equal((await world.rows('notes')).length, 3)
        assert.deepEqual(
          (await world.events()).map(({ type }) => type),
          ['session.revoked', 'user.disabled'],
        )
        assert.deepEqual(await all(world.engine.ledger.receipts()), [])
        assert.equal((await world.jobs()).length, 1)
        isDown = false
        assert.equal((await world.engine.resume()).finished.length, 1)
        assert.equal(crm.asked.length, 1)
      })

      it('refuses a function that answers a promise, which cannot be part of the transaction', async () => {
        const world = await openErasure(store, {
          writeAuditEntry: (async () => {
            throw new Error('too late')
          }) as never,
        })
        await assert.rejects(world.engine.erase('usr_ann', { tenantId }), coded('hook_failed'))
        assert.equal((await world.rows('users')).length, 3)
        assert.equal((await world.jobs()).length, 1)
      })
    })

    describe('before anything is written', () => {
      const refusals = {
        deletion_vetoed: { hooks: { beforeDelete: () => ({ veto: 'not_now' }) } },
        deletion_blocked: { blockers: [() => ({ name: 'open_order', remedy: 'Close it.' })] },
        hook_failed: {
          blockers: [
            () => {
              throw new Error('down')
            },
          ],
        },
      }
      for (const [code, options] of Object.entries(refusals)) {
        it(`a host that objects makes it ${code}`, async () => {
          const crm = scripted('crm', [])
          const world = await openErasure(store, { ...options, externalErasers: [crm.eraser] })
          const before = await hostState(world.rows)
          await assert.rejects(world.engine.erase('usr_ann', { tenantId }), coded(code))
          assert.equal(await hostState(world.rows), before)
          assert.deepEqual(await world.jobs(), [])
          assert.deepEqual(await world.events(), [])
          assert.equal(crm.asked.length, 0)
        })
      }

      it('a blocking row or a hold makes it deletion_blocked', async () => {
        const crm = scripted('crm', [DONE, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        await world.insert('cases', { id: 'case_1', user_id: 'usr_ann' })
        await world.engine.placeHold('usr_bob', { tenantId, reason: 'litigation' })
        const before = await hostState(world.rows)
        for (const id of ['usr_ann', 'usr_bob']) {
          await assert.rejects(world.engine.erase(id, { tenantId }), coded('deletion_blocked'))
        }
        assert.equal(await hostState(world.rows), before)
        assert.deepEqual(await world.jobs(), [])
        assert.equal(crm.asked.length, 0)
      })

      it('an unknown user, or one of another tenant, is not found', async () => {
        const crm = scripted('crm', [])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const before = await hostState(world.rows)
        for (const id of ['usr_nobody', 'usr_eve']) {
          await assert.rejects(
            world.engine.erase(id, { tenantId }),
            (error) =>
              coded('resource_not_found')(error) &&
              JSON.stringify((error as UserDeletionError).details) === '{}',
          )
        }
        assert.equal(await hostState(world.rows), before)
        assert.equal(crm.asked.length, 0)
      })

      it('misused options are refused', async () => {
        const world = await openErasure(store)
        const call = (options: unknown) => world.engine.erase('usr_ann', options as never)
        await assert.rejects(call(undefined), coded('invalid_argument'))
        await assert.rejects(call({ tenantId, force: true }), coded('invalid_argument'))
        for (const requestedAt of [
          '2026-02-01',
          null,
          new Date('nonsense'),
          new Date('2099-01-01'),
        ])
          await assert.rejects(call({ tenantId, requestedAt }), coded('invalid_argument'))
        assert.equal((await world.rows('users')).length, 3)
      })
    })

    it('asks nobody again once access is cut', async () => {
      let asked = 0
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, {
        externalErasers: [crm.eraser],
        hooks: {
          beforeDelete: () => {
            asked += 1
            return asked === 1 ? undefined : false
          },
        },
      })
      waitingIn(await world.engine.erase('usr_ann', { tenantId }))
      await world.insert('cases', { id: 'case_1', user_id: 'usr_ann' })
      world.clock.advance(HOUR)
      receiptIn(await world.engine.erase('usr_ann', { tenantId }))
      assert.equal(asked, 1)
    })

    it('erases a user whose deletion was scheduled, in the place of the schedule', async () => {
      const crm = scripted('crm', [DONE])
      const world = await openErasure(store, { externalErasers: [crm.eraser] })
      await world.engine.scheduleDeletion('usr_ann', { tenantId, after: 'P7D' })
      world.clock.advance(HOUR)
      const receipt = receiptIn(await world.engine.erase('usr_ann', { tenantId }))
      assert.equal(receipt.requestedAt, '2026-03-01T12:00:00.000Z', 'it was asked for then')
      assert.equal(receipt.external.length, 1)
      assert.deepEqual(await world.jobs(), [])
      assert.equal(erasedEntries(await world.rows('audit_log')).length, 1)
    })

    it('makes an erasure of a deletion that was interrupted: the erasers have their turn', async () => {
      const crm = scripted('crm', [DONE])
      let chunks = 0
      let isDown = true
      const world = await openErasure(
        store,
        { externalErasers: [crm.eraser], maxRowsPerTransaction: 3 },
        {
          notes: 9,
          wrap: (inner) =>
            withCommits(inner, (unit, commit) => {
              if (unit === 'chunk') chunks += 1
              const isTheLast = unit === 'deletion' && chunks > 0
              if (isDown && isTheLast) throw new UserDeletionError('store_failed', 'down')
              return commit()
            }),
        },
      )
      await assert.rejects(
        world.engine.delete('usr_ann', { tenantId, requestedBy: 'adm_1' }),
        coded('store_failed'),
      )
      isDown = false
      const receipt = receiptIn(
        await world.engine.erase('usr_ann', { tenantId, requestedBy: 'adm_2' }),
      )
      assert.equal(crm.asked.length, 1)
      assert.deepEqual(crm.asked[0]?.identifiers['email'], 'ann@example.com')
      assert.equal(receipt.external.length, 1)
      assert.equal(receipt.requestedBy, 'adm_2')
      assert.deepEqual(
        receipt.steps.map(({ rows }) => rows),
        [2, 9, 0, 1],
      )
      assert.equal(erasedEntries(await world.rows('audit_log')).length, 1)
    })

    it('counts every row of a user too large for one transaction', async () => {
      const crm = scripted('crm', [DONE])
      const world = await openErasure(
        store,
        { externalErasers: [crm.eraser], maxRowsPerTransaction: 10 },
        { notes: 95 },
      )
      const receipt = receiptIn(await world.engine.erase('usr_ann', { tenantId }))
      assert.equal(receipt.way, 'journal')
      assert.deepEqual(
        receipt.steps.map(({ id, rows }) => [id, rows]),
        [
          ['sessions#0', 2],
          ['notes#0', 95],
          ['cases#0', 0],
          ['audit_log#0', 1],
        ],
      )
      assert.deepEqual(idsOf(await world.rows('notes')), ['note_bob'])
      assert.equal(erasedEntries(await world.rows('audit_log')).length, 1)
    })

    describe('twice', () => {
      it('is not found, with the receipt of the first', async () => {
        const crm = scripted('crm', [DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const receipt = receiptIn(await world.engine.erase('usr_ann', { tenantId }))
        await assert.rejects(
          world.engine.erase('usr_ann', { tenantId }),
          (error) =>
            coded('resource_not_found')(error) &&
            (error as UserDeletionError).details['receiptId'] === receipt.id,
        )
        assert.equal(crm.asked.length, 1)
        assert.equal(erasedEntries(await world.rows('audit_log')).length, 1)
      })

      it('at the same time is in_progress for the second', async () => {
        const crm = scripted('crm', [DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const outcomes = await Promise.allSettled([
          world.engine.erase('usr_ann', { tenantId }),
          world.engine.erase('usr_ann', { tenantId }),
        ])
        const refusals = outcomes.filter(({ status }) => status === 'rejected')
        assert.equal(refusals.length, 1)
        assert.ok(
          refusals.every((one) => coded('in_progress')('reason' in one ? one.reason : null)),
        )
        assert.equal(crm.asked.length, 1)
      })

      it('under one idempotency key answers the same receipt, and with other arguments a conflict', async () => {
        const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const options = { tenantId, idempotencyKey: 'key_1', reason: 'gdpr_request' }
        waitingIn(await world.engine.erase('usr_ann', options))
        await assert.rejects(
          world.engine.erase('usr_ann', { ...options, reason: 'fraud' }),
          coded('idempotency_conflict'),
        )
        world.clock.advance(HOUR)
        const receipt = receiptIn(await world.engine.erase('usr_ann', options))
        assert.deepEqual(receiptIn(await world.engine.erase('usr_ann', options)), receipt)
        assert.equal(crm.asked.length, 2)
        await assert.rejects(
          world.engine.erase('usr_ann', { ...options, reason: 'fraud' }),
          coded('idempotency_conflict'),
        )
        await assert.rejects(world.engine.erase('usr_bob', options), coded('idempotency_conflict'))
      })

      it('under the key of another erasure that waits is a conflict, with nothing changed', async () => {
        const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        const options = { tenantId, idempotencyKey: 'key_1' }
        waitingIn(await world.engine.erase('usr_ann', options))
        await assert.rejects(world.engine.erase('usr_bob', options), coded('idempotency_conflict'))
        assert.equal((await world.engine.getStatus('usr_bob', { tenantId })).state, 'active')
        assert.equal(crm.asked.length, 1)
        await world.engine.erase('usr_eve', { ...options, tenantId: 'tnt_b' })
        world.clock.advance(HOUR)
        const receipt = receiptIn(await world.engine.erase('usr_ann', options))
        assert.deepEqual(receiptIn(await world.engine.erase('usr_ann', options)), receipt)
      })

      it('a key that another deletion has used up meanwhile does not keep an erasure open for ever', async () => {
        const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
        const world = await openErasure(store, { externalErasers: [crm.eraser] })
        waitingIn(await world.engine.erase('usr_ann', { tenantId, idempotencyKey: 'key_1' }))
        await world.engine.delete('usr_bob', { tenantId, idempotencyKey: 'key_1' })
        world.clock.advance(HOUR)
        const { finished, failed } = await world.engine.resume()
        assert.deepEqual(failed, [])
        assert.equal(finished.length, 1)
      })
    })

    it('a deletion of a user whose erasure waits is in_progress, and goes on with it when due', async () => {
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, { externalErasers: [crm.eraser] })
      await world.engine.erase('usr_ann', { tenantId })
      await assert.rejects(
        world.engine.delete('usr_ann', { tenantId }),
        (error) =>
          coded('in_progress')(error) &&
          JSON.stringify((error as UserDeletionError).details['erasers']) === '["crm"]',
      )
      world.clock.advance(HOUR)
      const receipt = await world.engine.delete('usr_ann', { tenantId })
      assert.equal(receipt.external[0]?.status, 'done')
      assert.equal(erasedEntries(await world.rows('audit_log')).length, 1)
    })

    it('says in receipt and job when the person asked', async () => {
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, { externalErasers: [crm.eraser] })
      const requestedAt = new Date('2026-02-14T09:30:00.000Z')
      await world.engine.erase('usr_ann', { tenantId, requestedAt })
      const [job] = await all(world.engine.jobs())
      assert.equal(job?.requestedAt, '2026-02-14T09:30:00.000Z')
      world.clock.advance(HOUR)
      const [receipt] = (await world.engine.resume()).finished
      assert.equal(receipt?.requestedAt, '2026-02-14T09:30:00.000Z')
      assert.equal(receipt?.deletedAt, '2026-03-01T13:00:00.000Z')

      crm.asked.length = 0
      await world.engine.erase('usr_bob', { tenantId })
      world.clock.advance(HOUR)
      const [other] = (await world.engine.resume()).finished
      assert.equal(other?.requestedAt, '2026-03-01T13:00:00.000Z')
      assert.equal(other?.deletedAt, '2026-03-01T14:00:00.000Z')
    })

    describe('the lease', () => {
      it('lost at one eraser fires the signal of those that still run, and none is tried again', async () => {
        const signals: AbortSignal[] = []
        const slow = scripted('slow', [
          ({ signal }: EraserRequest) => {
            signals.push(signal)
            return new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(new Error('aborted')))
            })
          },
        ])
        const quick = scripted('quick', [
          async () => {
            const [job] = await listJobs(world.store, { limit: 1 })
            assert.ok(job !== undefined)
            const { id, fence, leaseUntil } = job
            const lease = { now: leaseUntil, leaseUntil }
            assert.ok(await claimJob(world.store, { id, fence, owner: 'another', ...lease }))
            return DONE
          },
        ])
        const world = await openErasure(store, { externalErasers: [slow.eraser, quick.eraser] })
        const outcome = world.engine.erase('usr_ann', { tenantId }).catch((error) => error)
        for (let turn = 0; turn < 1_000_000 && signals[0]?.aborted !== true; turn += 1) {
          await new Promise(setImmediate)
        }
        assert.equal(signals[0]?.aborted, true)
        assert.ok(coded('lease_lost')(await outcome))
        assert.equal(slow.asked.length, 1)
      })

      it('lost while a page runs: nothing stale is written, and the other worker ends it', async () => {
        const second = scripted('crm', [{ removed: 7 }])
        let other: unknown
        const first = scripted('crm', [
          async () => {
            world.clock.advance(31_000)
            other = await world.build({ externalErasers: [second.eraser] }).resume()
            return { removed: 1 }
          },
        ])
        const world = await openErasure(store, { externalErasers: [first.eraser] })
        await assert.rejects(world.engine.erase('usr_ann', { tenantId }), coded('lease_lost'))
        assert.equal((other as { finished: unknown[] }).finished.length, 1)
        assert.equal(first.asked[0]?.idempotencyKey, second.asked[0]?.idempotencyKey)
        const receipts = await all(world.engine.ledger.receipts())
        assert.deepEqual(
          receipts.map(({ external }) => external[0]?.removed),
          [7],
        )
        assert.equal(erasedEntries(await world.rows('audit_log')).length, 1)
      })

      it('lost while a page runs: the progress of the other worker stays', async () => {
        const second = scripted('crm', [
          { removed: 7, next: 'b' },
          { removed: 0, comeBackAfterMs: HOUR },
        ])
        const first = scripted('crm', [
          async () => {
            world.clock.advance(31_000)
            await world.build({ externalErasers: [second.eraser] }).resume()
            stateOfOther = (await world.jobs())[0]?.state
            return { removed: 1 }
          },
        ])
        let stateOfOther: string | undefined
        const world = await openErasure(store, { externalErasers: [first.eraser] })
        await assert.rejects(world.engine.erase('usr_ann', { tenantId }), coded('lease_lost'))
        const [job] = await world.jobs()
        assert.equal(job?.state, stateOfOther)
        assert.ok(idsOf(await world.rows('users')).includes('usr_ann'))
      })

      it('is renewed while a page runs, so that no other worker takes the job', async () => {
        mock.timers.enable({ apis: ['setInterval'] })
        try {
          let others: unknown[] = []
          const crm = scripted('crm', [
            async () => {
              others = []
              for (let beat = 1; beat <= 9; beat += 1) {
                world.clock.advance(10_000)
                mock.timers.tick(10_000)
                await leaseUntil(world, world.clock.now().getTime() + 30_000)
                others.push(await world.build().resume())
              }
              return DONE
            },
          ])
          const world = await openErasure(store, { externalErasers: [crm.eraser] })
          receiptIn(await world.engine.erase('usr_ann', { tenantId }))
          assert.deepEqual(
            others,
            Array.from({ length: 9 }, () => ({ finished: [], failed: [], waiting: [], held: 1 })),
          )
        } finally {
          mock.timers.reset()
        }
      })

      it('is not renewed any more once the call has ended', async () => {
        mock.timers.enable({ apis: ['setInterval'] })
        try {
          const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: 1_000 }, DONE])
          const world = await openErasure(store, { externalErasers: [crm.eraser] })
          await world.engine.erase('usr_ann', { tenantId })
          const [before] = await world.jobs()
          world.clock.advance(31_000)
          mock.timers.tick(31_000)
          await new Promise((resolve) => setImmediate(resolve))
          assert.deepEqual(await world.jobs(), [before])
          assert.equal((await world.build().resume()).finished.length, 1)
        } finally {
          mock.timers.reset()
        }
      })
    })

    it('calls afterDelete once, no matter who ends it', async () => {
      const told: string[] = []
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      const world = await openErasure(store, {
        externalErasers: [crm.eraser],
        hooks: { afterDelete: ({ id }) => void told.push(id) },
      })
      await world.engine.erase('usr_ann', { tenantId })
      assert.deepEqual(told, [])
      world.clock.advance(HOUR)
      const { finished } = await world.build().resume()
      assert.deepEqual(told, [finished[0]?.id])
    })

    it('a user whom the host deletes meanwhile leaves no job behind', async () => {
      const crm = scripted('crm', [{ removed: 0, comeBackAfterMs: HOUR }, DONE])
      let isGone = false
      const world = await openErasure(
        store,
        { externalErasers: [crm.eraser] },
        {
          wrap: (inner) =>
            withAnswers(inner, (question, own, unit) =>
              isGone && unit === 'deletion' && question.kind === 'users' ? [null] : own,
            ),
        },
      )
      await world.engine.erase('usr_ann', { tenantId })
      isGone = true
      world.clock.advance(HOUR)
      const { failed } = await world.engine.resume()
      assert.equal(failed[0]?.error.code, 'resource_not_found')
      assert.deepEqual(await world.jobs(), [])
    })
  })
})

describe('ids that are large integers', () => {
  it('can be erased', async () => {
    const big = 9_007_199_254_740_993n
    const crm = scripted('crm', [DONE])
    const world = await openErasure(
      'sqlite',
      { externalErasers: [crm.eraser] },
      { users: [{ id: big, tenant_id: tenantId, email: 'big@example.com', status: 'active' }] },
    )
    const receipt = receiptIn(await world.engine.erase(big, { tenantId }))
    assert.equal(receipt.userId, big.toString())
    assert.equal(crm.asked[0]?.userId, big)
    assert.equal(crm.asked[0]?.identifiers['id'], big.toString())
    assert.equal(erasedEntries(await world.rows('audit_log'))[0]?.['resource_id'], big.toString())
  })
})

describe('the options of an eraser', () => {
  const BAD: readonly unknown[] = [
    [{ name: '', page: () => DONE }],
    [{ page: () => DONE }],
    [{ name: 'a' }],
    [{ name: 'a', page: () => DONE, timeoutMs: 0 }],
    [{ name: 'a', page: () => DONE, attempts: 0.5 }],
    [{ name: 'a', page: () => DONE, retries: 3 }],
    [
      { name: 'a', page: () => DONE },
      { name: 'a', page: () => DONE },
    ],
  ]
  for (const externalErasers of BAD) {
    it(`are checked when the engine is built: ${JSON.stringify(externalErasers)}`, async () => {
      await assert.rejects(
        openErasure('memory', { externalErasers: externalErasers as never }),
        coded('invalid_argument'),
      )
    })
  }
})
