/**
 * Clauses of the store contract: the states of a user, schedules, holds, tokens and erasures.
 *
 * @module
 */

import assert from 'node:assert/strict'
import type { EraserPage, EraserRequest } from '../../../execution/context/external-eraser.ts'
import { findStanding, makeTransition } from '../../../execution/units/transition-unit.ts'
import { listJobs, removeJob, saveJob } from '../../../records/job-records.ts'
import { ledgerHead } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { listHolds, saveToken } from '../../../records/user-records.ts'
import type { Target } from '../../../store/slice.ts'
import type { Standing, TransitionOutcome, TransitionPlan } from '../../../store/transition.ts'
import { withCommits } from '../altered-store.ts'
import { ANN, BOB, TWIN } from '../data.ts'
import { auditedPolicy } from '../fixture.ts'
import { programOf } from '../programs.ts'
import { type Clause, changedTables, IN_A, type World } from '../world.ts'

const DAY_BEFORE = '2026-03-30T12:00:00.000Z'
const DUE_DAY = '2026-03-31T12:00:00.000Z'
const IN_B = { tenantId: 'tnt_b' }

export function stateClauses(clause: Clause): void {
  clause('a disabled user has no session, and nobody else has lost one', async (world) => {
    const { state, user } = await world.engine.disable(ANN, IN_A)
    assert.deepEqual([state, user['status']], ['disabled', 'disabled'])
    assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
    const owners = (await world.rows('sessions')).map((row) => row['user_id'])
    assert.equal(owners.includes(ANN), false)
    assert.equal(owners.filter((owner) => owner === BOB).length, 2)
    assert.equal(
      (await world.rows('session_hints')).some(({ id }) => id === `hint1_${ANN}`),
      false,
    )
  })

  clause(
    'disabling touches the user row and what grants access, and no other table',
    async (world) => {
      const before = await world.snapshot()
      await world.engine.disable(ANN, IN_A)
      const changed = changedTables(before, await world.snapshot())
      assert.deepEqual(changed.toSorted(), ['hint_items', 'session_hints', 'sessions', 'users'])
    },
  )

  clause('without revoking, sessions stay', async (world) => {
    const before = (await world.rows('sessions')).length
    await world.engine.disable(ANN, { ...IN_A, revokeSessions: false })
    assert.equal((await world.rows('sessions')).length, before)
  })

  clause('enabling puts back what the columns held', async (world) => {
    const before = (await world.row('users', ANN))?.['status']
    await world.engine.disable(ANN, IN_A)
    await world.engine.disable(ANN, IN_A)
    const { state } = await world.engine.enable(ANN, IN_A)
    assert.equal(state, 'active')
    assert.equal((await world.row('users', ANN))?.['status'], before)
  })

  clause('a user of another tenant is not found, and stays as they are', async (world) => {
    const before = await world.snapshot()
    await assert.rejects(world.engine.disable(ANN, IN_B), { code: 'resource_not_found' })
    await assert.rejects(world.engine.scheduleDeletion(ANN, IN_B), { code: 'resource_not_found' })
    await assert.rejects(world.engine.placeHold(ANN, { ...IN_B, reason: 'court' }), {
      code: 'resource_not_found',
    })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a transition that throws while it is written has written nothing', async (world) => {
    const before = await world.snapshot()
    const boom = new Error('boom')
    const failing = moving(world, ANN, () => ({
      set: { status: 'disabled' },
      disabled: { since: 'now', before: { status: 'active' } },
      cutsAccess: true,
      finish: () => {
        throw boom
      },
    }))
    await assert.rejects(failing)
    assert.deepEqual(await world.snapshot(), before)
    assert.equal((await standingOf(world, ANN))?.disabled, null)
  })

  clause('a refused transition has written nothing', async (world) => {
    const before = await world.snapshot()
    const program = await programOf(world)
    const outcome = await makeTransition(world.store, program, {
      ...IN_A,
      user: targetOf(ANN),
      tokenHash: null,
      decide: () => ({ kind: 'refuse', reason: 'because' }),
    })
    assert.deepEqual(outcome, { kind: 'refused', reason: 'because' })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a transition of an absent user is not decided on', async (world) => {
    const outcome = await moving(world, 'usr_nobody', () => assert.fail('asked'))
    assert.deepEqual(outcome, { kind: 'absent' })
    assert.equal(await standingOf(world, 'usr_nobody'), null)
  })

  clause('events of a transition commit with it', async (world) => {
    await world.engine.disable(ANN, IN_A)
    const events = await readOutbox(world.store, { afterId: null, limit: 10 })
    assert.deepEqual(
      events.map(({ type, subject, rows, receiptId }) => [type, subject, rows, receiptId]),
      [
        ['session.revoked', ANN, 2, null],
        ['user.disabled', ANN, 1, null],
      ],
    )
  })
}

