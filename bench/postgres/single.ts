/**
 * One deletion at a time: the engine beside one transaction by hand, in turns, and its ways to the server and back.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import pg from 'pg'
import { postgresStore } from '../../adapters/postgres/index.ts'
import { createRandom } from '../../examples/demo/random.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { openCountingProxy } from '../../test/worlds/postgres/counting-proxy.ts'
import { sample, TENANT } from '../support/database.ts'
import { inTurns, lineOf } from '../support/single.ts'
import { BY_HAND_TABLES, deleteByHand } from './by-hand.ts'
import { SILENT } from './contenders.ts'
import { type Bench, digestOf } from './data.ts'

export interface SingleFigures extends ReturnType<typeof lineOf> {
  /** Ways to the server and back of one deletion. */
  readonly roundTrips: { readonly engine: number; readonly byHand: number }
}

const OPTIONS = { tenantId: TENANT, reason: 'benchmark' } as const
const WARM_UP = 20

/** Both delete the same users, each out of a copy of its own; the rows left have to be alike. */
export function measureSingle(bench: Bench, deletions: number): Promise<SingleFigures> {
  const ids = sample(bench.users, deletions + WARM_UP, 99)
  return bench.withCopy((one) =>
    bench.withCopy(async (other) => {
      const [ours, byHand] = await Promise.all([openCountingProxy(one), openCountingProxy(other)])
      const [pool, theirs] = [ours, byHand].map(
        ({ connectionString }) => new pg.Pool({ connectionString, max: 2 }),
      ) as [pg.Pool, pg.Pool]
      // A copy is removed with everybody who is still leaving it.
      for (const own of [pool, theirs]) own.on('error', () => {})
      try {
        const engine = new UserDeletionEngine({
          ...{ store: postgresStore(pool), policy: helloJohnPolicy, logger: SILENT },
        })
        await engine.migrate()
        await theirs.query(BY_HAND_TABLES)
        const times = await inTurns(
          {
            engine: async (id) => void (await engine.delete(id, OPTIONS)),
            byHand: async (id) => void assert.equal(await deleteByHand(theirs, [id], 1), 1),
          },
          ids.slice(1),
          WARM_UP,
          createRandom(1),
        )
        ours.roundTrips()
        byHand.roundTrips()
        const [last = ''] = ids
        await engine.delete(last, OPTIONS)
        await deleteByHand(theirs, [last], 1)
        const roundTrips = { engine: ours.roundTrips(), byHand: byHand.roundTrips() }
        assert.equal(await digestOf(pool), await digestOf(theirs), 'they left different rows')
        return { ...lineOf(times), roundTrips }
      } finally {
        await Promise.all([pool.end(), theirs.end()])
        await Promise.all([ours.close(), byHand.close()])
      }
    }),
  )
}
