/**
 * Blank user rows as statements.
 *
 * @module
 */
import type { SqlDialect } from './dialect.ts'
import type { MarkedProgram } from './marks.ts'
import { sameUser, tenantSql } from './selectors/compare-sql.ts'
import { userId } from './selectors/user-value.ts'
import { relationOf } from './selectors/users-sql.ts'
import { derivedSql, lacksUnknown, pendingSql } from './steps/assignment-sql.ts'

/** Answers `[position, id, 1]` for user rows that hold all that a deletion writes and that is known, else `0` behind them. */
export function blankRowsSql(dialect: SqlDialect, program: MarkedProgram): string {
  const { user } = program
  const same = sameUser(dialect)
  const id = `t0.${dialect.quote(user.id)}`
  const tenant =
    user.tenant === null ? '' : ` AND ${tenantSql(dialect, 't0', user.tenant, user.hasLooseTenant)}`
  const lacking = pendingSql(dialect, user, {
    gone: same,
    lacksDerived(column, one) {
      const known = `u.d${one.index}`
      const lacks = dialect.differsInBytes(column, derivedSql(dialect, one, known))
      const unknown = lacksUnknown(column, one) ?? dialect.literal(false)
      return `(CASE WHEN ${known} IS NULL THEN ${unknown} ELSE ${lacks} END)`
    },
  })
  const isBlank = dialect.isNotTrue(`(${lacking})`)
  return `WITH ${relationOf(dialect, program)} SELECT u.pos, ${id}, ${isBlank} FROM u, ${dialect.table(user.table)} AS t0 WHERE ${same(id, userId(user))}${tenant}`
}
