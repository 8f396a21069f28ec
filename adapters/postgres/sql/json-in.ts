/**
 * Documents in columns of other types than jsonb, and lists that are no JSON.
 *
 * @module
 */
import type { JsonDialect, Pulled, Wrap } from '../../sql/dialect.ts'
import { jsonDialect } from './json-sql.ts'
import { elementType } from './types.ts'
import { atomsOf, oddnessOf } from './unread.ts'

/** Of a column of the type. */
export function jsonIn(type: string): JsonDialect {
  if (elementType(type) !== null) return LISTS
  return type === 'json' ? JSON_COLUMNS : TEXTS
}

/** What of users may stand in documents that the dialect above reads nothing in. */
export function unreadIn(type: string): JsonDialect {
  const isUnread = type === 'json' ? isOddJson : isOddText
  return {
    ...jsonIn(type),
    // Said twice, so that few rows are left once the table has been read.
    compared: (column, _path, _selector, compare) =>
      `${isUnread(column)} AND CASE WHEN ${isUnread(column)} THEN ${someAtom(column, compare)} ELSE FALSE END`,
    elements: (column, _path, alias) => [
      `LATERAL (SELECT a.element FROM ${atomsOf(asText(column))} AS a WHERE ${isUnread(column)}) AS ${alias}`,
    ],
    element: (alias) => `${alias}.element`,
    differs: (column) => isUnread(column),
    stillNames: (column, pulled) => isNamedInUnread(isUnread, column, pulled),
  }
}

/** Each part of the document is looked for in `read`; `written` makes a value of the column of what has become of it. */
function over(read: Wrap, written: (document: string, column: string) => string): JsonDialect {
  const { value, compared, elements, element, without, replace, pull, fact } = jsonDialect
  return {
    value: (column, path) => value(read(column), path),
    compared: (column, ...more) => compared(read(column), ...more),
    elements: (column, ...more) => elements(read(column), ...more),
    element,
    without: (column, ...more) => written(without(read(column), ...more), 'NULL'),
    replace: (column, ...more) => written(replace(read(column), ...more), column),
    pull: (column, ...more) => written(pull(read(column), ...more), column),
    holdsAny: (column, paths) => jsonDialect.holdsAny(read(column), paths),
    differs: (column, ...more) => jsonDialect.differs(read(column), ...more),
    stillNames: (column, pulled) => jsonDialect.stillNames(read(column), pulled),
    fact,
  }
}

/** What cannot be read stays as it is until it is overwritten as a whole. */
function overTexts(read: Wrap, isUnread: Wrap, type: 'json' | 'text'): JsonDialect {
  const documents = over(
    read,
    (document, column) => `coalesce(CAST(${document} AS ${type}), ${column})`,
  )
  return {
    ...documents,
    // No two values of the type json can be compared.
    ...(type === 'json'
      ? { whole: (column) => `coalesce(${read(column)}, to_jsonb(${asText(column)}))` }
      : {}),
    holdsAny: (column, paths) =>
      `CASE WHEN ${column} IS NOT NULL AND ${read(column)} IS NULL THEN TRUE ELSE ${documents.holdsAny(column, paths)} END`,
    stillNames: (column, pulled) => {
      const inNone = `${read(column)} IS NULL AND ${pulled.isNamedIn(asText(column))}`
      return `(${documents.stillNames(column, pulled)} OR ${inNone} OR ${isNamedInUnread(isUnread, column, pulled)})`
    },
  }
}

function isNamedInUnread(isUnread: Wrap, column: string, { isGone, isNamedIn }: Pulled): string {
  const isNamed: Wrap = (atom) => `((${isGone(atom)}) IS TRUE OR (${isNamedIn(atom)}) IS TRUE)`
  return `CASE WHEN ${isUnread(column)} THEN ${someAtom(column, isNamed)} ELSE FALSE END`
}

function someAtom(column: string, compare: Wrap): string {
  return `EXISTS (SELECT 1 FROM ${atomsOf(asText(column))} AS a WHERE ${compare('a.element')})`
}

const asText: Wrap = (column) => `CAST(${column} AS text)`

const isOddJson: Wrap = (column) => `${oddnessOf(asText(column))} > 0`

const JSON_COLUMNS = overTexts(
  (column) => `(CASE WHEN ${oddnessOf(asText(column))} = 0 THEN CAST(${column} AS jsonb) END)`,
  isOddJson,
  'json',
)

const isJson: Wrap = (text) => `pg_input_is_valid(${text}, 'json')`

const isOddText: Wrap = (column) =>
  `(CASE ${oddnessOf(asText(column))} WHEN 0 THEN FALSE WHEN 1 THEN ${isJson(asText(column))} ELSE TRUE END)`

/** A text that is no JSON holds nothing. */
const TEXTS = overTexts(
  (column) =>
    `(CASE WHEN ${oddnessOf(asText(column))} = 0 THEN CASE WHEN ${isJson(asText(column))} THEN CAST(${asText(column)} AS jsonb) END END)`,
  isOddText,
  'text',
)

/** Compared as what their elements are. A list of lists is looked through, and stays as it is: what was to go is residue. */
const LISTS: JsonDialect = {
  ...over(
    (column) => `to_jsonb(${column})`,
    (document) => document,
  ),
  elements: (column, _, alias) => [`unnest(${column}) AS ${alias}(item)`],
  element: (alias) => `${alias}.item`,
  pull: (column, _, __, isGone) =>
    `CASE WHEN ${column} IS NULL OR array_ndims(${column}) > 1 THEN ${column} ELSE ARRAY(SELECT x.item FROM unnest(${column}) WITH ORDINALITY AS x(item, place) WHERE (${isGone('x.item')}) IS NOT TRUE ORDER BY x.place) END`,
  stillNames: (column, { isGone }) =>
    `EXISTS (SELECT 1 FROM unnest(${column}) AS x(item) WHERE ${isGone('x.item')})`,
}
