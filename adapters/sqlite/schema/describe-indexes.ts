/**
 * Indexes as the catalogue has them. Indexes on a value inside JSON are listed by the path to the value.
 *
 * @module
 */
import type { IndexSchema } from '../../../src/program/schema.ts'
import type { Connection } from '../handle/connection.ts'
import { OF_TEXT } from '../sql/indexed-text.ts'
import { collationsIn, NAME, partsInBrackets, unquoted } from '../sql/sql-text.ts'

/** `isKey`: it stands for a PRIMARY KEY. */
export interface FoundIndex {
  readonly index: IndexSchema
  readonly isKey: boolean
  /** Its columns, whatever they are compared by; `null` where one of its keys is an expression. */
  readonly columns: readonly string[] | null
}

/** Indexes of ordinary tables. The key that is the row id itself has none. */
export function indexesByTable(connection: Connection): ReadonlyMap<string, readonly FoundIndex[]> {
  const rows = connection.rows(
    `SELECT t.name, i.name, i."unique", i.partial, i.origin, x.name, s.sql, x.coll, d.sql
     FROM pragma_table_list AS t, pragma_index_list(t.name, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS x
     LEFT JOIN main.sqlite_schema AS s ON s.type = 'index' AND s.name = i.name
     LEFT JOIN main.sqlite_schema AS d ON d.type = 'table' AND d.name = t.name
     WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND x.key = 1 ORDER BY t.name, i.name, x.seqno`,
  )
  const byIndex = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) {
    const name = String(row[1])
    byIndex.set(name, [...(byIndex.get(name) ?? []), row])
  }
  const byTable = new Map<string, readonly FoundIndex[]>()
  for (const parts of byIndex.values()) {
    const table = String(parts[0]?.[0])
    byTable.set(table, [...(byTable.get(table) ?? []), foundIndex(parts)])
  }
  return byTable
}

/** Columns of which no two rows hold the same values, the primary key apart. */
export function uniqueKeysOf(indexes: readonly FoundIndex[]): readonly (readonly string[])[] {
  return indexes.flatMap(({ index, isKey, columns }) =>
    index.unique && !index.partial && !isKey && columns !== null ? [columns] : [],
  )
}

function foundIndex(parts: readonly (readonly unknown[])[]): FoundIndex {
  const [, name, unique, partial, origin, , sql, , table] = parts[0] ?? []
  const written = parts.map((part) => part[5])
  const hasExpression = written.includes(null)
  const expressions = hasExpression ? partsInBrackets(String(sql)) : []
  const index: IndexSchema = {
    name: String(name),
    keys: parts.map(([, , , , , column, , collation], place) =>
      column === null
        ? expressionKey(expressions[place] ?? '')
        : columnKey(String(column), String(collation), String(table)),
    ),
    partial: partial === 1,
    ...(partial === 1 && leavesOutNull(String(sql), written) ? { leavesOutNull: true } : {}),
    unique: unique === 1,
  }
  const [inText] = expressions.flatMap((expression) => columnInText(expression) ?? [])
  if (inText !== undefined)
    OF_TEXT.set(index, holdsTextAlone(inText, String(table)) ? 'all' : 'part')
  return {
    index,
    isKey: origin === 'pk',
    columns: hasExpression ? null : written.map(String),
  }
}

/** Whether the condition of a partial index is nothing but that one of its columns is not null. */
function leavesOutNull(sql: string, columns: readonly unknown[]): boolean {
  const [, name] = NOT_NULL.exec(sql) ?? []
  if (name === undefined) return false
  const own = unquoted(name).toLowerCase()
  return columns.some((column) => column === null || String(column).toLowerCase() === own)
}

const NOT_NULL = new RegExp(
  `\\)\\s*WHERE\\s*\\(?\\s*(${NAME})\\s+(?:IS\\s+NOT\\s+NULL|NOTNULL)\\s*\\)?\\s*$`,
  'i',
)

/** A column is compared by its own collation, and an index that has it in another order is of no help. */
function columnKey(column: string, collation: string, table: string): string {
  const own = collationsIn(table).get(column.toLowerCase()) ?? 'BINARY'
  return own === collation.toUpperCase() ? column : `${column} COLLATE ${collation}`
}

const LEADING_NAME = new RegExp(`^${NAME}`)

const JSON_VALUE = new RegExp(
  `^CASE\\s+WHEN\\s+json_valid\\s*\\(\\s*(${NAME})\\s*(,\\s*9\\s*)?\\)\\s*THEN\\s+json_extract\\s*\\(\\s*(${NAME})\\s*,\\s*'\\$((?:\\."[^"']*")+)'\\s*\\)\\s*END(?:\\s+(?:ASC|DESC))?$`,
  'i',
)

/** SQLite uses such an index only for the very expression, which is one of those of `located`. */
function expressionKey(expression: string): string {
  const [, column = '', , same = '', path = ''] = JSON_VALUE.exec(expression) ?? []
  if (column === '' || unquoted(column) !== unquoted(same)) return expression
  const keys = [...path.matchAll(/\."([^"]*)"/g)].map(([, key = '']) => key)
  return [unquoted(column), ...keys].join('.')
}

function columnInText(expression: string): string | null {
  const [, column, flags] = JSON_VALUE.exec(expression) ?? []
  return column === undefined || flags !== undefined ? null : unquoted(column)
}

/** Only a STRICT table keeps to what it declares. */
function holdsTextAlone(column: string, table: string): boolean {
  if (!/\)[^)]*\bSTRICT\b[^)]*$/i.test(table)) return false
  return partsInBrackets(table).some((part) => {
    const [name = ''] = LEADING_NAME.exec(part) ?? []
    const isColumn = unquoted(name).toLowerCase() === column.toLowerCase()
    return isColumn && /^\s+TEXT\b/i.test(part.slice(name.length))
  })
}
