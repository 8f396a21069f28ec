/**
 * What statements need to know of the tables.
 *
 * @module
 */

import type { JsonPath } from '../../../src/program/program.ts'
import type { DatabaseSchema } from '../../../src/program/schema.ts'
import type { RowKey } from './selector-sql.ts'

/** What the statements need to know of the live schema. */
export interface TableFacts {
  readonly schema: DatabaseSchema
  rowKey(table: string): RowKey
  nullable(table: string, column: string): boolean
  /** Of a value inside JSON whose only index knows JSON as text alone: whether that is all there is. */
  textIndexed(table: string, column: string, path: JsonPath): 'all' | 'part' | null
  /** The keys of an index that finds rows by a value, told by its column and the keys inside; `null` where there is none. */
  indexOn(table: string, place: string): readonly string[] | null
  columns(table: string): readonly string[]
  /** Whether a trigger acts on updates of the table. */
  reactsToUpdates(table: string): boolean
}
