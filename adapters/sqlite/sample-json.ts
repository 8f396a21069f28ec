/**
 * What some rows hold at the paths of a policy: the first and the last ones of a table, and none in between.
 *
 * @module
 */
import { type AskedJson, type SampledJson, sampleJson, type TableSchema } from '../../src/store.ts'
import type { Connection } from './connection.ts'
import { isJson, textOf } from './json-sql.ts'
import { literal, quoteName, quoteTable } from './literals.ts'
import { rowKeyOf } from './program-sql.ts'
import { conditionSql } from './selector-sql.ts'

/** Rows at each end of the table that are looked at. */
const ROWS = 100
/** A longer document is passed over. */
const MOST_CHARACTERS = 100_000

/** Answers for all paths into one table. */
export function sampleTable(
  connection: Connection,
  table: TableSchema,
  asked: readonly AskedJson[],
): readonly SampledJson[] {
  const columns = new Set(table.columns?.map(({ name }) => name))
  const byPlace = new Map<string, AskedJson[]>()
  for (const one of asked) {
    const named = [one.column, ...one.where.map(({ column }) => column)]
    if (table.kind !== 'table' || !named.every((name) => columns.has(name))) continue
    const place = JSON.stringify([one.column, one.where])
    byPlace.set(place, [...(byPlace.get(place) ?? []), one])
  }
  return [...byPlace.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const documents = connection.rows(documentsSql(table, first)).flatMap(([text]) => parsed(text))
    return sampleJson(documents, own)
  })
}

/** SQLite takes some texts for JSON that are none, such as one with more behind a zero byte. They are passed over. */
function parsed(text: unknown): readonly unknown[] {
  try {
    return [JSON.parse(String(text))]
  } catch {
    return []
  }
}

function documentsSql(table: TableSchema, { column, where }: AskedJson): string {
  const name = quoteTable(table.name)
  const order = (direction: string): string =>
    rowKeyOf(table)
      .map((key) => `${quoteName(key)} ${direction}`)
      .join(', ')
  const names = new Set([column, ...where.map((one) => one.column)])
  const list = [...names].map(quoteName).join(', ')
  const ends = ['ASC', 'DESC'].map(
    (direction) =>
      `SELECT * FROM (SELECT ${list} FROM ${name} ORDER BY ${order(direction)} LIMIT ${ROWS})`,
  )
  const held = `t0.${quoteName(column)}`
  const conditions = where.map((condition) => conditionSql('t0', condition))
  const all = [`length(${held}) <= ${literal(MOST_CHARACTERS)}`, isJson(held), ...conditions]
  return `SELECT ${textOf(held)} FROM (${ends.join(' UNION ')}) AS t0 WHERE ${all.join(' AND ')}`
}
