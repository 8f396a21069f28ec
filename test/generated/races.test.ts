import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ExternalEraser, UserNotFoundError } from '../../src/index.ts'
import { listJobs } from '../../src/records/job-records.ts'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import { type Host, openMemoryHost, reusedSqliteHost } from '../worlds/hosts/life-cycle-host.ts'
import {
  assertGone,
  inTurns,
  openRace,
  outcomeOf,
  type Race,
  type RaceEngine,
  SCOPE,
  USER,
} from '../worlds/race-world.ts'

const SEED = Number(process.env['RACES_SEED'] ?? 20_260_301)
/** Of one contest on one store. Each call of a store is one turn; SQLite shows that its transactions really are. */
const ORDERS = isEveryFault ? 200 : 40

const HOSTS: readonly (readonly [string, () => Host])[] = [
  ['memory', openMemoryHost],
  ['SQLite', reusedSqliteHost()],
]

/** A user of one transaction, and one who goes in chunks. */
const SIZES = [
  ['a small user', 0],
  ['a user of several chunks', 9],
] as const

/** What the cancellation does: whether the user was disabled before, and whether the day is set anew. */
const CANCELLATIONS = [
  ['cancelled', false, false],
  ['cancelled for a disabled user', true, false],
  ['cancelled and scheduled anew', false, true],
] as const

interface Contest {
  readonly name: string
  readonly options?: { readonly externalErasers: readonly ExternalEraser[] }
  prepare?(race: Race): Promise<void>
  /** Whether this worker has deleted the user. Refusals other than the expected ones fail. */
  run(worker: RaceEngine): Promise<boolean>
}

/** A job whose worker has died between two chunks. */
const resumption: Contest = {
  name: 'resume',
  async prepare(race) {
    let calls = 0
    const dying = race.engine(async (work, method) => {
      if (method === 'chunk') calls += 1
      if (calls > 1) throw new Error('the process has died')
      return work()
    })
    await assert.rejects(dying.delete(USER, SCOPE))
    race.clock.set('2026-03-01T13:00:00.000Z')
  },
  run: async (worker) => {
    const { finished, failed } = await worker.resume()
    assert.deepEqual(failed, [])
    return finished.length === 1
  },
}

let races = 0

/** Runs so many orders and answers how many ended which way. */
async function countEndings(
  open: () => Host,
  posts: number,
  run: (race: Race, scheduler: fc.Scheduler) => Promise<string>,
): Promise<Readonly<Record<string, number>>> {
  const endings: Record<string, number> = {}
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const race = await openRace(open, posts)
    try {
      const ending = await run(race, scheduler)
      endings[ending] = (endings[ending] ?? 0) + 1
    } finally {
      await race.host.close()
    }
  })
  races += 1
  await fc.assert(property, { seed: SEED + races, numRuns: ORDERS })
  return endings
}

function report(name: string, endings: Readonly<Record<string, number>>): void {
  console.log(`races: RACES_SEED=${SEED}, ${name}: ${JSON.stringify(endings)}`)
}

/** Both, or all, of the endings that are possible have been seen. */
function assertSeen(endings: Readonly<Record<string, number>>, ...expected: string[]): void {
  assert.deepEqual(Object.keys(endings).toSorted(), expected.toSorted(), JSON.stringify(endings))
}

