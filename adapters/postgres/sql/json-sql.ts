/**
 * Documents in columns of type jsonb. Keys are looked up one by one: a path of keys would take digits for places in an
 * array.
 *
 * @module
 */
import type { JsonPath, Scalar } from '../../../src/program/program.ts'
import type { JsonDialect, Wrap } from '../../sql/dialect.ts'
import { quoteText } from '../../sql/standard.ts'

/**
 * The text that JSON holds, of an expression that is JSON; any other expression as it is. What is no text has none: the
 * spelling of a list or an object may be somebody's name.
 */
export function textOf(value: string): string {
  if (!isJsonValue(value)) return value
  return `(CASE jsonb_typeof(${value}) WHEN 'string' THEN ${value} #>> '{}' WHEN 'number' THEN ${value} #>> '{}' END)`
}

/** Whether the expression is one that this file makes of what stands inside a document. */
export function isJsonValue(value: string): boolean {
  return /(?: -> '(?:[^']|'')*'::text\)|\.element)$/.test(value)
}

export const jsonDialect: JsonDialect = {
  value: at,
  compared: (column, path, _, compare) => compare(at(column, path)),
  elements,
  element: (alias, path) => at(`${alias}.element`, path ?? []),
  without(column, paths, orElse) {
    const rest = besideEachOther(paths).reduce(
      (document, { path, keys }) =>
        changed(document, path, 0, {
          key: (held) => `${held} - ${keyList(keys)}`,
          isThere: (held) => `${held} ?| ${keyList(keys)}`,
          drop: null,
        }),
      column,
    )
    return `CASE WHEN jsonb_typeof(${column}) IN ('object', 'array') THEN ${rest} ELSE ${orElse} END`
  },
  replace(column, path, value, isMeant) {
    const json = jsonLiteral(value)
    const written = (held: string): string =>
      isMeant === null ? json : `CASE WHEN ${isMeant(held)} THEN ${json} ELSE ${held} END`
    return changed(column, path, 0, {
      key: (held, key) => `jsonb_set(${held}, ARRAY[${keyText(key)}], ${written(at(held, [key]))})`,
      element: written,
      drop: null,
    })
  },
  pull(column, path, element, isGone) {
    const drop = (e: string): string => isGone(at(e, element ?? []))
    return changed(column, [...(path ?? []), null], 0, { key: (held) => held, drop })
  },
  holdsAny(column, paths) {
    const found = `coalesce(${standsInObjects(column, paths)}, ${standsAnywhere(column, paths)})`
    return `CASE WHEN ${column} IS NULL THEN FALSE WHEN jsonb_typeof(${column}) IN ('object', 'array') THEN ${found} ELSE TRUE END`
  },
  differs: (column, path, value) => `${at(column, path)} IS DISTINCT FROM ${jsonLiteral(value)}`,
  stillNames(column, { path, element, isGone, isNamedIn }) {
    const way = path ?? []
    const list = `SELECT 1 FROM jsonb_array_elements(w.element) AS i(element) WHERE ${isGone(at('i.element', element ?? []))}`
    const atoms = `SELECT 1 FROM jsonb_path_query(w.element, 'strict $.**') AS i(element) WHERE jsonb_typeof(i.element) IN ('string', 'number') AND ${isGone('i.element')}`
    const keys = `SELECT 1 FROM jsonb_path_query(w.element, 'strict $.** ? (@.type() == "object").keyvalue().key') AS i(element) WHERE ${isGone('i.element')}`
    const held = `CASE jsonb_typeof(w.element) WHEN 'array' THEN EXISTS (${list}) WHEN 'object' THEN EXISTS (${atoms}) OR EXISTS (${keys}) WHEN 'string' THEN ${isNamedIn('w.element')} WHEN 'number' THEN ${isGone('w.element')} ELSE FALSE END`
    const isThere = `w.place = ${way.length} OR w.is_root AND jsonb_typeof(w.element) NOT IN ('array', 'object')`
    return `(${column} IS NOT NULL AND EXISTS (${walk(column, way)} SELECT 1 FROM w WHERE (${isThere}) AND ${held}))`
  },
  // Canonical text, of which nothing but its engine has to make sense: any other holds no fact, and raises no error.
  fact: (column) =>
    `coalesce(substring(${column} FROM '"stepId":"([^"\\\\]*)"'), substring(${column} FROM '"level":"([^"\\\\]*)"'))`,
}

function keyText(key: string): string {
  return `${quoteText(key)}::text`
}

function keyList(keys: readonly string[]): string {
  return `ARRAY[${keys.map(quoteText).join(', ')}]::text[]`
}

/** Paths that differ by their last key alone lead into one object. */
function besideEachOther(
  paths: readonly JsonPath[],
): readonly { readonly path: JsonPath; readonly keys: readonly string[] }[] {
  const found = new Map<string, { readonly path: JsonPath; readonly keys: string[] }>()
  for (const path of paths) {
    const last = path.at(-1)
    const place = JSON.stringify([path.slice(0, -1), typeof last])
    const own = found.get(place) ?? { path, keys: [] }
    if (typeof last === 'string') own.keys.push(last)
    found.set(place, own)
  }
  return [...found.values()]
}

function at(value: string, path: JsonPath): string {
  return path.reduce<string>((held, key) => `(${held} -> ${keyText(key ?? '')})`, value)
}

function jsonLiteral(value: Scalar): string {
  return `${quoteText(JSON.stringify(value))}::jsonb`
}

