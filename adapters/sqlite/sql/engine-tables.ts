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
import { assertTablePrefix, ENGINE_TABLE_PREFIX } from '../../../src/store/store-options.ts'
import { FACT } from './fact.ts'
import { quoteText } from './literals.ts'

export type OwnTable =
  | 'ledger'
  | 'ledger_head'
  | 'ledger_import'
  | 'outbox'
  | 'jobs'
  | 'disabled'
  | 'holds'
  | 'tokens'
  | 'spool'
  | 'marks'

/** What the engine's tables are called behind the prefix, with the columns of each since the first layout. */
const COLUMNS: Readonly<Record<OwnTable, string>> = {
  ledger: 'seq kind at tenant_id subject idempotency_key body hash',
  ledger_head: 'id seq hash signature',
  ledger_import: 'run seq kind at tenant_id subject idempotency_key body hash',
  outbox: 'id type at tenant_id subject receipt_id rows',
  jobs: 'id kind tenant_id user_id requested_at due_at idempotency_key owner lease_until fence created_at policy_digest state',
  disabled: 'id tenant_id user_id since before',
  holds: 'id tenant_id user_id reason tables placed_at until',
  tokens: 'hash tenant_id user_id session_id expires_at',
  spool: 'run position user_id',
  marks: 'name value',
}

export const OWN_TABLES: readonly OwnTable[] = Object.keys(COLUMNS) as OwnTable[]

/** Those that name users, and since the second layout the table of them. */
export const NAMING_USERS: readonly OwnTable[] = [
  'ledger',
  'ledger_import',
  'outbox',
  'jobs',
  'disabled',
  'holds',
  'tokens',
]

/** Columns that a table has had since the first layout. */
export function firstColumns(table: OwnTable): readonly string[] {
  return COLUMNS[table].split(' ')
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

export function addColumnSql(prefix: string, table: OwnTable): string {
  return `ALTER TABLE main.${prefix}${table} ADD COLUMN user_table TEXT`
}

/** Receipts of an earlier layout say whose they are. */
export function nameEntriesSql(prefix: string): string {
  return `UPDATE main.${prefix}ledger SET user_table = json_extract(body, '$.userRow.table') WHERE user_table IS NULL AND subject IS NOT NULL AND kind = 'user.deleted' AND json_valid(body)`
}

/** Of indexes that did not have the table of the users. */
export function earlierIndexStatements(prefix: string): readonly string[] {
  return ['ledger_subject', 'ledger_key', 'jobs_user', 'disabled_user'].map(
    (index) => `DROP INDEX IF EXISTS main.${prefix}${index}`,
  )
}

export function tableStatements(prefix: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS main.${prefix}ledger (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  subject,
  idempotency_key TEXT,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  user_table TEXT
)`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}ledger_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT
)`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}ledger_import (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  subject,
  idempotency_key TEXT,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  user_table TEXT,
  PRIMARY KEY (run, seq)
)`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}outbox (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  subject,
  receipt_id TEXT,
  rows INTEGER NOT NULL,
  user_table TEXT
) WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  tenant_id TEXT,
  user_id NOT NULL,
  requested_at TEXT NOT NULL,
  due_at TEXT,
  idempotency_key TEXT,
  owner TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  fence INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  state TEXT NOT NULL,
  user_table TEXT
) WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}disabled (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT,
  user_id NOT NULL,
  since TEXT NOT NULL,
  before TEXT NOT NULL,
  user_table TEXT
)`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}holds (
  id TEXT PRIMARY KEY,
  tenant_id TEXT,
  user_id NOT NULL,
  reason TEXT NOT NULL,
  tables TEXT,
  placed_at TEXT NOT NULL,
  until TEXT,
  user_table TEXT
) WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}tokens (
  hash TEXT PRIMARY KEY,
  tenant_id TEXT,
  user_id NOT NULL,
  session_id TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  user_table TEXT
) WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}spool (
  run TEXT NOT NULL,
  position INTEGER NOT NULL,
  user_id,
  PRIMARY KEY (run, position)
) WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS main.${prefix}marks (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID`,
  ]
}

export function indexStatements(prefix: string): readonly string[] {
  return [
    `CREATE INDEX IF NOT EXISTS main.${prefix}ledger_facts ON ${prefix}ledger (kind, ${FACT}, tenant_id) WHERE subject IS NULL`,
    `CREATE INDEX IF NOT EXISTS main.${prefix}ledger_named ON ${prefix}ledger (user_table, subject, tenant_id, kind, at) WHERE subject IS NOT NULL`,
    `CREATE UNIQUE INDEX IF NOT EXISTS main.${prefix}ledger_keyed ON ${prefix}ledger (coalesce(user_table, ''), coalesce(tenant_id, ''), idempotency_key) WHERE idempotency_key IS NOT NULL`,
    `CREATE UNIQUE INDEX IF NOT EXISTS main.${prefix}jobs_named ON ${prefix}jobs (user_id, coalesce(user_table, ''), coalesce(tenant_id, ''))`,
    `CREATE UNIQUE INDEX IF NOT EXISTS main.${prefix}disabled_named ON ${prefix}disabled (user_id, coalesce(user_table, ''), coalesce(tenant_id, ''))`,
    `CREATE INDEX IF NOT EXISTS main.${prefix}holds_user ON ${prefix}holds (user_id)`,
    `CREATE INDEX IF NOT EXISTS main.${prefix}tokens_user ON ${prefix}tokens (user_id)`,
  ]
}
