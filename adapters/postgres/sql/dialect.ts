/**
 * PostgreSQL's words.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Scalar } from '../../../src/program/program.ts'
import { keyOf } from '../../../src/program/rows/key-of.ts'
import type { ColumnSchema, TableSchema } from '../../../src/program/schema.ts'
import { BLANK_RANGES } from '../../sql/blank-characters.ts'
import type { RowKey, SqlDialect, Wrap } from '../../sql/dialect.ts'
import { quoteName, quoteText, standard } from '../../sql/standard.ts'
import { jsonIn, unreadIn } from './json-in.ts'
import { isJsonValue, jsonDialect, textOf } from './json-sql.ts'
import { markTypes } from './mark-types.ts'
import type { TablePlace } from './tables.ts'
import { elementType, fitted, isAnyCase, JSON_VALUE, kindOf } from './types.ts'

/**
 * `schema`: where the tables of the host and those of the engine are. `placeOf`: where a table of the host is that is
 * described.
 */
export function postgresDialect(
  schema: string,
  placeOf: (name: string) => TablePlace | undefined,
): SqlDialect {
  const own = (name: string): string => `${quoteName(schema)}.${quoteName(name)}`
  const target = (name: string): string => {
    const place = placeOf(name)
    return place === undefined ? own(name) : `${quoteName(place.schema)}.${quoteName(place.table)}`
  }
  return {
    ...standard,
    name: 'postgres',
    // Rows of tables that inherit from it are those of another rule.
    table: (name) => `${placeOf(name)?.hasHeirs ? 'ONLY ' : ''}${target(name)}`,
    target,
    collated: (value, collation) =>
      isAnyCase(collation) ? `CAST(${value} AS ${collation})` : `${value} COLLATE ${collation}`,
    literal,
    // The cast says to the server of what type the parameter is.
    typed: (text, type) => `CAST(CAST(${text} AS text) AS ${type})`,
    kept: (value, column) =>
      column?.type === undefined ? value : `CAST(${value} AS ${column.type})`,

    // Of a list whose length it does not know the planner would rather read a whole table.
    among: (value, select) => `${value} = ANY(ARRAY(${select}))`,
    list: (parameter, type = 'text', alias = 'list') => `(${listSql(parameter, type)}) AS ${alias}`,
    placed(parameter, type = 'text', alias) {
      const values = `SELECT place - 1 AS place, ${fitted('element.value', type)} AS value FROM jsonb_array_elements_text(${listOf(parameter)}) WITH ORDINALITY AS element(value, place)`
      return { from: `(${values}) AS ${alias}`, place: `${alias}.place`, value: `${alias}.value` }
    },
    tuples(parameter, columns, place) {
      const values = columns.map(({ name, type = 'text' }, index) => {
        const value =
          type === JSON_VALUE
            ? `(element.value -> ${index})`
            : fitted(`(element.value ->> ${index})`, type)
        return name === undefined ? value : `${value} AS ${name}`
      })
      const all = place === undefined ? values : ['place - 1', ...values]
      return `SELECT ${all.join(', ')} FROM jsonb_array_elements(${listOf(parameter)}) WITH ORDINALITY AS element(value, place)`
    },

    binary: (value, type = 'text') =>
      isJsonValue(value) || kindOf(type) === 'text' ? `${textOf(value)} COLLATE "C"` : value,
    // Letters beyond A to Z stay what they are.
    lower: (text) => `lower(${textOf(text)} COLLATE "C")`,
    asStored: (value) =>
      `${isJsonValue(value) ? textOf(value) : `CAST(${value} AS text)`} COLLATE "C"`,
    recast: (value, type) =>
      type === JSON_VALUE
        ? `to_jsonb(${value})`
        : `(${fitted(`(to_jsonb(${value}) #>> '{}')`, type)})`,
    inOtherType: (value) => value,
    leavesMark: (text) => `CAST(${text} AS text) ~ ${SOME_MARK}`,
    contains,

    // A later part of the transaction may need the order that it has deferred keys for.
    settle: ['SET CONSTRAINTS ALL IMMEDIATE', 'SET CONSTRAINTS ALL DEFERRED'],

    ids: {
      isHeld: (held, isLaterPage) =>
        `${held} IS NOT NULL${isLaterPage ? ` AND ${held} > @after` : ''}`,
      isHeldBehind: (held, prefix, isLaterPage) =>
        `starts_with(${held}, ${quoteText(prefix)}) AND ${held} > ${quoteText(prefix)}${isLaterPage ? ` || CAST(@after AS text)` : ''}`,
      behind: (held, prefix) => `substr(${held}, length(${quoteText(prefix)}) + 1)`,
    },
    json: jsonDialect,
    jsonIn,
    unreadIn,
    layout: {
      table: own,
      index: (name, table) => `${quoteName(name)} ON ${own(table)}`,
      columnType: (type) =>
        `${type === 'integer' ? ' bigint' : ' text COLLATE "C"'}${type.endsWith('?') ? '' : ' NOT NULL'}`,
      numberedKey: 'bigint PRIMARY KEY',
      ownNumber: 'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
      keyed: '',
      idsAreJson: true,
    },
    rowKey: rowKeyOf,
    whole: {
      key: (table) => wholeKey(table, placeOf(table.name)?.isPartitioned === true),
      read: readWhole,
    },
    rechecks: true,
    eitherType: JSON_VALUE,
    mark: markTypes,
  }
}

/** A list goes as one text, so that no driver makes anything else of it. */
function listOf(parameter: string): string {
  return `CAST(${parameter} AS jsonb)`
}

function listSql(parameter: string, type: string): string {
  if (type === JSON_VALUE) {
    return `SELECT element.value FROM jsonb_array_elements(${listOf(parameter)}) AS element(value)`
  }
  const value = fitted('element.value', type)
  return `SELECT ${value} AS value FROM jsonb_array_elements_text(${listOf(parameter)}) AS element(value) WHERE (${value}) IS NOT NULL`
}

/** A number takes the type of what it is compared with, or written to. */
function literal(value: Scalar): string {
  return typeof value === 'number' ? quoteText(String(value)) : standard.literal(value)
}

const SOME_MARK = `'[^${BLANK_RANGES.map((range) => range.map(codePoint).join('-')).join('')}]'`

function codePoint(point: number): string {
  return `\\U${point.toString(16).padStart(8, '0')}`
}

function contains(value: string, text: string, fold: Wrap, as: 'part' | 'word'): string {
  const [whole, part] = [fold(textOf(value)), fold(text)]
  const exact = `strpos(${whole}, ${part}) > 0`
  if (as === 'part') return exact
  const escaped = `regexp_replace(${part}, '[][\\\\^$.*+?(){}|-]', '\\\\\\&', 'g')`
  return `${exact} AND (' ' || ${whole} || ' ') ~ ('[^0-9A-Za-z_]' || ${escaped} || '[^0-9A-Za-z_]')`
}

/** Where nothing else tells rows apart, their places do as long as nobody writes them. */
function wholeKey(table: TableSchema, isPartitioned: boolean): RowKey {
  const key = keyOf(table)
  if (key.length > 0) return key
  return isPartitioned ? ['tableoid', 'ctid'] : ['ctid']
}

/** Lists as JSON, and JSON as its text: a driver makes nothing of it then. */
function readWhole(column: string, { type = '', holds }: ColumnSchema): string {
  if (elementType(type) !== null) return `CAST(to_json(${column}) AS text)`
  return holds === 'json' ? `CAST(${column} AS text)` : column
}

/** The primary key, or a unique one without nulls: a row's place changes with every update. */
export function rowKeyOf(table: TableSchema | undefined): RowKey {
  const key = table === undefined ? [] : keyOf(table)
  if (key.length > 0) return key
  const name = table?.name ?? ''
  throw new UserDeletionError(
    'schema_mismatch',
    `The rows of "${name}" cannot be told apart: give the table a primary key.`,
    { details: { table: name } },
  )
}
