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
  const held = wanted.map((one) => users.map((user) => heldFor(user, one)))
  let text: string | undefined
  const parameters: Record<string, unknown> = {
    tenant: tenantId,
    // Spelled when a statement names it, which few do.
    get users() {
      text ??= usersText(held, users, derivedOf)
      return text
    },
  }
  for (const [place, one] of wanted.entries()) {
    parameters[valueParameter(one).slice(1)] = jsonText(held[place]?.flat() ?? [])
  }
  return parameters
}

/** A row for each user: what is held for the user, value by value, and what is derived. */
function usersText(
  held: readonly (readonly (readonly Bindable[])[])[],
  users: readonly NamedUser[],
  derivedOf: DerivedOf,
): string {
  return jsonText(
    users.map((_, place) => [...held.map((one) => lastOf(one[place])), ...derivedOf(place)]),
  )
}

/** The value, or the same in its other type; what has one type alone stands twice. */
function lastOf(values: readonly Bindable[] | undefined): Bindable | null {
  return values?.[1] ?? values?.[0] ?? null
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
