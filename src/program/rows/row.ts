/**
 * Rows of a store that has them as plain objects, and the users whom they may belong to.
 *
 * @module
 */
import type { Program } from '../program.ts'
import type { NamedUser } from '../shared-values.ts'

/** A row as the host stores it. */
export type Row = Readonly<Record<string, unknown>>

/** Where rows are read from. */
export interface RowSource {
  /** A table's rows by a key that is above 0, grows with each insert, and stays the row's own. */
  rows(table: string): Iterable<readonly [key: number, row: Row]>
}

/** A row, and the users whom it belongs to, by their position. */
export interface Match {
  readonly row: Row
  readonly owners: ReadonlySet<number>
}

/** Rows by their key, in the order of their insertion. */
export type Matches = ReadonlyMap<number, Match>

/** Users of one tenant by what is known of them. */
export interface UsersOfTenant {
  readonly program: Program
  readonly tenantId: string | null
  readonly users: readonly NamedUser[]
  /** The program's derived values by user; `null` for one that is not known. Left out where none is. */
  readonly derived?: readonly (readonly (string | null)[])[]
}

/** A user with the values that are derived for them. */
export interface SliceUser extends NamedUser {
  readonly derived: readonly (string | null)[]
}

export function sliceUsers({
  users,
  derived = [],
}: Pick<UsersOfTenant, 'users' | 'derived'>): readonly SliceUser[] {
  return users.map(({ fields, shared = [] }, place) => ({
    ...{ fields, shared },
    derived: derived[place] ?? [],
  }))
}
