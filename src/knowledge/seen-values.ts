/**
 * What samples of values say of a column, against or beside its name.
 *
 * @module
 */
import type { TableSchema } from '../program/schema.ts'

/** Whether a sample tells of the column: it holds users, or there is enough of it and none is one. */
export function isSeen({ sampledValues }: TableSchema, column: string): boolean {
  const seen = sampledValues?.find(({ path }) => path === column)
  if (seen === undefined) return false
  return Object.keys(seen.holding).length > 0 || seen.held >= ENOUGH
}

/** Fewer rows may be those of users who are gone. */
const ENOUGH = 20
