/** CREATE TABLE statements of a generated schema. */
import type { ColumnSchema, ForeignKey, TableSchema } from '../../src/store.ts'

const NUMBERS = new Set(['rid', 'parent', 'self'])
const IDS = new Set(['id', 'owner', 'other', 'boss'])

export function createTablesSql(tables: readonly TableSchema[], numericIds: boolean): string {
  return tables.map((table) => createTableSql(table, numericIds)).join('\n')
}

function createTableSql(table: TableSchema, numericIds: boolean): string {
  const parts = [
    ...(table.columns ?? []).map((column) => columnSql(column, numericIds)),
    ...table.uniqueKeys.map((columns) => `UNIQUE (${columns.join(', ')})`),
    // SQLite lists foreign keys last first, and the order of unlink steps (and the plan) follows the list.
    ...table.foreignKeys.toReversed().map(foreignKeySql),
  ]
  const suffix = table.withoutRowId ? ' WITHOUT ROWID' : ''
  return `CREATE TABLE ${table.name} (\n  ${parts.join(',\n  ')}\n)${suffix};`
}

function columnSql({ name, nullable }: ColumnSchema, numericIds: boolean): string {
  const isNumber = NUMBERS.has(name) || (numericIds && IDS.has(name))
  const key = name === 'rid' ? ' PRIMARY KEY' : ''
  return `${name} ${isNumber ? 'INTEGER' : 'TEXT'}${key}${nullable ? '' : ' NOT NULL'}`
}

function foreignKeySql({ columns, references, onDelete }: ForeignKey): string {
  const target = `${references.table} (${references.columns.join(', ')})`
  const action = onDelete.replace('_', ' ').toUpperCase()
  return `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${target} ON DELETE ${action}`
}
