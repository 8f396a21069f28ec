/**
 * Declared checks as statements.
 *
 * @module
 */
import type { SqlDialect } from './dialect.ts'
import type { MarkedCheck, MarkedUserTable } from './marks.ts'
import { anyUser, conditionSql, equalSql, inCollation } from './selectors/compare-sql.ts'
import { USER_ID, type UserValue, valueParameter } from './selectors/user-value.ts'

/** Rows of `[user id, group]` for groups in which nobody outside the slice satisfies the check. */
export function lastOfSql(
  dialect: SqlDialect,
  check: MarkedCheck,
  { types }: MarkedUserTable,
): string {
  const { table, match, within, where, eitherType, collation, hasLooseMatch, hasLooseGroup } = check
  const name = dialect.table(table)
  const conditions = (alias: string): string =>
    where.map((condition) => ` AND ${conditionSql(dialect, alias, condition)}`).join('')
  const [member, group] = [dialect.quote(match), dialect.quote(within)]
  const type = check.type ?? types?.['id']
  const wanted: UserValue = {
    ...{ ...USER_ID, ...(eitherType ? { eitherType } : {}) },
    ...(collation === undefined ? {} : { collation }),
    ...(hasLooseMatch ? { isLoose: true } : {}),
    ...(type === undefined ? {} : { type }),
  }
  const isAny = anyUser(dialect)
  const sameGroup = equalSql(dialect, `o.${group}`, `t0.${group}`, hasLooseGroup)
  return `SELECT ${ownSpelling(dialect, `t0.${member}`, wanted)}, t0.${group} FROM ${name} AS t0 WHERE ${isAny(`t0.${member}`, wanted)} AND t0.${group} IS NOT NULL${conditions('t0')} AND NOT EXISTS (SELECT 1 FROM ${name} AS o WHERE ${sameGroup} AND o.${member} IS NOT NULL AND NOT (${isAny(`o.${member}`, wanted)})${conditions('o')})`
}

/** The user's value that a row holds: in the user's spelling, where texts that are not the same are one. */
function ownSpelling(dialect: SqlDialect, held: string, wanted: UserValue): string {
  if (wanted.collation === undefined) return held
  const list = dialect.list(valueParameter(wanted), wanted.type)
  // A text that is kept as an integer has one spelling.
  return `coalesce((SELECT value FROM ${list} WHERE value = ${inCollation(dialect, held, wanted.collation)}), ${held})`
}
