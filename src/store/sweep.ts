/**
 * The end of retentions: rows of users who were deleted long ago. Types only.
 *
 * @module
 */

import type { UserId } from '../program/program.ts'
import type { RecordWrite } from './change.ts'
import type { Hold, LedgerHead, Seal } from './records.ts'
import type { Targets } from './slice.ts'

/** Users of several tenants, and what becomes of the records of their retentions. */
export interface Sweep {
  readonly groups: readonly SweepGroup[]
  /** The records as they are once the users are done. */
  readonly records: readonly RecordWrite[]
  /** Moved from one value to the next with the work; `from: null` means that it was never written. */
  readonly mark: { readonly name: string; readonly from: string | null; readonly to: string }
  /** Pure. Whether a hold on one of the users keeps rows of the program; asked inside the transaction. */
  isHeldBy(hold: Hold): boolean
  /** Pure. Called inside the transaction, after the work, with one `Swept` for each group. */
  seal(swept: readonly Swept[], head: LedgerHead | null): Seal | null
}

export interface SweepGroup extends Targets {
  /** By user: the place of their deletion in the ledger. */
  readonly seqs: readonly number[]
  /** The program's derived values by user. */
  readonly derived: readonly (readonly string[])[]
}

export interface HeldIdsQuery {
  /** Index of the step in the program. */
  readonly step: number
  readonly after: UserId | null
  readonly limit: number
}

/** What a sweep did in one group. */
export interface Swept {
  /** Rows by user, then by step of the program; `null` for users who were left out. */
  readonly counts: readonly (readonly number[] | null)[]
}
