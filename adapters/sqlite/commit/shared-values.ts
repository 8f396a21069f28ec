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
  valuesToShare,
} from '../../../src/store/store.ts'
import type { Connection } from '../handle/connection.ts'
import { jsonText, quoteName, quoteTable } from '../sql/literals.ts'
import type { MarkedProgram } from '../sql/loose-comparisons.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { anyUser, tenantSql, type UserValue, userId, valueParameter } from '../sql/selector-sql.ts'
import { bindable } from '../sql/slice-parameters.ts'

/** Which of the values of a slice are held outside it. */
export interface SharingSql {
  readonly value: SharedValue
  readonly sql: string
  readonly parameter: string
}

export function sharingSql(program: MarkedProgram): readonly SharingSql[] {
  const { user } = program
  if (user.rowless) return []
  const { table, tenant, id, hasLooseTenant } = user
  return valuesToShare(program).map((value) => {
    const { field, reach, anyCase } = value
    const column = `t0.${quoteName(user.fields[field] ?? id)}`
    const form = anyCase ? ({ type: 'plain', prefix: '', ignoreCase: true } as const) : null
    const wanted: UserValue = { field, form, reach, ...(anyCase ? {} : { isLoose: true }) }
    const isOfTenant = tenant === null ? '1' : tenantSql('t0', tenant, hasLooseTenant)
    const isOfSlice = `${anyUser(`t0.${quoteName(id)}`, userId(user))} AND ${isOfTenant}`
    const within = reach === 'tenant' ? ` AND (${isOfTenant}) IS 1` : ''
    return {
      value,
      sql: `SELECT DISTINCT ${column} COLLATE BINARY FROM ${quoteTable(table)} AS t0 WHERE ${anyUser(column, wanted)} AND (${isOfSlice}) IS NOT 1${within}`,
      parameter: valueParameter(wanted).slice(1),
    }
  })
}

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
