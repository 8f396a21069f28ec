/**
 * What the engine costs on MongoDB beside hand-written commands that do the same work.
 *
 * All delete as many users, about 30 documents each, out of the same database on the same server, in turns and
 * in shuffled order: the engine in throughput mode, and by hand one `deleteMany({ $in })` or
 * `updateMany({ $in })` a collection and batch, with majority write concern, counts by user, receipts in a
 * chain, and events; plain, in transactions, with several transactions in flight, and user by user. After each
 * round all have to have left the same documents behind. The last line is the ratio of the engine's median to
 * that of the plain batches.
 *
 *     npm run bench:mongodb -- --users 20000 --rounds 5
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { MongoClient } from 'mongodb'
import { mongoStore } from '../adapters/mongodb/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { findMongo } from '../test/support/find-mongo.ts'
import { startMongo } from '../test/support/start-mongo.ts'
import { deleteByHand } from './mongodb/by-hand.ts'
import { createCollections, digestsOf, fill, TENANT, userIds } from './mongodb/data.ts'
import { benchPolicy } from './mongodb/policy.ts'
import { median, numbersFrom, print, round } from './support/figures.ts'

const { users, rounds } = numbersFrom({ users: 20_000, rounds: 5 })
/** Those who are deleted one by one are fewer, or nothing else would be measured. */
const ONE_BY_ONE = Math.ceil(users / 40)

const source = await findMongo()
assert.ok(source.kind !== 'none', 'there is no MongoDB server')
const server = source.kind === 'program' ? await startMongo(source.path, 'replica set') : null
const client = new MongoClient(source.kind === 'program' ? (server?.uri ?? '') : source.uri)
const db = client.db('user_deletion_bench')

type Contender = (ids: readonly string[]) => Promise<number>

const PLAIN = 'by hand, batches of 500'
const contenders: Readonly<Record<string, Contender>> = {
  async engine(ids) {
    const engine = new UserDeletionEngine({ store: mongoStore(db), policy: benchPolicy })
    const options = { tenantId: TENANT, mode: 'throughput', reason: 'benchmark' } as const
    return (await engine.deleteMany(ids, options)).deleted
  },
  [PLAIN]: byHand({ batch: 500, inTransactions: false, inFlight: 1 }),
  'by hand, transactions of 500': byHand({ batch: 500, inTransactions: true, inFlight: 1 }),
  'by hand, transactions of 100, four in flight': byHand({
    ...{ batch: 100, inTransactions: true, inFlight: 4 },
  }),
  'by hand, user by user': byHand({ batch: 1, inTransactions: false, inFlight: 1 }),
}
const names = Object.keys(contenders)
const lanes = names.length

function byHand(options: Parameters<typeof deleteByHand>[3]): Contender {
  return (ids) => deleteByHand(client, db, ids, options)
}

/** Every so many users belong to the same contender, and as many stay. */
function laneOf(all: readonly string[], name: string): readonly string[] {
  const place = names.indexOf(name)
  const lane = all.filter((_, index) => index % (lanes + 1) === place)
  return lane.slice(0, name === 'by hand, user by user' ? ONE_BY_ONE : users)
}

try {
  const rates = new Map(names.map((name) => [name, [] as number[]]))
  const random = createRandom(1)
  await createCollections(db)
  await new UserDeletionEngine({ store: mongoStore(db), policy: benchPolicy }).migrate()
  const all = userIds(users * (lanes + 1))
  for (let number = 1; number <= rounds; number += 1) {
    await fill(db, all, number)
    for (const name of random.shuffle(names)) {
      const chosen = laneOf(all, name)
      const started = performance.now()
      const deleted = await contenders[name]?.(chosen)
      rates.get(name)?.push(chosen.length / ((performance.now() - started) / 1_000))
      assert.equal(deleted, chosen.length, `${name} did not delete everybody`)
    }
    const digests = await digestsOf(
      db,
      names.map((name) => laneOf(all, name).slice(0, ONE_BY_ONE)),
    )
    for (const [place, digest] of digests.entries()) {
      assert.equal(digest, digests[0], `${names[place]} has left other documents behind`)
    }
    const figures = Object.fromEntries(
      names.map((name) => [name, round(rates.get(name)?.at(-1) ?? 0)]),
    )
    print(JSON.stringify({ round: number, users, ...figures }))
  }
  const engine = median(rates.get('engine') ?? [])
  for (const [name, own] of rates) {
    const [low, high] = [Math.min(...own), Math.max(...own)].map((rate) => round(rate))
    const ratio = (engine / median(own)).toFixed(2)
    print(`${name}: ${round(median(own))} users/s (${low} to ${high}), engine at ${ratio} of it`)
  }
  print(`ratio: ${(engine / median(rates.get(PLAIN) ?? [])).toFixed(2)}`)
} finally {
  await client.close()
  await server?.stop()
}
