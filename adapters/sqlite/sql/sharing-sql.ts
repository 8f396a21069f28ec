/**
 * Which values of a slice users outside it hold too, as statements.
 *
 * @module
 */
import { type SharedValue, valuesToShare } from '../../../src/program/shared-values.ts'
import { quoteName, quoteTable } from './literals.ts'
import type { MarkedProgram } from './loose-comparisons.ts'
import { anyUser, tenantSql, type UserValue, userId, valueParameter } from './selector-sql.ts'

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
