/**
 * What a declared table takes: its columns, NOT NULL, and unique keys.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import { valueKey } from '../matching.ts'
import { once } from '../once.ts'
import type { TableSchema } from '../schema.ts'
import type { Row } from './row.ts'
import { storedValue } from './values.ts'

/** A copy of a row as the table would hold it. Columns that are left out are null. */
export function storedRow(table: TableSchema, row: Row): Row {
  const values = storedValues(table, row)
  if (table.columns === null) return values
  return Object.fromEntries(table.columns.map(({ name }) => [name, values[name] ?? null]))
}

/** The same of some columns. Booleans of a declared table are stored as SQLite stores them. */
export function storedValues({ name: table, columns }: TableSchema, values: Row): Row {
  const copy = structuredClone(values)
  if (columns === null) return copy
  const unknown = Object.keys(copy).find((name) => !columns.some((column) => column.name === name))
  if (unknown !== undefined) {
    throw new UserDeletionError('schema_mismatch', `The table ${table} has no column ${unknown}.`, {
      details: { table, column: unknown },
    })
  }
  return Object.fromEntries(Object.entries(copy).map(([name, value]) => [name, storedValue(value)]))
}

/** The unique keys of a table, the primary key first. */
export const keysOf: (table: TableSchema) => readonly (readonly string[])[] = once(
  ({ primaryKey, uniqueKeys }) => [primaryKey, ...uniqueKeys].filter(({ length }) => length > 0),
)

/**
 * `isTaken`: whether another row has these values, as {@link keyText} says them, in a unique key.
 *
 * @throws {@link constraintViolation} where the table does not take the row.
 */
export function assertRow(
  table: TableSchema,
  row: Row,
  isTaken: (key: readonly string[], values: string) => boolean,
): void {
  for (const { name, nullable } of table.columns ?? []) {
    if (!nullable && row[name] == null) throw constraintViolation('notnull', table.name, name)
  }
  for (const key of keysOf(table)) {
    const values = keyText(row, key)
    if (values === null || !isTaken(key, values)) continue
    const kind = key === table.primaryKey ? 'primarykey' : 'unique'
    throw constraintViolation(kind, table.name, key[0])
  }
}

/** Values of some columns as one text; `null` when one of them is null, as such keys refer to nothing. */
export function keyText(row: Row, columns: readonly string[]): string | null {
  const values = columns.map((column) => storedValue(row[column]))
  if (values.includes(null)) return null
  return values.map((value) => `${typeof value} ${valueKey(value)}`).join('\0')
}

export function constraintViolation(
  constraint: string,
  table: string,
  column: string | undefined,
): UserDeletionError {
  return new UserDeletionError(
    'constraint_violation',
    `A ${constraint.replace('foreignkey', 'foreign key')} constraint refused the deletion at ${table}.${column}.`,
    { details: { constraint, table, column } },
  )
}
