/**
 * The live schema, read from SQLite's own catalogue.
 *
 * @module
 */
import type {
  ColumnSchema,
  DatabaseSchema,
  ForeignKey,
  ForeignKeyAction,
  TableSchema,
} from '../../../src/program/schema.ts'
import type { Connection } from '../handle/connection.ts'
import { hasCode } from '../handle/sqlite-errors.ts'
import { engineTableNames } from '../sql/engine-tables.ts'
import { quoteText } from '../sql/literals.ts'
import { makesNumbers } from '../sql/loose-comparisons.ts'
import { checksIn, collationsIn, definitionOf, hasWord, mentionsName } from '../sql/sql-text.ts'
import { indexesByTable, uniqueKeysOf } from './describe-indexes.ts'
import { triggersByTable } from './describe-triggers.ts'
import { contentTableOf } from './search-tables.ts'
import { shadowsOfHost } from './shadow-tables.ts'

/** Reads every table of the main database but SQLite's and the engine's own. A handful of queries, no rows. */
export function describeDatabase(connection: Connection): DatabaseSchema {
  const own = new Set(engineTableNames(connection.prefix).map((name) => name.toLowerCase()))
  const shadows = new Set(shadowsOfHost(connection))
  const listed = connection
    .rows(
      `SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' ORDER BY name`,
    )
    .map(([name, type, wr, strict]) => ({
      ...{ name: String(name), type, withoutRowId: wr === 1, strict: strict === 1 },
    }))
    .filter(({ name }) => !name.startsWith('sqlite_') && !own.has(name.toLowerCase()))
    .filter(({ name, type }) => type !== 'shadow' || shadows.has(name))
  const columns = columnsByTable(connection)
  const indexes = indexesByTable(connection)
  const triggers = triggersByTable(connection)
  const foreignKeys = foreignKeysByTable(connection, columns)
  const checks = checksByTable(connection)
  const tables = listed.map(({ name, type, withoutRowId, strict }): TableSchema => {
    const kind = kindOf(type)
    const found = kind === 'table' ? columns.get(name) : columnsOf(connection, name)
    return {
      name,
      kind,
      columns: found?.map((column) => columnSchema(column, strict)) ?? null,
      primaryKey: keyOf(found ?? []),
      withoutRowId,
      ...(strict ? { strict } : {}),
      uniqueKeys: uniqueKeysOf(indexes.get(name) ?? []),
      foreignKeys: foreignKeys.get(name) ?? [],
      triggers: triggers.get(name.toLowerCase()) ?? [],
      ...(kind === 'table' ? { indexes: (indexes.get(name) ?? []).map(({ index }) => index) } : {}),
      ...(kind === 'virtual' ? contentTableOf(connection, name) : {}),
      ...checksOf(checks.get(name) ?? [], found ?? []),
    }
  })
  const enforced = connection.rows('PRAGMA foreign_keys')[0]?.[0] === 1
  const stamp = schemaStamp(connection)
  return { stamp, tables, foreignKeysEnforced: enforced, outside: tablesOutside(connection) }
}

/** Conditions of CHECK constraints, by table. */
function checksByTable(connection: Connection): ReadonlyMap<string, readonly string[]> {
  const rows = connection.rows(
    `SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE '%check%'`,
  )
  return new Map(rows.map(([name, sql]) => [String(name), checksIn(String(sql))]))
}

function checksOf(
  conditions: readonly string[],
  columns: readonly FoundColumn[],
): Pick<TableSchema, 'checks'> {
  if (conditions.length === 0) return {}
  const checks = conditions.map((condition) => ({
    condition,
    columns: columns.map(({ name }) => name).filter((name) => mentionsName(condition, name)),
  }))
  return { checks }
}

/**
 * Changes whenever tables, columns, keys, triggers (temporary ones too), the enforcement of foreign keys or the
 * attached databases change.
 */
export function schemaStamp(connection: Connection): string {
  // That of temporary tables comes into the list with the first look at it.
  const [version, enforced, databases, hasTemporary] =
    connection.rows(
      `SELECT v.schema_version, f.foreign_keys, (SELECT json_group_array(name) FROM pragma_database_list WHERE name <> 'temp'), (SELECT count(*) FROM pragma_database_list WHERE name = 'temp') FROM pragma_schema_version AS v, pragma_foreign_keys AS f`,
    )[0] ?? []
  const triggers = hasTemporary === 1 ? temporaryTriggers(connection) : ''
  return `${version}/${enforced}/${databases}/${triggers}`
}

/** Not asked for where nothing is temporary: the first look opens that database, and settings are dear to change then. */
function temporaryTriggers(connection: Connection): unknown {
  const sql = `SELECT group_concat(sql) FROM temp.sqlite_schema WHERE type = 'trigger'`
  return connection.rows(sql)[0]?.[0] ?? ''
}

function tablesOutside(connection: Connection): readonly string[] {
  return connection
    .rows(`SELECT schema, name FROM pragma_table_list WHERE schema <> 'main' ORDER BY schema, name`)
    .filter(([, name]) => !String(name).startsWith('sqlite_'))
    .flatMap(([database, name]) => [String(name), `${database}.${name}`])
}

function kindOf(type: unknown): TableSchema['kind'] {
  return type === 'view' || type === 'virtual' ? type : 'table'
}

/** A column as the catalogue has it; `key` is its place in the primary key, from 1, or 0. */
interface FoundColumn extends ColumnSchema {
  readonly key: number
}

const COLUMN = `c.name, c.type, c."notnull", c.dflt_value IS NOT NULL, c.pk, c.hidden`

