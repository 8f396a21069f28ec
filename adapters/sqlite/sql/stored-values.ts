/**
 * Values as SQLite stores them, whatever the affinity and the collation of their column.
 *
 * @module
 */
import type { ColumnSchema } from '../../../src/program/schema.ts'
import { quoteName } from './literals.ts'

/** The same value, whatever a column makes of it: text byte by byte, a number by its digits. Nothing for other types. */
export function asStored(value: string): string {
  const whole = `CAST(${value} AS INTEGER)`
  const real = `CAST(CASE WHEN ${value} = ${whole} THEN ${whole} ELSE ${value} END AS TEXT)`
  return `(CASE typeof(${value}) WHEN 'text' THEN ${value} WHEN 'integer' THEN CAST(${value} AS TEXT) WHEN 'real' THEN ${real} END COLLATE BINARY)`
}

/** An integer as its digits, and digits as the integer; anything else as it is. */
export function inOtherType(value: string): string {
  const integer = `CAST(${value} AS INTEGER)`
  return `CASE typeof(${value}) WHEN 'integer' THEN CAST(${value} AS TEXT) WHEN 'text' THEN CASE WHEN CAST(${integer} AS TEXT) = ${value} THEN ${integer} ELSE ${value} END ELSE ${value} END`
}

/** A constant as the column keeps it and compares by it: as text where it holds nothing else, and by its collation. */
export function keptIn(value: string, column: ColumnSchema | undefined): string {
  const { type = '', collation }: Partial<ColumnSchema> = column ?? {}
  const isText = /CHAR|CLOB|TEXT/i.test(type) && !/INT/i.test(type)
  const kept = isText ? `CAST(${value} AS TEXT)` : value
  return collation === undefined ? kept : `${kept} COLLATE ${quoteName(collation)}`
}
