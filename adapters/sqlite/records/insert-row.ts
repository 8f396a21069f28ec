/**
 * Inserts a row of the host's own audit log.
 *
 * @module
 */
import type { AuditRow } from '../../../src/store/records.ts'
import { insertRowSql } from '../../sql/insert-row-sql.ts'
import type { Connection } from '../handle/connection.ts'
import { sqliteDialect } from '../sql/dialect.ts'

export function insertRow(connection: Connection, { table, values }: AuditRow): void {
  const columns = Object.keys(values)
  const parameters = columns.map((column, index) => {
    const value = values[column]
    return [`value${index}`, typeof value === 'boolean' ? Number(value) : value]
  })
  connection.change(insertRowSql(sqliteDialect, table, columns), Object.fromEntries(parameters))
}
