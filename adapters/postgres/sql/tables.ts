/**
 * Where tables are, and what tells their rows apart.
 *
 * @module
 */
import type { TableSchema } from '../../../src/program/schema.ts'

export interface TablePlace {
  readonly schema: string
  readonly table: string
  /** Other tables inherit from it, and a statement on it would reach their rows too. */
  readonly hasHeirs: boolean
}

/** The primary key, or a unique one without nulls; empty where there is none. */
export function keyOf({ primaryKey, uniqueKeys, columns }: TableSchema): readonly string[] {
  if (primaryKey.length > 0) return primaryKey
  const isGiven = (name: string): boolean =>
    columns?.some((column) => column.name === name && !column.nullable) === true
  return uniqueKeys.find((key) => key.every(isGiven)) ?? []
}
