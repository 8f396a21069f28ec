/**
 * JSON inside columns as SQL: where values stand, and what takes their place.
 *
 * A column keeps JSON as text, as the bytes of that text, or as SQLite's JSONB; what is written has the form of
 * what was there. Beside what is written everything keeps its spelling, but for plain elements of an array that
 * is put together again: texts come back with the fewest escapes.
 *
 * @module
 */
import type { JsonPath } from '../../../src/program/program.ts'
import { jsonPath } from './literals.ts'

/** Whether the value is JSON in any of the forms. */
export function isJson(value: string): string {
  return `json_valid(${value}, ${TEXT_OR_JSONB})`
}

/**
 * Whether paths lead into the value, or it is JSON's null. A plain text or number does not become a document by being
 * JSON too, and what stands behind a zero byte is read by no function for JSON.
 */
export function isDocument(value: string): string {
  const isWhole = `instr(${value}, char(0)) = 0 OR typeof(${value}) = 'blob' AND json_valid(${value}, ${JSONB})`
  const isHeld = `CASE json_type(${value}) WHEN 'object' THEN 1 WHEN 'array' THEN 1 WHEN 'null' THEN 1 ELSE 0 END`
  // One question behind the other: each is asked of every row, and seldom more than the first ones are needed.
  return `CASE WHEN ${isJson(value)} THEN CASE WHEN ${isWhole} THEN ${isHeld} ELSE 0 END ELSE 0 END`
}

/** What stands at a path of keys, as SQL; NULL where there is no JSON. An index on this very expression serves. */
export function jsonValue(value: string, path: JsonPath): string {
  return `CASE WHEN ${isJson(value)} THEN json_extract(${value}, ${jsonPath(path)}) END`
}

/** The same of JSON that is kept as text or as its bytes, in the words of indexes that know no other. */
export function jsonTextValue(value: string, path: JsonPath): string {
  return `CASE WHEN json_valid(${value}) THEN json_extract(${value}, ${jsonPath(path)}) END`
}

/** A text, or the text that bytes are: JSONB as JSON. */
export function textOf(value: string): string {
  return `CASE WHEN typeof(${value}) = 'blob' THEN CASE WHEN json_valid(${value}, ${JSONB}) THEN json(${value}) ELSE CAST(${value} AS TEXT) END ELSE ${value} END`
}

/** What takes the place of `held`, in its form; `change` makes it of JSON text. */
export function inItsForm(held: string, change: (document: string) => string): string {
  const bytes = `CAST(${change(`CAST(${held} AS TEXT)`)} AS BLOB)`
  const binary = `CASE WHEN json_valid(${held}, ${JSONB}) THEN jsonb(${change(`json(${held})`)}) ELSE ${bytes} END`
  return `CASE WHEN typeof(${held}) = 'blob' THEN ${binary} ELSE ${change(held)} END`
}

/** The elements that a path to an array leads to, as relations to be joined; those of the last array are `alias`. */
export function elementsSql(
  document: string,
  path: JsonPath | null,
  alias: string,
): readonly string[] {
  const ways = partedAtArrays(path ?? [])
  return ways.map((way, depth) => {
    const own = depth === ways.length - 1 ? alias : `${alias}_${depth}`
    const outer = depth === 0 ? document : `${alias}_${depth - 1}.value`
    const opens = depth === 0 ? isJson(document) : isHolder(`${alias}_${depth - 1}`)
    const place = jsonPath(way)
    const array = `CASE WHEN ${opens} AND json_type(${outer}, ${place}) = 'array' THEN json_extract(${outer}, ${place}) ELSE '[]' END`
    return `json_each(${array}) AS ${own}`
  })
}

/**
 * What an element of `json_each` holds: itself, or inside an object what stands at the path. Nothing for what is no
 * text or number: SQLite would take a boolean for 1 or 0, and a list or an object for the text that it is written as.
 */
export function elementSql(alias: string, element: JsonPath | null): string {
  if (element === null) return ifPlain(`${alias}.type`, `${alias}.value`)
  const place = jsonPath(element)
  const held = `${alias}.value, ${place}`
  return `CASE ${alias}.type WHEN 'object' THEN ${ifPlain(`json_type(${held})`, `json_extract(${held})`)} END`
}

function ifPlain(type: string, value: string): string {
  return `CASE WHEN ${isPlainType(type)} THEN ${value} END`
}

function isPlainType(type: string): string {
  return `${type} IN ('text', 'integer', 'real')`
}

/** Whether a text or a number stands at a path of keys, as a condition of its own: an index on the value serves. */
export function isPlainAt(value: string, path: JsonPath): string {
  return `CASE WHEN ${isJson(value)} THEN ${isPlainType(`json_type(${value}, ${jsonPath(path)})`)} END`
}

