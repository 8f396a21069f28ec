/**
 * What tells the rows of a table apart.
 *
 * @module
 */
import type { TableSchema } from '../schema.ts'

/** The primary key, or a unique one without nulls; empty where there is none. */
export function keyOf({ primaryKey, uniqueKeys, columns }: TableSchema): readonly string[] {
  if (primaryKey.length > 0) return primaryKey
  const isGiven = (name: string): boolean =>
    columns?.some((column) => column.name === name && !column.nullable) === true
  return uniqueKeys.find((key) => key.every(isGiven)) ?? []
}
