/**
 * SQLite's words, and all that a SQL adapter for another database would have to say anew beside its driver, its
 * schema and its errors.
 *
 * What SQLite alone needs stands behind functions of this object: comparisons by affinity and collation and their
 * second look at stored values, JSON in three forms, and row ids. `loose-comparisons.ts` and `indexed-steps.ts`
 * explain the marks that it sets.
 *
 * @module
 */
import type { SqlDialect } from '../../sql/dialect.ts'
import { standard } from '../../sql/standard.ts'
import { idDialect } from './held-ids.ts'
import { withIndexes } from './indexed-steps.ts'
import { jsonDialect } from './json-dialect.ts'
import { layoutDialect } from './layout-dialect.ts'
import { INSERT, literal, quoteName, quoteTable, UPDATE } from './literals.ts'
import { markLoose } from './loose-comparisons.ts'
import { rowKeyOf } from './row-key.ts'
import { asStored, inOtherType, keptIn } from './stored-values.ts'
import { contains, leavesMark } from './text-patterns.ts'

/** Bytes that only begin like one are none: the strict look at them. */
const DOCUMENT = 'SELECT json(@bytes) WHERE json_valid(@bytes, 8)'

export const sqliteDialect: SqlDialect = {
  ...standard,
  name: 'sqlite',
  // The lists of ids of all parts are in memory until the statement ends. If they are many, the C library gives the memory
  // back each time, and takes it anew with the next statement: that made 20 parts nine times as slow as they are alone.
  askedTogether: 3,
  quote: quoteName,
  table: quoteTable,
  target: quoteTable,
  literal,
  integer: (text) => `CAST(${text} AS INTEGER)`,
  kept: keptIn,

  list: (parameter, _, alias) =>
    `json_each(${parameter})${alias === undefined ? '' : ` AS ${alias}`}`,
  placed: (parameter, _, alias) => ({
    from: `json_each(${parameter}) AS ${alias}`,
    place: `${alias}.key`,
    value: `${alias}.value`,
  }),
  tuples(parameter, columns, place) {
    const values = columns.map(({ name }, index) => {
      const value = `json_extract(value, '$[${index}]')`
      return name === undefined ? value : `${value} AS ${name}`
    })
    const all = place === undefined ? values : ['key', ...values]
    return `SELECT ${all.join(', ')} FROM json_each(${parameter})`
  },

  isTrue: (condition) => `${condition} IS 1`,
  isNotTrue: (condition) => `${condition} IS NOT 1`,
  isNotFalse: (condition) => `${condition} IS NOT 0`,
  // A term with IS is none that the planner would look for in an index.
  unplanned: (condition) => `${condition} IS 1`,
  same: (one, other) => `${one} IS ${other}`,
  differs: (one, other) => `${one} IS NOT ${other}`,
  differsInBytes: (column, value) => `${column} COLLATE BINARY IS NOT ${value}`,
  binary: (text) => `${text} COLLATE BINARY`,
  asciiCase: (text) => `${text} COLLATE NOCASE`,
  asStored,
  recast: (value) => `CASE typeof(${value}) WHEN 'text' THEN ${value} END`,
  inOtherType,
  isPlain: (value) => `typeof(${value}) IN ('integer', 'real', 'text')`,
  leavesMark,
  contains,

  update: UPDATE,
  insert: INSERT,
  // The planner takes the tables in the order of a cross join.
  orderedJoin: 'CROSS JOIN',
  subquery: (select) => `(${select})`,

  json: jsonDialect,
  ids: idDialect,
  layout: layoutDialect,
  rowKey: rowKeyOf,
  whole: { documentOf: DOCUMENT },
  mark: markLoose,
  markIndexes: withIndexes,
}
