/**
 * Where in a document something stands. A column of the policy may be a path into sub-documents.
 *
 * @module
 */
import type { JsonPath, Locator, Selector } from '../../src/store.ts'
import type { Doc } from './driver.ts'
import { bsonType } from './values.ts'

/** The dotted path of a locator; the server reaches through arrays on its own. */
export function pathOf({ column, path, element }: Locator): string {
  return [column, ...(path ?? []), ...(element ?? [])].join('.')
}

/**
 * An element of an array that holds the value at a path of its own. The server would look into arrays on that
 * path too, and the value there would be of something else than the element.
 */
export function elementHolding(element: JsonPath, condition: Doc): Doc {
  const places = element.map((_, depth) => element.slice(0, depth + 1).join('.'))
  const own = places.map((place) => [place, { $not: { $type: 'array' } }] as const)
  const last = element.join('.')
  return { ...Object.fromEntries(own), [last]: { ...condition, $not: { $type: 'array' } } }
}

/** The values by which a document may belong to somebody. */
export function referencesIn(document: Doc, locator: Locator): readonly unknown[] {
  const { column, path, each, element } = locator
  if (!each) return locatedValues(document, pathOf(locator).split('.'))
  const list = valueAt(document, [column, ...(path ?? [])].join('.'))
  if (!Array.isArray(list)) return []
  return element === null ? list : list.map((one) => valueAt(one, element.join('.')))
}

/** Ids behind the last one of a page. Comparisons stay within one type, and text comes behind numbers. */
export function behindId(path: string, last: unknown): Doc {
  if (last === null) return {}
  const behind = { [path]: { $gt: last } }
  if (typeof last !== 'number' && typeof last !== 'bigint') return behind
  return { $or: [behind, { [path]: { $type: 'string' } }] }
}

/** What the side conditions of a selector ask for; `null` is a field that is null or not there. */
export function sideConditions(
  { where, tenant }: Pick<Selector, 'where' | 'tenant'>,
  tenantId: string | null,
): readonly Doc[] {
  return [
    ...where.map(({ column, values }) => ({ [column]: { $in: values } })),
    ...(tenant === null ? [] : [{ [tenant]: tenantId }]),
  ]
}

/** Every plain value at a path, arrays on the way and at its end opened. */
export function locatedValues(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((element) => locatedValues(element, path))
  const [key, ...rest] = path
  if (key === undefined) return isSubDocument(value) || value === undefined ? [] : [value]
  if (!isSubDocument(value) || !Object.hasOwn(value, key)) return []
  return locatedValues(value[key], rest)
}

/** What a document holds at a path, without looking into arrays. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document
  for (const key of path.split('.')) {
    if (!isSubDocument(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

/** Without a path that another one contains: the server takes that for a contradiction. */
export function projectionOf(paths: readonly string[]): Doc {
  const all = ['_id', ...paths]
  const needed = all.filter((path) => !all.some((other) => path.startsWith(`${other}.`)))
  return Object.fromEntries(needed.map((path) => [path, 1]))
}

export function isSubDocument(value: unknown): value is Doc {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !(value instanceof Date) && bsonType(value) === null
}
