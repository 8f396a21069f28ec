/**
 * Users whose row is only kept as a blank tombstone.
 *
 * @module
 */

import type { Tombstone } from '../../../src/store/inspection.ts'
import type { Target, Targets } from '../../../src/store/slice.ts'
import { type Connection, plainInteger } from '../handle/connection.ts'
import { jsonText } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import type { Parameters } from '../sql/statement.ts'
import { IS_BLANK } from '../sql/tombstone-sql.ts'

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
