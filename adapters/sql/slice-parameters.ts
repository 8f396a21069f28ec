/**
 * The users of a slice as the parameters that the statements name.
 *
 * @module
 */
import { allWrittenFor, type NamedUser } from '../../src/program/shared-values.ts'
import { jsonText } from './json-text.ts'
import { type UserValue, valueParameter } from './selectors/user-value.ts'
import type { Parameters } from './statement.ts'

/** The values derived for the user at a place. */
type DerivedOf = (place: number) => readonly (string | null)[]

export function sliceParameters(
  wanted: readonly UserValue[],
  tenantId: string | null,
  users: readonly NamedUser[],
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
    for (const user of users) values.push(...heldFor(user, one))
    parameters[valueParameter(one).slice(1)] = jsonText(values)
  }
  return parameters
}

function usersText(
  wanted: readonly UserValue[],
  users: readonly NamedUser[],
  derivedOf: DerivedOf,
): string {
  return jsonText(
    users.map((user, place) => [...wanted.map((one) => columnOf(user, one)), ...derivedOf(place)]),
  )
}

/** The value, or the same in its other type; what has one type alone stands twice. */
function columnOf(user: NamedUser, wanted: UserValue): Bindable | null {
  const [own = null, other = own] = heldFor(user, wanted)
  return other
}

/** What references of this form hold for the user, in each type that may be meant. */
function heldFor(user: NamedUser, wanted: UserValue): readonly Bindable[] {
  return allWrittenFor(user, wanted).flatMap((value) => bindable(value) ?? [])
}

type Bindable = string | number | bigint

/** Values that JSON carries as they are; a field that holds anything else matches nothing. */
export function bindable(value: unknown): Bindable | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? value
    : null
}
