/**
 * A row of a table that the policy names, as a statement.
 *
 * @module
 */
import type { SqlDialect } from './dialect.ts'

/** The value of each column in the order of the list is `@value0` and so on. */
export function insertRowSql(
  { quote, target, insert }: SqlDialect,
  table: string,
  columns: readonly string[],
): string {
  const places = columns.map((_, index) => `@value${index}`).join(', ')
  return `${insert} ${target(table)} (${columns.map(quote).join(', ')}) VALUES (${places})`
}
