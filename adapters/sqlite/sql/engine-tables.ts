/**
 * The engine's own tables: their names, the SQL that creates them, and the SQL that brings those of an earlier layout
 * to the present one.
 *
 * `subject` and `user_id` are declared without a type on purpose: such a column keeps text as text and
 * integers as integers, so the id "1" and the id 1 stay two different users.
 *
 * @module
 */

import { EARLIER_LAYOUT_MARK } from '../../../src/store/earlier-layout.ts'
import {
  RECORD_TABLE_NAMES,
  RECORD_TABLES,
  type RecordFieldType,
  type RecordTable,
} from '../../../src/store/record-tables.ts'
import { assertTablePrefix, ENGINE_TABLE_PREFIX } from '../../../src/store/store-options.ts'
import { columnOf, fieldsOf, typeOf } from '../../sql/record-values.ts'
import { FACT } from './fact.ts'
import { quoteText } from './literals.ts'

export const OWN_TABLES: readonly RecordTable[] = RECORD_TABLE_NAMES

/** Those that name users, and since the second layout the table of them. */
export const NAMING_USERS: readonly RecordTable[] = RECORD_TABLE_NAMES.filter(
  (table) => 'userTable' in RECORD_TABLES[table].fields,
)

const COLUMN_TYPES: Readonly<Record<RecordFieldType, string>> = {
  text: ' TEXT NOT NULL',
  'text?': ' TEXT',
  integer: ' INTEGER NOT NULL',
  id: ' NOT NULL',
  'id?': '',
  json: ' TEXT NOT NULL',
  'json?': ' TEXT',
}

/** Columns that a table has had since the first layout. */
export function firstColumns(table: RecordTable): readonly string[] {
  const later = table === 'spool' ? ['ids'] : ['user_table']
  return fieldsOf(table)
    .map(columnOf)
    .filter((column) => !later.includes(column))
}

/**
 * The names of all tables that the engine keeps for itself, with this prefix. Every other table is the host's, whatever
 * its name begins with.
 */
export function engineTableNames(prefix: string = ENGINE_TABLE_PREFIX): readonly string[] {
  assertTablePrefix(prefix)
  return OWN_TABLES.map((table) => `${prefix}${table}`)
}

/** The SQL that `migrate()` runs on a database without such tables, for hosts that keep their own migrations. Safe to repeat. */
export const engineTablesSql: string = engineTablesSqlFor(ENGINE_TABLE_PREFIX)

/** The same with a prefix of the host's choice. */
export function engineTablesSqlFor(prefix: string): string {
  assertTablePrefix(prefix)
  return `\n${[...tableStatements(prefix), ...indexStatements(prefix)].join(';\n')};\n`
}

/**
 * The SQL that `migrate()` runs on tables of version 0.1.0, for hosts that keep their own migrations. To be run once,
 * in one transaction. `userTable` is the table of the users that the records of a database with one engine are about.
 */
export function engineTablesUpgradeSql({
  userTable,
  prefix = ENGINE_TABLE_PREFIX,
}: {
  readonly userTable: string
  readonly prefix?: string
}): string {
  assertTablePrefix(prefix)
  const given = NAMING_USERS.filter((table) => !table.startsWith('ledger')).map(
    (table) => `UPDATE main.${prefix}${table} SET user_table = ${quoteText(userTable)}`,
  )
  const statements = [
    ...NAMING_USERS.map((table) => addColumnSql(prefix, table)),
    earlierSpoolSql(prefix),
    ...tableStatements(prefix),
    ...earlierIndexStatements(prefix),
    ...indexStatements(prefix),
    nameEntriesSql(prefix),
    earlierLayoutSql(prefix),
    ...given,
  ]
  return `\n${statements.join(';\n')};\n`
}

/** Says for good that there was an earlier layout. */
export function earlierLayoutSql(prefix: string): string {
  const values = [EARLIER_LAYOUT_MARK, '0.1.0'].map(quoteText).join(', ')
  return `INSERT OR IGNORE INTO main.${prefix}marks (name, value) VALUES (${values})`
}

