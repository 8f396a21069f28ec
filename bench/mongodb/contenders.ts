/**
 * The ways of deleting users on MongoDB that are measured side by side.
 *
 * @module
 */
import type { Db, MongoClient } from 'mongodb'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { type ByHandOptions, deleteByHand } from './by-hand.ts'
import { TENANT } from './data.ts'
import { benchPolicy } from './policy.ts'

export interface MongoContender {
  readonly name: string
  /** Whether a batch is deleted as a whole or not at all. */
  readonly isTransactional: boolean
  /** One by one, so that fewer users are deleted, or nothing else would be measured. */
  readonly isSlow: boolean
  /** Answers how many users are gone. */
  run(client: MongoClient, db: Db, ids: readonly string[]): Promise<number>
}

export const ENGINE: MongoContender = {
  name: 'engine, throughput mode',
  isTransactional: true,
  isSlow: false,
  async run(_, db, ids) {
    const engine = new UserDeletionEngine({ store: mongoStore(db), policy: benchPolicy })
    const options = { tenantId: TENANT, mode: 'throughput', reason: 'benchmark' } as const
    return (await engine.deleteMany(ids, options)).deleted
  },
}

const PLAIN = { inTransactions: false, inFlight: 1, write: 'many' } as const
const ATOMIC = { ...PLAIN, inTransactions: true } as const

export const USER_BY_USER: MongoContender = byHand('deleteMany, user by user', {
  ...{ ...PLAIN, batch: 1 },
})

export const PLAIN_BATCHES: MongoContender = byHand('deleteMany({ $in }), batches of 500', {
  ...{ ...PLAIN, batch: 500 },
})

export const contenders: readonly MongoContender[] = [
  ENGINE,
  PLAIN_BATCHES,
  byHand('deleteMany({ $in }), transactions of 500', { ...ATOMIC, batch: 500 }),
  byHand('deleteMany({ $in }), transactions of 250', { ...ATOMIC, batch: 250 }),
  byHand('deleteMany({ $in }), transactions of 100, four in flight', {
    ...{ ...ATOMIC, batch: 100, inFlight: 4 },
  }),
  byHand('bulkWrite, batches of 500', { ...PLAIN, batch: 500, write: 'bulk' }),
  USER_BY_USER,
]

function byHand(name: string, options: ByHandOptions): MongoContender {
  return {
    name: `by hand, ${name}`,
    isTransactional: options.inTransactions,
    isSlow: options.batch === 1,
    run: (client, db, ids) => deleteByHand(client, db, ids, options),
  }
}
