/**
 * The user table's ids, page by page.
 *
 * @module
 */
import type { UserId } from '../../../src/program/program.ts'
import type { UserPage, UserQuery } from '../../../src/store/slice.ts'
import type { Connection } from '../handle/connection.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { tenantSql } from '../sql/selector-sql.ts'
import { findTombstones } from './tombstones.ts'

export function listUsers(connection: Connection, sql: ProgramSql, query: UserQuery): UserPage {
  const { tenantId, afterId, limit, restored = false } = query
  const ids = connection
    .rows(listSql(sql, afterId !== null), {
      limit,
      ...(sql.program.user.tenant === null ? {} : { tenant: tenantId }),
      ...(afterId === null ? {} : { after: afterId }),
    })
    .map(([id]) => id as UserId)
  const users = ids.map((id) => ({ id, subject: query.subjectOf(id) }))
  const gone = findTombstones(connection, sql, { tenantId, users, restored })
  return {
    ids: users.filter((user) => !gone(user)).map(({ id }) => id),
    next: ids.length < limit ? null : (ids.at(-1) ?? null),
  }
}

/**
 * `IS 1` keeps SQLite from an index of the tenant alone, for which it would sort all users of the tenant
 * again for every page; in the order of the key the whole list costs one pass.
 */
function listSql({ program }: ProgramSql, goesOn: boolean): string {
  const { table, id, tenant, hasLooseTenant } = program.user
  // Where the column takes two spellings for one tenant, those of both are its users.
  const mark = hasLooseTenant === 'either' ? hasLooseTenant : undefined
  const column = `t0.${quoteName(id)}`
  const conditions = [`${column} IS NOT NULL`]
  if (tenant !== null) conditions.push(`(${tenantSql('t0', tenant, mark)}) IS 1`)
  if (goesOn) conditions.push(`${column} COLLATE BINARY > @after`)
  return `SELECT ${column} FROM ${quoteTable(table)} AS t0 WHERE ${conditions.join(' AND ')} ORDER BY ${column} COLLATE BINARY LIMIT @limit`
}
