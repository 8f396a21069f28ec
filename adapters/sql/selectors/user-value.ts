/**
 * Values of a user that references hold, and the names under which statements are given them.
 *
 * `@ids`, `@field_<name>` and `@form_<name>_<prefix>` are lists of values. How a reference writes an id is the
 * parameters' business: columns are compared as they are, so that an index on them serves.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { Wanted } from '../../../src/program/program.ts'
import type { MarkedUserTable } from '../marks.ts'

/** What of a user a reference holds: a field, as the form writes it. */
export interface UserValue extends Wanted {
  /** The comparison finds more than the value itself, and a second one decides. */
  readonly isLoose?: true
  /** It is looked for among the words of a text. */
  readonly isWord?: true
  /** The type that lists of it are cast to. */
  readonly type?: string
  /** One user's value has another type, and becomes one of that. */
  readonly isRecast?: true
  /** An index finds rows by it. */
  readonly isIndexed?: true
}

export const USER_ID: UserValue = { field: 'id', form: null }

/** The id as the user table holds it. */
export function userId({ hasLooseId, hasIndexedId, types }: MarkedUserTable): UserValue {
  const type = types?.['id']
  return {
    ...USER_ID,
    ...(hasLooseId ? { isLoose: true } : {}),
    ...(hasIndexedId ? { isIndexed: true } : {}),
    ...(type === undefined ? {} : { type }),
  }
}

/** Of a value in either type, both are in the list. */
export const valueParameter: (value: UserValue) => string = once((value) => {
  const key = placeKey(value)
  return key === 'id' ? '@ids' : `@${key}`
})

/** A name of its own for each {@link valueKey}, and for its values in the other type. */
export function placeKey(value: UserValue): string {
  return value.eitherType ? `either_${valueKey(value)}` : valueKey(value)
}

/** A name of its own for each field and form. Parameter names allow letters and digits only. */
export function valueKey({ field, form, reach }: UserValue): string {
  if (reach !== undefined) return `${reach}_${valueKey({ field, form })}`
  if (form !== null) {
    const behind = form.suffix === undefined ? '' : `_${hex(form.suffix)}`
    const anyCase = form.ignoreCase ? '_i' : ''
    return `form_${hex(field)}_${hex(form.prefix)}${behind}${anyCase}`
  }
  return field === 'id' ? 'id' : `field_${hex(field)}`
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}