export function scheduleClauses(clause: Clause): void {
  clause('a scheduled user is disabled at once and goes on the day', async (world) => {
    await world.engine.scheduleDeletion(ANN, IN_A)
    assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
    assert.equal(
      (await world.rows('sessions')).some((row) => row['user_id'] === ANN),
      false,
    )
    const purger = world.engineWith({ maxClockJumpMs: 40 * 86_400_000 })
    world.clock.set(DAY_BEFORE)
    assert.deepEqual((await purger.purgeDue()).deleted, [])
    assert.notEqual(await world.row('users', ANN), undefined)
    world.clock.set(DUE_DAY)
    const { deleted } = await purger.purgeDue()
    assert.deepEqual(
      deleted.map(({ userId }) => userId),
      [ANN],
    )
    assert.equal(await world.row('users', ANN), undefined)
    assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
    assert.equal((await world.engine.ledger.verify()).valid, true)
  })

  clause('a cancelled deletion leaves the user as before, and nothing is due', async (world) => {
    const before = await world.row('users', ANN)
    await world.engine.scheduleDeletion(ANN, IN_A)
    await world.engine.cancelDeletion(ANN, IN_A)
    assert.deepEqual(await world.row('users', ANN), before)
    assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
    assert.equal((await standingOf(world, ANN))?.disabled, null)
  })

  clause('jobs are listed by kind, by day, and from where a page ended', async (world) => {
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D' })
    await world.engine.scheduleDeletion(BOB, { ...IN_A, after: 'P9D' })
    const list = async (query: Parameters<typeof listJobs>[1]): Promise<readonly unknown[]> =>
      (await listJobs(world.store, query)).map(({ userId }) => userId)
    assert.deepEqual(await list({ limit: 10, kinds: ['scheduled_deletion'] }), [ANN, BOB])
    assert.deepEqual(await list({ limit: 10, kinds: ['erasure', 'deletion'] }), [])
    assert.deepEqual(await list({ limit: 10, dueBy: '2026-03-05T00:00:00.000Z' }), [ANN])
    const [first] = await listJobs(world.store, { limit: 1 })
    assert.ok(first !== undefined)
    assert.deepEqual(await list({ limit: 10, after: first }), [BOB])
  })

  clause('who deletes at once overtakes the schedule', async (world) => {
    await world.engine.scheduleDeletion(ANN, IN_A)
    await world.engine.delete(ANN, IN_A)
    assert.equal(await world.row('users', ANN), undefined)
    assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
  })

  clause('a job is saved by its owner only, and removed by fence', async (world) => {
    await world.engine.scheduleDeletion(ANN, IN_A)
    const [job] = await listJobs(world.store, { limit: 1 })
    assert.ok(job !== undefined)
    const { id, fence } = job
    const leaseUntil = '2026-03-01T13:00:00.000Z'
    const save = { id, leaseUntil, dueAt: DAY_BEFORE, state: job.state }
    await saveJob(world.store, { ...save, fence })
    const [saved] = await listJobs(world.store, { limit: 1 })
    assert.deepEqual([saved?.dueAt, saved?.leaseUntil], [DAY_BEFORE, leaseUntil])
    await assert.rejects(saveJob(world.store, { ...save, fence: fence + 1 }), {
      code: 'lease_lost',
    })
    await removeJob(world.store, { id, fence: fence + 1 })
    assert.equal((await listJobs(world.store, { limit: 1 })).length, 1)
    await removeJob(world.store, { id, fence })
    assert.deepEqual(await listJobs(world.store, { limit: 1 }), [])
  })
}

