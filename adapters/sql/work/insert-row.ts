/**
 * Inserts a row of the host's own audit log.
 *
 * @module
 */

import type { AuditRow } from '../../../src/store/records.ts'
import { changeRows, type Flow, type SqlScene } from '../flow.ts'
import { insertRowSql } from '../insert-row-sql.ts'

export function* insertRow(scene: SqlScene, { table, values }: AuditRow): Flow<void> {
  const columns = Object.keys(values)
  const parameters = columns.map((column, index) => {
    const value = values[column]
    return [`value${index}`, scene.answers.bind(value)]
  })
  const sql = insertRowSql(scene.dialect, table, columns)
  yield* changeRows(sql, Object.fromEntries(parameters))
}
