/**
 * What a write is going to do, as data. On a server without transactions it is written down between the decision and
 * the first effect.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import type { NamedUser } from '../../../src/program/shared-values.ts'
import type { Columns } from '../../../src/store/change.ts'
import type { OfUsers } from '../../../src/store/questions.ts'
import type { Doc } from '../server/driver.ts'

export interface DocumentChange {
  readonly work: readonly DocumentWork[]
  /** The engine's own documents, after the host's. */
  readonly records: readonly DocumentWrite[]
}

/** How much of a transaction's work the server does: without one the adapter has to make up for it. */
export type Isolation = 'transaction' | 'none'

/** Work on the host's collections for users of one tenant. */
export interface DocumentWork {
  readonly program: Program
  readonly tenantId: string | null
  readonly users: readonly SliceUser[]
  /** Taken by a claim before the first step where nothing else keeps the host's own writers away. */
  readonly claims: readonly UserClaim[]
  /** In the order of the program. */
  readonly steps: readonly StepWork[]
  readonly userRows: UserRowWrite
  /** Whether what grants access is looked for once more when the rest is done. */
  readonly cutsAccess: boolean
  readonly auditRows: readonly {
    readonly table: string
    readonly values: Readonly<Record<string, unknown>>
    readonly id: unknown
  }[]
}

export interface StepWork {
  readonly index: number
  /**
   * Only these documents, by `_id`, each with its users by position: what decided on them may have been
   * overwritten when the step runs. `null` for all that match then.
   */
  readonly rows: readonly NamedRow[] | null
  /** How many documents there were when the work was decided, one of two users twice; `null` where nobody counted. */
  readonly count: number | null
}

export interface NamedRow {
  readonly id: unknown
  readonly owners: readonly number[]
}

/** A user row as it was when the decision was made, and what shuts the user out. */
export interface UserClaim {
  /** The row's `_id`, its id and tenant, and the columns that say how the user stands. */
  readonly seen: Doc
  readonly set: Columns
}

export type UserRowWrite =
  | { readonly kind: 'leave' }
  /** Deletes the rows, or leaves the tombstone that the program asks for. */
  | { readonly kind: 'end' }
  | { readonly kind: 'write'; readonly set: Columns }

/** Safe to repeat: documents are addressed by their `_id`. */
export type DocumentWrite =
  | { readonly kind: 'insert'; readonly collection: string; readonly documents: readonly Doc[] }
  | { readonly kind: 'put'; readonly collection: string; readonly document: Doc }
  /** Fields of a document that is still as the filter says; the others are not this change's. */
  | {
      readonly kind: 'set'
      readonly collection: string
      readonly filter: Doc
      readonly fields: Doc
    }
  | { readonly kind: 'remove'; readonly collection: string; readonly filter: Doc }

/** A user by what the program knows of them. */
export interface SliceUser extends NamedUser {
  readonly derived: readonly (string | null)[]
}

export function sliceUsers({ users, derived = [] }: OfUsers): readonly SliceUser[] {
  return users.map(({ fields, shared = [] }, place) => ({
    ...{ fields, shared },
    derived: derived[place] ?? [],
  }))
}
