/**
 * The ledger entry of a retention that has ended.
 *
 * @module
 */
import type { PolicyStamp } from '../plan/plan.ts'
import type { LedgerEntry } from '../store/records.ts'

/** What was done to rows whose retention had ended. Says which deletions it covers by their place in the ledger. */
export interface RetentionExpired {
  readonly format: 1
  readonly policy: PolicyStamp
  /** Id of the step that had retained the rows, as in the receipts. */
  readonly stepId: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  readonly rows: number
  /** Users who had such rows. */
  readonly users: number
  /** It covers the deletions of this tenant after the one entry of the ledger and up to the other. */
  readonly afterSeq: number
  readonly throughSeq: number
  /** Of those, deletions that were left out: the id has a user again, or was deleted again later. */
  readonly leftOut: readonly number[]
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Reads back the fact in a ledger entry of kind `retention.expired`. */
export function retentionFactOf(entry: LedgerEntry): RetentionExpired {
  return JSON.parse(entry.body) as RetentionExpired
}
