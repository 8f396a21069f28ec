/**
 * Of which types values are at a path, in documents at hand.
 *
 * @module
 */

import type { Condition } from '../../../src/program/program.ts'
import type { AskedPath, SampledTypes } from '../../../src/program/schema.ts'
import type { Doc } from '../server/driver.ts'
import { fieldOf, isSubDocument, locatedValues } from '../server/paths.ts'
import { bsonType, isUuid, keyOf } from '../server/values.ts'

export function sampleTypes(
  documents: readonly Doc[],
  { path, where }: Omit<AskedPath, 'table'>,
): SampledTypes {
  const fitting = documents.filter((document) => where.every((one) => satisfies(document, one)))
  const types: Record<string, number> = {}
  for (const document of fitting) {
    for (const type of new Set(typesAt(document, path.split('.')))) {
      types[type] = (types[type] ?? 0) + 1
    }
  }
  return { path, where, rows: fitting.length, types, ...detailsOf(fitting, path) }
}

type Details = Pick<SampledTypes, 'several' | 'beside' | 'refersTo'>

function detailsOf(documents: readonly Doc[], path: string): Details {
  const keys = path.split('.')
  const beside = documents.flatMap((document) => besidePath(document, keys, []) ?? [])[0]
  const references = keys.at(-1) === '$id' ? [...keys.slice(0, -1), '$ref'] : null
  const named =
    references === null ? [] : documents.flatMap((one) => locatedValues(one, references))
  const tables = [...new Set(named.filter((name) => typeof name === 'string'))]
  return {
    ...(documents.some((document) => holdsSeveral(document, keys)) ? { several: true } : {}),
    ...(beside === undefined ? {} : { beside }),
    ...(tables.length > 0 ? { refersTo: tables } : {}),
  }
}

function holdsSeveral(document: Doc, keys: readonly string[]): boolean {
  const values = locatedValues(document, keys).filter((value) => value !== null)
  return new Set(values.map(keyOf)).size > 1
}

/** Where an array on the way holds something that is no sub-document. */
function besidePath(
  value: unknown,
  path: readonly string[],
  before: readonly string[],
): string | null {
  const [key, ...rest] = path
  if (key === undefined) return null
  if (Array.isArray(value)) {
    if (value.some((one) => one !== null && !isSubDocument(one))) return before.join('.')
    return value.map((one) => besidePath(one, path, before)).find((one) => one !== null) ?? null
  }
  return isSubDocument(value) ? besidePath(fieldOf(value, key), rest, [...before, key]) : null
}

/** As the server compares: a `null` stands for a field that is not there too. */
function satisfies(document: Doc, { column, values }: Condition): boolean {
  const held = locatedValues(document, column.split('.'))
  if (values.includes(null) && held.every((value) => value === null)) return true
  const keys = new Set(held.map(keyOf))
  return values.some((value) => value !== null && keys.has(keyOf(value)))
}

function typesAt(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) {
    const held = value.flatMap((element) => typesInArray(element, path))
    return path.length === 0 ? ['array', ...held] : held
  }
  const [key, ...rest] = path
  if (key === undefined) return value === undefined ? [] : [typeName(value)]
  return isSubDocument(value) ? typesAt(fieldOf(value, key), rest) : []
}

/** The server opens an array, and none that is an element of another one. */
function typesInArray(element: unknown, path: readonly string[]): readonly string[] {
  if (!Array.isArray(element)) return typesAt(element, path)
  return path.length === 0 ? ['array of arrays'] : []
}

/** The name of a value's type: that of JavaScript, or in the words of MongoDB. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'bigint') return 'number'
  if (typeof value !== 'object') return typeof value
  if (value instanceof Date) return 'date'
  if (value instanceof RegExp) return 'regex'
  // A driver that was told to hand out buffers drops the subtype.
  if (value instanceof Uint8Array) return value.length === 16 ? 'uuid' : 'binData'
  const type = bsonType(value)
  switch (type) {
    case null:
      return 'object'
    case 'ObjectId':
      return 'objectId'
    case 'Binary':
    case 'UUID':
      return isUuid(value) ? 'uuid' : 'binData'
    case 'Long':
    case 'Int32':
    case 'Double':
    case 'Decimal128':
      return 'number'
    default:
      return type
  }
}
