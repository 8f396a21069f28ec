/**
 * What the engine costs on MongoDB beside hand-written commands that do the same work.
 *
 * Both delete the same users, about 30 documents each, on the same server, in turns and in shuffled order:
 * the engine in throughput mode, and by hand one `deleteMany({ $in })` or `updateMany({ $in })` a collection
 * and batch of 500, with majority write concern, counts by user, receipts in a chain, and events. After each
 * run both have to leave the same documents behind. The last line is the ratio of their medians.
 *
 *     npm run bench:mongodb -- --users 20000 --rounds 5 --batch 500 --transactions 0
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
import { createCollections, digestOf, fill, TENANT, userIds } from './mongodb/data.ts'
import { benchPolicy } from './mongodb/policy.ts'
import { median, numbersFrom, print, round } from './support/figures.ts'

/** `transactions`: 1 to have the hand-written batches in transactions too. */
const { users, rounds, batch, transactions } = numbersFrom({
  users: 20_000,
  rounds: 5,
  batch: 500,
  transactions: 0,
})

const source = await findMongo()
assert.ok(source.kind !== 'none', 'there is no MongoDB server')
const server = source.kind === 'program' ? await startMongo(source.path, 'replica set') : null
const client = new MongoClient(source.kind === 'program' ? (server?.uri ?? '') : source.uri)
const db = client.db('user_deletion_bench')

type Name = 'engine' | 'byHand'

const contenders: Readonly<Record<Name, (ids: readonly string[]) => Promise<number>>> = {
  async engine(ids) {
    const engine = new UserDeletionEngine({ store: mongoStore(db), policy: benchPolicy })
    const options = { tenantId: TENANT, mode: 'throughput', reason: 'benchmark' } as const
    return (await engine.deleteMany(ids, options)).deleted
  },
  byHand: (ids) => deleteByHand(client, db, ids, { batch, inTransactions: transactions === 1 }),
}

try {
  const rates: Record<Name, number[]> = { engine: [], byHand: [] }
  const random = createRandom(1)
  await createCollections(db)
  await new UserDeletionEngine({ store: mongoStore(db), policy: benchPolicy }).migrate()
  for (let number = 1; number <= rounds; number += 1) {
    const digests: string[] = []
    const figures: Partial<Record<Name, number>> = {}
    for (const name of random.shuffle<Name>(['engine', 'byHand'])) {
      await fill(db, users * 2, number)
      const chosen = userIds(users * 2).filter((_, place) => place % 2 === 0)
      const started = performance.now()
      const deleted = await contenders[name](chosen)
      const rate = chosen.length / ((performance.now() - started) / 1_000)
      assert.equal(deleted, chosen.length, `${name} did not delete everybody`)
      rates[name].push(rate)
      figures[name] = round(rate)
      digests.push(await digestOf(db))
    }
    assert.equal(digests[0], digests[1], 'the two left different documents behind')
    print(JSON.stringify({ round: number, users, ...figures }))
  }
  const [engine, byHand] = [median(rates.engine), median(rates.byHand)]
  print(`engine ${round(engine)} users/s, by hand ${round(byHand)} users/s, medians`)
  print(`ratio: ${(engine / byHand).toFixed(2)}`)
} finally {
  await client.close()
  await server?.stop()
}
