import assert from 'node:assert/strict'
import {
  definePolicy,
  type EngineOptions,
  type Policy,
  type PolicyInput,
  type Revocation,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachHost } from '../../worlds/hosts/each-host.ts'
import type { Host } from '../../worlds/hosts/life-cycle-host.ts'

const SCOPE = { tenantId: 'tnt_a' }
const DAY_MS = 86_400_000

const policy = definePolicy({
  name: 'life-cycle',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    status: {
      disabled: { status: 'disabled', disabled_at: '$at' },
      active: { status: 'active', disabled_at: null },
    },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    posts: { match: 'author_id', action: 'delete' },
    invitations: 'unrelated',
    audit_log: 'unrelated',
  },
})

type TenantPolicy = PolicyInput & { readonly user: { readonly tenant: string } }
type Options = Partial<EngineOptions<TenantPolicy>>

const ACTIVE = { status: 'active', email: null, disabled_at: null } as const
const USERS = [
  { ...ACTIVE, id: 'usr_1', tenant_id: 'tnt_a' },
  { ...ACTIVE, id: 'usr_2', tenant_id: 'tnt_a', status: 'banned' },
  { ...ACTIVE, id: 'usr_3', tenant_id: 'tnt_b' },
]

async function openOn(openHost: () => Host | Promise<Host>, options: Options) {
  const host = await openHost()
  for (const user of USERS) await host.insert('users', user)
  for (const number of [1, 2, 3]) {
    await host.insert('sessions', { id: `ses_${number}`, user_id: `usr_${number}` })
  }
  await host.insert('posts', { id: 'post_1', author_id: 'usr_1' })
  const clock = fixedClock()
  const engineWith = (changed: Policy<TenantPolicy>) =>
    new UserDeletionEngine<TenantPolicy>({
      ...{ store: host.store, policy: changed, clock, maxClockJumpMs: 400 * DAY_MS },
      ...options,
    })
  const engine = engineWith(policy)
  await engine.migrate()
  await engine.getStatus('usr_1', SCOPE)
  const user = async (id: string) => (await host.rows('users')).find((row) => row['id'] === id)
  const sessions = async () => (await host.rows('sessions')).map((row) => row['user_id'])
  const inDays = (days: number): void =>
    clock.set(new Date(clock.now().getTime() + days * DAY_MS).toISOString())
  return { host, clock, engine, engineWith, user, sessions, inDays }
}

