import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type OwnDeletion, type OwnSession, UserDeletionError } from '../../../src/index.ts'
import { listJobs } from '../../../src/records/job-records.ts'
import type { Store } from '../../../src/store/store.ts'
import { withWrites } from '../../../src/testing/contract/altered-store.ts'
import {
  type ErasureOptions,
  type ErasureStore,
  type ErasureWorldOptions,
  idsOf,
  openErasure,
} from '../../worlds/erasure-world.ts'
import { forEachErasureStore } from '../../worlds/hosts/each-erasure-store.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const ann: OwnSession = { id: 'ses_usr_ann_1', userId: 'usr_ann', tenantId: 'tnt_a' }
const bob: OwnSession = { id: 'ses_usr_bob_1', userId: 'usr_bob', tenantId: 'tnt_a' }

type Service = Partial<NonNullable<ErasureOptions['selfService']>>

function openOwn(
  store: ErasureStore,
  service: Service = {},
  options: ErasureOptions = {},
  of: ErasureWorldOptions = {},
) {
  return openErasure(
    store,
    { selfService: { isRecentlyAuthenticated: () => true, ...service }, ...options },
    of,
  )
}

type World = Awaited<ReturnType<typeof openOwn>>

function coded(code: string) {
  return (error: unknown) => error instanceof UserDeletionError && error.code === code
}

function scheduledIn(outcome: OwnDeletion) {
  assert.equal(outcome.status, 'scheduled')
  return outcome
}

/** Everything of the host and the engine that a refused call must leave as it is. */
async function stateOf({ rows, jobs, events, tokens }: World): Promise<string> {
  const tables = await Promise.all(['users', 'sessions', 'notes', 'audit_log'].map(rows))
  return JSON.stringify([tables, await jobs(), await events(), await tokens()])
}

