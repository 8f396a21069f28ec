/**
 * The engine's own tables: their names, the SQL that creates them, and the SQL that brings those of an earlier layout
 * to the present one.
 *
 * @module
 */

import { EARLIER_LAYOUT_MARK } from '../../../src/store/earlier-layout.ts'
import {
  RECORD_TABLE_NAMES,
  RECORD_TABLES,
  type RecordTable,
} from '../../../src/store/record-tables.ts'
import { assertTablePrefix, ENGINE_TABLE_PREFIX } from '../../../src/store/store-options.ts'
import {
  indexStatements as indexesOf,
  tableStatements as tablesOf,
} from '../../sql/own-tables/record-tables-sql.ts'
import { columnOf, fieldsOf } from '../../sql/own-tables/record-values.ts'
import { sqliteDialect } from './dialect.ts'
import { quoteText } from './literals.ts'

export const OWN_TABLES: readonly RecordTable[] = RECORD_TABLE_NAMES

/** Those of the first layout that name users, and since the second one the table of them. */
export const NAMING_USERS: readonly RecordTable[] = RECORD_TABLE_NAMES.filter(
  (table) => 'userTable' in RECORD_TABLES[table].fields && table !== 'reservations',
)

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
  return tablesOf(sqliteDialect, prefix)
}

export function indexStatements(prefix: string): readonly string[] {
  return indexesOf(sqliteDialect, prefix)
}
