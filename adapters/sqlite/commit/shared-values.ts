/**
 * What users of a slice hold and others too: then the rows that are found by it are not theirs alone.
 *
 * @module
 */

import {
  type NamedUser,
  type SharedValue,
  sharedText,
  shareOut,
} from '../../../src/program/shared-values.ts'
import type { Connection } from '../handle/connection.ts'
import { jsonText } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { bindable } from '../sql/slice-parameters.ts'

/** By user; `groups` by positions of those given. One statement for each value that may be shared. */
export function sharedOf(
  connection: Connection,
  { sharing }: ProgramSql,
  tenantId: string | null,
  users: readonly Pick<NamedUser, 'fields'>[],
): ReturnType<typeof shareOut> {
  if (sharing.length === 0 || users.length === 0)
    return { shared: users.map(() => NONE), groups: [] }
  const ids = jsonText(users.map(({ fields }) => fields['id']))
  const outside = new Map(
    sharing.map(({ value, sql, parameter }) => {
      const held = users.flatMap(({ fields }) => {
        const own = fields[value.field]
        return sharedText(own, value) === null ? [] : (bindable(own) ?? [])
      })
      const rows =
        held.length === 0
          ? []
          : connection.rows(sql, { ids, tenant: tenantId, [parameter]: jsonText(held) })
      return [value, new Set(rows.map(([text]) => sharedText(text, value)))]
    }),
  )
  const values = sharing.map(({ value }) => value)
  return shareOut(users, values, (value, text) => outside.get(value)?.has(text) === true)
}

const NONE: readonly SharedValue[] = []
