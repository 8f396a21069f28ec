/**
 * Marks on a program, made once for it and a schema. A mark says that a comparison needs more than standard SQL. A
 * dialect sets those that its database needs. Where nothing is marked, nothing is added to a statement. Types only.
 *
 * @module
 */
import type {
  Assignment,
  Condition,
  LastOfCheck,
  Locator,
  Program,
  Selector,
  UserTable,
} from '../../src/program/program.ts'

/**
 * Of a tenant's column: that it is looser than the value, or that it says nothing of types, and may hold the tenant,
 * which is text to the engine, as an integer.
 */
export type TenantMark = true | 'either'

/** Of a column that keeps documents or lists in another form than most: its type. */
export interface Kept {
  readonly keptIn?: string
  /** Of documents that cannot be read: what of users may stand in them. */
  readonly isUnread?: true
}

export interface MarkedSelector extends Selector {
  readonly locator: Locator & Kept
  /** Between what the row holds and what it is to equal: what is found is more than that, and the values decide. */
  readonly isLoose?: true
  readonly hasLooseTenant?: TenantMark
  /** The parents' key may be blank text, and what is blank leads to nobody. */
  readonly hasTextKey?: true
  /** The type that lists of the user's value are cast to. */
  readonly type?: string
  /** The user's value has another type, and becomes one of that. */
  readonly isRecast?: true
  /** An index finds its rows by what the locator points to. */
  readonly isIndexed?: true
  /** The parents' key has another type, and becomes one of this. */
  readonly keyType?: string
  readonly inRowOrder?: RowOrder
  readonly where: readonly MarkedCondition[]
}

/** An index leads to the rows, which are read in the order of this key. */
export interface RowOrder {
  readonly key: string
  /** What the index knows of a row. */
  readonly columns: readonly string[]
}

export interface MarkedCondition extends Condition {
  readonly isLoose?: true
}

export type MarkedAssignment = Assignment & Kept

/** A derived value, with the type of the column that it is written into. */
export type MarkedDerived = Extract<Assignment, { kind: 'derived' }> & { readonly type?: string }

export interface MarkedUserTable extends UserTable {
  readonly hasLooseId?: true
  readonly hasIndexedId?: true
  readonly hasLooseTenant?: TenantMark
  /** The types that lists of the fields are cast to, by field. */
  readonly types?: Readonly<Record<string, string>>
  readonly tenantType?: string
}

export interface MarkedCheck extends LastOfCheck {
  readonly hasLooseMatch?: true
  readonly hasLooseGroup?: true
  /** The type of the column that names the member. */
  readonly type?: string
  readonly where: readonly MarkedCondition[]
}

export interface MarkedProgram extends Program {
  readonly user: MarkedUserTable
  readonly checks: readonly MarkedCheck[]
}
