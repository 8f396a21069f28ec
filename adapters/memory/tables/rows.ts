/**
 * Rows, and what can be done with them.
 *
 * @module
 */
import type { Row } from '../../../src/program/rows/row.ts'
import type { TableSchema } from '../../../src/program/schema.ts'
import type { RowTarget } from '../../../src/store/plain/row-work.ts'

/** `update` and `remove` throw where the tables refuse them; the transaction is to be undone then. */
export interface Tables extends RowTarget {
  rows(table: string): ReadonlyMap<number, Row>
  table(name: string): TableSchema | undefined
  /** A copy of values as the table would hold them. */
  stored(table: string, values: Row): Row
  insert(table: string, rows: readonly Row[]): void
  /** Replaces one row, or removes it, checking row constraints only. For statements built of several. */
  put(table: string, key: number, row: Row | undefined): void
  /** Runs the work; undoes every change when it throws. May be nested. */
  transaction<T>(work: () => T): T
}
