/**
 * How many rows a look-up without an index would read.
 *
 * @module
 */
import { setImmediate as immediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type {
  AskedJson,
  AskedPath,
  DatabaseSchema,
  SchemaQuestion,
  TableSchema,
} from '../../../src/program/schema.ts'
import type { Parameters } from '../../sql/statement.ts'
import type { Connection } from '../handle/connection.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'
import { rowKeyOf } from '../sql/row-key.ts'
import { sampleTable } from './sample-json.ts'
import { sampleTypes } from './sample-types.ts'
import { withValues } from './sample-values.ts'

export type Describe = (question?: SchemaQuestion) => Promise<DatabaseSchema>

/** Rows are counted once for a schema and a question, and again when asked to look anew. */
export function describeWithRows(
  connection: Connection,
  currentSchema: () => DatabaseSchema,
): Describe {
  const seen = new WeakMap<readonly AskedPath[], { of: DatabaseSchema; answer: DatabaseSchema }>()

  return async (question) => {
    const schema = await connection.read(currentSchema)
    if (question === undefined) return schema
    const last = seen.get(question.paths)
    if (last?.of === schema && question.fresh !== true) return last.answer
    const rows = await withRows(connection, schema, question.lookups ?? [])
    const typed = await withTypes(connection, rows, question.paths)
    const seenInJson = await withSamples(connection, typed, question.json ?? [])
    const counted =
      question.values === undefined
        ? seenInJson
        : await withValues(connection, seenInJson, question.values)
    // Somebody else may have asked meanwhile.
    const other = seen.get(question.paths)?.answer
    const answer = other !== undefined && isDeepStrictEqual(other, counted) ? other : counted
    seen.set(question.paths, { of: schema, answer })
    return answer
  }
}

/** SQLite reads so many rows in some milliseconds, and nobody else writes meanwhile. */
const MOST_SCANNED = 1_000_000
/** Counting ends where it is known that there are too many. */
const MOST_COUNTED = MOST_SCANNED + 1
/** Rows that are counted before the host's event loop turns. */
const PART = 20_000

async function withRows(
  connection: Connection,
  schema: DatabaseSchema,
  lookups: NonNullable<SchemaQuestion['lookups']>,
): Promise<DatabaseSchema> {
  const tables: TableSchema[] = []
  for (const table of schema.tables) {
    const own = lookups.filter((lookup) => lookup.table === table.name)
    const isServed = own.every(
      ({ path, inText, inAnyCase }) => !inText && inAnyCase !== true && isLed(table, path),
    )
    const isCounted = table.kind === 'table' && !isServed
    tables.push(isCounted ? { ...table, rows: await countRows(connection, table) } : table)
  }
  return { ...schema, tables, maxScannedRows: MOST_SCANNED }
}

/** Of which types values are in columns that say nothing of types. */
async function withTypes(
  connection: Connection,
  schema: DatabaseSchema,
  asked: readonly AskedPath[],
): Promise<DatabaseSchema> {
  const tables: TableSchema[] = []
  for (const table of schema.tables) {
    const own = asked.filter((one) => one.table === table.name)
    const sampledTypes = await connection.read(() => sampleTypes(connection, table, own))
    tables.push(sampledTypes.length === 0 ? table : { ...table, sampledTypes })
  }
  return { ...schema, tables }
}

/** What some rows hold at the paths into JSON. */
async function withSamples(
  connection: Connection,
  schema: DatabaseSchema,
  asked: readonly AskedJson[],
): Promise<DatabaseSchema> {
  const tables: TableSchema[] = []
  for (const table of schema.tables) {
    const own = asked.filter((one) => one.table === table.name)
    if (own.length === 0) tables.push(table)
    else {
      const sampledJson = await connection.read(() => sampleTable(connection, table, own))
      tables.push({ ...table, sampledJson })
    }
  }
  return { ...schema, tables }
}

/** Part after part along the primary key, whose index is read faster than the rows. */
async function countRows(connection: Connection, table: TableSchema): Promise<number> {
  const name = quoteTable(table.name)
  const keys = table.primaryKey.length > 0 ? table.primaryKey : rowKeyOf(table)
  const list = keys.map(quoteName).join(', ')
  const places = keys.map((_, index) => `@k${index}`).join(', ')
  let after: readonly unknown[] | null = null
  for (let rows = 0; rows < MOST_COUNTED; rows += PART) {
    const from: string = after === null ? name : `${name} WHERE (${list}) > (${places})`
    const held: readonly unknown[] = after ?? []
    const parameters = Object.fromEntries(held.map((value, index) => [`k${index}`, value]))
    const end: readonly unknown[] | undefined = await connection.read(
      () =>
        connection.rows(
          `SELECT ${list} FROM ${from} ORDER BY ${list} LIMIT 1 OFFSET ${PART - 1}`,
          parameters,
        )[0],
    )
    // Nothing comes after a key with NULL in it, which SQLite allows.
    if (end?.includes(null)) return countFrom(connection, name, {}, MOST_COUNTED)
    if (end === undefined) return rows + (await countFrom(connection, from, parameters, PART))
    after = end
    await immediate()
  }
  return MOST_COUNTED
}

function countFrom(
  connection: Connection,
  from: string,
  parameters: Parameters,
  most: number,
): Promise<number> {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT ${most})`
  return connection.read(() => Number(connection.rows(sql, parameters)[0]?.[0]))
}

/** Whether some index leads with the path. Others may serve as well; then the rows are counted for nothing. */
function isLed({ indexes = [], primaryKey }: TableSchema, path: string): boolean {
  return primaryKey[0] === path || indexes.some(({ keys, partial }) => !partial && keys[0] === path)
}
