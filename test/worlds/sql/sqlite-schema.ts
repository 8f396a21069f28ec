/** Described tables as SQL of SQLite, and rows to fill them with. */
import type Database from 'better-sqlite3'
import type { ForeignKey, TableSchema } from '../../../src/program/schema.ts'

/** The CREATE TABLE statement of a described table. Columns have no type, so values stay as they are. */
export function createTableSql({
  name,
  columns,
  primaryKey,
  withoutRowId,
  uniqueKeys,
  foreignKeys,
}: TableSchema): string {
  const parts = [
    ...(columns ?? []).map(
      (column) => `${quote(column.name)}${column.nullable ? '' : ' NOT NULL'}`,
    ),
    ...(primaryKey.length === 0 ? [] : [`PRIMARY KEY ${list(primaryKey)}`]),
    ...uniqueKeys.map((key) => `UNIQUE ${list(key)}`),
    ...foreignKeys.map(foreignKeySql),
  ]
  const end = withoutRowId === true ? ' WITHOUT ROWID' : ''
  return `CREATE TABLE ${quote(name)} (${parts.join(', ')})${end}`
}

/** Creates the tables and inserts the rows, parents first; JSON values become text. */
export function fill(
  db: Database.Database,
  schema: readonly TableSchema[],
  data: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>,
): void {
  for (const table of schema) db.exec(createTableSql(table))
  for (const [table, rows] of Object.entries(data)) {
    for (const row of rows) {
      const names = Object.keys(row)
      const marks = names.map(() => '?').join(', ')
      db.prepare(`INSERT INTO ${quote(table)} ${list(names)} VALUES (${marks})`).run(
        ...Object.values(row).map(bindable),
      )
    }
  }
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function list(names: readonly string[]): string {
  return `(${names.map(quote).join(', ')})`
}

function foreignKeySql({ columns, references, onDelete }: ForeignKey): string {
  const action = onDelete.replace('_', ' ').toUpperCase()
  return `FOREIGN KEY ${list(columns)} REFERENCES ${quote(references.table)} ${list(references.columns)} ON DELETE ${action}`
}

function bindable(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
