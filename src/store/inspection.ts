/**
 * What is left of a user. Types only.
 *
 * @module
 */
import type { Target, UserRow } from './slice.ts'

export interface InspectedUser {
  readonly tenantId: string | null
  readonly target: Target
  /** Fields that are known; a step that needs another one is not counted. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Derived values that are known, by index. */
  readonly derived: readonly (string | null)[]
}

export interface Inspection {
  readonly user: UserRow | null
  /** What a deletion has left of the user row; `null` where nothing is left, or the user is there. */
  readonly tombstone: Tombstone | null
  /** Rows that belong to the user by step; `null` where a needed field is unknown, or a document cannot be read. */
  readonly matched: readonly (number | null)[]
  /** Of those, rows on which the step has not done its work. */
  readonly pending: readonly (number | null)[]
  /** Beside those, rows by step that stay because others hold the values by which they are found; left out where nobody does. */
  readonly shared?: readonly number[]
}

/** The row of a user whom the ledger names as deleted, where the policy keeps a blank one. */
export interface Tombstone {
  readonly row: UserRow
  /** Whether it holds what a deletion writes, as far as that is known. */
  readonly isBlank: boolean
}
