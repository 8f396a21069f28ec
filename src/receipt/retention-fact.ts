/**
 * The ledger entry of a retention that has ended.
 *
 * @module
 */
import type { PolicyStamp } from '../plan/plan.ts'
import type { LedgerEntry } from '../store/records.ts'

/** What was done to rows whose retention had ended. Says which deletions it covers by their place in the ledger. */
export interface RetentionExpired {
  readonly format: 2
  readonly policy: PolicyStamp
  /** Id of the step that had retained the rows, as in the receipts. */
  readonly stepId: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  readonly rows: number
  /** Users who had such rows. */
  readonly users: number
  /**
   * It covers the deletions of this tenant from the one entry of the ledger to the other, in each of these ranges. Not
   * those that were left out: the id has a user again, or was deleted again later.
   */
  readonly deletions: readonly (readonly [number, number])[]
  /** ISO 8601, UTC. */
  readonly at: string
}

/** A fact of an earlier version. */
interface EarlierFact extends Omit<RetentionExpired, 'format' | 'deletions'> {
  readonly format: 1
  /** It covers the deletions of this tenant after the one entry and up to the other, less those that were left out. */
  readonly afterSeq: number
  readonly throughSeq: number
  readonly leftOut: readonly number[]
}

/** Reads back the fact in a ledger entry of kind `retention.expired`. */
export function retentionFactOf(entry: LedgerEntry): RetentionExpired | EarlierFact {
  return JSON.parse(entry.body) as RetentionExpired | EarlierFact
}

/** Whether the fact covers a deletion of its tenant, by its place in the ledger. */
export function coversDeletion(fact: RetentionExpired | EarlierFact, seq: number): boolean {
  if (fact.format === 2) return fact.deletions.some(([from, to]) => from <= seq && seq <= to)
  return fact.afterSeq < seq && seq <= fact.throughSeq && !fact.leftOut.includes(seq)
}
