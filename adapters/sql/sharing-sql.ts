/**
 * Which values of a slice users outside it hold too, as statements.
 *
 * @module
 */
import type { SharedValue } from '../../src/program/shared-values.ts'
import type { SqlDialect } from './dialect.ts'
import type { MarkedProgram } from './marks.ts'
import { anyUser, tenantSql } from './selectors/compare-sql.ts'
import { type UserValue, userId, valueParameter } from './selectors/user-value.ts'

/** Which of the values of a slice are held outside it. */
export interface SharingSql {
  readonly sql: string
  readonly parameter: string
}

export function sharingSql(
  dialect: SqlDialect,
  { user }: MarkedProgram,
  value: SharedValue,
): SharingSql {
  const { quote, isTrue, isNotTrue } = dialect
  const { table, tenant, id, hasLooseTenant } = user
  const { field, reach, anyCase } = value
  const type = user.types?.[field]
  const column = `t0.${quote(user.fields[field] ?? id)}`
  const form = anyCase ? ({ type: 'plain', prefix: '', ignoreCase: true } as const) : null
  const wanted: UserValue = {
    ...{ field, form, reach, ...(anyCase ? {} : { isLoose: true }) },
    ...(type === undefined ? {} : { type }),
  }
  const isAny = anyUser(dialect)
  const isOfTenant =
    tenant === null ? dialect.literal(true) : tenantSql(dialect, 't0', tenant, hasLooseTenant)
  const isOfSlice = `${isAny(`t0.${quote(id)}`, userId(user))} AND ${isOfTenant}`
  const within = reach === 'tenant' ? ` AND ${isTrue(`(${isOfTenant})`)}` : ''
  return {
    sql: `SELECT DISTINCT ${dialect.binary(column, type)} FROM ${dialect.table(table)} AS t0 WHERE ${isAny(column, wanted)} AND ${isNotTrue(`(${isOfSlice})`)}${within}`,
    parameter: valueParameter(wanted).slice(1),
  }
}
