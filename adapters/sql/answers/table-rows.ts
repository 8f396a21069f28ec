/**
 * Whole rows of a table, in the order of their keys.
 *
 * @module
 */
import {
  ByteDocument,
  type TablePage,
  type TableRow,
} from '../../../src/program/rows/table-page.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { eachRow, type Flow, type Row, readRows, type SqlScene } from '../flow.ts'
import { behindCursor, cursorAt } from './step-rows.ts'

/** Columns that the role of the handle may not read are left out. */
export function* tableRows(
  { dialect, answers }: SqlScene,
  { table: name, after, limit }: HostQuestion<'table_rows'>,
): Flow<TablePage | null> {
  const table = answers.tableOf(name)
  if (table?.columns == null) return null
  const readable = table.columns.filter(({ refuses }) => refuses?.includes('select') !== true)
  const columns = readable.map((column) => column.name)
  const { key: keyFor = dialect.rowKey, read: readAs = asItIs } = dialect.whole ?? {}
  const key = keyFor(table).map((column) => `t0.${dialect.quote(column)}`)
  const read = readable.map((column) => readAs(`t0.${dialect.quote(column.name)}`, column))
  const tuple = key.length === 1 ? key.join() : `(${key.join(', ')})`
  const behind = `${tuple} > (${key.map((_, index) => `@after${index}`).join(', ')})`
  const where = after === null ? '' : ` WHERE ${behind}`
  const sql = `SELECT ${[...key, ...read].join(', ')} FROM ${dialect.table(name)} AS t0${where} ORDER BY ${key.join(', ')} LIMIT @limit`
  const found: Row[] = []
  let size = 0
  yield* eachRow(sql, { ...(after === null ? {} : behindCursor(after)), limit }, (row) => {
    found.push(row)
    for (const value of row) size += sizeOf(value)
    return size < MOST_SIZE
  })
  const rows: TableRow[] = []
  for (const row of found) {
    const values = row.slice(key.length)
    for (const [place, value] of values.entries()) {
      if (value instanceof Uint8Array) values[place] = yield* withDocument(dialect, value)
    }
    rows.push({ key: cursorAt(row.slice(0, key.length)), columns, values })
  }
  const isLast = found.length < limit && size < MOST_SIZE
  return { rows, next: isLast ? null : (rows.at(-1)?.key ?? null) }
}

function asItIs(column: string): string {
  return column
}

/** Of one page, in characters and bytes: a page of large rows is a short one. */
const MOST_SIZE = 4_000_000

function sizeOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0
}

function* withDocument(
  { whole: { documentOf } = {} }: SqlScene['dialect'],
  bytes: Uint8Array,
): Flow<Uint8Array | ByteDocument> {
  if (documentOf === undefined) return bytes
  const [[json] = []] = yield* readRows(documentOf, { bytes })
  return typeof json === 'string' ? new ByteDocument(bytes, json) : bytes
}
