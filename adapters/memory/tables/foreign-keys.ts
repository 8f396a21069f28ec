/**
 * Foreign keys as SQLite enforces them: RESTRICT at once, NO ACTION at the end of the statement, and
 * CASCADE, SET NULL and SET DEFAULT as part of it.
 *
 * @module
 */
import type { Row } from '../../../src/program/rows/row.ts'
import { constraintViolation, keyText } from '../../../src/program/rows/table-rules.ts'
import type { ForeignKey, TableSchema } from '../../../src/program/schema.ts'
import type { Tables } from './rows.ts'

/** Deletes rows with all that their foreign keys ask for; answers how many it deleted itself. */
export function deleteStatement(tables: Tables, table: string, keys: readonly number[]): number {
  const statement: Statement = { tables, referring: new Map(), left: [] }
  let deleted = 0
  for (const key of keys) deleted += Number(deleteRow(statement, table, key))
  for (const check of statement.left) check()
  return deleted
}

/** Checks that every reference of these rows has its parent. */
export function verifyParents(tables: Tables, schema: TableSchema, keys: readonly number[]): void {
  for (const reference of schema.foreignKeys) {
    let parents: ReadonlySet<string> | undefined
    for (const key of keys) {
      const row = tables.rows(schema.name).get(key)
      const value = row === undefined ? null : keyText(row, reference.columns)
      if (value === null) continue
      parents ??= valuesOf(tables, reference)
      if (!parents.has(value))
        throw constraintViolation('foreignkey', schema.name, reference.columns[0])
    }
  }
}

/** Checks that rows which referred to a value that was overwritten still have a parent. */
export function verifyChildren(
  tables: Tables,
  table: string,
  before: readonly Row[],
  after: readonly Row[],
): void {
  for (const child of tables.schema().tables) {
    for (const { references } of child.foreignKeys) {
      if (references.table !== table) continue
      const isChanged = before.some(
        (row, index) =>
          keyText(row, references.columns) !== keyText(after[index] ?? {}, references.columns),
      )
      if (isChanged) verifyParents(tables, child, [...tables.rows(child.name).keys()])
    }
  }
}

interface Statement {
  readonly tables: Tables
  /** For each reference the rows that refer to a value, looked up once a statement. */
  readonly referring: Map<ForeignKey, ReadonlyMap<string, readonly number[]>>
  /** Checks left for the end of the statement. */
  readonly left: (() => void)[]
}

/** `false` when another row's cascade was faster. */
function deleteRow(statement: Statement, table: string, key: number): boolean {
  const { tables } = statement
  const row = tables.rows(table).get(key)
  if (row === undefined) return false
  // SQLite goes key by key, the latest declared first; what one key cascades away cannot hold up the next.
  const references = tables
    .schema()
    .tables.toReversed()
    .flatMap((child) => child.foreignKeys.map((reference) => ({ child, reference })))
    .filter(({ reference }) => reference.references.table === table)
  tables.put(table, key, undefined)
  for (const { child, reference } of references) giveWay(statement, child, reference, row)
  return true
}

function giveWay(
  statement: Statement,
  child: TableSchema,
  reference: ForeignKey,
  parent: Row,
): void {
  const { tables } = statement
  const children = childrenOf(statement, child, reference, parent)
  switch (reference.onDelete) {
    case 'cascade':
      for (const key of children) deleteRow(statement, child.name, key)
      break
    case 'set_null':
    case 'set_default':
      for (const key of children) {
        const row = tables.rows(child.name).get(key)
        const nulls = reference.columns.map((column) => [column, null])
        tables.put(child.name, key, { ...row, ...Object.fromEntries(nulls) })
      }
      break
    case 'no_action':
      statement.left.push(() => verifyParents(tables, child, children))
      break
    case 'restrict':
      if (children.length > 0)
        throw constraintViolation('foreignkey', child.name, reference.columns[0])
      break
  }
}

/** Rows that refer to the parent's values and are still there. */
function childrenOf(
  { tables, referring }: Statement,
  child: TableSchema,
  reference: ForeignKey,
  parent: Row,
): readonly number[] {
  let byValue = referring.get(reference)
  if (byValue === undefined) {
    byValue = indexRows(tables, child.name, reference.columns)
    referring.set(reference, byValue)
  }
  const value = keyText(parent, reference.references.columns)
  const rows = tables.rows(child.name)
  return (value === null ? [] : (byValue.get(value) ?? [])).filter((key) => {
    const row = rows.get(key)
    return row !== undefined && keyText(row, reference.columns) === value
  })
}

function indexRows(
  tables: Tables,
  table: string,
  columns: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>()
  for (const [key, row] of tables.rows(table)) {
    const value = keyText(row, columns)
    if (value === null) continue
    const known = index.get(value)
    if (known === undefined) index.set(value, [key])
    else known.push(key)
  }
  return index
}

function valuesOf(tables: Tables, { references }: ForeignKey): ReadonlySet<string> {
  const rows = [...tables.rows(references.table).values()]
  return new Set(rows.flatMap((row) => keyText(row, references.columns) ?? []))
}