for (const [store, open] of HOSTS) {
  for (const [size, posts] of SIZES) {
    test(`no session outlives a deletion, whenever somebody signs in: ${size} on ${store}`, async () => {
      const endings = await countEndings(open, posts, async (race, scheduler) => {
        const turn = inTurns(scheduler)
        let isRacing = false
        const engine = race.engine((work, label) => (isRacing ? turn(work, label) : work()))
        // The first look at the database lets others go on for as long as they like.
        await engine.checkSchema()
        isRacing = true
        // A deletion asks the store many times before it writes. A lone sign-in would always come first.
        const signIn = async (): Promise<boolean> => {
          for (let turn = 1; turn <= 9; turn += 1) {
            await scheduler.schedule(Promise.resolve(), 'sign in')
          }
          return race.signIn('ses_3')
        }
        const [isIn, deletion] = await scheduler.waitFor(
          Promise.all([signIn(), outcomeOf(engine.delete(USER, SCOPE))]),
        )
        assert.equal(deletion, 'done')
        await assertGone(race)
        return isIn ? 'signed in before' : 'refused'
      })
      report(`sign-in against delete, ${size} on ${store}`, endings)
      assertSeen(endings, 'signed in before', 'refused')
    })

    for (const [kind, wasDisabled, again] of CANCELLATIONS) {
      test(`a deletion is ${kind} or purged, never both: ${size} on ${store}`, async () => {
        const endings = await countEndings(open, posts, async (race, scheduler) => {
          const { still, clock, host } = race
          if (wasDisabled) await still.disable(USER, SCOPE)
          await still.scheduleDeletion(USER, { ...SCOPE, after: 'P1D' })
          clock.set('2026-03-02T12:00:00.000Z')
          const turns = inTurns(scheduler)
          // A purge asks the store more often than a cancellation, which would nearly always come first.
          const cancelLate = async (): Promise<unknown> => {
            const canceller = race.engine(turns)
            for (const pause of ['first', 'second'])
              await scheduler.schedule(Promise.resolve(), pause)
            const status = await canceller.cancelDeletion(USER, SCOPE)
            return again ? canceller.scheduleDeletion(USER, { ...SCOPE, after: 'P1D' }) : status
          }
          const [cancelled, purge] = await scheduler.waitFor(
            Promise.all([outcomeOf(cancelLate()), race.engine(turns).purgeDue()]),
          )
          assert.deepEqual([purge.postponed, purge.reactivated], [[], []])
          if (cancelled === 'done') {
            assert.deepEqual(purge.deleted, [])
            const { state, user } = await still.getStatus(USER, SCOPE)
            const before = wasDisabled ? 'disabled' : 'active'
            const expected = again ? ['scheduled', 'disabled'] : [before, before]
            assert.deepEqual([state, user['status']], expected)
            assert.equal((await host.rows('posts')).length, posts)
            assert.equal(await race.receipts(), 0)
            return 'cancelled'
          }
          assert.ok(['invalid_transition', 'resource_not_found'].includes(cancelled), cancelled)
          assert.equal(purge.deleted.length, 1)
          await assertGone(race)
          return 'purged'
        })
        report(`${kind} against purge, ${size} on ${store}`, endings)
        assertSeen(endings, 'cancelled', 'purged')
      })
    }

    for (const contest of contests(posts > 0)) {
      test(`${contest.name} of two workers has one winner: ${size} on ${store}`, async () => {
        const endings = await countEndings(open, posts, async (race, scheduler) => {
          await contest.prepare?.(race)
          const turns = inTurns(scheduler)
          const workers = [race.engine(turns, contest.options), race.engine(turns, contest.options)]
          const wins = await scheduler.waitFor(
            Promise.all(workers.map((worker) => contest.run(worker))),
          )
          assert.equal(wins.filter(Boolean).length, 1, 'winners')
          await assertGone(race)
          return wins[0] ? 'the first wins' : 'the second wins'
        })
        report(`${contest.name}, ${size} on ${store}`, endings)
        assertSeen(endings, 'the first wins', 'the second wins')
      })
    }
  }
}

function contests(isLarge: boolean): readonly Contest[] {
  const crm: ExternalEraser = { name: 'crm', page: () => ({ removed: 1 }) }
  const refusals = ['resource_not_found', 'in_progress']
  const won = async (work: Promise<unknown>): Promise<boolean> => {
    const outcome = await outcomeOf(work)
    if (outcome === 'done') return true
    assert.ok(refusals.includes(outcome), outcome)
    return false
  }
  return [
    { name: 'delete', run: (worker) => won(worker.delete(USER, SCOPE)) },
    {
      name: 'erase',
      options: { externalErasers: [crm] },
      run: (worker) => won(worker.erase(USER, SCOPE)),
    },
    {
      name: 'purge',
      async prepare(race) {
        await race.still.scheduleDeletion(USER, { ...SCOPE, after: 'P1D' })
        race.clock.set('2026-03-02T12:00:00.000Z')
      },
      run: async (worker) => {
        const { deleted, postponed } = await worker.purgeDue()
        for (const { error } of postponed) assert.ok(refusals.includes(error.code), error.code)
        return deleted.length === 1
      },
    },
    ...(isLarge ? [resumption] : []),
  ]
}

for (const [store, open] of HOSTS) {
  test(`a worker that wakes past its lease changes nothing that another has done, on ${store}`, async () => {
    const endings: Record<string, number> = {}
    const pauses = fc.record({
      at: fc.integer({ min: 1, max: 24 }),
      posts: fc.integer({ min: 5, max: 24 }),
      kind: fc.constantFrom('delete' as const, 'erase' as const, 'purge' as const),
      takesOver: fc.constantFrom('resume' as const, 'delete' as const),
    })
    const property = fc.asyncProperty(pauses, async (pause) => {
      const race = await openRace(open, pause.posts)
      try {
        const ending = await sleepAndWake(race, pause)
        endings[ending] = (endings[ending] ?? 0) + 1
      } finally {
        await race.host.close()
      }
    })
    await fc.assert(property, { seed: SEED, numRuns: ORDERS })
    report(`a worker past its lease on ${store}`, endings)
    assertSeen(
      endings,
      'asleep before its job, and finished itself',
      'asleep before its job, which the other did',
      'asleep in its job, which the other finished',
      'done before it could sleep',
    )
  })

  test(`a worker that wakes while another is half-way writes nothing, on ${store}`, async () => {
    const endings: Record<string, number> = {}
    const pauses = fc.record({
      at: fc.integer({ min: 1, max: 8 }),
      otherAt: fc.integer({ min: 1, max: 6 }),
      posts: fc.integer({ min: 12, max: 40 }),
    })
    const property = fc.asyncProperty(pauses, async ({ at, otherAt, posts }) => {
      const race = await openRace(open, posts)
      try {
        const ending = await wakeHalfWay(race, at, otherAt)
        endings[ending] = (endings[ending] ?? 0) + 1
      } finally {
        await race.host.close()
      }
    })
    await fc.assert(property, { seed: SEED, numRuns: ORDERS })
    report(`a worker past its lease, the other half-way, on ${store}`, endings)
    assert.ok((endings['both half-way'] ?? 0) * 2 >= ORDERS, JSON.stringify(endings))
  })
}

