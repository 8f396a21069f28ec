/**
 * What the host writes to its own tables by itself.
 *
 * @module
 */
import type { Row } from '../../../src/program/rows/row.ts'
import { storedValue } from '../../../src/program/rows/values.ts'
import type { Tables } from './rows.ts'

/** Writes columns of the rows that hold the values of `where`; answers how many. */
export function updateRows(tables: Tables, table: string, where: Row, set: Row): number {
  const values = tables.stored(table, set)
  const changes = rowsWith(tables, table, where).map(
    ([key, row]) => [key, { ...row, ...values }] as const,
  )
  tables.transaction(() => tables.update(table, changes))
  return changes.length
}

/** Deletes the rows that hold the values of `where`; answers how many. */
export function removeRows(tables: Tables, table: string, where: Row): number {
  const keys = rowsWith(tables, table, where).map(([key]) => key)
  return tables.transaction(() => tables.remove(table, keys))
}

/** All rows where nothing is asked for. */
function rowsWith(tables: Tables, table: string, where: Row): readonly (readonly [number, Row])[] {
  return [...tables.rows(table)].filter(([, row]) =>
    Object.entries(where).every(
      ([column, value]) => storedValue(row[column]) === storedValue(value),
    ),
  )
}
