/**
 * Full-text tables: their indexes keep the words of deleted rows until they are merged or built anew.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { jsonText } from '../../sql/json-text.ts'
import type { Connection } from '../handle/connection.ts'
import { hasCode } from '../handle/sqlite-errors.ts'
import { quoteName, quoteText } from '../sql/literals.ts'
import { unquoted } from '../sql/sql-text.ts'

export interface SearchTable {
  readonly name: string
  readonly module: 'fts3' | 'fts4' | 'fts5'
  /** Where the indexed text is: in the table itself, in another one, nowhere, or unknown. */
  readonly content: Content
}

type Content =
  | { readonly kind: 'own' | 'none' | 'unknown' }
  | {
      readonly kind: 'external'
      readonly table: string
      readonly rowId: string
      /** Whether `VACUUM` leaves the row ids of that table as they are. */
      readonly keepsRowIds: boolean
    }

/** The full-text tables that are among `tables`, or index one of them. */
export function findSearchTables(
  connection: Connection,
  tables: readonly string[],
): readonly SearchTable[] {
  const named = new Set(tables.map((name) => name.toLowerCase()))
  return connection
    .rows(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name`,
    )
    .flatMap(([name, sql]) => {
      const [, module, options = ''] = MODULE.exec(String(sql)) ?? []
      if (module === undefined) return []
      const table = {
        name: String(name),
        module: module.toLowerCase() as SearchTable['module'],
        content: contentOf(connection, String(name), argumentsOf(options)),
      }
      const { content } = table
      const isNamed =
        named.has(table.name.toLowerCase()) ||
        (content.kind === 'external' && named.has(content.table.toLowerCase()))
      return isNamed ? [table] : []
    })
}

/** Of a full-text table that keeps no rows of its own: the table it indexes, or `null` for a contentless one. */
export function contentTableOf(
  connection: Connection,
  name: string,
): { readonly contentTable?: string | null } {
  const declared = declarationOf(connection, name)
  if (declared === null) return {}
  const content = contentOf(connection, name, argumentsOf(declared.options))
  if (content.kind === 'external') return { contentTable: content.table }
  return content.kind === 'none' ? { contentTable: null } : {}
}

/** The full-text module of a virtual table; `null` for another one. */
export function searchModuleOf(connection: Connection, name: string): string | null {
  return declarationOf(connection, name)?.module ?? null
}

/** Where the indexed text of a full-text table is. */
export function contentKindOf(connection: Connection, name: string): Content['kind'] | null {
  const declared = declarationOf(connection, name)
  if (declared === null) return null
  return contentOf(connection, name, argumentsOf(declared.options)).kind
}

function declarationOf(
  connection: Connection,
  name: string,
): { readonly module: string; readonly options: string } | null {
  const sql = `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ${quoteText(name)}`
  const [, module, options = ''] = MODULE.exec(String(connection.rows(sql)[0]?.[0])) ?? []
  return module === undefined ? null : { module: module.toLowerCase(), options }
}

/** `VACUUM` may number rows anew where nothing fixes their ids; an index over them would point elsewhere. */
export function assertRowIdsKept(found: readonly SearchTable[]): void {
  const findings = found.flatMap(({ name, content }) =>
    content.kind === 'external' && !content.keepsRowIds
      ? [{ kind: 'row_ids_not_kept', table: content.table, searchTable: name }]
      : [],
  )
  if (findings.length === 0) return
  throw new UserDeletionError(
    'schema_mismatch',
    'Rewriting the file may renumber rows that a full-text table points to: their table needs an INTEGER PRIMARY KEY.',
    { details: { findings } },
  )
}

/**
 * Takes the words of gone rows out of an index; answers whether that can be vouched for.
 *
 * A contentless table cannot be compared with anything: only what the host has deleted from it goes. The
 * same is said of a table that this handle cannot open (a tokenizer that is not loaded): it is left alone.
 */
export function refreshSearchTable(connection: Connection, table: SearchTable): boolean {
  const { module, content } = table
  try {
    if (module === 'fts5' && content.kind === 'external' && hasDocumentSizes(connection, table)) {
      connection.savepoint(() => rebuild(connection, table, content.table, content.rowId))
      return true
    }
    connection.savepoint(() => command(connection, table, 'optimize'))
    return content.kind === 'own'
  } catch (cause) {
    if (hasCode(cause, 'SQLITE_ERROR', true)) return false
    throw cause
  }
}

const MODULE = /\busing\s+["'`[]?(fts[345])["'`\]]?\s*\(([\s\S]*)\)\s*;?\s*$/i

/** The arguments of a virtual table, split at commas outside quotes. */
function argumentsOf(text: string): readonly string[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[^,])+/g)
  return (parts ?? []).map((part) => part.trim())
}

function contentOf(connection: Connection, name: string, options: readonly string[]): Content {
  const option = (key: string): string | undefined => {
    const pattern = new RegExp(`^${key}\\s*=\\s*([\\s\\S]*)$`, 'i')
    const value = options.flatMap((text) => pattern.exec(text)?.[1] ?? []).at(0)
    return value === undefined ? undefined : unquoted(value)
  }
  const table = option('content')
  if (table === undefined) {
    return { kind: isTable(connection, `${name}_content`) ? 'own' : 'unknown' }
  }
  if (table === '') return { kind: 'none' }
  const rowId = option('content_rowid') ?? 'rowid'
  return { kind: 'external', table, rowId, keepsRowIds: keepsRowIds(connection, table) }
}

function isTable(connection: Connection, name: string): boolean {
  const sql = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${quoteText(name)} COLLATE NOCASE`
  return connection.rows(sql).length > 0
}

/** An INTEGER PRIMARY KEY is the row id. Views and other tables answer for themselves. */
function keepsRowIds(connection: Connection, table: string): boolean {
  const sql = `SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ${quoteText(table)} COLLATE NOCASE`
  const [[type, withoutRowId] = []] = connection.rows(sql)
  if ((type !== 'table' && type !== 'shadow') || withoutRowId === 1) return true
  const key = connection.rows(
    `SELECT upper(type) FROM pragma_table_info(${quoteText(table)}) WHERE pk > 0`,
  )
  if (key.length === 1 && key[0]?.[0] === 'INTEGER') return true
  return connection.rows(`SELECT 1 FROM pragma_index_list(${quoteText(table)})`).length > 0
}

function hasDocumentSizes(connection: Connection, { name }: SearchTable): boolean {
  return isTable(connection, `${name}_docsize`)
}

function command({ change }: Connection, { name }: SearchTable, text: string): void {
  change(`INSERT INTO main.${quoteName(name)} (${quoteName(name)}) VALUES (${quoteText(text)})`)
}

/**
 * Builds the index from the rows that are there, and keeps out those that the host has not indexed: drafts
 * must not show up in a search because somebody else was deleted.
 */
function rebuild(
  connection: Connection,
  table: SearchTable,
  content: string,
  rowIdName: string,
): void {
  const index = quoteName(table.name)
  const source = `main.${quoteName(content)}`
  const rowId = rowIdName.toLowerCase() === 'rowid' ? 'rowid' : quoteName(rowIdName)
  const unindexed = connection
    .rows(
      `SELECT ${rowId} FROM ${source} WHERE ${rowId} NOT IN (SELECT id FROM main.${quoteName(`${table.name}_docsize`)})`,
    )
    .map(([id]) => id)
  command(connection, table, 'rebuild')
  if (unindexed.length === 0) return
  const columns = connection
    .rows(`SELECT name FROM pragma_table_xinfo(${quoteText(table.name)}) WHERE hidden = 0`)
    .map(([column]) => quoteName(String(column)))
    .join(', ')
  connection.change(
    `INSERT INTO main.${index} (${index}, rowid, ${columns}) SELECT 'delete', ${rowId}, ${columns} FROM ${source} WHERE ${rowId} IN (SELECT value FROM json_each(@unindexed))`,
    { unindexed: jsonText(unindexed) },
  )
  command(connection, table, 'optimize')
}
