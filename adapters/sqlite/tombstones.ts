/**
 * Users whose row is only kept as a blank tombstone.
 *
 * @module
 */
import type { Program, Target, Targets } from '../../src/store.ts'
import { pendingSql } from './assignment-sql.ts'
import { type Connection, plainInteger } from './connection.ts'
import { jsonText, quoteName, quoteTable } from './literals.ts'
import type { ProgramSql } from './program-sql.ts'

/** Tells whether a user of the targets is one that the ledger names as deleted, and whose row is blank. */
export function findTombstones(
  connection: Connection,
  { program, blanked }: ProgramSql,
  { tenantId, users, restored = false }: Targets,
): (user: Target) => boolean {
  if (program.user.action !== 'anonymize') return () => false
  const rows = connection.rows(
    `SELECT subject FROM user_deletion_ledger WHERE subject IN (SELECT value FROM json_each(@subjects)) AND tenant_id IS @tenant AND kind = 'user.deleted'`,
    { subjects: jsonText(users.map(({ subject }) => subject)), tenant: tenantId },
  )
  const named = new Set(rows.map(([subject]) => subject))
  if (!restored) return ({ subject }) => named.has(plainInteger(subject))
  const ids = jsonText(users.map(({ id }) => id))
  const blank = new Set(connection.rows(blanked, { ids }).map(([id]) => id))
  return ({ id, subject }) => named.has(plainInteger(subject)) && blank.has(plainInteger(id))
}

/** Ids of user rows that hold all the constants a deletion writes. Values that it derives cannot be told. */
export function blankedSql({ user }: Program): string {
  const id = `t0.${quoteName(user.id)}`
  const lacking = pendingSql(user.set, { gone: () => 'FALSE', derived: () => null })
  return `SELECT ${id} FROM ${quoteTable(user.table)} AS t0 WHERE ${id} IN (SELECT value FROM json_each(@ids)) AND (${lacking}) IS NOT TRUE`
}