forEachErasureStore(({ store, name, describe, it }) => {
  describe(`deleting the own account on ${name}`, () => {
    describe('the subject', () => {
      it("is the session's user, in the session's tenant, and is named as who asked", async () => {
        const world = await openOwn(store, { coolingOff: null })
        const outcome = await world.engine.deleteOwnAccount(ann, { confirm: true })
        assert.equal(outcome.status, 'deleted')
        assert.equal(outcome.receipt.userId, 'usr_ann')
        assert.equal(outcome.receipt.tenantId, 'tnt_a')
        assert.equal(outcome.receipt.requestedBy, 'usr_ann')
        assert.equal(outcome.receipt.reason, 'user_request')
        assert.deepEqual(idsOf(await world.rows('users')), ['usr_bob', 'usr_eve'])
      })

      it('cannot come from a body: whatever names a user is an unknown option', async () => {
        const world = await openOwn(store)
        const before = await stateOf(world)
        for (const name of ['userId', 'id', 'user', 'tenantId', 'sessionId', 'requestedBy']) {
          const body = { confirm: true, [name]: 'usr_bob' }
          await assert.rejects(
            world.engine.deleteOwnAccount(ann, body as never),
            (error) =>
              coded('invalid_argument')(error) &&
              (error as UserDeletionError).details['path'] === name,
          )
        }
        assert.equal(await stateOf(world), before)
      })

      it('of a session without user, id or tenant is refused', async () => {
        const world = await openOwn(store)
        const bad: readonly (readonly [unknown, string])[] = [
          [null, 'invalid_argument'],
          ['usr_ann', 'invalid_argument'],
          [[], 'invalid_argument'],
          [{ ...ann, id: '' }, 'invalid_argument'],
          [{ ...ann, userId: null }, 'invalid_id'],
          [{ ...ann, userId: { $ne: null } }, 'invalid_id'],
          [{ ...ann, tenantId: undefined }, 'invalid_argument'],
        ]
        for (const [session, code] of bad) {
          const call = world.engine.deleteOwnAccount(session as never, { confirm: true })
          await assert.rejects(call, coded(code))
          await assert.rejects(world.engine.requestOwnDeletion(session as never), coded(code))
        }
        assert.equal((await world.rows('users')).length, 3)
      })

      it('of another tenant is not found', async () => {
        const world = await openOwn(store)
        const session = { ...ann, tenantId: 'tnt_b' }
        const call = world.engine.deleteOwnAccount(session, { confirm: true })
        await assert.rejects(call, coded('resource_not_found'))
        await assert.rejects(world.engine.requestOwnDeletion(session), coded('resource_not_found'))
        assert.ok((await world.rows('users')).every(({ status }) => status === 'active'))
      })
    })

    describe('what has to be true', () => {
      it('the user confirms: nothing but true will do', async () => {
        const world = await openOwn(store)
        const before = await stateOf(world)
        for (const confirm of [undefined, false, null, 'true', 1, {}]) {
          await assert.rejects(
            world.engine.deleteOwnAccount(ann, { confirm } as never),
            coded('confirmation_required'),
          )
        }
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, undefined as never),
          coded('confirmation_required'),
        )
        assert.equal(await stateOf(world), before)
      })

      it('the user has signed in recently: the host is asked with the session, and only true will do', async () => {
        for (const answer of [false, undefined, null, 'yes', 1]) {
          const asked: unknown[] = []
          const world = await openOwn(store, {
            isRecentlyAuthenticated: ((session: OwnSession) => {
              asked.push(session)
              return answer
            }) as never,
          })
          const before = await stateOf(world)
          const call = world.engine.deleteOwnAccount(ann, { confirm: true })
          await assert.rejects(call, coded('recent_authentication_required'))
          await assert.rejects(
            world.engine.requestOwnDeletion(ann),
            coded('recent_authentication_required'),
          )
          assert.deepEqual(asked, [ann, ann])
          assert.equal(await stateOf(world), before)
        }
      })

      it('a host that cannot say so is hook_failed, with its own error as the cause', async () => {
        const cause = new Error('the session store is down')
        const world = await openOwn(store, { isRecentlyAuthenticated: () => Promise.reject(cause) })
        const before = await stateOf(world)
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, { confirm: true }),
          (error) => coded('hook_failed')(error) && (error as Error).cause === cause,
        )
        assert.equal(await stateOf(world), before)
      })

      it('nobody acts in the name of the user', async () => {
        let asked = 0
        const world = await openOwn(store, {
          isRecentlyAuthenticated: () => {
            asked += 1
            return true
          },
        })
        const before = await stateOf(world)
        for (const impersonatedBy of ['adm_1', '']) {
          const session = { ...ann, impersonatedBy }
          await assert.rejects(
            world.engine.deleteOwnAccount(session, { confirm: true }),
            coded('impersonation_refused'),
          )
          await assert.rejects(
            world.engine.requestOwnDeletion(session),
            coded('impersonation_refused'),
          )
        }
        assert.equal(asked, 0)
        assert.equal(await stateOf(world), before)
      })

      it('the engine was built for it', async () => {
        const world = await openErasure(store)
        const call = world.engine.deleteOwnAccount(ann, { confirm: true })
        await assert.rejects(call, coded('invalid_argument'))
        await assert.rejects(world.engine.requestOwnDeletion(ann), coded('invalid_argument'))
      })

      it('hooks, blockers and blocking rows have their say', async () => {
        for (const coolingOff of [null, 'P30D']) {
          const vetoed = await openOwn(
            store,
            { coolingOff },
            { hooks: { beforeDelete: () => false } },
          )
          const call = vetoed.engine.deleteOwnAccount(ann, { confirm: true })
          await assert.rejects(call, coded('deletion_vetoed'))

          const blocked = await openOwn(store, { coolingOff })
          await blocked.insert('cases', { id: 'case_1', user_id: 'usr_ann' })
          const before = await stateOf(blocked)
          await assert.rejects(
            blocked.engine.deleteOwnAccount(ann, { confirm: true }),
            coded('deletion_blocked'),
          )
          assert.equal(await stateOf(blocked), before)
        }
      })
    })

    describe('the token', () => {
      const service = { requiresToken: true }

      it('has 256 bits, and only its hash is in the table', async () => {
        const world = await openOwn(store, service)
        const { token, expiresAt } = await world.engine.requestOwnDeletion(ann)
        assert.match(token, /^[\w-]{43}$/)
        assert.equal(expiresAt, '2026-03-01T12:15:00.000Z')
        const rows = await world.tokens()
        assert.deepEqual(
          rows.map(({ hash }) => hash),
          [createHash('sha256').update(token).digest('hex')],
        )
        const text = JSON.stringify(rows)
        for (const form of [token, Buffer.from(token).toString('base64')]) {
          assert.ok(!text.includes(form))
        }
      })

      it('has to come where it is required', async () => {
        const world = await openOwn(store, service)
        await world.engine.requestOwnDeletion(ann)
        const before = await stateOf(world)
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, { confirm: true }),
          coded('confirmation_required'),
        )
        for (const token of ['', 7, null, 'x'.repeat(300)]) {
          await assert.rejects(
            world.engine.deleteOwnAccount(ann, { confirm: true, token } as never),
            coded('invalid_argument'),
          )
        }
        assert.equal(await stateOf(world), before)
      })

      for (const coolingOff of [null, 'P30D']) {
        const way = coolingOff === null ? 'at once' : 'with a cooling-off'

        it(`works once, ${way}`, async () => {
          const world = await openOwn(store, { ...service, coolingOff })
          const { token } = await world.engine.requestOwnDeletion(ann)
          const outcome = await world.engine.deleteOwnAccount(ann, { confirm: true, token })
          assert.deepEqual(await world.tokens(), [])
          if (outcome.status === 'scheduled') {
            const { cancelToken } = outcome
            await world.engine.cancelDeletion('usr_ann', { tenantId: 'tnt_a', cancelToken })
            await assert.rejects(
              world.engine.deleteOwnAccount(ann, { confirm: true, token }),
              coded('confirmation_invalid'),
            )
            assert.equal((await world.rows('users')).length, 3)
          } else {
            assert.equal((await world.rows('users')).length, 2)
          }
        })

        it(`of another user, tenant or session, a made-up or an expired one is the same refusal, ${way}`, async () => {
          const world = await openOwn(store, { ...service, coolingOff })
          const { token } = await world.engine.requestOwnDeletion(ann)
          const ofBob = await world.engine.requestOwnDeletion(bob)
          const before = await stateOf(world)
          const errors: unknown[] = []
          const refused = async (session: OwnSession, used: string): Promise<void> => {
            const call = world.engine.deleteOwnAccount(session, { confirm: true, token: used })
            await assert.rejects(call, (error) => {
              assert.ok(coded('confirmation_invalid')(error), String(error))
              const { message, details, remedy, cause } = error as UserDeletionError
              errors.push({ message, details, remedy, cause })
              return true
            })
          }
          await refused({ ...ann, id: 'ses_usr_ann_2' }, token)
          await refused(ann, ofBob.token)
          await refused(bob, token)
          await refused({ id: ann.id, userId: 'usr_eve', tenantId: 'tnt_b' }, token)
          await refused(ann, 'made-up')
          await refused(ann, `${token}x`)
          assert.equal(await stateOf(world), before)
          world.clock.advance(15 * MINUTE)
          await refused(ann, token)
          assert.equal(await stateOf(world), before)
          assert.equal(new Set(errors.map((error) => JSON.stringify(error))).size, 1)
        })

        it(`is looked at before anything that is in the way, ${way}`, async () => {
          let asked = 0
          const count = (): false => {
            asked += 1
            return false
          }
          const world = await openOwn(
            store,
            { ...service, coolingOff },
            {
              hooks: { beforeDelete: count },
              blockers: [async () => ({ name: 'unpaid_invoice', remedy: 'Pay it.' })],
            },
          )
          const { token } = await world.engine.requestOwnDeletion(ann)
          await world.insert('cases', { id: 'case_1', user_id: 'usr_ann' })
          const before = await stateOf(world)
          await assert.rejects(
            world.engine.deleteOwnAccount(ann, { confirm: true, token: 'made-up' }),
            coded('confirmation_invalid'),
          )
          assert.equal(asked, 0)
          await assert.rejects(
            world.engine.deleteOwnAccount(ann, { confirm: true, token }),
            coded('deletion_blocked'),
          )
          assert.equal(await stateOf(world), before)
        })

        it(`works up to the last moment, and stays usable when the first write fails, ${way}`, async () => {
          let isDown = true
          // The events are the last but the entry in the ledger.
          const wrap = (inner: Store): Store =>
            withWrites(inner, (write, unit) => {
              if (!isDown || unit !== 'transition') return
              if (write.kind !== 'insert' || write.table !== 'outbox') return
              throw new UserDeletionError('store_failed', 'down')
            })
          const world = await openOwn(store, { ...service, coolingOff }, {}, { wrap })
          const { token } = await world.engine.requestOwnDeletion(ann)
          world.clock.advance(15 * MINUTE - 1)
          const before = await stateOf(world)
          const call = () => world.engine.deleteOwnAccount(ann, { confirm: true, token })
          await assert.rejects(call(), coded('store_failed'))
          assert.equal(await stateOf(world), before)
          isDown = false
          assert.equal((await call()).status, coolingOff === null ? 'deleted' : 'scheduled')
          assert.deepEqual(await world.tokens(), [])
        })

        it(`used twice at the same time deletes once, ${way}`, async () => {
          const world = await openOwn(store, { ...service, coolingOff })
          const { token } = await world.engine.requestOwnDeletion(ann)
          const outcomes = await Promise.allSettled(
            [1, 2].map(() => world.engine.deleteOwnAccount(ann, { confirm: true, token })),
          )
          const done = outcomes.filter(({ status }) => status === 'fulfilled')
          assert.equal(done.length, 1, JSON.stringify(outcomes))
          assert.deepEqual(await world.tokens(), [])
        })
      }

      it('is replaced by a newer one', async () => {
        const world = await openOwn(store, service)
        const first = await world.engine.requestOwnDeletion(ann)
        const second = await world.engine.requestOwnDeletion({ ...ann, id: 'ses_usr_ann_2' })
        assert.equal((await world.tokens()).length, 1)
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, { confirm: true, token: first.token }),
          coded('confirmation_invalid'),
        )
        const session = { ...ann, id: 'ses_usr_ann_2' }
        scheduledIn(
          await world.engine.deleteOwnAccount(session, { confirm: true, token: second.token }),
        )
      })

      it('is looked at even where none is required', async () => {
        const world = await openOwn(store)
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, { confirm: true, token: 'made-up' }),
          coded('confirmation_invalid'),
        )
      })

      it('does not outlive the user, no matter who deletes them', async () => {
        const world = await openOwn(store, service)
        await world.engine.requestOwnDeletion(ann)
        await world.engine.requestOwnDeletion(bob)
        await world.engine.delete('usr_ann', { tenantId: 'tnt_a' })
        assert.deepEqual(
          (await world.tokens()).map(({ userId }) => userId),
          ['usr_bob'],
        )
      })

      it('is not issued to a user who is on the way out already', async () => {
        const world = await openOwn(store, service)
        await world.engine.scheduleDeletion('usr_ann', { tenantId: 'tnt_a' })
        await assert.rejects(world.engine.requestOwnDeletion(ann), coded('invalid_transition'))
        assert.deepEqual(await world.tokens(), [])
      })
    })

    describe('the cooling-off', () => {
      it('is 30 days by default: the user is shut out, and purged on the day', async () => {
        const world = await openOwn(store)
        const outcome = scheduledIn(await world.engine.deleteOwnAccount(ann, { confirm: true }))
        assert.equal(outcome.dueAt, '2026-03-31T12:00:00.000Z')
        const row = (await world.rows('users')).find(({ id }) => id === 'usr_ann')
        assert.equal(row?.['status'], 'disabled')
        assert.ok(!idsOf(await world.rows('sessions'), 'user_id').includes('usr_ann'))
        assert.deepEqual(
          (await world.engine.getStatus('usr_ann', { tenantId: 'tnt_a' })).deletion,
          {
            jobId: (await listJobs(world.store, { limit: 1 }))[0]?.id,
            requestedAt: '2026-03-01T12:00:00.000Z',
            dueAt: '2026-03-31T12:00:00.000Z',
            scheduledBy: 'user',
          },
        )

        world.clock.advance(30 * DAY - 1)
        assert.deepEqual((await world.engine.purgeDue({ confirmClock: true })).deleted, [])
        world.clock.advance(1)
        const { deleted } = await world.engine.purgeDue({ confirmClock: true })
        assert.deepEqual(
          deleted.map(({ userId, requestedBy, requestedAt }) => [userId, requestedBy, requestedAt]),
          [['usr_ann', 'usr_ann', '2026-03-01T12:00:00.000Z']],
        )
        assert.deepEqual(idsOf(await world.rows('users')), ['usr_bob', 'usr_eve'])
      })

      it('is as long as the host says', async () => {
        const world = await openOwn(store, { coolingOff: 'P7D' })
        const outcome = scheduledIn(await world.engine.deleteOwnAccount(ann, { confirm: true }))
        assert.equal(outcome.dueAt, '2026-03-08T12:00:00.000Z')
      })

      it('can be cancelled with its token, which is kept as a hash only', async () => {
        const world = await openOwn(store)
        const before = JSON.stringify(await world.rows('users'))
        const { cancelToken } = scheduledIn(
          await world.engine.deleteOwnAccount(ann, { confirm: true }),
        )
        assert.ok(!JSON.stringify(await world.jobs()).includes(cancelToken))
        const cancel = (token: string) =>
          world.engine.cancelDeletion('usr_ann', { tenantId: 'tnt_a', cancelToken: token })
        await assert.rejects(cancel('made-up'), coded('confirmation_invalid'))
        assert.equal((await world.jobs()).length, 1)
        assert.equal((await cancel(cancelToken)).state, 'active')
        assert.equal(JSON.stringify(await world.rows('users')), before)
        assert.deepEqual(await world.jobs(), [])
        await assert.rejects(cancel(cancelToken), coded('invalid_transition'))
      })

      it('is not cancelled by the token of another user or of an earlier schedule', async () => {
        const world = await openOwn(store)
        const first = scheduledIn(await world.engine.deleteOwnAccount(ann, { confirm: true }))
        const tenantId = 'tnt_a'
        await world.engine.cancelDeletion('usr_ann', { tenantId, by: 'user' })
        scheduledIn(await world.engine.deleteOwnAccount(ann, { confirm: true }))
        const ofBob = scheduledIn(await world.engine.deleteOwnAccount(bob, { confirm: true }))
        for (const { cancelToken } of [first, ofBob]) {
          await assert.rejects(
            world.engine.cancelDeletion('usr_ann', { tenantId, cancelToken }),
            coded('confirmation_invalid'),
          )
        }
        assert.equal((await world.jobs()).length, 2)
      })

      it('is over with the purge: cancelling then is not found', async () => {
        const world = await openOwn(store, { coolingOff: 'P1D' })
        const { cancelToken } = scheduledIn(
          await world.engine.deleteOwnAccount(ann, { confirm: true }),
        )
        world.clock.advance(DAY)
        await world.engine.purgeDue()
        await assert.rejects(
          world.engine.cancelDeletion('usr_ann', { tenantId: 'tnt_a', cancelToken }),
          coded('resource_not_found'),
        )
      })

      it('asked for twice stays one schedule, and the first token cancels it', async () => {
        const world = await openOwn(store)
        const { cancelToken } = scheduledIn(
          await world.engine.deleteOwnAccount(ann, { confirm: true }),
        )
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, { confirm: true }),
          coded('invalid_transition'),
        )
        const { state } = await world.engine.cancelDeletion('usr_ann', {
          tenantId: 'tnt_a',
          cancelToken,
        })
        assert.equal(state, 'active')
      })
    })

    describe('at once', () => {
      it('tells the hooks once and leaves no job', async () => {
        const told: unknown[] = []
        const world = await openOwn(
          store,
          { coolingOff: null },
          { hooks: { afterDelete: ({ userId }) => void told.push(userId) } },
        )
        const outcome = await world.engine.deleteOwnAccount(ann, { confirm: true })
        assert.equal(outcome.status, 'deleted')
        assert.deepEqual(told, ['usr_ann'])
        assert.deepEqual(await world.jobs(), [])
        assert.equal(outcome.receipt.steps[0]?.rows, 2)
        await assert.rejects(
          world.engine.deleteOwnAccount(ann, { confirm: true }),
          coded('resource_not_found'),
        )
      })

      it('clicked three times deletes once: the others are in_progress', async () => {
        const world = await openOwn(store, { coolingOff: null })
        const outcomes = await Promise.allSettled(
          [1, 2, 3].map(() => world.engine.deleteOwnAccount(ann, { confirm: true })),
        )
        const codes = outcomes.map((outcome) =>
          outcome.status === 'fulfilled' ? outcome.value.status : outcome.reason.code,
        )
        assert.deepEqual(codes.toSorted(), ['deleted', 'in_progress', 'in_progress'])
      })
    })
  })
})
