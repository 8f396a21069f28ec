/**
 * The user rows of a slice as statements: found, removed or blanked, and looked at again.
 *
 * @module
 */
import type { SqlDialect } from './dialect.ts'
import type { MarkedProgram, MarkedUserTable } from './marks.ts'
import { anyUser, equalSql, sameUser, tenantSql } from './selectors/compare-sql.ts'
import { userId } from './selectors/user-value.ts'
import { relationOf } from './selectors/users-sql.ts'
import { assignmentsSql, columnsSql, pendingSql } from './steps/assignment-sql.ts'
import { lacksDerived } from './steps/residue-sql.ts'
import type { TableFacts } from './table-facts.ts'

/** Column under which {@link findUsersSql} answers the position; no host has a column of this name. */
export const POSITION = 'user_deletion_position'

/** The user rows of a slice with position and id first. */
export function findUsersSql(
  dialect: SqlDialect,
  user: MarkedUserTable,
  columns: 'all' | readonly string[],
): string {
  const { quote } = dialect
  const list =
    columns === 'all' ? 't0.*' : columns.map((column) => `t0.${quote(column)}`).join(', ')
  const tenant = inTenant(dialect, user)
  const { from, place, value } = dialect.placed('@ids', user.types?.['id'], 'j')
  return `SELECT ${place} AS ${quote(POSITION)}, ${list} FROM ${from} CROSS JOIN ${dialect.table(user.table)} AS t0 WHERE t0.${quote(user.id)} = ${value}${tenant}`
}

/** Columns of the user rows of a slice, as the list has them. */
export function selectUsersSql(
  dialect: SqlDialect,
  user: MarkedUserTable,
  columns: string,
): string {
  const isTheirs = anyUser(dialect)(`t0.${dialect.quote(user.id)}`, userId(user))
  return `SELECT ${columns} FROM ${dialect.table(user.table)} AS t0 WHERE ${isTheirs}`
}

/** The statement that removes or blanks the user rows of a slice. */
export function userRowSql(dialect: SqlDialect, program: MarkedProgram, facts: TableFacts): string {
  const { user } = program
  const table = dialect.table(user.table)
  const id = `t0.${dialect.quote(user.id)}`
  const tenant = inTenant(dialect, user)
  if (user.action === 'delete') {
    return `DELETE FROM ${table} AS t0 WHERE ${anyUser(dialect)(id, userId(user))}${tenant}`
  }
  const same = sameUser(dialect)
  const columns = columnsSql(user.set, {
    dialect,
    gone: same,
    nullable: (column) => facts.nullable(user.table, column),
    derived: (index) => `u.d${index}`,
  })
  return `WITH ${relationOf(dialect, program)} ${dialect.update} ${table} AS t0 SET ${assignmentsSql(dialect, columns)} FROM u WHERE ${same(id, userId(user))}${tenant}`
}

/** Writes columns of the one user `@id`; the value of each in the order of the list is `@value0` and so on. */
export function setUserSql(
  dialect: SqlDialect,
  { table, id, tenant, hasLooseId, hasLooseTenant }: MarkedUserTable,
  columns: readonly string[],
): string {
  const { quote } = dialect
  const list = columns.map((column, index) => `${quote(column)} = @value${index}`).join(', ')
  const scope = tenant === null ? '' : ` AND ${tenantSql(dialect, 't0', tenant, hasLooseTenant)}`
  const own = equalSql(dialect, `t0.${quote(id)}`, '@id', hasLooseId)
  return `${dialect.update} ${dialect.table(table)} AS t0 SET ${list} WHERE ${own}${scope}`
}

/**
 * Ids in ascending order, one page. An index on the tenant alone would have all users of the tenant sorted again for
 * every page; in the order of the key the whole list costs one pass.
 */
export function listUsersSql(
  dialect: SqlDialect,
  { table, id, tenant, hasLooseTenant, types }: MarkedUserTable,
  isLaterPage: boolean,
): string {
  // Where the column takes two spellings for one tenant, those of both are its users.
  const mark = hasLooseTenant === 'either' ? hasLooseTenant : undefined
  const column = `t0.${dialect.quote(id)}`
  const ordered = dialect.binary(column, types?.['id'])
  const conditions = [`${column} IS NOT NULL`]
  if (tenant !== null) {
    conditions.push(dialect.unplanned(`(${tenantSql(dialect, 't0', tenant, mark)})`))
  }
  if (isLaterPage) conditions.push(`${ordered} > @after`)
  return `SELECT ${column} FROM ${dialect.table(table)} AS t0 WHERE ${conditions.join(' AND ')} ORDER BY ${ordered} LIMIT @limit`
}

/** Counts user rows that are still there, or that lack what was to be written into them. */
export function userResidueSql(dialect: SqlDialect, program: MarkedProgram): string {
  const { user } = program
  const id = `t0.${dialect.quote(user.id)}`
  const rows = `${dialect.table(user.table)} AS t0`
  const tenant = inTenant(dialect, user)
  if (user.action === 'delete') {
    return `SELECT count(*) FROM ${rows} WHERE ${anyUser(dialect)(id, userId(user))}${tenant}`
  }
  const same = sameUser(dialect)
  const lacking = pendingSql(dialect, user, { gone: same, lacksDerived: lacksDerived(dialect) })
  return `WITH ${relationOf(dialect, program)} SELECT count(*) FROM ${rows}, u WHERE ${same(id, userId(user))}${tenant} AND (${lacking})`
}

/** Out of the planner's reach: without statistics it would take an index on the tenant, and go through all its users. */
function inTenant(dialect: SqlDialect, { tenant, hasLooseTenant }: MarkedUserTable): string {
  if (tenant === null) return ''
  return ` AND ${dialect.unplanned(`(${tenantSql(dialect, 't0', tenant, hasLooseTenant)})`)}`
}
