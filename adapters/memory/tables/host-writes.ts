/**
 * What the host writes to its own tables by itself.
 *
 * @module
 */
import type { Row, Tables } from './rows.ts'
import { stored } from './values.ts'

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
    Object.entries(where).every(([column, value]) => stored(row[column]) === stored(value)),
  )
}
