/**
 * The users of a slice as the parameters that the statements name.
 *
 * @module
 */
import { type FoundUser, writtenFor } from '../../src/store.ts'
import type { Parameters } from './connection.ts'
import { jsonText } from './literals.ts'
import { type UserValue, valueParameter } from './selector-sql.ts'

/** The values derived for the user at a place. */
type DerivedOf = (place: number) => readonly (string | null)[]

export function sliceParameters(
  wanted: readonly UserValue[],
  tenantId: string | null,
  users: readonly FoundUser[],
  derivedOf: DerivedOf,
): Parameters {
  let text: string | undefined
  const parameters: Record<string, unknown> = {
    tenant: tenantId,
    // Spelled when a statement names it, which few do.
    get users() {
      text ??= usersText(wanted, users, derivedOf)
      return text
    },
  }
  for (const one of wanted) {
    const values: unknown[] = []
    for (const user of users) {
      const value = heldFor(user, one)
      if (value !== null) values.push(value)
    }
    parameters[valueParameter(one).slice(1)] = jsonText(values)
  }
  return parameters
}

function usersText(
  wanted: readonly UserValue[],
  users: readonly FoundUser[],
  derivedOf: DerivedOf,
): string {
  return jsonText(
    users.map((user, place) => [...wanted.map((one) => heldFor(user, one)), ...derivedOf(place)]),
  )
}

/** What references of this form hold for the user; `null` for nothing. */
function heldFor(user: FoundUser, wanted: UserValue): string | number | bigint | null {
  return bindable(writtenFor(user, wanted))
}

/** Values that JSON carries as they are; a field that holds anything else matches nothing. */
export function bindable(value: unknown): string | number | bigint | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? value
    : null
}
