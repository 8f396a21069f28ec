/**
 * Of which types values are in columns that say nothing of types: in rows at both ends of a table.
 *
 * @module
 */
import type { AskedPath, SampledTypes, TableSchema } from '../../../src/program/schema.ts'
import { conditionSql } from '../../sql/selectors/compare-sql.ts'
import type { Connection } from '../handle/connection.ts'
import { sqliteDialect } from '../sql/dialect.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'
import { rowKeyOf } from '../sql/row-key.ts'

/** Rows at each end of the table that are looked at. */
const ROWS = 100

/** Answers for those of the paths that are such columns. */
export function sampleTypes(
  connection: Connection,
  table: TableSchema,
  asked: readonly AskedPath[],
): readonly SampledTypes[] {
  if (table.kind !== 'table') return []
  const columns = new Map(table.columns?.map(({ name, type = '' }) => [name, type]))
  return asked.flatMap(({ path, where }) => {
    const isUntyped = /^(?:any)?$/i.test(columns.get(path) ?? 'missing')
    if (!isUntyped || !where.every(({ column }) => columns.has(column))) return []
    const conditions = where
      .map((condition) => ` AND ${conditionSql(sqliteDialect, 't0', condition)}`)
      .join('')
    const found = connection.rows(
      `SELECT typeof(t0.${quoteName(path)}), count(*) FROM ${quoteTable(table.name)} AS t0 WHERE ${isAtAnEnd(table)}${conditions} GROUP BY 1`,
    )
    const types: Record<string, number> = {}
    for (const [type, count] of found) {
      const name = NAMES[String(type)] ?? String(type)
      types[name] = (types[name] ?? 0) + Number(count)
    }
    const rows = found.reduce((sum, [, count]) => sum + Number(count), 0)
    return [{ path, where, rows, types }]
  })
}

function isAtAnEnd(table: TableSchema): string {
  const key = rowKeyOf(table).map(quoteName)
  const tuple = key.length === 1 ? key.join('') : `(${key.join(', ')})`
  const ends = ['ASC', 'DESC'].map((direction) => {
    const order = key.map((name) => `${name} ${direction}`).join(', ')
    return `SELECT * FROM (SELECT ${key.join(', ')} FROM ${quoteTable(table.name)} ORDER BY ${order} LIMIT ${ROWS})`
  })
  return `${tuple} IN (${ends.join(' UNION ')})`
}

/** In the words that every store uses. */
const NAMES: Readonly<Record<string, string>> = {
  integer: 'number',
  real: 'number',
  text: 'string',
  blob: 'binData',
}
