/**
 * The ways from a row to a user.
 *
 * @module
 */
import type { Selector, Wanted } from '../../../src/program/program.ts'
import { isComparedAsText } from '../../../src/program/selectors.ts'
import type { MarkedSelector } from '../marks.ts'
import { USER_ID, type UserValue } from './user-value.ts'

/** A selector and, one after the other, the parents it goes through, up to the user. */
export type Chain = readonly Selector[]

/** Every way from the rows to the user. */
export function chainsOf(selector: Selector): readonly Chain[] {
  if (selector.target.kind === 'user') return [[selector]]
  return selector.target.parents.flatMap((parent) =>
    chainsOf(parent).map((chain) => [selector, ...chain]),
  )
}

/** What of the user the values at a chain's end are compared with. */
export function userValueOf(chain: Chain): UserValue {
  const leaf: MarkedSelector | undefined = chain.at(-1)
  return leaf?.target.kind === 'user' ? wantedOf(leaf, leaf.target) : USER_ID
}

/** The same with the marks of the comparison. */
export function wantedOf(
  { isLoose, type, isRecast, isIndexed }: MarkedSelector,
  { field, form, reach, eitherType, collation }: Wanted,
): UserValue {
  return {
    ...{ field, form, ...(reach ? { reach } : {}) },
    ...(eitherType ? { eitherType } : {}),
    ...(collation === undefined ? {} : { collation }),
    ...(isLoose ? { isLoose } : {}),
    ...(type === undefined ? {} : { type }),
    ...(isRecast ? { isRecast } : {}),
    ...(isIndexed ? { isIndexed } : {}),
  }
}

/** The only way to the rows, where it is {@link isDirect}. */
export function directWay([way, ...others]: readonly Selector[]): Selector | null {
  return way !== undefined && others.length === 0 && isDirect(way) ? way : null
}

/** A selector that holds the user in its own row, outside arrays and longer texts: one user a row and field. */
export function isDirect({ target, locator }: Selector): boolean {
  return target.kind === 'user' && !locator.each && !isComparedAsText(target)
}
