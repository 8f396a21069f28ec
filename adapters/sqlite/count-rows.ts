/**
 * How many rows a look-up without an index would read.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { AskedPath, DatabaseSchema, SchemaQuestion, TableSchema } from '../../src/store.ts'
import type { Connection } from './connection.ts'
import { quoteTable } from './literals.ts'

export type Describe = (question?: SchemaQuestion) => DatabaseSchema

/** Rows are counted once for a schema and a question, and again when asked to look anew. */
export function describeWithRows(
  connection: Connection,
  currentSchema: () => DatabaseSchema,
): Describe {
  const seen = new WeakMap<readonly AskedPath[], { of: DatabaseSchema; answer: DatabaseSchema }>()

  return (question) => {
    const schema = currentSchema()
    if (question === undefined) return schema
    const last = seen.get(question.paths)
    if (last?.of === schema && question.fresh !== true) return last.answer
    const counted = withRows(connection, schema, question.lookups ?? [])
    const answer = isDeepStrictEqual(last?.answer, counted) ? (last?.answer ?? counted) : counted
    seen.set(question.paths, { of: schema, answer })
    return answer
  }
}

/** SQLite reads so many rows in some milliseconds, and nobody else writes meanwhile. */
const MOST_SCANNED = 1_000_000
/** Counting ends where it is known that there are too many. */
const MOST_COUNTED = MOST_SCANNED + 1

function withRows(
  connection: Connection,
  schema: DatabaseSchema,
  lookups: NonNullable<SchemaQuestion['lookups']>,
): DatabaseSchema {
  const tables = schema.tables.map((table): TableSchema => {
    const own = lookups.filter((lookup) => lookup.table === table.name)
    if (table.kind !== 'table' || own.every(({ path, inText }) => !inText && isLed(table, path)))
      return table
    const sql = `SELECT count(*) FROM (SELECT 1 FROM ${quoteTable(table.name)} LIMIT ${MOST_COUNTED})`
    return { ...table, rows: Number(connection.rows(sql)[0]?.[0]) }
  })
  return { ...schema, tables, maxScannedRows: MOST_SCANNED }
}

/** Whether some index leads with the path. Others may serve as well; then the rows are counted for nothing. */
function isLed({ indexes = [], primaryKey }: TableSchema, path: string): boolean {
  return primaryKey[0] === path || indexes.some(({ keys, partial }) => !partial && keys[0] === path)
}
