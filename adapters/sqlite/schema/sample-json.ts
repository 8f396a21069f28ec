/**
 * What some rows hold at the paths of a policy: the first and the last ones of a table, and none in between.
 *
 * @module
 */

import { sampleJson } from '../../../src/program/sampled-json.ts'
import type { AskedJson, SampledJson, TableSchema } from '../../../src/program/schema.ts'
import { conditionSql } from '../../sql/selectors/compare-sql.ts'
import type { Connection } from '../handle/connection.ts'
import { sqliteDialect } from '../sql/dialect.ts'
import { isJson, textOf } from '../sql/json-sql.ts'
import { literal, quoteName, quoteTable, quoteText } from '../sql/literals.ts'
import { rowKeyOf } from '../sql/row-key.ts'

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
    const keys = new Set(own.flatMap(({ steps }) => steps.flatMap((step) => step ?? [])))
    const rows = connection.rows(documentsSql(table, first, [...keys]))
    const sampled = sampleJson(
      rows.flatMap(([text]) => parsed(text)),
      own,
    )
    const twice = new Set(rows.map(([, key]) => key))
    return sampled.map((one) => {
      const key = one.steps.find((step) => step !== null && twice.has(step))
      return typeof key === 'string' ? { ...one, twice: key } : one
    })
  })
}

/** A text that is no JSON is a value too. SQLite takes some for JSON, such as one with more behind a zero byte. */
function parsed(text: unknown): readonly unknown[] {
  try {
    return [JSON.parse(String(text))]
  } catch {
    return [text]
  }
}

/** Documents, and one of the keys that stands twice in an object of theirs. */
function documentsSql(
  table: TableSchema,
  { column, where }: AskedJson,
  keys: readonly string[],
): string {
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
  const conditions = where.map((condition) => conditionSql(sqliteDialect, 't0', condition))
  const all = [`length(${held}) <= ${literal(MOST_CHARACTERS)}`, ...conditions]
  const named = keys.map(quoteText).join(', ')
  const twice = `SELECT i.key FROM json_tree(${held}) AS i WHERE i.key IN (${named}) GROUP BY i.parent, i.key HAVING count(*) > 1`
  return `SELECT ${textOf(held)}, CASE WHEN ${isJson(held)} THEN (${twice}) END FROM (${ends.join(' UNION ')}) AS t0 WHERE ${all.join(' AND ')}`
}