/** The document without what stands at the paths. */
export function withoutPaths(document: string, paths: readonly JsonPath[]): string {
  return changed(document, paths, 0, (own, keys) => {
    const places = keys.map(jsonPath).join(', ')
    return places === '' ? own : `json_remove(${own}, ${places})`
  })
}

/** The document with what stands at the path replaced, where `isMeant` holds for it. */
export function withValue(
  document: string,
  path: JsonPath,
  json: string,
  isMeant: ((value: string) => string) | null,
): string {
  return changed(document, [path], 0, (own, keys) =>
    keys.reduce((value, key) => {
      const place = jsonPath(key)
      const written = `json_replace(${value}, ${place}, ${json})`
      if (isMeant === null) return written
      const held = ifPlain(`json_type(${own}, ${place})`, `json_extract(${own}, ${place})`)
      return `CASE WHEN ${isMeant(held)} THEN ${written} ELSE ${value} END`
    }, own),
  )
}

/** The document with the elements gone for which `isGone` holds, out of every array at the path. */
export function withoutElements(
  document: string,
  path: JsonPath | null,
  isGone: (alias: string) => string,
): string {
  return changed(document, [[...(path ?? []), null]], 0, null, isGone)
}

const JSONB = 8
/** JSON text (1) as RFC 8259 has it, and JSONB. */
const TEXT_OR_JSONB = 9

function isHolder(alias: string): string {
  return `${alias}.type IN ('array', 'object')`
}

/** The keys before, between and behind the arrays of a path. */
function partedAtArrays(path: JsonPath): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  for (const step of path) {
    if (step === null) parts.push([])
    else parts.at(-1)?.push(step)
  }
  return parts
}

/** Changes the values at paths of keys in one document. */
type ChangeKeys = (document: string, keys: readonly JsonPath[]) => string

/** The document with all paths changed; arrays on the way are put together again from their changed elements. */
function changed(
  document: string,
  paths: readonly JsonPath[],
  depth: number,
  change: ChangeKeys | null,
  isGone?: (alias: string) => string,
): string {
  const plain = paths.filter((path) => !path.includes(null))
  const arrays = byArray(paths.filter((path) => path.includes(null)))
  const list = (keys: JsonPath, inner: readonly JsonPath[]): string => {
    const e = `e${depth}`
    const goes = inner.some((path) => path.length === 0)
    const deeper = inner.filter((path) => path.length > 0)
    const own = changed(`${e}.value`, deeper, depth + 1, change, isGone)
    const kept = goes && isGone !== undefined ? ` WHERE (${isGone(e)}) IS NOT 1` : ''
    return `(SELECT json_group_array(json(CASE WHEN ${isHolder(e)} THEN ${own} ELSE ${plainText(e)} END)) FROM json_each(${document}, ${jsonPath(keys)}) AS ${e}${kept})`
  }
  const inside = arrays.filter(({ keys }) => keys.length > 0)
  const replaced = inside.map(({ keys, inner }) => {
    const place = jsonPath(keys)
    return `${place}, json(CASE json_type(${document}, ${place}) WHEN 'array' THEN ${list(keys, inner)} ELSE ${document} -> ${place} END)`
  })
  const withArrays =
    replaced.length === 0 ? document : `json_replace(${document}, ${replaced.join(', ')})`
  const whole = change === null ? withArrays : change(withArrays, plain)
  const [root] = arrays.filter(({ keys }) => keys.length === 0)
  if (root === undefined) return whole
  return `CASE json_type(${document}) WHEN 'array' THEN ${list([], root.inner)} ELSE ${whole} END`
}

interface InArray {
  readonly keys: readonly string[]
  /** Within each element. */
  readonly inner: readonly JsonPath[]
}

function byArray(paths: readonly JsonPath[]): readonly InArray[] {
  const found = new Map<string, InArray>()
  for (const path of paths) {
    const [keys = []] = partedAtArrays(path)
    const name = JSON.stringify(keys)
    const inner = [...(found.get(name)?.inner ?? []), path.slice(keys.length + 1)]
    found.set(name, { keys, inner })
  }
  return [...found.values()]
}

/** Elements whose spelling is looked up: that takes the longer the further behind an element stands. */
const SPELT_ELEMENTS = 1_000

/** A plain element as JSON text. What SQL has no number for is copied as it is spelt. */
function plainText(e: string): string {
  const isSpelt = `typeof(${e}.value) = 'real' AND ${e}.key < ${SPELT_ELEMENTS}`
  return `CASE WHEN ${e}.type IN ('true', 'false', 'null') THEN ${e}.type WHEN ${isSpelt} THEN ${e}.json -> ${e}.fullkey ELSE json_quote(${e}.value) END`
}
