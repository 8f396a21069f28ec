/**
 * Clauses of the store contract: what is begun and refused, and what is decided about users beside deletions.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { ulid } from 'ulid'
import { UserDeletionError } from '../../../errors.ts'
import { processName } from '../../../ports.ts'
import { listJobs } from '../../../records/job-records.ts'
import { ledgerHead, readLedger } from '../../../records/ledger-records.ts'
import { listMarks, writeMark } from '../../../records/mark-records.ts'
import { runsAside, spool } from '../../../records/spool-records.ts'
import { listHolds, saveToken } from '../../../records/user-records.ts'
import type { Question } from '../../../store/inquiry.ts'
import { withAnswers, withWork, withWrites } from '../altered-store.ts'
import { ANN, BOB } from '../data.ts'
import { type Clause, IN_A, type World, withMethods } from '../world.ts'

const DAY = '2026-03-02T12:00:00.000Z'
const DAY_AFTER = '2026-03-03T12:00:00.000Z'

export function refusedClauses(clause: Clause): void {
  clause(
    'a purge that the database refuses gives way to its schedule and says why',
    async (world) => {
      for (const id of [ANN, BOB]) {
        await world.engine.scheduleDeletion(id, { ...IN_A, after: 'P1D', by: 'user' })
      }
      world.clock.set(DAY)
      const { deleted, postponed } = await refusing(world, ANN).purgeDue()
      assert.deepEqual(
        [deleted[0]?.userId, postponed[0]?.error.code],
        [BOB, 'constraint_violation'],
      )
      assert.equal(deleted.length + postponed.length, 2)
      const { at, ...why } = { at: DAY, kind: 'refused', code: 'constraint_violation' }
      assert.deepEqual(await reasons(world), [
        { ...why, at, details: { constraint: 'foreign_key', table: 'posts' } },
      ])
      const status = await world.engine.getStatus(ANN, IN_A)
      assert.deepEqual([status.state, status.deletion?.dueAt], ['scheduled', DAY])
    },
  )

  clause('who was refused can take the deletion back, and is as before', async (world) => {
    const before = await world.row('users', ANN)
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D', by: 'user' })
    world.clock.set(DAY)
    await refusing(world, ANN).purgeDue()
    await world.engine.cancelDeletion(ANN, { ...IN_A, by: 'user' })
    assert.deepEqual(await world.row('users', ANN), before)
    assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
  })

  clause('who was refused goes with the next purge once nothing is in the way', async (world) => {
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D', by: 'user' })
    world.clock.set(DAY)
    await refusing(world, ANN).purgeDue()
    world.clock.set(DAY_AFTER)
    const { deleted } = await world.engine.purgeDue()
    assert.deepEqual(
      deleted.map(({ userId }) => userId),
      [ANN],
    )
    assert.equal(await world.row('users', ANN), undefined)
    assert.deepEqual(await reasons(world), [])
  })

  clause('a deletion that has lost rows does not give way, and says why', async (world) => {
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D', by: 'user' })
    world.clock.set(DAY)
    await refusing(world, ANN, { maxRowsPerTransaction: 3 }).purgeDue()
    assert.deepEqual((await reasons(world))[0]?.kind, 'refused')
    await assert.rejects(world.engine.cancelDeletion(ANN, IN_A), { code: 'invalid_transition' })
    assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
  })
}

export function decisionClauses(clause: Clause): void {
  clause('what is decided about a user is an entry of the ledger', async (world) => {
    const { engine } = world
    const { id: holdId } = await engine.placeHold(ANN, { ...IN_A, reason: 'court_order' })
    await engine.releaseHold(ANN, { ...IN_A, holdId })
    await engine.disable(ANN, IN_A)
    await engine.enable(ANN, IN_A)
    await engine.scheduleDeletion(ANN, IN_A)
    await engine.cancelDeletion(ANN, IN_A)
    assert.deepEqual(await decided(world), [
      ['hold.placed', ANN],
      ['hold.released', ANN],
      ['user.disabled', ANN],
      ['user.enabled', ANN],
      ['deletion.scheduled', ANN],
      ['deletion.cancelled', ANN],
    ])
    assert.equal((await engine.ledger.verify()).valid, true)
  })

  clause(
    'a hold on rows of somebody who is gone is an entry too, and its release',
    async (world) => {
      const { engine } = world
      await engine.delete(ANN, IN_A)
      const { id: holdId } = await engine.placeHold(ANN, { ...IN_A, reason: 'court_order' })
      await engine.releaseHold(ANN, { ...IN_A, holdId })
      assert.deepEqual(await decided(world), [
        ['hold.placed', ANN],
        ['hold.released', ANN],
      ])
      assert.deepEqual(await engine.holds(ANN, IN_A), [])
      assert.equal((await engine.ledger.verify()).valid, true)
    },
  )

  clause('a decision whose entry cannot be written is not made', async (world) => {
    const { store } = world
    const refused = (): never => {
      throw new Error('no entry')
    }
    const refusing = withWrites(store, (write) => {
      if (write.kind === 'insert' && write.table === 'ledger') refused()
    })
    await world.engine.delete(BOB, IN_A)
    const before = await world.snapshot()
    const entries = (await ledgerHead(store))?.seq
    const engine = world.engineWith({ store: refusing })
    const reason = 'court_order'
    await assert.rejects(engine.placeHold(ANN, { ...IN_A, reason }))
    await assert.rejects(engine.placeHold(BOB, { ...IN_A, reason }))
    await assert.rejects(engine.disable(ANN, IN_A))
    await assert.rejects(engine.scheduleDeletion(ANN, IN_A))
    assert.deepEqual(await world.snapshot(), before)
    assert.deepEqual(await listHolds(store, { limit: 10 }), [])
    assert.deepEqual(await listJobs(store, { limit: 10 }), [])
    assert.equal((await ledgerHead(store))?.seq, entries)
  })
}

export function leftoverClauses(clause: Clause): void {
  const elsewhere = (ulid: string): string => `run_${ulid} another-machine/1`
  const gone = `run_${ULID} ${(processName().split('/')[0] ?? '') + NO_PROCESS}`
  const aside = async ({ store }: World): Promise<unknown> => runsAside(store)

  clause('runs that have set something aside are listed, each once', async (world) => {
    const { store } = world
    assert.deepEqual(await aside(world), { spools: [], imports: [] })
    await spool(store, 'run_1', 0, [ANN])
    await spool(store, 'run_1', 1, [BOB])
    assert.deepEqual(await aside(world), { spools: ['run_1'], imports: [] })
  })

  clause(
    'ids of a run whose process is gone go with the next resume, or the next list',
    async (world) => {
      const { store, engine } = world
      await spool(store, gone, 0, [ANN])
      await engine.resume()
      assert.deepEqual(await aside(world), { spools: [], imports: [] })
      await spool(store, gone, 0, [ANN])
      await engine.deleteMany([BOB], { ...IN_A, expect: { max: 1 } })
      assert.deepEqual(await aside(world), { spools: [], imports: [] })
    },
  )

  clause(
    'a run of another machine is left alone until it has been silent for a week',
    async (world) => {
      const { store, engine, clock } = world
      const run = elsewhere(ULID)
      await spool(store, run, 0, [ANN])
      await engine.resume()
      assert.equal((await engine.maintain()).cleared?.runs, 0)
      clock.set('2026-03-08T11:00:00.000Z')
      await writeMark(store, `alive:${run}`, '2026-03-08T11:00:00.000Z')
      assert.equal((await engine.maintain()).cleared?.runs, 0)
      clock.set('2026-03-14T11:00:00.000Z')
      assert.equal((await engine.maintain()).cleared?.runs, 0)
      clock.set('2026-03-16T11:00:00.000Z')
      assert.equal((await engine.maintain()).cleared?.runs, 1)
      assert.deepEqual(await aside(world), { spools: [], imports: [] })
      assert.deepEqual(await listMarks(store, 'alive:'), [])
    },
  )

  clause('a clock that has leapt takes no run for dead', async (world) => {
    const { store, engine, clock } = world
    await spool(store, elsewhere(ULID), 0, [ANN])
    await engine.maintain()
    clock.set('2027-03-01T12:00:00.000Z')
    const { failed, cleared } = await engine.maintain()
    assert.deepEqual([failed.map(({ part }) => part), cleared], [['purge', 'expire'], null])
    assert.deepEqual(await aside(world), { spools: [elsewhere(ULID)], imports: [] })
  })

  clause('a run whose ids are gone does not end as if it were through', async (world) => {
    const { store } = world
    const losing = withAnswers(store, (question, own) => (isOfSpool(question) ? [] : own))
    const engine = world.engineWith({ store: losing })
    const { deleted, stopped } = await engine.deleteMany([ANN], { ...IN_A, expect: { max: 1 } })
    assert.equal(deleted, 0)
    assert.equal((stopped?.error as { readonly code?: string } | undefined)?.code, 'lease_lost')
  })

  clause('maintenance is done by one call at a time, and the others say so', async (world) => {
    const { store, engine } = world
    let begun = (): void => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    let goOn = (): void => {}
    const wait = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const slow = withMethods(store, {
      async read(inquiry) {
        const { value } = inquiry().next()
        if (Array.isArray(value) && value.some(isOfSpool)) {
          begun()
          await wait
        }
        return store.read(inquiry)
      },
    })
    const first = world.engineWith({ store: slow }).maintain()
    await isBegun
    const second = await engine.maintain()
    assert.deepEqual([second.elsewhere, second.failed, second.purged], [true, [], null])
    goOn()
    const { elsewhere, failed, purged } = await first
    assert.deepEqual([elsewhere, failed, purged?.deleted], [false, [], []])
    assert.equal((await engine.maintain()).elsewhere, false)
  })

  clause('maintenance of a killed process keeps nobody out for long', async (world) => {
    const { store, engine, clock } = world
    const [lease, ...others] = await leaseAfter(world)
    assert.deepEqual(others, [])
    const held = (owner: string, until: string) =>
      writeMark(store, lease ?? '', JSON.stringify({ owner, until, ms: 30_000 }))
    const isElsewhere = async () => (await engine.maintain()).elsewhere
    const far = `some-other-machine${NO_PROCESS}/engine/call`
    await held(far, '2026-03-01T12:00:30.000Z')
    assert.equal(await isElsewhere(), true)
    clock.set('2026-03-01T12:00:30.000Z')
    assert.equal(await isElsewhere(), false)
    await held(far, '2027-03-01T12:00:00.000Z')
    assert.equal(await isElsewhere(), false, 'a clock that had leapt')
    const here = processName().split('/')[0]
    await held(`${here}${NO_PROCESS}/engine/call`, '2026-03-01T12:01:00.000Z')
    assert.equal(await isElsewhere(), false, 'a process of this host that is gone')
  })

  clause('tokens that have expired go, and what runs of earlier versions noted', async (world) => {
    const { store, engine, clock } = world
    const token = { ...IN_A, userTable: 'users', userId: ANN, sessionId: 's' }
    await saveToken(store, { ...token, hash: 'a', expiresAt: '2026-03-01T12:15:00.000Z' })
    await writeMark(store, 'run:["users","tnt_a","monday"]', '{"done":1,"trail":"ab"}')
    assert.equal((await engine.maintain()).cleared?.tokens, 0)
    clock.set('2026-03-02T12:16:00.000Z')
    assert.equal((await engine.maintain()).cleared?.tokens, 1)
    assert.equal((await engine.maintain()).cleared?.tokens, 0)
    assert.deepEqual(await listMarks(store, 'run:'), [])
  })
}

function isOfSpool(question: Question): boolean {
  return question.kind === 'records' && question.table === 'spool'
}

/** The marks that say who is at it. */
async function leaseAfter({ engine, store }: World): Promise<readonly string[]> {
  await engine.maintain()
  return (await listMarks(store, 'lease:')).map(({ name }) => name)
}

