/**
 * Whether values in rows of the host are those of users: the oldest, the newest and some rows in between of each table.
 *
 * @module
 */
import { setImmediate as immediate } from 'node:timers/promises'
import {
  candidatesIn,
  countHeld,
  type KnownUsers,
  MOST_CHARACTERS,
  MOST_SAMPLE_MS,
  SAMPLE_SEED,
  type SampledRow,
  type SampledTable,
  seededPlaces,
} from '../../../src/program/sampled-values.ts'
import type { AskedValues, DatabaseSchema, TableSchema } from '../../../src/program/schema.ts'
import type { Connection } from '../handle/connection.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'
import { rowKeyOf } from '../sql/row-key.ts'

export async function withValues(
  connection: Connection,
  schema: DatabaseSchema,
  asked: AskedValues,
): Promise<DatabaseSchema> {
  const started = performance.now()
  const wanted = new Set(asked.tables)
  const sampled = new Map<string, SampledTable>()
  const missed = new Set<string>()
  for (const table of schema.tables) {
    if (!wanted.has(table.name) || table.kind !== 'table') continue
    if (performance.now() - started > MOST_SAMPLE_MS) missed.add(table.name)
    else {
      const rows = await connection.read(() => rowsOf(connection, table, asked.rows))
      sampled.set(table.name, { table: table.name, rows })
      await immediate()
    }
  }
  const users = await usersWith(connection, schema, asked, candidatesIn([...sampled.values()]))
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      const own = sampled.get(table.name)
      if (missed.has(table.name)) return { ...table, sampledInPart: true }
      return own === undefined ? table : { ...table, sampledValues: countHeld(own, users, asked) }
    }),
  }
}

function rowsOf(connection: Connection, table: TableSchema, count: number): readonly SampledRow[] {
  const columns = (table.columns ?? []).map(({ name }) => name)
  if (columns.length === 0) return []
  const name = quoteTable(table.name)
  const key = rowKeyOf(table).map(quoteName)
  const list = columns.map((column) => {
    const quoted = quoteName(column)
    return `CASE WHEN typeof(${quoted}) IN ('text', 'integer') AND length(${quoted}) <= ${MOST_CHARACTERS} THEN ${quoted} END`
  })
  const read = (order: string, most: number): readonly (readonly unknown[])[] =>
    connection.rows(
      `SELECT ${list.join(', ')} FROM ${name} ORDER BY ${key.map((one) => `${one} ${order}`).join(', ')} LIMIT ${most}`,
    )
  const first = read('ASC', 2 * count)
  const newest = first.length < 2 * count ? [] : read('DESC', count)
  const rows =
    newest.length === 0
      ? first
      : [...first.slice(0, count), ...between(connection, table, list, count / 2), ...newest]
  return rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]])))
}

/** By row ids between the first and the last, where there are some. */
function between(
  connection: Connection,
  table: TableSchema,
  list: readonly string[],
  count: number,
): readonly (readonly unknown[])[] {
  const [key, ...others] = rowKeyOf(table)
  if (table.withoutRowId === true || key === undefined || others.length > 0) return []
  const name = quoteTable(table.name)
  const id = quoteName(key)
  // Each in a query of its own: asked for both at once SQLite reads the whole table.
  const end = (which: string): string => `(SELECT ${which}(${id}) FROM ${name})`
  const [first, last] = connection.rows(`SELECT ${end('min')}, ${end('max')}`)[0] ?? []
  const from = Number(first)
  const places = seededPlaces(SAMPLE_SEED, Number(last) - from, count)
  return places.flatMap((place) =>
    connection.rows(`SELECT ${list.join(', ')} FROM ${name} WHERE ${id} >= @from LIMIT 1`, {
      from: from + place,
    }),
  )
}

/** Users whose rows hold one of the values. */
async function usersWith(
  connection: Connection,
  { tables }: DatabaseSchema,
  { users }: AskedValues,
  candidates: readonly string[],
): Promise<KnownUsers> {
  const table = tables.find(({ name }) => name === users.table)
  const known = new Map<string, Map<string, Set<string>>>()
  const columns = new Set(table?.columns?.map(({ name }) => name))
  if (!columns.has(users.id)) return known
  const id = quoteName(users.id)
  for (const [field, column] of [['id', users.id] as const, ...Object.entries(users.fields)]) {
    if (!columns.has(column)) continue
    const held = quoteName(column)
    const found = await connection.read(() =>
      connection.rows(
        `SELECT ${held}, ${id} FROM ${quoteTable(users.table)} WHERE ${held} IN (SELECT value FROM json_each(@list)) LIMIT ${MOST_FOUND}`,
        { list: JSON.stringify(candidates) },
      ),
    )
    const byValue = new Map<string, Set<string>>()
    for (const [value, owner] of found) {
      const text = String(value)
      byValue.set(text, (byValue.get(text) ?? new Set()).add(String(owner)))
    }
    known.set(field, byValue)
    await immediate()
  }
  return known
}

const MOST_FOUND = 100_000
