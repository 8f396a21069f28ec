import type { ForeignKey, TableSchema } from '../../../src/program/schema.ts'
import { contractData } from '../../../src/testing/contract/data.ts'
import { quote } from '../sql/sqlite-schema.ts'

type Row = Readonly<Record<string, unknown>>

const WHOLE: Readonly<Record<string, readonly Row[]>> = contractData()

/** Runs one statement; values are given as the driver takes them. */
export type Query = (
  sql: string,
  values?: readonly unknown[],
) => Promise<{ readonly rows: readonly Row[] }>

/** Creates a schema with the tables and the rows, parents first. A column has the type of the values it is given. */
export async function fillSchema(
  query: Query,
  name: string,
  tables: readonly TableSchema[],
  data: Readonly<Record<string, readonly Row[]>>,
): Promise<void> {
  await query(`DROP SCHEMA IF EXISTS ${quote(name)} CASCADE`)
  await query(`CREATE SCHEMA ${quote(name)}`)
  for (const table of tables) await query(createTableSql(name, table, data[table.name] ?? []))
  for (const [table, rows] of Object.entries(data)) {
    for (const alike of ofSameColumns(rows)) {
      const columns = Object.keys(alike[0] ?? {})
      const isJson = columns.map((column) => columnType(table, column, rows) === 'jsonb')
      const places = alike.map((_, row) =>
        columns.map((_, place) => `$${row * columns.length + place + 1}`).join(', '),
      )
      await query(
        `INSERT INTO ${quote(name)}.${quote(table)} ${list(columns)} VALUES (${places.join('), (')})`,
        alike.flatMap((row) =>
          columns.map((column, place) => asParameter(row[column], isJson[place] === true)),
        ),
      )
    }
  }
}

/** Rows that one statement inserts: each costs this database more than its rows. */
function ofSameColumns(rows: readonly Row[]): readonly (readonly Row[])[] {
  const found = new Map<string, Row[]>()
  for (const row of rows) {
    const columns = JSON.stringify(Object.keys(row))
    found.set(columns, [...(found.get(columns) ?? []), row])
  }
  return [...found.values()]
}

function createTableSql(
  schema: string,
  { name, columns, primaryKey, uniqueKeys, foreignKeys }: TableSchema,
  rows: readonly Row[],
): string {
  const parts = [
    ...(columns ?? []).map((column) => {
      const type = columnType(name, column.name, rows)
      return `${quote(column.name)} ${type}${column.nullable ? '' : ' NOT NULL'}`
    }),
    ...(primaryKey.length === 0 ? [] : [`PRIMARY KEY ${list(primaryKey)}`]),
    ...uniqueKeys.map((key) => `UNIQUE ${list(key)}`),
    ...foreignKeys.map((key) => foreignKeySql(schema, key)),
  ]
  return `CREATE TABLE ${quote(schema)}.${quote(name)} (${parts.join(', ')})`
}

/**
 * Documents stand in `docs.body`, whatever a clause puts in their place. A column that a clause leaves empty has the type
 * that it has in the others.
 */
function columnType(table: string, column: string, rows: readonly Row[]): string {
  if (table === 'docs' && column === 'body') return 'jsonb'
  return typeOf(given(rows, column)) ?? typeOf(given(WHOLE[table] ?? [], column)) ?? 'text'
}

function given(rows: readonly Row[], column: string): readonly unknown[] {
  return rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined)
}

/** `null`: no value tells. */
function typeOf(given: readonly unknown[]): string | null {
  if (given.length === 0) return null
  if (given.some((value) => value instanceof Uint8Array)) return 'bytea'
  if (given.some((value) => typeof value === 'object')) return 'jsonb'
  const isWhole = (value: unknown): boolean => typeof value === 'bigint' || Number.isInteger(value)
  if (given.every(isWhole)) return 'bigint'
  return given.every((value) => typeof value === 'boolean') ? 'boolean' : 'text'
}

function list(names: readonly string[]): string {
  return `(${names.map(quote).join(', ')})`
}

function foreignKeySql(schema: string, { columns, references, onDelete }: ForeignKey): string {
  const action = onDelete.replace('_', ' ').toUpperCase()
  return `FOREIGN KEY ${list(columns)} REFERENCES ${quote(schema)}.${quote(references.table)} ${list(references.columns)} ON DELETE ${action}`
}

function asParameter(value: unknown, isJson: boolean): unknown {
  if (value === null || value === undefined) return null
  if (isJson) return isJsonText(value) ? value : JSON.stringify(value)
  if (value instanceof Uint8Array) return value
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
}

/** Text that is JSON stands for what it says. */
function isJsonText(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return typeof JSON.parse(value) === 'object'
  } catch {
    return false
  }
}
