/** The engine of the worlds on MongoDB, the same for a process that is killed and for the one that ends its work. */
import {
  type MongoDb,
  type MongoStoreOptions,
  mongoStore,
} from '../../../adapters/mongodb/index.ts'
import { type EngineOptions, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../fixed-clock.ts'
import { faultPolicy } from './fault-policy.ts'

export type MongoEngine = UserDeletionEngine<typeof faultPolicy>
export type MongoEngineOptions = Partial<EngineOptions<typeof faultPolicy>> & {
  readonly mongo?: MongoStoreOptions
  readonly startAt?: string
}

export function mongoEngine(
  db: MongoDb,
  { mongo = {}, startAt, ...options }: MongoEngineOptions = {},
): MongoEngine {
  return new UserDeletionEngine({
    store: mongoStore(db, mongo),
    policy: faultPolicy,
    clock: fixedClock(startAt),
    logger: { warn: () => {} },
    ...options,
  })
}

/** Whom a bulk run deletes: the second goes in chunks, the others each in one transaction. */
export const TARGETS = ['a1', 'a2', 'a3', 'a4'] as const
/** A process that is gone must not hold up the next for long. */
export const SHORT_LEASE = { leaseMs: 1_000 } as const
export const BULK: MongoEngineOptions = { maxRowsPerTransaction: 40 }
/** A process that comes after a crash waits only briefly for processes that are gone. */
export const NEXT: MongoEngineOptions = { ...BULK, mongo: { leaseMs: 2_000 } }