export function addColumnSql(prefix: string, table: RecordTable): string {
  return `ALTER TABLE main.${prefix}${table} ADD COLUMN user_table TEXT`
}

/** Receipts of an earlier layout say whose they are. */
export function nameEntriesSql(prefix: string): string {
  return `UPDATE main.${prefix}ledger SET user_table = json_extract(body, '$.userRow.table') WHERE user_table IS NULL AND subject IS NOT NULL AND kind = 'user.deleted' AND json_valid(body)`
}

const EARLIER_INDEXES = [
  ...['ledger_subject', 'ledger_key', 'ledger_named', 'ledger_keyed', 'jobs_user', 'jobs_named'],
  ...['disabled_user', 'disabled_named', 'holds_user', 'tokens_user'],
]

/** Of indexes that had other columns, or another name. */
export function earlierIndexStatements(prefix: string): readonly string[] {
  return EARLIER_INDEXES.map((index) => `DROP INDEX IF EXISTS main.${prefix}${index}`)
}

/** Ids stood there one by one in earlier layouts. A run that was killed has left them: nobody goes on with it. */
export function earlierSpoolSql(prefix: string): string {
  return `DROP TABLE main.${prefix}spool`
}

export function tableStatements(prefix: string): readonly string[] {
  return RECORD_TABLE_NAMES.map((table) => createTableSql(prefix, table))
}

function createTableSql(prefix: string, table: RecordTable): string {
  const { key, fields } = RECORD_TABLES[table]
  const [only] = key
  const isNumbered = key.length === 1 && typeOf(table, String(only)) === 'integer'
  const columns = Object.entries(fields).map(([field, type]) => {
    const own = `${columnOf(field)}${COLUMN_TYPES[type]}`
    return isNumbered && field === only ? `${columnOf(field)} INTEGER PRIMARY KEY` : own
  })
  const isKeyed = !isNumbered && !key.some((field) => isOptional(table, field))
  const lines = [
    // A key that may hold nulls is none to SQL: the table has a number of its own, and a unique index.
    ...(isKeyed || isNumbered ? [] : ['id INTEGER PRIMARY KEY']),
    ...columns,
    ...(isKeyed ? [`PRIMARY KEY (${key.map(columnOf).join(', ')})`] : []),
  ]
  return `CREATE TABLE IF NOT EXISTS main.${prefix}${table} (\n  ${lines.join(',\n  ')}\n)${isKeyed ? ' WITHOUT ROWID' : ''}`
}

function isOptional(table: RecordTable, field: string): boolean {
  return typeOf(table, field).endsWith('?')
}

export function indexStatements(prefix: string): readonly string[] {
  return RECORD_TABLE_NAMES.flatMap((table) => {
    const { key, unique = [], indexes = [] } = RECORD_TABLES[table]
    const keys = key.some((field) => isOptional(table, field))
      ? [[...key].reverse(), ...unique]
      : unique
    return [
      ...(table === 'ledger' ? [factsSql(prefix)] : []),
      ...keys.map((own) => indexSql(prefix, table, own, true)),
      ...indexes.map((own) => indexSql(prefix, table, own, false)),
    ]
  })
}

/** Finds facts that are about no single user. */
function factsSql(prefix: string): string {
  return `CREATE INDEX IF NOT EXISTS main.${prefix}ledger_facts ON ${prefix}ledger (kind, ${FACT}, tenant_id) WHERE subject IS NULL`
}

/** Nulls are equal in a unique key, which SQL would have otherwise. The leading column is one that finds records. */
function indexSql(
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
  const name = `${prefix}${table}_by_${columnOf(first)}`
  const where = isUnique && isOptional(table, first) ? ` WHERE ${columnOf(first)} IS NOT NULL` : ''
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS main.${name} ON ${prefix}${table} (${columns.join(', ')})${where}`
}
