/**
 * Documents in columns of other types than jsonb, and lists that are no JSON.
 *
 * @module
 */
import type { JsonDialect, Wrap } from '../../sql/dialect.ts'
import { jsonDialect } from './json-sql.ts'
import { elementType } from './types.ts'

/** Of a column of the type. */
export function jsonIn(type: string): JsonDialect {
  if (elementType(type) !== null) return LISTS
  return type === 'json' ? JSON_COLUMNS : TEXTS
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

const asJsonb: Wrap = (column) => `CAST(${column} AS jsonb)`

/** No two values of the type can be compared. */
const JSON_COLUMNS: JsonDialect = {
  ...over(asJsonb, (document) => `CAST(${document} AS json)`),
  whole: asJsonb,
}

/** A text that is no JSON holds nothing. One that is JSON and that jsonb cannot hold raises an error. */
const inText: Wrap = (column) =>
  `(CASE WHEN pg_input_is_valid(CAST(${column} AS text), 'json') THEN CAST(CAST(${column} AS text) AS jsonb) END)`

const DOCUMENTS = over(
  inText,
  (document, column) => `coalesce(CAST(${document} AS text), ${column})`,
)

const TEXTS: JsonDialect = {
  ...DOCUMENTS,
  holdsAny: (column, paths) =>
    `CASE WHEN ${column} IS NOT NULL AND ${inText(column)} IS NULL THEN TRUE ELSE ${DOCUMENTS.holdsAny(column, paths)} END`,
  stillNames: (column, pulled) =>
    `(${DOCUMENTS.stillNames(column, pulled)} OR ${inText(column)} IS NULL AND ${pulled.isNamedIn(column)})`,
}

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
