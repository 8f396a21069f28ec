/**
 * The parts of a dialect that most SQL databases share. A dialect spreads this and adds the rest.
 *
 * @module
 */
import type { Scalar } from '../../src/program/program.ts'
import type { SqlDialect } from './dialect.ts'

type Standard = Pick<
  SqlDialect,
  | 'quote'
  | 'table'
  | 'target'
  | 'collated'
  | 'literal'
  | 'integer'
  | 'typed'
  | 'among'
  | 'isTrue'
  | 'isNotTrue'
  | 'isNotFalse'
  | 'unplanned'
  | 'same'
  | 'differs'
  | 'differsInBytes'
  | 'lower'
  | 'asciiCase'
  | 'isPlain'
  | 'update'
  | 'insert'
  | 'orderedJoin'
  | 'subquery'
  | 'settle'
  | 'mark'
  | 'markIndexes'
  | 'recast'
  | 'rechecks'
  | 'askedTogether'
>

export const standard: Standard = {
  quote: quoteName,
  table: quoteName,
  target: quoteName,
  collated: (value, collation) => `${value} COLLATE ${quoteName(collation)}`,
  literal,
  integer: (text) => `CAST(${text} AS BIGINT)`,
  typed: (text) => text,
  among: (value, select) => `${value} IN (${select})`,
  isTrue: (condition) => `${condition} IS TRUE`,
  isNotTrue: (condition) => `${condition} IS NOT TRUE`,
  isNotFalse: (condition) => `${condition} IS NOT FALSE`,
  unplanned: (condition) => condition,
  same: (one, other) => `${one} IS NOT DISTINCT FROM ${other}`,
  differs: (one, other) => `${one} IS DISTINCT FROM ${other}`,
  differsInBytes: (column, value) => `${column} IS DISTINCT FROM ${value}`,
  lower: (text) => `lower(${text})`,
  asciiCase: null,
  isPlain: (value) => `${value} IS NOT NULL`,
  update: 'UPDATE',
  insert: 'INSERT INTO',
  orderedJoin: 'JOIN',
  settle: [],
  subquery: (select) => `(${select}) AS found`,
  mark: (program) => program,
  markIndexes: (steps) => steps,
  recast: (value) => value,
  rechecks: false,
  // Many take long to compile.
  askedTogether: 50,
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function literal(value: Scalar): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  return typeof value === 'number' ? numberLiteral(value) : quoteText(value)
}

export function numberLiteral(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(0) : String(value)
}
