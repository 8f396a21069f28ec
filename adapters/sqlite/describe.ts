/**
 * The live schema, read from SQLite's own catalogue.
 *
 * @module
 */
import {
  type DatabaseSchema,
  ENGINE_TABLE_PREFIX,
  type ForeignKey,
  type ForeignKeyAction,
  type TableSchema,
} from '../../src/store.ts'
import type { Connection } from './connection.ts'
import { quoteText } from './literals.ts'

/** Reads every table of the main database but SQLite's and the engine's own. */
export function describeDatabase(connection: Connection): DatabaseSchema {
  const tables = connection
    .rows(`SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' ORDER BY name`)
    .map(([name, type, withoutRowid]) => ({ name: String(name), type, withoutRowid }))
    .filter(({ name }) => !name.startsWith('sqlite_') && !name.startsWith(ENGINE_TABLE_PREFIX))
    .filter(({ type }) => type !== 'shadow')
    .map(({ name, type, withoutRowid }) =>
      describeTable(connection, name, kindOf(type), withoutRowid === 1),
    )
  const enforced = connection.rows('PRAGMA foreign_keys')[0]?.[0] === 1
  return { tables, foreignKeysEnforced: enforced }
}

/** Changes whenever tables, columns, keys or the enforcement of foreign keys change. */
export function schemaStamp(connection: Connection): string {
  const version = connection.rows('PRAGMA main.schema_version')[0]?.[0]
  const enforced = connection.rows('PRAGMA foreign_keys')[0]?.[0]
  return `${String(version)}/${String(enforced)}`
}

function kindOf(type: unknown): TableSchema['kind'] {
  return type === 'view' || type === 'virtual' ? type : 'table'
}

function describeTable(
  connection: Connection,
  name: string,
  kind: TableSchema['kind'],
  withoutRowId: boolean,
): TableSchema {
  const columns = connection.rows(
    `SELECT name, "notnull", pk, hidden FROM pragma_table_xinfo(${quoteText(name)})`,
  )
  const keyed = columns.filter(([, , pk]) => Number(pk) > 0)
  const primaryKey = keyed
    .sort((a, b) => Number(a[2]) - Number(b[2]))
    .map(([column]) => String(column))
  return {
    name,
    kind,
    columns: columns
      .filter(([, , , hidden]) => hidden !== 1)
      .map(([column, notNull, , hidden]) => ({
        name: String(column),
        nullable: notNull === 0,
        generated: hidden === 2 || hidden === 3,
      })),
    primaryKey,
    withoutRowId,
    uniqueKeys: uniqueKeysOf(connection, name),
    foreignKeys: foreignKeysOf(connection, name),
    triggers: connection
      .rows(
        `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ${quoteText(name)} COLLATE NOCASE ORDER BY name`,
      )
      .map(([trigger]) => String(trigger)),
  }
}

function uniqueKeysOf(connection: Connection, table: string): readonly (readonly string[])[] {
  return connection
    .rows(
      `SELECT name FROM pragma_index_list(${quoteText(table)}) WHERE "unique" = 1 AND origin <> 'pk' AND partial = 0`,
    )
    .map(([index]) =>
      connection
        .rows(`SELECT name FROM pragma_index_info(${quoteText(String(index))}) ORDER BY seqno`)
        .map(([column]) => String(column)),
    )
}

function foreignKeysOf(connection: Connection, table: string): readonly ForeignKey[] {
  const rows = connection.rows(
    `SELECT id, "table", "from", "to", on_delete FROM pragma_foreign_key_list(${quoteText(table)}) ORDER BY id, seq`,
  )
  const ids = [...new Set(rows.map(([id]) => id))]
  return ids.map((id) => {
    const parts = rows.filter((row) => row[0] === id)
    const parent = String(parts[0]?.[1])
    return {
      columns: parts.map(([, , from]) => String(from)),
      references: {
        table: parent,
        columns: parts.every(([, , , to]) => to !== null)
          ? parts.map(([, , , to]) => String(to))
          : primaryKeyOf(connection, parent),
      },
      onDelete: actionOf(parts[0]?.[4]),
    }
  })
}

/** A reference that names no columns means the parent's primary key. */
function primaryKeyOf(connection: Connection, table: string): readonly string[] {
  return connection
    .rows(`SELECT name FROM pragma_table_info(${quoteText(table)}) WHERE pk > 0 ORDER BY pk`)
    .map(([column]) => String(column))
}

function actionOf(text: unknown): ForeignKeyAction {
  switch (text) {
    case 'RESTRICT':
      return 'restrict'
    case 'CASCADE':
      return 'cascade'
    case 'SET NULL':
      return 'set_null'
    case 'SET DEFAULT':
      return 'set_default'
    default:
      return 'no_action'
  }
}
