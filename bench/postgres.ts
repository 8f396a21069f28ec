/**
 * What the engine costs on PostgreSQL beside hand-written SQL that does the same work.
 *
 * All delete the same users, each out of a copy of its own of one database (33.5 rows a user, scattered), in turns and in
 * shuffled order: the engine in both modes, and by hand set-based statements in transactions of several sizes, with
 * counts by user and rule, receipts in a chain, and events; user by user; and better-auth, one user after the other, with
 * what it leaves done by hand. Before the first round all delete the same users of a small database, and have to leave
 * the very same rows.
 *
 *     npm run bench:postgres -- --users 50000 --deletions 5000 --rounds 5
 *
 * The server is the one at `POSTGRES_URL`, or one of its own with fsync on. Then one deletion at a time, with its ways to
 * the server and back. Tables go to the terminal, JSON and chart to `results/`, the report into `README.md`.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import pg from 'pg'
import { createRandom } from '../examples/demo/random.ts'
import {
  BETTER_AUTH,
  BY_HAND,
  COOPERATIVE,
  contenders,
  ENGINE,
  type PostgresContender,
} from './postgres/contenders.ts'
import { cpuSince } from './postgres/cpu.ts'
import { type Bench, digestOf, withBench } from './postgres/data.ts'
import { measureSingle, type SingleFigures } from './postgres/single.ts'
import { sample } from './support/database.ts'
import { numbersFrom, print, round } from './support/figures.ts'
import { createSamples, rangeOf, type Samples } from './support/measure.ts'
import type { PartResult } from './support/part.ts'
import { printGoals, printPart, type Report, savePart, writeReport } from './support/report.ts'
import { versionOf } from './support/versions.ts'

const { users, deletions, rounds, singles } = numbersFrom({
  ...{ users: 50_000, deletions: 5_000, rounds: 5, singles: 300 },
})
/** Users who are deleted one by one are fewer, or nothing else would be measured. */
const ONE_BY_ONE = Math.ceil(deletions / 20)
/** Users of a database in which every row is looked at. */
const FEW = 1_000
const report: Report = {
  begin: '<!-- report: written by `npm run bench:postgres` -->',
  title: () => `Last report on PostgreSQL: ${users} users`,
  parts: ['postgres'],
}

await withBench(Math.min(users, FEW), assertSame)
await withBench(users, async (bench) => {
  const measured = { rates: createSamples(), client: createSamples(), server: createSamples() }
  const random = createRandom(1)
  for (let number = 1; number <= rounds; number += 1) {
    const figures: Record<string, number> = {}
    for (const contender of random.shuffle(contenders)) {
      figures[contender.name] = await measure(bench, contender, number, measured)
    }
    print(JSON.stringify({ round: number, ...figures }))
  }
  const result = resultOf(measured, await measureSingle(bench, singles))
  printPart(result)
  const versions = `PostgreSQL ${bench.version}, ${versionOf('pg')}, ${versionOf('better-auth')}`
  savePart('postgres', { users, rounds }, result, versions)
  printGoals(writeReport(report, users))
})

/** Users a second. */
async function measure(
  bench: Bench,
  { name, isSlow, open }: PostgresContender,
  number: number,
  { rates, client, server }: Measured,
): Promise<number> {
  const ids = sample(bench.users, deletions, number).slice(0, isSlow ? ONE_BY_ONE : deletions)
  return withPool(bench, async (pool) => {
    const run = await open(pool)
    // Both connections are there before the time begins.
    await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 1')])
    const cpu = await cpuSince(pool)
    const started = performance.now()
    assert.equal(await run(ids), ids.length, `${name} did not delete everybody`)
    const rate = ids.length / ((performance.now() - started) / 1_000)
    const used = await cpu()
    rates.add(name, rate)
    client.add(name, used.client / ids.length)
    server.add(name, used.server / ids.length)
    return round(rate)
  })
}

/** The speed of a wrong deletion is worth nothing. */
async function assertSame(bench: Bench): Promise<void> {
  const ids = sample(bench.users, Math.ceil(bench.users.length / 4), 0)
  let first: string | null = null
  for (const { name, open } of contenders) {
    const digest = await withPool(bench, async (pool) => {
      const run = await open(pool)
      assert.equal(await run(ids), ids.length, `${name} did not delete everybody`)
      return digestOf(pool)
    })
    first ??= digest
    assert.equal(digest, first, `${name} has left other rows behind`)
  }
}