/** Of the day on which the clauses begin. */
const ULID = ulid(Date.parse('2026-03-01T12:00:00.000Z'))
/** No process has such a number. */
const NO_PROCESS = '/2147483646'

async function decided({ store }: World): Promise<readonly unknown[]> {
  const entries = await readLedger(store, { afterSeq: 0, limit: 50 })
  return entries.flatMap(({ kind, subject }) =>
    kind === 'user.deleted' || kind === 'storage.sanitized' ? [] : [[kind, subject]],
  )
}

/** An engine over a database that refuses the deletion of one user. */
function refusing(
  world: World,
  id: string,
  options: Parameters<World['engineWith']>[0] = {},
): ReturnType<World['engineWith']> {
  const store = withWork(world.store, ({ users }, unit) => {
    // A large user is refused when chunks have run.
    if (unit !== 'deletion' || !users.some(({ fields }) => fields['id'] === id)) return
    throw new UserDeletionError('constraint_violation', 'A foreign key refused the deletion.', {
      details: { constraint: 'foreign_key', table: 'posts' },
    })
  })
  return world.engineWith({ store, ...options })
}

async function reasons({ engine }: World): Promise<readonly { readonly kind: string }[]> {
  const found: { readonly kind: string }[] = []
  for await (const { why } of engine.jobs()) found.push(why)
  return found
}
