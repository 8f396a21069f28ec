/**
 * Names the table and column behind a constraint that refused a statement.
 *
 * @module
 */

import type { DatabaseSchema, ForeignKey } from '../../../src/program/schema.ts'
import type { RefusedStatement } from '../../sql/statement.ts'
import { quoteName, quoteTable, quoteText } from '../sql/literals.ts'
import type { Connection } from './connection.ts'
import { constraintKind, constraintViolation } from './sqlite-errors.ts'

/** Does the work; a refusal by a constraint becomes a `constraint_violation` that names the place. */
export function explainingRefusal<T>(
  connection: Connection,
  schema: DatabaseSchema,
  statement: RefusedStatement,
  work: () => T,
): T {
  try {
    return work()
  } catch (cause) {
    throw explainRefusal(connection, schema, statement, cause)
  }
}

/** The cause itself where it was no constraint. The transaction is still open, so that the rows are there. */
function explainRefusal(
  connection: Connection,
  schema: DatabaseSchema,
  statement: RefusedStatement,
  cause: unknown,
): unknown {
  const kind = constraintKind(cause)
  if (kind === null) return cause
  const place =
    kind === 'foreignkey'
      ? findReference(connection, schema, statement)
      : namedColumn(cause, statement)
  return constraintViolation(kind, place, cause)
}

/** The error for a COMMIT that a deferred foreign key refused. */
export function explainCommit(
  connection: Connection,
  schema: DatabaseSchema,
  cause: unknown,
): unknown {
  const kind = constraintKind(cause)
  if (kind === null) return cause
  for (const { name, foreignKeys } of schema.tables) {
    if (foreignKeys.length === 0) continue
    const [violation] = connection.rows(
      `SELECT fkid FROM pragma_foreign_key_check(${quoteText(name)}) LIMIT 1`,
    )
    if (violation === undefined) continue
    return constraintViolation(kind, { table: name, column: foreignKeys[0]?.columns[0] }, cause)
  }
  return constraintViolation(kind, {}, cause)
}

interface Place {
  readonly table: string
  readonly column?: string | undefined
  readonly [detail: string]: unknown
}

function findReference(
  connection: Connection,
  schema: DatabaseSchema,
  statement: RefusedStatement,
): Place {
  const own = schema.tables.find(({ name }) => name === statement.table)?.foreignKeys ?? []
  const written = own
    .flatMap(({ columns }) => columns)
    .find((name) => statement.writes.includes(name))
  if (written !== undefined) return { table: statement.table, column: written }
  for (const { name, foreignKeys } of schema.tables) {
    for (const reference of foreignKeys) {
      if (refersTo(connection, name, reference, statement)) {
        return { table: name, column: reference.columns[0] }
      }
    }
  }
  return { table: statement.table }
}

/** Whether a row refers to one of the rows about to go by a key that does not give way. */
function refersTo(
  connection: Connection,
  child: string,
  { columns, references, onDelete }: ForeignKey,
  { table, select, parameters }: RefusedStatement,
): boolean {
  if (references.table.toLowerCase() !== table.toLowerCase() || select === null) return false
  if (onDelete !== 'restrict' && onDelete !== 'no_action') return false
  const theirs = columns.map((name) => `c.${quoteName(name)}`).join(', ')
  const ours = references.columns.map((name) => `t0.${quoteName(name)}`).join(', ')
  const found = connection.rows(
    `SELECT 1 FROM ${quoteTable(child)} AS c WHERE (${theirs}) IN (${select(ours)}) LIMIT 1`,
    parameters,
  )
  return found.length > 0
}

/** SQLite names the column of NOT NULL and UNIQUE itself: `UNIQUE constraint failed: table.column`. */
function namedColumn(cause: unknown, { table }: RefusedStatement): Place {
  const text = cause instanceof Error ? cause.message : ''
  const [, place] = /constraint failed: ([^,]+)/.exec(text) ?? []
  const dot = place?.indexOf('.') ?? -1
  if (place === undefined || dot === -1) return { table }
  return { table: place.slice(0, dot), column: place.slice(dot + 1) }
}