export function holdClauses(clause: Clause): void {
  clause(
    'a held user is not deleted, alone or in bulk, until the hold is released',
    async (world) => {
      const { id: holdId } = await world.engine.placeHold(ANN, { ...IN_A, reason: 'court_order' })
      const before = await world.snapshot()
      await assert.rejects(world.engine.delete(ANN, IN_A), { code: 'deletion_blocked' })
      const bulk = await world.engine.deleteMany([ANN], { ...IN_A, mode: 'throughput' })
      assert.deepEqual(bulk.failedByCode, { deletion_blocked: 1 })
      assert.deepEqual(await world.snapshot(), before)
      await world.engine.releaseHold(ANN, { ...IN_A, holdId })
      await world.engine.delete(ANN, IN_A)
      assert.equal(await world.row('users', ANN), undefined)
    },
  )

  clause('a hold is seen inside the transaction, however late it is placed', async (world) => {
    const store = withCommits(world.store, async (unit, commit) => {
      const reason = 'court_order'
      if (unit === 'deletion') await world.engine.placeHold(ANN, { ...IN_A, reason })
      return commit()
    })
    await assert.rejects(world.engineWith({ store }).delete(ANN, IN_A), {
      code: 'deletion_blocked',
    })
    assert.notEqual(await world.row('users', ANN), undefined)
  })

  clause('a hold on a table is in the way of every user who has rows there', async (world) => {
    await world.engine.placeHold(ANN, { ...IN_A, reason: 'court_order', tables: ['sessions'] })
    await assert.rejects(world.engine.delete(ANN, IN_A), { code: 'deletion_blocked' })
    await world.engine.placeHold(BOB, { ...IN_A, reason: 'court_order', tables: ['countries'] })
    await world.engine.delete(BOB, IN_A)
    assert.equal(await world.row('users', BOB), undefined)
  })

  clause('a hold ends by itself, and goes with its user', async (world) => {
    const until = new Date(DAY_BEFORE)
    await world.engine.placeHold(ANN, { ...IN_A, reason: 'court_order', until })
    const user = { ...IN_A, userId: ANN }
    assert.equal((await listHolds(world.store, { limit: 10, user })).length, 1)
    assert.deepEqual(
      await listHolds(world.store, { limit: 10, user: { ...IN_B, userId: ANN } }),
      [],
    )
    world.clock.set(DAY_BEFORE)
    await world.engine.delete(ANN, IN_A)
    assert.deepEqual(await listHolds(world.store, { limit: 10 }), [])
  })

  clause('holds are listed from where a page ended', async (world) => {
    const first = await world.engine.placeHold(ANN, { ...IN_A, reason: 'one' })
    const second = await world.engine.placeHold(BOB, { ...IN_A, reason: 'two' })
    const page = await listHolds(world.store, { limit: 1 })
    assert.deepEqual(page, [first])
    assert.deepEqual(await listHolds(world.store, { limit: 5, afterId: first.id }), [second])
  })
}

