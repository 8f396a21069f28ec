/**
 * What the engine costs on MongoDB beside hand-written commands that do the same work.
 *
 * All delete as many users, about 30 documents each, out of the same database on the same server, in turns and
 * in shuffled order: the engine in throughput mode, and by hand one `deleteMany({ $in })` or
 * `updateMany({ $in })` a collection and batch, with majority write concern, counts by user, receipts in a
 * chain, and events; plain, in transactions, with several transactions in flight, as one `bulkWrite` a collection
 * and batch with an operation a user, and user by user. After each round all have to have left the same documents
 * behind.
 *
 *     npm run bench:mongodb -- --users 20000 --rounds 5
 *
 * The table goes to the terminal, JSON and chart to `results/`, the report into `README.md`. The last line is the
 * ratio of the engine's median to that of the plain batches.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { type Db, MongoClient } from 'mongodb'
import { mongoStore } from '../adapters/mongodb/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { findMongo } from '../test/worlds/mongodb/find-mongo.ts'
import { startMongo } from '../test/worlds/mongodb/start-mongo.ts'
import {
  contenders,
  ENGINE,
  type MongoContender,
  PLAIN_BATCHES,
  USER_BY_USER,
} from './mongodb/contenders.ts'
import { createCollections, digestsOf, fill, userIds } from './mongodb/data.ts'
import { benchPolicy } from './mongodb/policy.ts'
import { numbersFrom, print, round } from './support/figures.ts'
import { createSamples, rangeOf, type Samples } from './support/measure.ts'
import type { PartResult } from './support/part.ts'
import { printGoals, printPart, type Report, savePart, writeReport } from './support/report.ts'
import { versionOf } from './support/versions.ts'

const { users, rounds } = numbersFrom({ users: 20_000, rounds: 5 })
/** Users who are deleted one by one are fewer, or nothing else would be measured. */
const ONE_BY_ONE = Math.ceil(users / 40)
const lanes = contenders.length
const BESIDE_PLAIN = `engine / ${PLAIN_BATCHES.name}`
const report: Report = {
  begin: '<!-- report: written by `npm run bench:mongodb` -->',
  title: () => `Last report on MongoDB: ${users} users each`,
  parts: ['mongodb'],
}

const source = await findMongo()
assert.ok(source.kind !== 'none', 'there is no MongoDB server')
const server = source.kind === 'program' ? await startMongo(source.path, 'replica set') : null
const client = new MongoClient(source.kind === 'program' ? (server?.uri ?? '') : source.uri)
const db = client.db('user_deletion_bench')
try {
  const result = resultOf(await measureAll())
  printPart(result)
  savePart('mongodb', { users, rounds }, result, await versionsOf(db))
  const goals = writeReport(report, users)
  printGoals(goals)
  print(`ratio: ${goals.find(({ what }) => what === BESIDE_PLAIN)?.figure}`)
} finally {
  await client.close()
  await server?.stop()
}

async function measureAll(): Promise<Samples> {
  const rates = createSamples()
  const random = createRandom(1)
  await createCollections(db)
  await new UserDeletionEngine({ store: mongoStore(db), policy: benchPolicy }).migrate()
  const all = userIds(users * (lanes + 1))
  for (let number = 1; number <= rounds; number += 1) {
    await fill(db, all, number)
    const figures: Record<string, number> = {}
    for (const contender of random.shuffle(contenders)) {
      const { name } = contender
      const chosen = laneOf(all, contender)
      const started = performance.now()
      const deleted = await contender.run(client, db, chosen)
      const rate = chosen.length / ((performance.now() - started) / 1_000)
      assert.equal(deleted, chosen.length, `${name} did not delete everybody`)
      rates.add(name, rate)
      figures[name] = round(rate)
    }
    await assertSame(all)
    print(JSON.stringify({ round: number, users, ...figures }))
  }
  return rates
}

/** Every so many users belong to the same contender, and as many stay. */
function laneOf(all: readonly string[], contender: MongoContender): readonly string[] {
  const place = contenders.indexOf(contender)
  const lane = all.filter((_, index) => index % (lanes + 1) === place)
  return lane.slice(0, contender.isSlow ? ONE_BY_ONE : users)
}

/** The speed of a wrong deletion is worth nothing. */
async function assertSame(all: readonly string[]): Promise<void> {
  const lists = contenders.map((contender) => laneOf(all, contender).slice(0, ONE_BY_ONE))
  const digests = await digestsOf(db, lists)
  for (const [place, { name }] of contenders.entries()) {
    assert.equal(digests[place], digests[0], `${name} has left other documents behind`)
  }
}

function resultOf(rates: Samples): PartResult {
  const rateOf = ({ name }: MongoContender): number => rates.of(name).median
  const ratio = (contender: MongoContender): number => round(rateOf(ENGINE) / rateOf(contender), 2)
  const [best] = contenders
    .filter((contender) => contender !== ENGINE && contender.isTransactional)
    .sort((a, b) => rateOf(b) - rateOf(a))
  assert.ok(best !== undefined)
  return {
    tables: [
      {
        title: 'Beside hand-written commands',
        note: `${users} users each with about 30 documents (user by user: ${ONE_BY_ONE}), out of one database in shuffled order, filled anew in each of ${rounds} rounds. Majority write concern, counts by user, receipts in a chain and events everywhere. After each round all had left the same documents behind.`,
        head: ['', 'users/s', 'range', 'engine / it', 'transactions'],
        rows: contenders.map((contender) => [
          contender.name,
          round(rateOf(contender)),
          rangeOf(rates.of(contender.name)),
          ratio(contender),
          contender.isTransactional ? 'yes' : 'no',
        ]),
      },
    ],
    charts: [
      {
        file: 'mongodb.svg',
        title: 'Users deleted a second on MongoDB',
        unit: 'users/s',
        kind: 'bar',
        logarithmic: false,
        categories: contenders.map(({ name }) => name),
        series: [{ name: 'users/s', values: contenders.map((one) => round(rateOf(one))) }],
      },
    ],
    goals: [
      { what: BESIDE_PLAIN, figure: ratio(PLAIN_BATCHES), unit: '', target: 0.9, is: 'at least' },
      {
        what: `6. engine / best transactions ${best.name}`,
        figure: ratio(best),
        unit: '',
        target: 0.95,
        is: 'at least',
      },
      {
        what: `6. engine / ${USER_BY_USER.name}`,
        figure: ratio(USER_BY_USER),
        unit: '',
        target: 10,
        is: 'at least',
      },
    ],
  }
}

async function versionsOf(database: Db): Promise<string> {
  const { version } = await database.admin().serverInfo()
  return `MongoDB ${version} (replica set of one), ${versionOf('mongodb')}`
}
