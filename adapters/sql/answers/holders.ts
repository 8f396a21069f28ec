/**
 * Which users hold a value that rows of users name.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { type NamedUser, writtenFor } from '../../../src/program/shared-values.ts'
import { type UserValue, valueKey } from '../selectors/user-value.ts'

/** From a value to the positions of the users whom it names. It is nearly always one user, which needs no list. */
export type Holders = ReadonlyMap<unknown, number | readonly number[]>

/** Looked up once a field and form: many steps match by the same one. */
export function holdersOf(users: readonly NamedUser[]): (wanted: UserValue) => Holders {
  const byKey = new Map<string, Holders>()
  return (wanted) => {
    const key = valueKey(wanted)
    const known = byKey.get(key)
    if (known !== undefined) return known
    const holders = new Map<unknown, number | number[]>()
    for (const [position, user] of users.entries()) {
      const value = writtenFor(user, wanted)
      const others = holders.get(value)
      if (others === undefined) holders.set(value, position)
      else if (typeof others === 'number') holders.set(value, [others, position])
      else others.push(position)
    }
    byKey.set(key, holders)
    return holders
  }
}

/**
 * A column of another type may hold the same id in another form ('7' for 7), so the texts are compared. A looser
 * match is refused.
 */
function looselyEqual(holders: Holders, key: unknown): number | readonly number[] {
  let texts = textsOf.get(holders)
  if (texts === undefined) {
    texts = new Map([...holders].reverse().map(([value, users]) => [String(value), users]))
    textsOf.set(holders, texts)
  }
  const found = texts.get(String(key))
  if (found === undefined) {
    throw new UserDeletionError(
      'schema_mismatch',
      'A column compares ids loosely (by a collation, perhaps) and would match rows of somebody else.',
    )
  }
  return found
}

/** By the texts of the values; made where a column has another type. */
const textsOf = new WeakMap<Holders, Holders>()

/** Positions of the users for whom references hold a value; some at least, since rows were found by it. */
export function holdersAmong(holders: Holders, key: unknown): number | readonly number[] {
  return holders.get(key) ?? looselyEqual(holders, key)
}