export function tokenClauses(clause: Clause): void {
  const token = (hash: string, userId: string = ANN) => ({
    hash,
    userTable: 'users',
    ...IN_A,
    userId,
    sessionId: 'ses_1',
    expiresAt: DAY_BEFORE,
  })

  clause('a user has one token, and it is found by its hash', async (world) => {
    await saveToken(world.store, token('first'))
    await saveToken(world.store, token('second'))
    assert.equal((await standingOf(world, ANN, 'first'))?.token, null)
    assert.deepEqual((await standingOf(world, ANN, 'second'))?.token, token('second'))
  })

  clause('a token is used up with what it confirms, or not at all', async (world) => {
    await saveToken(world.store, token('hash'))
    const use = (finish: () => Record<string, never>): Promise<TransitionOutcome> =>
      moving(world, ANN, () => ({ consumesToken: true, finish }), 'hash')
    await assert.rejects(
      use(() => {
        throw new Error('boom')
      }),
    )
    assert.notEqual((await standingOf(world, ANN, 'hash'))?.token, null)
    await use(() => ({}))
    assert.equal((await standingOf(world, ANN, 'hash'))?.token, null)
  })

  clause('a token goes with its user', async (world) => {
    await saveToken(world.store, token('ann'))
    await saveToken(world.store, { ...token('twin', TWIN), ...IN_B })
    await world.engine.delete(ANN, IN_A)
    assert.equal((await standingOf(world, BOB, 'ann'))?.token, null)
    assert.notEqual((await standingOf(world, BOB, 'twin'))?.token, null)
  })
}

export function erasureClauses(clause: Clause): void {
  clause('the entry of an erasure commits with it', async (world) => {
    const engine = world.engineWith({}, auditedPolicy)
    const result = await engine.erase(ANN, { ...IN_A, requestedBy: 'usr_admin' })
    assert.equal(result.status, 'erased')
    const entries = (await world.rows('audit_log')).filter(({ type }) => type === 'user.erased')
    assert.deepEqual(
      entries.map((row) => [row['resource_id'], row['actor_id'], row['tenant_id']]),
      [[ANN, 'usr_admin', 'tnt_a']],
    )
    assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
  })

  clause('an entry that is refused takes the deletion back with it', async (world) => {
    const engine = world.engineWith({
      writeAuditEntry: () => {
        throw new Error('no')
      },
    })
    await assert.rejects(engine.erase(ANN, IN_A))
    assert.notEqual(await world.row('users', ANN), undefined)
    assert.equal(await ledgerHead(world.store), null)
    assert.equal((await listJobs(world.store, { limit: 10 })).length, 1)
    world.clock.set('2026-03-01T12:05:00.000Z')
    const { finished } = await world.engine.resume()
    assert.deepEqual(
      finished.map(({ userId }) => userId),
      [ANN],
    )
    assert.equal(await world.row('users', ANN), undefined)
  })

  clause('what external erasers need is captured in the job, and goes with it', async (world) => {
    const email = String((await world.row('users', ANN))?.['email'])
    const seen: unknown[] = []
    const page = ({ identifiers }: EraserRequest): EraserPage => {
      seen.push(identifiers['email'])
      return seen.length === 1 ? { removed: 0, comeBackAfterMs: 60_000 } : { removed: 1 }
    }
    const engine = world.engineWith({ externalErasers: [{ name: 'crm', page }] })
    assert.equal((await engine.erase(ANN, IN_A)).status, 'waiting')
    const [job] = await listJobs(world.store, { limit: 1 })
    assert.ok(job?.state.includes(email))
    world.clock.set('2026-03-01T12:05:00.000Z')
    await engine.resume()
    assert.deepEqual(seen, [email, email])
    assert.deepEqual(await listJobs(world.store, { limit: 1 }), [])
  })
}

function targetOf(id: string): Target {
  return { id, subject: id }
}

async function moving(
  world: World,
  id: string,
  plan: () => TransitionPlan,
  tokenHash: string | null = null,
): Promise<TransitionOutcome> {
  const program = await programOf(world)
  return makeTransition(world.store, program, {
    ...IN_A,
    user: targetOf(id),
    tokenHash,
    decide: () => ({ kind: 'proceed', ...plan() }),
  })
}

async function standingOf(
  world: World,
  id: string,
  tokenHash: string | null = null,
): Promise<Standing | null> {
  const program = await programOf(world)
  const query = { ...IN_A, user: targetOf(id), tokenHash }
  return world.store.read(() => findStanding(program, query))
}
