/**
 * The engine's own tables and their indexes, as the statements that create them. Safe to repeat.
 *
 * @module
 */
import {
  RECORD_TABLE_NAMES,
  RECORD_TABLES,
  type RecordTable,
} from '../../../src/store/record-tables.ts'
import type { SqlDialect } from '../dialect.ts'
import { columnOf, typeOf } from './record-values.ts'

/** `prefix`: what the names of the tables begin with. */
export function tableStatements({ layout }: SqlDialect, prefix: string): readonly string[] {
  return RECORD_TABLE_NAMES.map((table) => {
    const { key, fields } = RECORD_TABLES[table]
    const [only] = key
    const isNumbered = key.length === 1 && typeOf(table, String(only)) === 'integer'
    const isKeyed = !isNumbered && !key.some((field) => isOptional(table, field))
    const columns = Object.entries(fields).map(([field, type]) =>
      isNumbered && field === only
        ? `${columnOf(field)} ${layout.numberedKey}`
        : `${columnOf(field)}${layout.columnType(type)}`,
    )
    const lines = [
      // A key that may hold nulls is none to SQL: the table has a number of its own, and a unique index.
      ...(isKeyed || isNumbered ? [] : [layout.ownNumber]),
      ...columns,
      ...(isKeyed ? [`PRIMARY KEY (${key.map(columnOf).join(', ')})`] : []),
    ]
    return `CREATE TABLE IF NOT EXISTS ${layout.table(`${prefix}${table}`)} (\n  ${lines.join(',\n  ')}\n)${isKeyed ? layout.keyed : ''}`
  })
}

export function indexStatements(dialect: SqlDialect, prefix: string): readonly string[] {
  return RECORD_TABLE_NAMES.flatMap((table) => {
    const { key, unique = [], indexes = [] } = RECORD_TABLES[table]
    const keys = key.some((field) => isOptional(table, field))
      ? [[...key].reverse(), ...unique]
      : unique
    return [
      ...(table === 'ledger' ? [factsSql(dialect, prefix)] : []),
      ...keys.map((own) => indexSql(dialect, prefix, table, own, true)),
      ...indexes.map((own) => indexSql(dialect, prefix, table, own, false)),
    ]
  })
}

/** Finds facts that are about no single user. */
function factsSql({ layout, json }: SqlDialect, prefix: string): string {
  const index = layout.index(`${prefix}ledger_facts`, `${prefix}ledger`)
  return `CREATE INDEX IF NOT EXISTS ${index} (kind, ${json.fact('body')}, tenant_id) WHERE subject IS NULL`
}

/** Nulls are equal in a unique key, which SQL would have otherwise. The leading column is one that finds records. */
function indexSql(
  { layout }: SqlDialect,
  prefix: string,
  table: RecordTable,
  fields: readonly string[],
  isUnique: boolean,
): string {
  const [first = ''] = fields
  const columns = fields.map((field) =>
    isUnique && field !== first && isOptional(table, field)
      ? `coalesce(${columnOf(field)}, '')`
      : columnOf(field),
  )
  const index = layout.index(`${prefix}${table}_by_${columnOf(first)}`, `${prefix}${table}`)
  const where = isUnique && isOptional(table, first) ? ` WHERE ${columnOf(first)} IS NOT NULL` : ''
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${index} (${columns.join(', ')})${where}`
}

function isOptional(table: RecordTable, field: string): boolean {
  return typeOf(table, field).endsWith('?')
}
