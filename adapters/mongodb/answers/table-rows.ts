/**
 * Whole documents of a collection, in the order of their `_id`.
 *
 * @module
 */
import type { TablePage } from '../../../src/program/rows/table-page.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { OwnDb } from '../server/engine-collections.ts'
import { plainValue } from '../server/plain-values.ts'
import type { Reader } from '../server/scope.ts'
import { decodeKey, encodeKey } from '../server/values.ts'

export async function tableRows(
  { db, reader }: { readonly db: OwnDb; readonly reader: Reader },
  { table, after, limit }: HostQuestion<'table_rows'>,
): Promise<TablePage | null> {
  if (db.ownNames.has(table)) return null
  if (after === null && !(await isThere(db, table))) return null
  // Unlike $gt in a filter, the expression compares across types, as the order does.
  const behind =
    after === null
      ? {}
      : { $expr: { $gt: ['$_id', { $literal: decodeKey(reader.types, after[0]) }] } }
  const documents = await reader.find(table, behind, { sort: { _id: 1 }, limit })
  const rows = documents.map((document) => ({
    key: [encodeKey(document['_id'])],
    columns: Object.keys(document),
    values: Object.values(document).map(plainValue),
  }))
  return { rows, next: rows.length < limit ? null : (rows.at(-1)?.key ?? null) }
}

async function isThere(db: OwnDb, table: string): Promise<boolean> {
  const [listed] = await db.listCollections({ name: table }, { nameOnly: true }).toArray()
  return listed !== undefined
}