interface Pause {
  /** Before which call of its store worker A falls asleep. */
  readonly at: number
  readonly kind: 'delete' | 'erase' | 'purge'
  readonly takesOver: 'resume' | 'delete'
}

async function sleepAndWake(race: Race, { at, kind, takesOver }: Pause): Promise<string> {
  const { clock, still } = race
  if (kind === 'purge') {
    await still.scheduleDeletion(USER, { ...SCOPE, after: 'P1D' })
    clock.set('2026-03-02T12:00:00.000Z')
  }
  const sleeper = sleepBefore(at)
  const worker = race.engine(sleeper.turn)
  const work = outcomeOf(
    kind === 'purge'
      ? worker.purgeDue().then(({ deleted, postponed: [late] }) => {
          if (late !== undefined) throw late.error
          if (deleted.length === 0) throw new UserNotFoundError()
        })
      : kind === 'erase'
        ? worker.erase(USER, SCOPE)
        : worker.delete(USER, SCOPE),
  )
  const state = await Promise.race([sleeper.asleep, work])
  if (state !== 'asleep') {
    assert.equal(state, 'done')
    await assertGone(race)
    return 'done before it could sleep'
  }
  const job = await openDeletion(race)
  clock.set(kind === 'purge' ? '2026-03-02T12:00:31.000Z' : '2026-03-01T12:00:31.000Z')
  const other = race.engine((call) => call())
  const isGone = (await race.receipts()) === 1
  if (takesOver === 'resume') assert.deepEqual((await other.resume()).failed, [])
  else if (!isGone) assert.equal(await outcomeOf(other.delete(USER, SCOPE)), 'done')
  const isDoneByOther = (await race.receipts()) === 1
  const before = await race.snapshot()
  sleeper.wake()
  const outcome = await work
  if (!isDoneByOther) {
    assert.equal(outcome, 'done')
    await assertGone(race)
    return 'asleep before its job, and finished itself'
  }
  assert.equal(await race.snapshot(), before, 'the sleeper has written something')
  await assertGone(race)
  if (isGone) return 'done before it could sleep'
  assert.notEqual(outcome, 'done', 'the sleeper takes the credit')
  return job
    ? 'asleep in its job, which the other finished'
    : 'asleep before its job, which the other did'
}

/** Both sleep in the same job, the other one later; only the other one may go on. Counted from when each has the job. */
async function wakeHalfWay(race: Race, at: number, otherAt: number): Promise<string> {
  const first = sleepBefore(at, 'transition')
  const second = sleepBefore(otherAt, 'write jobs')
  const work = outcomeOf(race.engine(first.turn).delete(USER, SCOPE))
  await Promise.race([first.asleep, work])
  if (!(await openDeletion(race))) {
    first.wake()
    await work
    return 'no job was open'
  }
  race.clock.set('2026-03-01T12:00:31.000Z')
  const resumption = race.engine(second.turn).resume()
  await Promise.race([second.asleep, resumption])
  const isHalfWay = await openDeletion(race)
  const before = await race.snapshot()
  first.wake()
  const outcome = await work
  assert.equal(await race.snapshot(), before, 'the sleeper has written something')
  assert.notEqual(outcome, 'done', 'the sleeper takes the credit')
  if (isHalfWay) assert.equal(outcome, 'lease_lost')
  second.wake()
  assert.equal((await resumption).finished.length, 1)
  await assertGone(race)
  return isHalfWay ? 'both half-way' : 'the other had finished'
}

async function openDeletion({ host }: Race): Promise<boolean> {
  const jobs = await listJobs(host.store, { limit: 10, kinds: ['deletion', 'erasure'] })
  return jobs.length > 0
}

/** Lets a store's calls through up to one, which waits until it is woken. `after`: a call that counting begins behind. */
function sleepBefore(
  at: number,
  after?: string,
): {
  readonly asleep: Promise<'asleep'>
  wake(): void
  turn(work: () => Promise<unknown>, label: string): Promise<unknown>
} {
  let wake = (): void => {}
  let fallAsleep = (): void => {}
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const asleep = new Promise<'asleep'>((resolve) => {
    fallAsleep = () => resolve('asleep')
  })
  let calls = 0
  let counts = after === undefined
  return {
    asleep,
    wake: () => wake(),
    async turn(work, label) {
      calls += Number(counts)
      counts ||= label === after
      if (calls === at) {
        fallAsleep()
        await woken
      }
      return work()
    },
  }
}
