/**
 * Rows, and what can be done with them.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { DatabaseSchema, TableSchema } from '../../../src/program/schema.ts'
import { stored } from './values.ts'

export type Row = Readonly<Record<string, unknown>>

/** A table's rows by a number that grows with every insert. */
export type RowMap = ReadonlyMap<number, Row>

export interface Tables {
  schema(): DatabaseSchema
  rows(table: string): RowMap
  table(name: string): TableSchema | undefined
  /** A copy of values as the table would hold them. */
  stored(table: string, values: Row): Row
  insert(table: string, rows: readonly Row[]): void
  /** One DELETE statement: all rows go, or an error is thrown and the transaction is to be undone. Answers the rows it deleted itself. */
  remove(table: string, keys: readonly number[]): number
  /** One UPDATE statement. */
  update(table: string, changes: readonly (readonly [key: number, row: Row])[]): void
  /** Replaces one row, or removes it, checking row constraints only. For statements built of several. */
  put(table: string, key: number, row: Row | undefined): void
  /** Runs the work; undoes every change when it throws. May be nested. */
  transaction<T>(work: () => T): T
}

/** Values of some columns as one text; `null` when one of them is null, as such keys refer to nothing. */
export function tuple(row: Row, columns: readonly string[]): string | null {
  const values = columns.map((column) => stored(row[column]))
  return values.includes(null) ? null : values.map(keyText).join('\0')
}

function keyText(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  return `${typeof value} ${value}`
}

export function violation(
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
