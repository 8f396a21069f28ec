/**
 * Users with the values derived for them.
 *
 * @module
 */
import type { NamedUser } from '../../../src/program/shared-values.ts'
import type { OfUsers } from '../../../src/store/questions.ts'

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