function elements(column: string, path: JsonPath | null, alias: string): readonly string[] {
  const ways = partedAtArrays(path ?? [])
  return ways.map((way, depth) => {
    const own = depth === ways.length - 1 ? alias : `${alias}_${depth}`
    const array = at(depth === 0 ? column : `${alias}_${depth - 1}.element`, way)
    return `jsonb_array_elements(CASE jsonb_typeof(${array}) WHEN 'array' THEN ${array} ELSE '[]' END) AS ${own}(element)`
  })
}

function partedAtArrays(path: JsonPath): readonly JsonPath[] {
  const place = path.indexOf(null)
  return place < 0 ? [path] : [path.slice(0, place), ...partedAtArrays(path.slice(place + 1))]
}

interface Changes {
  /** An object that holds the last key of a path. */
  key(held: string, key: string): string
  /** That it does; left out: something stands at the key. */
  isThere?(held: string): string
  /** An element at the end of a path. */
  readonly element?: Wrap
  /** Which elements at the end of a path go; `null`: all of them, unless they are changed. */
  readonly drop: Wrap | null
}

/** The document changed where a path leads; what it does not lead to stays as it is. */
function changed(document: string, path: JsonPath, depth: number, changes: Changes): string {
  const [step, ...rest] = path
  if (step === undefined) return document
  // To look a key up again takes less than a query of its own.
  const isShort = document.length <= LONGEST_REPEATED
  const own = isShort ? document : `x${depth}.element`
  const bound = (sql: string): string =>
    isShort
      ? `(${sql})`
      : `(SELECT ${sql} FROM (SELECT ${document} AS element OFFSET 0) AS x${depth})`
  if (step === null) {
    const e = `e${depth}.element`
    const isLast = rest.length === 0
    const inner = isLast ? (changes.element?.(e) ?? e) : changed(e, rest, depth + 1, changes)
    const goes = isLast && changes.element === undefined
    const kept = goes ? ` WHERE (${changes.drop?.(e) ?? 'TRUE'}) IS NOT TRUE` : ''
    const list = `(SELECT coalesce(jsonb_agg(${inner} ORDER BY e${depth}.place), '[]') FROM jsonb_array_elements(${own}) WITH ORDINALITY AS e${depth}(element, place)${kept})`
    return bound(`CASE jsonb_typeof(${own}) WHEN 'array' THEN ${list} ELSE ${own} END`)
  }
  const held = at(own, [step])
  const isThere = (rest.length === 0 && changes.isThere?.(own)) || `${held} IS NOT NULL`
  const written =
    rest.length === 0
      ? changes.key(own, step)
      : `jsonb_set(${own}, ARRAY[${keyText(step)}], ${changed(held, rest, depth + 1, changes)})`
  return bound(
    `CASE WHEN jsonb_typeof(${own}) = 'object' AND ${isThere} THEN ${written} ELSE ${own} END`,
  )
}

const LONGEST_REPEATED = 60

/** Whether anything stands at one of the paths; NULL where a list is on the way, so that this does not tell. */
function standsInObjects(document: string, paths: readonly JsonPath[]): string {
  const keys = paths.flatMap((path) =>
    path.length === 1 ? path.filter((key) => key !== null) : [],
  )
  const further = new Map<string, JsonPath[]>()
  for (const [key, ...rest] of paths) {
    if (rest.length > 0 && typeof key === 'string') {
      further.set(key, [...(further.get(key) ?? []), rest])
    }
  }
  const found = [
    ...(keys.length === 0 ? [] : [`${document} ?| ${keyList(keys)}`]),
    ...Array.from(further, ([key, own]) => standsInObjects(at(document, [key]), own)),
  ]
  const inObject = found.length === 0 ? 'FALSE' : found.join(' OR ')
  return `CASE jsonb_typeof(${document}) WHEN 'object' THEN ${inObject} WHEN 'array' THEN NULL ELSE FALSE END`
}

/** Whether anything stands at one of the paths, behind arrays that it does not open too. */
function standsAnywhere(document: string, paths: readonly JsonPath[]): string {
  const ways = paths.map((path) => `(${wayOf(path)})`).join(', ')
  return `EXISTS (${walkAll(`SELECT ${document}, 0, way, TRUE FROM (VALUES ${ways}) AS ways(way)`)} SELECT 1 FROM w WHERE w.place = cardinality(w.way))`
}

/** Everything on the way along a path, behind arrays that it does not open too. */
function walk(document: string, path: JsonPath): string {
  return walkAll(`SELECT ${document}, 0, ${wayOf(path)}, TRUE`)
}

/** `start`: documents, each with the place that is reached and the way that it goes. */
function walkAll(start: string): string {
  const step = `w.way[w.place + 1]`
  const isArray = `jsonb_typeof(w.element) = 'array'`
  const inArray = `SELECT a.element FROM jsonb_array_elements(CASE WHEN ${isArray} THEN w.element ELSE '[]' END) AS a(element)`
  const inObject = `SELECT w.element -> ${step} WHERE jsonb_typeof(w.element) = 'object' AND (w.element -> ${step}) IS NOT NULL`
  const next = `w.place + CASE WHEN ${isArray} AND ${step} IS NOT NULL THEN 0 ELSE 1 END`
  return `WITH RECURSIVE w(element, place, way, is_root) AS (${start} UNION ALL SELECT e.element, ${next}, w.way, FALSE FROM w CROSS JOIN LATERAL (${inArray} UNION ALL ${inObject}) AS e(element) WHERE w.place < cardinality(w.way))`
}

function wayOf(path: JsonPath): string {
  const keys = path.map((key) => (key === null ? 'NULL' : quoteText(key)))
  return `ARRAY[${keys.join(', ')}]::text[]`
}