/** Columns of ordinary tables, in their order. */
function columnsByTable(connection: Connection): ReadonlyMap<string, readonly FoundColumn[]> {
  const rows = connection.rows(
    `SELECT t.name, ${COLUMN}, t.wr FROM pragma_table_list AS t, pragma_table_xinfo(t.name, 'main') AS c WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') ORDER BY t.name, c.cid`,
  )
  const written = new Map(
    connection
      .rows(`SELECT name, sql FROM main.sqlite_schema WHERE type = 'table'`)
      .map(([table, sql]) => [String(table), String(sql)]),
  )
  return groupBy(
    rows,
    ([table]) => String(table),
    (found, table) => {
      const sql = written.get(table) ?? ''
      const collations = collationsIn(sql)
      const columns = foundColumns(found)
      const isRowId = found[0]?.at(-1) === 0 && keyOf(columns).length === 1
      return columns.map((column) => {
        const collation = collations.get(column.name.toLowerCase())
        return {
          ...column,
          ...(collation === undefined ? {} : { collation }),
          ...(column.generated ? { generatedFrom: mentionedBy(column, columns, sql) } : {}),
          ...(isRowId && comesAgain(column, sql) ? { comesAgain: true as const } : {}),
        }
      })
    },
  )
}

/** Of the one column of a primary key: whether it is SQLite's own number of the row, counted on from the largest there is. */
function comesAgain({ type, key }: FoundColumn, table: string): boolean {
  return key === 1 && type?.toUpperCase() === 'INTEGER' && !hasWord(table, 'AUTOINCREMENT')
}

/** The columns that the definition of a generated one mentions. */
function mentionedBy(
  { name }: FoundColumn,
  columns: readonly FoundColumn[],
  table: string,
): readonly string[] {
  const own = definitionOf(table, name)
  return columns
    .map((column) => column.name)
    .filter((other) => other !== name && (own === null || mentionsName(own, other)))
}

/** Of a view or a virtual table; `null` for a view over what is gone, and where its module is not loaded. */
function columnsOf(connection: Connection, table: string): readonly FoundColumn[] | undefined {
  try {
    const sql = `SELECT NULL, ${COLUMN} FROM pragma_table_xinfo(${quoteText(table)}, 'main') AS c ORDER BY c.cid`
    return foundColumns(connection.rows(sql))
  } catch (cause) {
    if (hasCode(cause, 'SQLITE_ERROR', true)) return undefined
    throw cause
  }
}

type Rows = readonly (readonly unknown[])[]

function foundColumns(rows: Rows): readonly FoundColumn[] {
  return rows
    .filter((row) => row[6] !== 1)
    .map(([, name, type, notNull, hasDefault, key, hidden]) => ({
      name: String(name),
      type: String(type),
      nullable: notNull === 0,
      hasDefault: hasDefault === 1,
      generated: hidden === 2 || hidden === 3,
      key: Number(key),
    }))
}

/** In a STRICT table `ANY` keeps every value as it is. */
function columnSchema({ key: _, ...column }: FoundColumn, strict: boolean): ColumnSchema {
  const asItIs = strict && column.type?.toUpperCase() === 'ANY'
  return makesNumbers(column.type) && !asItIs ? { ...column, makesNumbers: true } : column
}

function keyOf(columns: readonly FoundColumn[]): readonly string[] {
  return columns
    .filter(({ key }) => key > 0)
    .sort((a, b) => a.key - b.key)
    .map(({ name }) => name)
}

/** References spell names in any case; here they are spelt as the tables and columns are. */
function foreignKeysByTable(
  connection: Connection,
  columns: ReadonlyMap<string, readonly FoundColumn[]>,
): ReadonlyMap<string, readonly ForeignKey[]> {
  const tables = new Map([...columns.keys()].map((name) => [name.toLowerCase(), name]))
  const rows = connection.rows(
    `SELECT t.name, f.id, f."table", f."from", f."to", f.on_delete, f.on_update FROM pragma_table_list AS t, pragma_foreign_key_list(t.name, 'main') AS f WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') ORDER BY t.name, f.id, f.seq`,
  )
  const spelt = (table: string, column: unknown): string => {
    const name = String(column)
    const same = (other: FoundColumn) => other.name.toLowerCase() === name.toLowerCase()
    return columns.get(table)?.find(same)?.name ?? name
  }
  const foreignKey = (child: string, parts: Rows): ForeignKey => {
    const written = String(parts[0]?.[2])
    const parent = tables.get(written.toLowerCase()) ?? written
    const onUpdate = actionOf(parts[0]?.[6])
    return {
      columns: parts.map((part) => spelt(child, part[3])),
      references: {
        table: parent,
        // A reference that names no columns means the parent's primary key.
        columns: parts.every((part) => part[4] !== null)
          ? parts.map((part) => spelt(parent, part[4]))
          : keyOf(columns.get(parent) ?? []),
      },
      onDelete: actionOf(parts[0]?.[5]),
      ...(onUpdate === 'no_action' ? {} : { onUpdate }),
    }
  }
  return groupBy(
    rows,
    ([table]) => String(table),
    (ofTable, table) => [
      ...groupBy(
        ofTable,
        ([, id]) => String(id),
        (parts) => foreignKey(table, parts),
      ).values(),
    ],
  )
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

function groupBy<T>(
  rows: Rows,
  keyOfRow: (row: readonly unknown[]) => string,
  make: (rows: Rows, key: string) => T,
): ReadonlyMap<string, T> {
  const groups = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) {
    const key = keyOfRow(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return new Map([...groups].map(([key, group]) => [key, make(group, key)]))
}
