/** The engine of the worlds on PostgreSQL, the same for a process that is killed and for the one that ends its work. */
import {
  type PostgresHandle,
  type PostgresStoreOptions,
  postgresStore,
} from '../../../adapters/postgres/index.ts'
import { type EngineOptions, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../fixed-clock.ts'
import { faultPolicy } from './fault-policy.ts'

export type PostgresEngine = UserDeletionEngine<typeof faultPolicy>
export type PostgresEngineOptions = Partial<EngineOptions<typeof faultPolicy>> & {
  readonly postgres?: PostgresStoreOptions
  readonly startAt?: string
}

export function postgresEngine(
  handle: PostgresHandle,
  { postgres = {}, startAt, ...options }: PostgresEngineOptions = {},
): PostgresEngine {
  return new UserDeletionEngine({
    store: postgresStore(handle, postgres),
    policy: faultPolicy,
    clock: fixedClock(startAt),
    logger: { warn: () => {} },
    ...options,
  })
}

/** Whom a bulk run deletes: the second goes in chunks, the others each in one transaction. */
export const TARGETS = ['a1', 'a2', 'a3', 'a4'] as const
export const BULK: PostgresEngineOptions = { maxRowsPerTransaction: 40 }