function withPool<T>(bench: Bench, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  return bench.withCopy(async (connectionString) => {
    const pool = new pg.Pool({ connectionString, max: 2, idleTimeoutMillis: 0 })
    // A copy is removed with everybody who is still leaving it.
    pool.on('error', () => {})
    try {
      return await work(pool)
    } finally {
      await pool.end()
    }
  })
}

interface Measured {
  readonly rates: Samples
  /** Milliseconds a user. */
  readonly client: Samples
  readonly server: Samples
}

function resultOf({ rates, client, server }: Measured, single: SingleFigures): PartResult {
  const rateOf = ({ name }: PostgresContender): number => rates.of(name).median
  const ratio = (one: PostgresContender, other: PostgresContender): number =>
    round(rateOf(one) / rateOf(other), 2)
  const [best] = [...BY_HAND].sort((a, b) => rateOf(b) - rateOf(a))
  const cpuOf = ({ name }: PostgresContender): number =>
    server.of(name).median + client.of(name).median
  const [thriftiest] = [...BY_HAND].sort((a, b) => cpuOf(a) - cpuOf(b))
  assert.ok(best !== undefined && thriftiest !== undefined)
  const thrift = (one: PostgresContender): number => round(cpuOf(thriftiest) / cpuOf(one), 2)
  const goal = (what: string, figure: number, is: 'at least' | 'at most', target: number) => ({
    ...{ what, figure, unit: '', is, target },
  })
  return {
    tables: [
      {
        title: 'Beside hand-written SQL and better-auth',
        note: `${deletions} of ${users} users a run (one by one: ${ONE_BY_ONE}), each run on a fresh copy of the database, ${rounds} interleaved rounds. Counts by user and rule, receipts in a chain and events everywhere but in better-auth. Before the first round all left the very same rows of a small database.`,
        head: ['', 'users/s', 'range', 'engine / it', 'CPU ms a user, server', 'here'],
        rows: contenders.map((contender) => [
          contender.name,
          round(rateOf(contender)),
          rangeOf(rates.of(contender.name)),
          ratio(ENGINE, contender),
          round(server.of(contender.name).median, 2),
          round(client.of(contender.name).median, 2),
        ]),
      },
      {
        title: 'One deletion at a time',
        note: `${singles} users, one after the other and in turns, each way on a copy of its own; milliseconds. Both left the very same rows.`,
        head: ['', 'p50', 'p99', 'ways to the server and back'],
        rows: [
          ['engine', single.engine.p50, single.engine.p99, single.roundTrips.engine],
          ['by hand', single.byHand.p50, single.byHand.p99, single.roundTrips.byHand],
          ['engine / by hand', single.ratio.p50, single.ratio.p99, ''],
        ],
      },
    ],
    charts: [
      {
        file: 'postgres.svg',
        title: 'Users deleted a second on PostgreSQL',
        unit: 'users/s',
        kind: 'bar',
        logarithmic: false,
        categories: contenders.map(({ name }) => name),
        series: [{ name: 'users/s', values: contenders.map((one) => round(rateOf(one))) }],
      },
    ],
    goals: [
      goal(`engine / best ${best.name}`, ratio(ENGINE, best), 'at least', 0.95),
      goal(`cooperative mode / best ${best.name}`, ratio(COOPERATIVE, best), 'at least', 0.95),
      goal(`CPU of ${thriftiest.name} / CPU of the engine`, thrift(ENGINE), 'at least', 0.95),
      goal(
        `CPU of ${thriftiest.name} / CPU of cooperative mode`,
        thrift(COOPERATIVE),
        ...(['at least', 0.95] as const),
      ),
      goal(`engine / ${BETTER_AUTH.name}`, ratio(ENGINE, BETTER_AUTH), 'at least', 4),
      goal('one deletion, p50 / one transaction by hand', single.ratio.p50, 'at most', 1.5),
      goal('one deletion, ways to the server and back', single.roundTrips.engine, 'at most', 20),
    ],
  }
}
