/**
 * JSON for statements of every SQL, in SQLite's words.
 *
 * @module
 */
import type { Locator, Scalar } from '../../../src/program/program.ts'
import type { JsonDialect } from '../../sql/dialect.ts'
import type { MarkedSelector } from '../../sql/marks.ts'
import { standsAtAny, standsForList } from './json-left.ts'
import {
  elementSql,
  elementsSql,
  inItsForm,
  isDocument,
  isJson,
  isPlainAt,
  jsonTextValue,
  jsonValue,
  withoutElements,
  withoutPaths,
  withValue,
} from './json-sql.ts'
import { literal } from './literals.ts'

/** Where JSON is found by an index that knows it as text alone; `part`: the column may hold it in another form. */
export interface SqliteLocator extends Locator {
  readonly textIndexed?: 'all' | 'part'
}

export interface SqliteSelector extends MarkedSelector {
  readonly locator: SqliteLocator
  /** What is compared may be an integer, and SQLite takes a boolean inside JSON for one. */
  readonly hasBooleans?: true
}

export const jsonDialect: JsonDialect = {
  value: jsonValue,
  elements: elementsSql,
  element: elementSql,

  compared(column, path, selector, compare) {
    const { hasBooleans, locator }: SqliteSelector = selector
    const value = jsonValue(column, path)
    // A list or an object is read as the text that it is written as. Few values begin like one, or are 0 or 1, and of
    // those alone more is read than what an index on the value has.
    const mayBeOther = [
      `substr(${value}, 1, 1) IN ('[', '{')`,
      ...(hasBooleans ? [`${value} IN (0, 1)`] : []),
    ]
    const isPlain = `CASE WHEN ${mayBeOther.join(' OR ')} THEN ${isPlainAt(column, path)} ELSE 1 END`
    return `${comparedByIndex()} AND ${isPlain}`

    /** An index on JSON text has NULL for what is kept in another form. */
    function comparedByIndex(): string {
      if (locator.textIndexed === undefined) return compare(value)
      const text = jsonTextValue(column, path)
      if (locator.textIndexed === 'all') return compare(text)
      return `(${compare(text)} OR (${text} IS NULL AND typeof(${column}) = 'blob' AND ${compare(value)}))`
    }
  },

  without(held, paths, orElse) {
    const rest = inItsForm(held, (document) => withoutPaths(document, paths))
    return `CASE WHEN ${isDocument(held)} THEN ${rest} ELSE ${orElse} END`
  },

  replace(column, path, value, isMeant) {
    const json = jsonLiteral(value)
    const written = inItsForm(column, (document) => withValue(document, path, json, isMeant))
    return `CASE WHEN ${isJson(column)} THEN ${written} ELSE ${column} END`
  },

  pull(column, path, element, isGone) {
    const goes = (e: string): string => isGone(elementSql(e, element))
    const rest = inItsForm(column, (document) => withoutElements(document, path, goes))
    return `CASE WHEN ${isJson(column)} THEN ${rest} ELSE ${column} END`
  },

  holdsAny: standsAtAny,
  differs: (column, path, value) => `${jsonValue(column, path)} IS NOT ${literal(value)}`,
  stillNames: standsForList,
  fact: (column) =>
    `CASE WHEN json_valid(${column}) THEN coalesce(json_extract(${column}, '$.stepId'), json_extract(${column}, '$.level')) END`,
}

function jsonLiteral(value: Scalar): string {
  return typeof value === 'boolean' ? `json('${value}')` : literal(value)
}
