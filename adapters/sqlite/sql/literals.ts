/**
 * Names and values as SQL text. The only place where text from a policy becomes SQL.
 *
 * @module
 */
import type { JsonPath, Scalar } from '../../../src/program/program.ts'
import { numberLiteral, quoteName } from '../../sql/standard.ts'

export { quoteName }

/** A table of the host's database: a temporary one, or one of an attached database, is never meant. */
export function quoteTable(name: string): string {
  return `main.${quoteName(name)}`
}

export function quoteText(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  // A NUL would end the statement's text early. Its bytes would depend on the encoding of the database.
  return parts.length === 1 ? String(parts[0]) : `(${parts.join(' || char(0) || ')})`
}

export function literal(value: Scalar): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'number' ? numberLiteral(value) : quoteText(value)
}

/** `$."a"."b"` as an SQL text literal, of keys alone. */
export function jsonPath(path: JsonPath): string {
  return quoteText(['$', ...path.map((key) => `"${key ?? ''}"`)].join('.'))
}

/**
 * How rows of the host are written. A constraint of the host may say what becomes of a conflict: that another row goes,
 * or that this one is passed over. Here it always refuses the statement.
 */
export const UPDATE = 'UPDATE OR ABORT'
export const INSERT = 'INSERT OR ABORT INTO'
