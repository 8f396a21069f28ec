/** CREATE TABLE statements of a generated schema. */
import type { ColumnSchema, ForeignKey, TableSchema } from '../../../src/program/schema.ts'
import { LOOSE, type World } from './generated-world.ts'

const NUMBERS = new Set(['rid', 'parent', 'self'])
const IDS = new Set(['id', 'owner', 'other', 'boss'])

export function createTablesSql(tables: readonly TableSchema[], world: World): string {
  return tables.map((table) => createTableSql(table, world)).join('\n')
}

/** The same tables with the types that the SQL declares, for a store that takes a schema. */
export function withTypes(
  tables: readonly TableSchema[],
  numericIds: boolean,
): readonly TableSchema[] {
  return tables.map((table) => ({
    ...table,
    columns: (table.columns ?? []).map((one) => ({ ...one, type: typeOf(one.name, numericIds) })),
  }))
}

function createTableSql(table: TableSchema, world: World): string {
  const parts = [
    ...(table.columns ?? []).map((column) => columnSql(column, world)),
    ...table.uniqueKeys.map((columns) => `UNIQUE (${columns.join(', ')})`),
    // SQLite lists foreign keys last first, and the order of unlink steps (and the plan) follows the list.
    ...table.foreignKeys.toReversed().map(foreignKeySql),
  ]
  const suffix = table.withoutRowId ? ' WITHOUT ROWID' : ''
  return `CREATE TABLE ${table.name} (\n  ${parts.join(',\n  ')}\n)${suffix};`
}

function columnSql({ name, nullable }: ColumnSchema, world: World): string {
  const key = name === 'rid' ? ' PRIMARY KEY' : ''
  const collation = world.collations[LOOSE.indexOf(name)]
  const compared = collation === undefined ? '' : ` COLLATE ${collation}`
  return `${name} ${typeOf(name, world.numericIds)}${key}${nullable ? '' : ' NOT NULL'}${compared}`
}

function typeOf(name: string, numericIds: boolean): string {
  return NUMBERS.has(name) || (numericIds && IDS.has(name)) ? 'INTEGER' : 'TEXT'
}

function foreignKeySql({ columns, references, onDelete }: ForeignKey): string {
  const target = `${references.table} (${references.columns.join(', ')})`
  const action = onDelete.replace('_', ' ').toUpperCase()
  return `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${target} ON DELETE ${action}`
}
