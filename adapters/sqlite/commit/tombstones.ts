/**
 * Users whose row is only kept as a blank tombstone.
 *
 * @module
 */
import type { Program, Target, Targets, Tombstone } from '../../../src/store/store.ts'
import { derivedSql, lacksUnknown, pendingSql } from '../sql/assignment-sql.ts'
import { type Connection, type Parameters, plainInteger } from '../handle/connection.ts'
import { jsonText, quoteName, quoteTable } from '../sql/literals.ts'
import type { MarkedProgram } from '../sql/loose-comparisons.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { sameUser, tenantSql, userId } from '../sql/selector-sql.ts'

/** Tells whether a user of the targets is one that the ledger names as deleted, and whose row is blank. */
export function findTombstones(
  connection: Connection,
  { program, blanked }: ProgramSql,
  { tenantId, users, restored = false }: Targets,
): (user: Target) => boolean {
  if (program.user.action !== 'anonymize') return () => false
  const rows = connection.rows(
    `SELECT subject FROM ${connection.own.ledger} WHERE user_table = @userTable AND subject IN (SELECT value FROM json_each(@subjects)) AND tenant_id IS @tenant AND kind = 'user.deleted'`,
    {
      subjects: jsonText(users.map(({ subject }) => subject)),
      userTable: program.user.table,
      tenant: tenantId,
    },
  )
  const named = new Set(rows.map(([subject]) => subject))
  if (!restored) return ({ subject }) => named.has(plainInteger(subject))
  const ids = jsonText(users.map(({ id }) => id))
  const blank = new Set(connection.rows(blanked, { ids }).map(([id]) => id))
  return ({ id, subject }) => named.has(plainInteger(subject)) && blank.has(plainInteger(id))
}

/** What a deletion has left of a user's row. `parameters`: of that one user, with the derived values that are known. */
export function findTombstone(
  connection: Connection,
  sql: ProgramSql,
  parameters: Parameters,
  target: Target,
): Tombstone | null {
  const { user } = sql.program
  const tenantId = (parameters['tenant'] ?? null) as string | null
  if (!findTombstones(connection, sql, { tenantId, users: [target] })(target)) return null
  const rows = connection.records(sql.tombstone, parameters)
  const row = rows.find(({ [user.id]: id }) => id === plainInteger(target.id))
  if (row === undefined) return null
  const { [IS_BLANK]: isBlank, ...columns } = row
  return { row: columns, isBlank: isBlank === 1 }
}

/** The row of the one user in `u`, and whether it holds all that a deletion writes and that is known. */
export function tombstoneSql(program: MarkedProgram, users: string): string {
  const { user } = program
  const isTheirs = sameUser(`t0.${quoteName(user.id)}`, userId(user))
  const tenant =
    user.tenant === null ? '' : ` AND ${tenantSql('t0', user.tenant, user.hasLooseTenant)}`
  const lacking = pendingSql(user, {
    gone: sameUser,
    // Of what is not known the row may hold anything.
    lacksDerived: (column, one) =>
      `(u.d${one.index} IS NOT NULL AND ${column} IS NOT ${derivedSql(one, `u.d${one.index}`)})`,
  })
  return `WITH ${users} SELECT t0.*, (${lacking}) IS NOT 1 AS ${quoteName(IS_BLANK)} FROM u, ${quoteTable(user.table)} AS t0 WHERE ${isTheirs}${tenant}`
}

/** No host has a column of this name. */
const IS_BLANK = 'user_deletion_is_blank'

/** Ids of user rows that hold all the constants a deletion writes. Values that it derives cannot be told. */
export function blankedSql({ user }: Program): string {
  const id = `t0.${quoteName(user.id)}`
  const lacking = pendingSql(user, { gone: () => '0', lacksDerived: lacksUnknown })
  return `SELECT ${id} FROM ${quoteTable(user.table)} AS t0 WHERE ${id} IN (SELECT value FROM json_each(@ids)) AND (${lacking}) IS NOT 1`
}
