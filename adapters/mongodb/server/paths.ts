/**
 * Where in a document something stands. A column of the policy may be a path into sub-documents.
 *
 * @module
 */
import type { JsonPath, Locator, Selector } from '../../../src/program/program.ts'
import type { Doc } from './driver.ts'
import { bsonType } from './values.ts'

/** The dotted path of a locator; the server reaches through arrays on its own. */
export function pathOf({ column, path, element }: Locator): string {
  return [column, ...named(path ?? []), ...named(element ?? [])].join('.')
}

/** The keys of a path, without the arrays between them. */
export function named(path: JsonPath): readonly string[] {
  return path.filter((step) => step !== null)
}

/**
 * An element of an array that holds the value at a path of its own. The server would look into arrays on that
 * path too, and the value there would be of something else than the element.
 */
export function elementHolding(element: readonly string[], condition: Doc): Doc {
  const places = element.map((_, depth) => element.slice(0, depth + 1).join('.'))
  const own = places.map((place) => [place, { $not: { $type: 'array' } }] as const)
  const last = element.join('.')
  return { ...Object.fromEntries(own), [last]: { ...condition, $not: { $type: 'array' } } }
}

/** The values by which a document may belong to somebody. */
export function referencesIn(document: Doc, locator: Locator): readonly unknown[] {
  const { column, path, each, element } = locator
  if (!each) return locatedValues(document, pathOf(locator).split('.'))
  const elements = elementsAt(document, [...column.split('.'), ...(path ?? [])])
  return element === null ? elements : elements.map((one) => valueAt(one, element.join('.')))
}

/**
 * The elements of the array at the path, or of several where it leads through others. As the server does, keys lead
 * into the elements of an array too; but what is named as an array has to be one.
 */
function elementsAt(value: unknown, path: JsonPath): readonly unknown[] {
  const [key, ...rest] = path
  if (key === undefined) return Array.isArray(value) ? value : []
  if (key === null) return Array.isArray(value) ? value.flatMap((one) => elementsAt(one, rest)) : []
  if (Array.isArray(value)) {
    return value.filter(isSubDocument).flatMap((one) => elementsAt(one, path))
  }
  return isSubDocument(value) ? elementsAt(fieldOf(value, key), rest) : []
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
  return isSubDocument(value) ? locatedValues(fieldOf(value, key), rest) : []
}

/** What a document holds at a path, without looking into arrays. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document
  for (const key of path.split('.')) {
    if (!isSubDocument(value)) return undefined
    value = fieldOf(value, key)
  }
  return value
}

/**
 * Without a path that another one contains: the server takes that for a contradiction. It cannot name the parts of
 * a reference of its own kind (`$id`), so that is there as a whole.
 */
export function projectionOf(paths: readonly string[]): Doc {
  const all = ['_id', ...paths.map((path) => path.replace(/\.\$.*$/, ''))]
  const needed = all.filter((path) => !all.some((other) => path.startsWith(`${other}.`)))
  return Object.fromEntries(needed.map((path) => [path, 1]))
}

export function isSubDocument(value: unknown): value is Doc {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (value instanceof Date) return false
  const type = bsonType(value)
  return type === null || type === 'DBRef'
}

/** What a document holds under a key. The driver has a class of its own for references. */
export function fieldOf(document: Doc, key: string): unknown {
  if (bsonType(document) !== 'DBRef') {
    return Object.hasOwn(document, key) ? document[key] : undefined
  }
  const { collection, oid, db, fields } = document
  if (key === '$ref') return collection
  if (key === '$id') return oid
  return key === '$db' ? db : (fields as Doc | undefined)?.[key]
}

/** The keys of a document and what it holds under them. */
export function entriesOf(document: Doc): readonly (readonly [key: string, value: unknown])[] {
  if (bsonType(document) !== 'DBRef') return Object.entries(document)
  const keys = ['$ref', '$id', '$db', ...Object.keys(Object(document['fields']))]
  return keys
    .map((key) => [key, fieldOf(document, key)] as const)
    .filter(([, value]) => value !== undefined && value !== null)
}
