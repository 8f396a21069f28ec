/**
 * One deletion at a time on MongoDB: the engine beside hand-written commands in a transaction.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { MongoClient } from 'mongodb'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import { createRandom } from '../../examples/demo/random.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { findMongo } from '../../test/worlds/mongodb/find-mongo.ts'
import { startMongo } from '../../test/worlds/mongodb/start-mongo.ts'
import { print } from '../support/figures.ts'
import { inTurns, lineOf } from '../support/single.ts'
import { deleteByHand } from './by-hand.ts'
import { createCollections, digestsOf, fill, TENANT, userIds } from './data.ts'
import { benchPolicy } from './policy.ts'

export interface SingleOnMongo {
  readonly users: number
  readonly deletions: number
  readonly warmUp: number
}

/** The two delete users of their own, every other one, out of one database; the documents left have to be alike. */
export async function measureSingleOnMongo({
  users,
  deletions,
  warmUp,
}: SingleOnMongo): Promise<void> {
  const source = await findMongo()
  assert.ok(source.kind !== 'none', 'there is no MongoDB server')
  const server = source.kind === 'program' ? await startMongo(source.path, 'replica set') : null
  const client = new MongoClient(source.kind === 'program' ? (server?.uri ?? '') : source.uri)
  const db = client.db('user_deletion_bench')
  try {
    await createCollections(db)
    const all = userIds(users)
    await fill(db, all, 1)
    const store = mongoStore(db)
    const engine = new UserDeletionEngine({ store, policy: benchPolicy })
    await engine.migrate()
    const byHand = { batch: 1, inTransactions: true, inFlight: 1, write: 'many' } as const
    const options = { tenantId: TENANT, reason: 'benchmark' } as const
    const lanes = [0, 1].map((lane) =>
      all.filter((_, index) => index % 2 === lane).slice(0, deletions + warmUp),
    )
    const [ours = [], theirs = []] = lanes
    const places = ours.map((_, place) => String(place))
    const times = await inTurns(
      {
        engine: async (place) => void (await engine.delete(ours[Number(place)] ?? '', options)),
        byHand: async (place) => {
          const id = theirs[Number(place)] ?? ''
          assert.equal(await deleteByHand(client, db, [id], byHand), 1)
        },
      },
      places,
      warmUp,
      createRandom(1),
    )
    const [one, other] = await digestsOf(db, lanes)
    assert.equal(one, other, 'they left different documents')
    print(JSON.stringify({ users, deletions: times.engine.length, ...lineOf(times) }))
  } finally {
    await client.close()
    await server?.stop()
  }
}
