/**
 * The proof of one deletion. Holds no personal data and never changes.
 *
 * @module
 */
import type { PlannedStep, PolicyStamp, UserRowPlan } from '../plan/plan.ts'
import type { ErasureLevel } from '../store/store.ts'

export interface DeletionReceipt {
  readonly format: 1
  /** `rcp_` and a ULID. */
  readonly id: string
  /** The user's id as it was (a bigint as decimal digits); `null` where a subject key hides it. */
  readonly userId: string | number | null
  /** How the ledger names the user: the id, or `hmac:` and a keyed hash of it. */
  readonly subject: string | number
  readonly tenantId: string | null
  readonly policy: PolicyStamp
  /** The policy was changed while the deletion ran, and went on under the new one. */
  readonly policyChanged: boolean
  readonly reason: string | null
  readonly requestedBy: string | null
  /** When the deletion was asked for; ISO 8601, UTC. */
  readonly requestedAt: string
  /** The receipt of the first deletion, where a restored backup had undone it. */
  readonly replayOf: string | null
  /** ISO 8601, UTC. */
  readonly deletedAt: string
  readonly store: string
  readonly way: 'transaction' | 'journal'
  /** What was done, in order, with the rows that each rule matched. */
  readonly steps: readonly PlannedStep[]
  /** What external erasers have done; empty unless the user was erased with some. */
  readonly external: readonly ExternalOutcome[]
  /** Of a tenant: its own row; the table's name is empty where there is no table of tenants. */
  readonly userRow: UserRowPlan
  /**
   * Rows on which a rule has not had its effect, counted after the work of the whole transaction and before its
   * commit. A deletion that leaves any is taken back.
   */
  readonly residue: number
  /** How far the content was gone at the commit. What is learned later is an entry of its own. */
  readonly erasure: ErasureLevel
  /** SHA-256 of the receipt without this field, as canonical JSON (RFC 8785). */
  readonly digest: string
}

/** What one external eraser has done. */
export interface ExternalOutcome {
  readonly name: string
  readonly status: 'done' | 'failed'
  readonly removed: number
  readonly retained: readonly { readonly count: number; readonly reason: string }[]
}