forEachHost(({ store, describe, it, open: openHost }) => {
  const opened: Host[] = []
  const open = async (options: Options = {}) => {
    const world = await openOn(openHost, options)
    opened.push(world.host)
    return world
  }
  const test = (name: string, run: () => Promise<void>): unknown =>
    it(`${name}, on ${store}`, async () => {
      try {
        await run()
      } finally {
        for (const host of opened.splice(0)) await host.close()
      }
    })

  describe('disabling', () => {
    test('writes the columns of the policy with the instant, and revokes sessions of nobody else', async () => {
      const { engine, user, sessions } = await open()
      const status = await engine.disable('usr_1', SCOPE)
      assert.equal(status.state, 'disabled')
      assert.deepEqual(await user('usr_1'), {
        id: 'usr_1',
        tenant_id: 'tnt_a',
        status: 'disabled',
        disabled_at: '2026-03-01T12:00:00.000Z',
        email: null,
      })
      assert.deepEqual(await sessions(), ['usr_2', 'usr_3'])
    })

    test('revokes again what has come in meanwhile, and keeps what was before', async () => {
      const { host, engine, user, sessions } = await open()
      await engine.disable('usr_2', SCOPE)
      await host.insert('sessions', { id: 'ses_9', user_id: 'usr_2' })
      await engine.disable('usr_2', SCOPE)
      assert.deepEqual(await sessions(), ['usr_1', 'usr_3'])
      await engine.enable('usr_2', SCOPE)
      assert.equal((await user('usr_2'))?.['status'], 'banned')
    })

    test('tells onRevoke, and nobody where sessions stay', async () => {
      const told: Revocation[] = []
      const { engine, clock } = await open({ hooks: { onRevoke: (what) => told.push(what) } })
      await engine.disable('usr_2', { ...SCOPE, revokeSessions: false })
      await engine.disable('usr_1', SCOPE)
      assert.deepEqual(told, [{ userId: 'usr_1', tenantId: 'tnt_a', notBefore: clock.now() }])
    })
  })

  describe('enabling', () => {
    test('leaves a banned user banned', async () => {
      const { engine, user } = await open()
      await engine.disable('usr_2', SCOPE)
      const { state } = await engine.enable('usr_2', SCOPE)
      assert.equal(state, 'active')
      assert.deepEqual(await user('usr_2'), {
        id: 'usr_2',
        tenant_id: 'tnt_a',
        status: 'banned',
        disabled_at: null,
        email: null,
      })
    })

    test('knows by the policy what to write for a user whom the host has disabled', async () => {
      const { host, engine, user } = await open()
      await host.writeUser('usr_1', { status: 'disabled' })
      assert.equal((await engine.getStatus('usr_1', SCOPE)).state, 'disabled')
      await engine.enable('usr_1', SCOPE)
      assert.equal((await user('usr_1'))?.['status'], 'active')
    })

    test('is refused for a user who is not disabled, or is scheduled', async () => {
      const { engine } = await open()
      await assert.rejects(engine.enable('usr_1', SCOPE), { code: 'invalid_transition' })
      await engine.scheduleDeletion('usr_1', SCOPE)
      await assert.rejects(engine.enable('usr_1', SCOPE), {
        code: 'invalid_transition',
        details: { state: 'scheduled', action: 'enable' },
      })
    })
  })

  describe('a scheduled deletion', () => {
    test('is due after 30 days unless another day is named, one day to one year ahead', async () => {
      const { engine } = await open()
      const status = await engine.scheduleDeletion('usr_1', SCOPE)
      assert.equal(status.deletion?.dueAt, '2026-03-31T12:00:00.000Z')
      const at = new Date('2026-03-02T12:00:00.000Z')
      const other = await engine.scheduleDeletion('usr_2', { ...SCOPE, at })
      assert.equal(other.deletion?.dueAt, at.toISOString())
    })

    for (const wrong of [
      { after: 'PT1H' },
      { after: 'P366D' },
      { after: '30 days' },
      { after: 'P-1D' },
      { at: new Date('2026-03-01T13:00:00.000Z') },
      { at: new Date(Number.NaN) },
      { after: 'P3D', at: new Date('2026-04-01T00:00:00.000Z') },
      { by: 'somebody' as never },
    ]) {
      test(`refuses ${JSON.stringify(wrong)} with nothing changed`, async () => {
        const { engine, user, sessions } = await open()
        await assert.rejects(engine.scheduleDeletion('usr_1', { ...SCOPE, ...wrong }), {
          code: 'invalid_argument',
        })
        assert.equal((await user('usr_1'))?.['status'], 'active')
        assert.equal((await sessions()).length, 3)
      })
    }

    test('deletes on the day what is left of the user, and says when it was asked for', async () => {
      const { host, engine, user, inDays } = await open()
      await engine.scheduleDeletion('usr_1', { ...SCOPE, reason: 'inactive', requestedBy: 'usr_9' })
      inDays(30)
      const { deleted, postponed } = await engine.purgeDue()
      assert.deepEqual(postponed, [])
      assert.equal(await user('usr_1'), undefined)
      assert.deepEqual(await host.rows('posts'), [])
      const [receipt] = deleted
      assert.deepEqual(
        [receipt?.requestedAt, receipt?.deletedAt, receipt?.reason, receipt?.requestedBy],
        ['2026-03-01T12:00:00.000Z', '2026-03-31T12:00:00.000Z', 'inactive', 'usr_9'],
      )
      await assert.rejects(engine.getStatus('usr_1', SCOPE), {
        code: 'resource_not_found',
        details: { receiptId: receipt?.id },
      })
    })

    test('is taken back whole: a user who was disabled before stays disabled', async () => {
      const { engine, user } = await open()
      await engine.disable('usr_1', SCOPE)
      await engine.scheduleDeletion('usr_1', SCOPE)
      assert.equal((await engine.cancelDeletion('usr_1', SCOPE)).state, 'disabled')
      await engine.enable('usr_1', SCOPE)
      await engine.scheduleDeletion('usr_2', SCOPE)
      assert.equal((await engine.cancelDeletion('usr_2', SCOPE)).state, 'active')
      assert.equal((await user('usr_2'))?.['status'], 'banned')
    })

    test('by an administrator is cancelled by an administrator alone', async () => {
      const { engine } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      await assert.rejects(engine.cancelDeletion('usr_1', { ...SCOPE, by: 'user' }), {
        code: 'invalid_transition',
      })
      await engine.cancelDeletion('usr_1', { ...SCOPE, by: 'administrator' })
      await engine.scheduleDeletion('usr_1', { ...SCOPE, by: 'user' })
      assert.equal((await engine.cancelDeletion('usr_1', { ...SCOPE, by: 'user' })).state, 'active')
    })

    test('asks hooks when it is scheduled, and again on the day', async () => {
      const answers = [undefined, false, undefined] as const
      let asked = 0
      const beforeDelete = () => answers[asked++]
      const { engine, user, inDays } = await open({ hooks: { beforeDelete } })
      await engine.scheduleDeletion('usr_1', SCOPE)
      inDays(30)
      const { deleted, postponed } = await engine.purgeDue()
      assert.deepEqual([deleted.length, postponed[0]?.error.code], [0, 'deletion_vetoed'])
      assert.notEqual(await user('usr_1'), undefined)
      assert.equal((await engine.purgeDue()).deleted.length, 1)
      assert.equal(asked, 3)
    })

    test('that a hook vetoes has changed nothing', async () => {
      const { engine, sessions } = await open({ hooks: { beforeDelete: () => false } })
      await assert.rejects(engine.scheduleDeletion('usr_1', SCOPE), { code: 'deletion_vetoed' })
      assert.equal((await engine.getStatus('usr_1', SCOPE)).state, 'active')
      assert.equal((await sessions()).length, 3)
    })

    test('waits for the release of a hold', async () => {
      const { engine, user, inDays } = await open()
      const { id: holdId } = await engine.placeHold('usr_1', { ...SCOPE, reason: 'court_order' })
      await engine.scheduleDeletion('usr_1', SCOPE)
      inDays(30)
      assert.equal((await engine.purgeDue()).postponed[0]?.error.code, 'deletion_blocked')
      const [job] = await allOf(engine.jobs())
      assert.equal(job?.why.kind, 'held')
      await engine.releaseHold('usr_1', { ...SCOPE, holdId })
      assert.equal((await engine.purgeDue()).deleted.length, 1)
      assert.equal(await user('usr_1'), undefined)
    })

    test('is dropped when the host has enabled the user by itself', async () => {
      const { host, engine, user, inDays } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      await host.writeUser('usr_1', { status: 'active', disabled_at: null })
      inDays(30)
      const { deleted, reactivated } = await engine.purgeDue()
      assert.deepEqual(deleted, [])
      assert.deepEqual(reactivated, [{ userId: 'usr_1', tenantId: 'tnt_a' }])
      assert.notEqual(await user('usr_1'), undefined)
      assert.deepEqual(await allOf(engine.jobs()), [])
    })

    test('is dropped when the host has enabled the user and left the instant over', async () => {
      const { host, engine, user, inDays } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      await host.writeUser('usr_1', { status: 'active' })
      inDays(30)
      const { deleted, reactivated } = await engine.purgeDue()
      assert.deepEqual([deleted.length, reactivated.length], [0, 1])
      assert.notEqual(await user('usr_1'), undefined)
    })

    test('is dropped when the host has put back what stood there before', async () => {
      const { host, engine, user, inDays } = await open()
      await engine.scheduleDeletion('usr_2', SCOPE)
      await host.writeUser('usr_2', { status: 'banned', disabled_at: null })
      inDays(30)
      const { deleted, reactivated } = await engine.purgeDue()
      assert.deepEqual([deleted.length, reactivated.length], [0, 1])
      assert.notEqual(await user('usr_2'), undefined)
    })

    test('goes on when the host has banned the user by itself', async () => {
      const { host, engine, user, inDays } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      await host.writeUser('usr_1', { status: 'banned', disabled_at: null })
      inDays(30)
      const { deleted, postponed, reactivated } = await engine.purgeDue()
      assert.deepEqual([deleted.length, postponed, reactivated], [1, [], []])
      assert.equal(await user('usr_1'), undefined)
    })

    test('waits when nothing tells whether the host has let the user in', async () => {
      const status = { disabled: { status: 'disabled', disabled_at: '$at' } } as const
      const unmapped = definePolicy({ ...policy, user: { ...policy.user, status } })
      const { host, engineWith, user, inDays } = await open()
      const engine = engineWith(unmapped)
      await engine.scheduleDeletion('usr_1', SCOPE)
      await host.writeUser('usr_1', { status: 'trial' })
      inDays(30)
      const { deleted, postponed, reactivated } = await engine.purgeDue()
      assert.deepEqual([deleted, reactivated], [[], []])
      const [waiting] = postponed
      assert.equal(waiting?.error.code, 'invalid_transition')
      assert.equal(waiting?.error.details['path'], 'user.status.active')
      assert.notEqual(await user('usr_1'), undefined)
      assert.equal((await engine.getStatus('usr_1', SCOPE)).state, 'scheduled')
      await host.writeUser('usr_1', { status: 'active' })
      assert.equal((await engine.purgeDue()).reactivated.length, 1)
    })

    test('is gone when the host has deleted the user by itself', async () => {
      const { host, engine, inDays } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      await host.takeAway('usr_1')
      inDays(30)
      const { deleted, postponed } = await engine.purgeDue()
      assert.deepEqual([deleted, postponed], [[], []])
      assert.deepEqual(await allOf(engine.jobs()), [])
    })
  })

  describe('the purge and the clock', () => {
    test('stops before a leap of the clock, with nothing deleted, until somebody has looked', async () => {
      const { engine, user, inDays } = await open({ maxClockJumpMs: 3 * DAY_MS })
      await engine.scheduleDeletion('usr_1', SCOPE)
      inDays(365)
      await assert.rejects(engine.purgeDue(), { code: 'clock_jumped' })
      await assert.rejects(engine.purgeDue(), { code: 'clock_jumped' })
      assert.notEqual(await user('usr_1'), undefined)
      assert.equal((await engine.purgeDue({ confirmClock: true })).deleted.length, 1)
    })

    test('goes on day by day without a question', async () => {
      const { engine, user, inDays } = await open({ maxClockJumpMs: 3 * DAY_MS })
      await engine.scheduleDeletion('usr_1', SCOPE)
      for (let day = 0; day < 29; day += 1) {
        inDays(1)
        assert.deepEqual((await engine.purgeDue()).deleted, [])
      }
      inDays(1)
      assert.equal((await engine.purgeDue()).deleted.length, 1)
      assert.equal(await user('usr_1'), undefined)
    })

    test('never purges early by a clock that goes backwards', async () => {
      const { engine, user, inDays } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      inDays(-20)
      assert.deepEqual((await engine.purgeDue()).deleted, [])
      assert.notEqual(await user('usr_1'), undefined)
    })

    test('reaches those behind as many held users as its limit', async () => {
      const { engine, clock, user, inDays } = await open()
      await engine.placeHold('usr_1', { ...SCOPE, reason: 'court_order' })
      await engine.scheduleDeletion('usr_1', SCOPE)
      clock.set('2026-03-01T12:00:01.000Z')
      await engine.scheduleDeletion('usr_2', SCOPE)
      inDays(30)
      const { deleted, postponed, stopped } = await engine.purgeDue({ limit: 1 })
      assert.deepEqual([deleted.length, postponed.length, stopped], [1, 1, null])
      assert.equal(await user('usr_2'), undefined)
      assert.notEqual(await user('usr_1'), undefined)
    })

    // A hundred users; which store holds them makes no difference to the count.
    if (!store.includes('MongoDB'))
      test('looks at a bounded number of held users, and the next call goes on behind them', async () => {
        const { host, engine, clock, user, inDays } = await open()
        for (let held = 1; held <= 100; held += 1) {
          const id = `held_${held}`
          await host.insert('users', { ...ACTIVE, id, tenant_id: 'tnt_a' })
          await engine.placeHold(id, { ...SCOPE, reason: 'court_order' })
          await engine.scheduleDeletion(id, SCOPE)
        }
        clock.set('2026-03-01T12:00:01.000Z')
        await engine.scheduleDeletion('usr_1', SCOPE)
        inDays(30)
        const first = await engine.purgeDue({ limit: 1 })
        assert.deepEqual(
          [first.deleted.length, first.postponed.length, first.stopped],
          [0, 100, 'limit'],
        )
        const second = await engine.purgeDue({ limit: 1 })
        assert.deepEqual(
          [second.deleted.length, second.postponed.length, second.stopped],
          [1, 0, null],
        )
        assert.equal(await user('usr_1'), undefined)
        // From the beginning again, once everybody has had their turn.
        const [hold] = await engine.holds('held_1', SCOPE)
        await engine.releaseHold('held_1', { ...SCOPE, holdId: hold?.id ?? '' })
        assert.equal((await engine.purgeDue({ limit: 1 })).deleted.length, 1)
        assert.equal(await user('held_1'), undefined)
      })

    test('ends at its limit and at an abort, and says so', async () => {
      const { engine, inDays } = await open()
      await engine.scheduleDeletion('usr_1', SCOPE)
      await engine.scheduleDeletion('usr_2', SCOPE)
      inDays(30)
      const first = await engine.purgeDue({ limit: 1 })
      assert.deepEqual([first.deleted.length, first.stopped], [1, 'limit'])
      const aborted = await engine.purgeDue({ signal: AbortSignal.abort() })
      assert.deepEqual([aborted.deleted.length, aborted.stopped], [0, 'signal'])
      assert.deepEqual((await engine.purgeDue()).stopped, null)
    })
  })

  describe('holds', () => {
    test('are refused without a reason in code, for a table that the policy does not know, or in the past', async () => {
      const { engine } = await open()
      const wrong = [
        { reason: 'Mr. Smith sues us' },
        { reason: undefined as never },
        { reason: 'court', tables: ['nowhere'] },
        { reason: 'court', tables: [] },
        { reason: 'court', until: new Date('2020-01-01') },
      ]
      for (const terms of wrong) {
        await assert.rejects(engine.placeHold('usr_1', { ...SCOPE, ...terms }), {
          code: 'invalid_argument',
        })
      }
      assert.deepEqual(await engine.holds('usr_1', SCOPE), [])
    })

    test('show in the plan with their remedy', async () => {
      const { engine } = await open()
      const hold = await engine.placeHold('usr_1', { ...SCOPE, reason: 'court_order' })
      const { blockers } = await engine.plan('usr_1', SCOPE)
      assert.deepEqual(
        blockers.map(({ name }) => name),
        ['hold'],
      )
      assert.ok(blockers[0]?.remedy.includes(hold.id))
      assert.deepEqual(await engine.holds('usr_1', SCOPE), [hold])
    })

    test('on a table that grants access keep its rows when a user is disabled or scheduled', async () => {
      const { engine, user, sessions } = await open()
      const hold = { reason: 'court_order', tables: ['sessions'] }
      const { id: holdId } = await engine.placeHold('usr_1', { ...SCOPE, ...hold })
      const refusal = { code: 'deletion_blocked' }
      await assert.rejects(engine.disable('usr_1', SCOPE), refusal)
      await assert.rejects(engine.scheduleDeletion('usr_1', SCOPE), refusal)
      assert.equal((await user('usr_1'))?.['status'], 'active')
      assert.deepEqual(await sessions(), ['usr_1', 'usr_2', 'usr_3'])
      await engine.disable('usr_1', { ...SCOPE, revokeSessions: false })
      assert.equal((await user('usr_1'))?.['status'], 'disabled')
      assert.deepEqual(await sessions(), ['usr_1', 'usr_2', 'usr_3'])
      await engine.releaseHold('usr_1', { ...SCOPE, holdId })
      await engine.scheduleDeletion('usr_1', SCOPE)
      assert.deepEqual(await sessions(), ['usr_2', 'usr_3'])
    })

    test('on such a table are in the way of nobody who has no rows there, and of nobody once they have ended', async () => {
      const { host, engine, inDays, sessions } = await open()
      await host.insert('users', { ...ACTIVE, id: 'usr_4', tenant_id: 'tnt_a' })
      const hold = { reason: 'court_order', tables: ['sessions'] }
      await engine.placeHold('usr_4', { ...SCOPE, ...hold })
      await engine.disable('usr_4', SCOPE)
      const until = new Date('2026-03-02T12:00:00.000Z')
      await engine.placeHold('usr_1', { ...SCOPE, ...hold, until })
      inDays(1)
      await engine.disable('usr_1', SCOPE)
      assert.deepEqual(await sessions(), ['usr_2', 'usr_3'])
    })

    test('of somebody else are not released', async () => {
      const { engine } = await open()
      const { id: holdId } = await engine.placeHold('usr_1', { ...SCOPE, reason: 'court_order' })
      await assert.rejects(engine.releaseHold('usr_2', { ...SCOPE, holdId }), {
        code: 'resource_not_found',
      })
      assert.equal((await engine.holds('usr_1', SCOPE)).length, 1)
    })
  })

  describe('a policy whose rules match through sessions', () => {
    const stranded = definePolicy({
      ...policy,
      tables: {
        ...policy.tables,
        posts: {
          match: { column: 'author_id', through: { table: 'sessions', key: 'user_id' } },
          action: 'anonymize',
          reason: 'kept',
          set: { author_id: 'nobody' },
        },
      },
    })

    test('is refused when access is cut on its own, with nothing changed', async () => {
      const { engineWith, sessions } = await open()
      const engine = engineWith(stranded)
      const code = 'invalid_policy'
      await assert.rejects(engine.disable('usr_1', SCOPE), { code })
      await assert.rejects(engine.scheduleDeletion('usr_1', SCOPE), { code })
      assert.equal((await sessions()).length, 3)
    })
  })
})

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
