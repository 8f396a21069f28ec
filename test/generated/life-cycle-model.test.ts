import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import {
  emailOf,
  type LifeCycleCommand,
  lifeCycles,
} from '../worlds/generated/life-cycle-commands.ts'
import { isUnclear } from '../worlds/generated/life-cycle-model.ts'
import { DAY_MS, openWorld, type Tally } from '../worlds/generated/life-cycle-world.ts'
import {
  type Host,
  type Mapping,
  openMemoryHost,
  openSqliteHost,
  TENANTS,
} from '../worlds/hosts/life-cycle-host.ts'
import { mongoHosts } from '../worlds/hosts/mongo-host.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'

const SEED = Number(process.env['LIFE_CYCLE_SEED'] ?? 20_260_301)

interface Lives {
  readonly store: string
  readonly open: () => Host | Promise<Host>
  readonly mapping: Mapping
  /** With `FAULTS=every`; a fifth of them otherwise. */
  readonly runs: number
}

const RUNS: readonly Lives[] = [
  { store: 'memory', open: openMemoryHost, mapping: 'status', runs: 1_000 },
  { store: 'SQLite', open: openSqliteHost, mapping: 'status', runs: 200 },
  { store: 'memory', open: openMemoryHost, mapping: 'status_and_instant', runs: 150 },
  { store: 'SQLite', open: openSqliteHost, mapping: 'status_and_instant', runs: 40 },
  { store: 'memory', open: openMemoryHost, mapping: 'engine', runs: 150 },
  { store: 'SQLite', open: openSqliteHost, mapping: 'engine', runs: 40 },
]

const total: Tally = new Map()

for (const [index, lives] of RUNS.entries()) {
  const runs = isEveryFault ? lives.runs : Math.ceil(lives.runs / 5)
  test(titleOf(lives), () => liveThem({ ...lives, runs }, SEED + index))
}

describeMongo('MongoDB', 'replica set', ({ it, server }) => {
  const runs = Number(process.env['LIFE_CYCLE_MONGO_RUNS'] ?? (isEveryFault ? 40 : 5))
  const lives = { store: 'MongoDB', open: mongoHosts(server), mapping: 'status', runs } as const
  it(titleOf(lives), () => liveThem(lives, SEED + RUNS.length))
})

function titleOf({ store, mapping }: Lives): string {
  return `every life of users on ${store} is the model's, disabled shown by ${mapping}`
}

async function liveThem({ store, open, mapping, runs }: Lives, seed: number): Promise<void> {
  const tally: Tally = new Map()
  const started = performance.now()
  const live = async (commands: Iterable<LifeCycleCommand>): Promise<void> => {
    const host = await open()
    try {
      const setup = await openWorld(host, mapping, tally)
      for (const [index, tenant] of [TENANTS[0], TENANTS[1], TENANTS[0], TENANTS[1]].entries()) {
        await setup.real.insertUser(setup.model, tenant, emailOf(index < 2 ? 0 : 1), index * 3)
      }
      await setup.real.check(setup.model, 'all')
      await fc.asyncModelRun(() => setup, commands)
      await endOf(setup)
    } finally {
      await host.close()
    }
  }
  await fc.assert(fc.asyncProperty(lifeCycles(), live), { seed, numRuns: runs })
  for (const [what, times] of tally) total.set(what, (total.get(what) ?? 0) + times)
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(
    `life cycle: LIFE_CYCLE_SEED=${SEED}, ${store}, ${mapping}: ${runs} runs, ${seconds} s`,
  )
}

/** A run in which nothing happens proves nothing: how often each thing did at least, over all runs. */
const AT_LEAST = isEveryFault ? 8 : 1
const EFFECTS = [
  ...['disable from active', 'disable from disabled', 'disable refused'],
  ...['disable, sessions kept', 'enable', 'enable refused'],
  ...['schedule from active', 'schedule from disabled', 'schedule refused'],
  ...['cancel by user', 'cancel by administrator', 'cancel by token'],
  ...['cancel by user refused', 'cancel by administrator refused', 'cancel by token refused'],
  ...[
    'delete from active',
    'delete from disabled',
    'delete from scheduled',
    'delete from deleting',
  ],
  ...['delete refused', 'erase', 'erase, eraser waits', 'erase, eraser waits from deleting'],
  ...['purge deleted', 'purge postponed', 'purge reactivated', 'purge refused: clock'],
  ...['purge of a banned user: deleted', 'purge postponed: status unclear'],
  ...['hold', 'hold on tables', 'release', 'release refused'],
  ...['sign-in', 'sign-in refused', 'sign-up', 'sign-up with the e-mail of a deleted user'],
  ...['host writes active', 'host writes banned', 'host writes disabled'],
  ...['clock goes on', 'clock goes back', 'clock leaps', 'clock comes to a due day'],
  ...['call failed', 'process died', 'delete crashed', 'purge crashed', 'resume crashed'],
  ...['resume finished', 'resume held'],
]

test('the runs did everything often enough', () => {
  console.log(`life cycle: ${JSON.stringify(Object.fromEntries([...total].toSorted()))}`)
  const rare = EFFECTS.filter((what) => (total.get(what) ?? 0) < AT_LEAST)
  assert.deepEqual(
    rare.map((what) => `${what}: ${total.get(what) ?? 0}`),
    [],
  )
})

/** Whatever has happened: once the holds are gone and time has passed, nothing stays open. */
async function endOf({ model, real }: Awaited<ReturnType<typeof openWorld>>): Promise<void> {
  const { observer, host } = real
  for (const { id, tenantId, deletion, holds } of model.users.values()) {
    if (deletion !== null) continue
    for (const { id: holdId } of holds) await observer.releaseHold(id, { tenantId, holdId })
  }
  // A word over a schedule that the policy does not know, the host takes back.
  for (const user of model.users.values()) {
    if (user.schedule !== null && isUnclear(user, real.mapping)) {
      await host.writeUser(user.id, { status: 'disabled' })
    }
  }
  model.now += 400 * DAY_MS
  assert.deepEqual((await observer.resume()).failed, [])
  assert.deepEqual((await observer.purgeDue({ confirmClock: true })).postponed, [])
  for await (const job of observer.jobs()) assert.fail(`${job.id} is open for ever`)
  assert.ok((await observer.ledger.verify()).valid)
  const staying = [...model.users.values()].filter(
    ({ schedule, deletion }) => schedule === null && deletion === null,
  )
  const ids = new Set((await host.rows('users')).map(({ id }) => id))
  for (const { id } of staying) assert.ok(ids.has(id), `${id} was never to be deleted`)
}
