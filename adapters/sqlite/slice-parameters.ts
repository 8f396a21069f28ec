/**
 * The users of a slice as the parameters that the statements name.
 *
 * @module
 */
import type { FoundUser } from '../../src/store.ts'
import type { Parameters } from './connection.ts'
import { jsonText } from './literals.ts'
import { fieldParameter } from './selector-sql.ts'

export interface SliceUser {
  readonly fields: FoundUser['fields']
  readonly derived: readonly (string | null)[]
}

export function sliceParameters(
  fields: readonly string[],
  tenantId: string | null,
  users: readonly SliceUser[],
): Parameters {
  let text: string | undefined
  const parameters: Record<string, unknown> = {
    tenant: tenantId,
    // Spelled when a statement names it, which few do.
    get users() {
      text ??= usersText(fields, users)
      return text
    },
  }
  for (const field of fields) {
    const values: unknown[] = []
    for (const user of users) {
      const value = bindable(user.fields[field])
      if (value !== null) values.push(value)
    }
    parameters[fieldParameter(field).slice(1)] = jsonText(values)
  }
  return parameters
}

function usersText(fields: readonly string[], users: readonly SliceUser[]): string {
  return jsonText(
    users.map((user) => [...fields.map((field) => bindable(user.fields[field])), ...user.derived]),
  )
}

/** Values that JSON carries as they are; a field that holds anything else matches nothing. */
function bindable(value: unknown): string | number | bigint | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? value
    : null
}
