/**
 * Writes the user rows.
 *
 * @module
 */
import type { ColumnValue } from '../../../src/program/program.ts'
import type { Columns, HostWork } from '../../../src/store/change.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { Parameters } from '../../sql/statement.ts'
import { selectUsersSql, setUserSql } from '../../sql/user-rows-sql.ts'
import type { Connection } from '../handle/connection.ts'
import { explainingRefusal } from '../handle/explain-refusal.ts'
import { sqliteDialect } from '../sql/dialect.ts'

/** Deletes or blanks them. @throws {@link residueLeft} unless exactly those of the users were there, and are done. */
export function endUserRows(
  connection: Connection,
  sql: ProgramSql,
  parameters: Parameters,
  users: number,
): void {
  const { user } = sql.program
  if (user.rowless) return
  const written = {
    table: user.table,
    parameters,
    select: (columns: string) => selectUsersSql(sqliteDialect, user, columns),
    writes: user.set.map(({ column }) => column),
  }
  const changed = explainingRefusal(connection, sql.schema, written, () =>
    connection.change(sql.userRow, parameters),
  )
  if (changed !== users || !areEnded(connection, sql, parameters)) throw residueLeft(user.table)
}

/** Whether no row of the users is left as it was. */
export function areEnded(
  connection: Connection,
  { userResidue }: ProgramSql,
  parameters: Parameters,
): boolean {
  return Number(connection.rows(userResidue, parameters)[0]?.[0]) === 0
}

/** Values go as parameters: as text in the statement, each instant would be a statement of its own. */
export function setUserRows(
  connection: Connection,
  { program, schema }: ProgramSql,
  { tenantId, users }: HostWork,
  set: Columns,
): void {
  const columns = Object.keys(set)
  if (columns.length === 0) return
  const { user } = program
  const sql = setUserSql(sqliteDialect, user, columns)
  const values = columns.map((column, index) => [`value${index}`, bindable(set[column] ?? null)])
  for (const { fields } of users) {
    const parameters = { ...Object.fromEntries(values), id: fields['id'], tenant: tenantId }
    const written = { table: user.table, parameters, select: null, writes: columns }
    explainingRefusal(connection, schema, written, () => connection.change(sql, parameters))
  }
}

function bindable(value: ColumnValue): Exclude<ColumnValue, boolean> {
  return typeof value === 'boolean' ? Number(value) : value
}
