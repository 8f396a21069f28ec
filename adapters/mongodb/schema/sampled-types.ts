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
  return { path, where, rows: fitting.length, types }
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
    const held = value.flatMap((element) => typesAt(element, path))
    return path.length === 0 ? ['array', ...held] : held
  }
  const [key, ...rest] = path
  if (key === undefined) return value === undefined ? [] : [typeName(value)]
  return isSubDocument(value) ? typesAt(fieldOf(value, key), rest) : []
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
