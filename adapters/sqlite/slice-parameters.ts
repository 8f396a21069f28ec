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
  const parameters: Record<string, unknown> = {
    tenant: tenantId,
    users: jsonText(
      users.map((user) => [
        ...fields.map((field) => bindable(user.fields[field])),
        ...user.derived,
      ]),
    ),
  }
  for (const field of fields) {
    const values = users
      .map((user) => bindable(user.fields[field]))
      .filter((value) => value !== null)
    parameters[fieldParameter(field).slice(1)] = jsonText(values)
  }
  return parameters
}

/** Values that JSON carries as they are; a field that holds anything else matches nothing. */
function bindable(value: unknown): string | number | bigint | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? value
    : null
}
