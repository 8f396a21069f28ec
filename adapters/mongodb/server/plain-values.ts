/**
 * What a document holds, without the driver's classes.
 *
 * @module
 */
import { bsonType, engineId } from './values.ts'

/** Ids as their text, numbers and dates as JavaScript has them, bytes as bytes; code and patterns as their text. */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (value instanceof Uint8Array) return value
  if (value instanceof RegExp) return value.source
  const type = bsonType(value)
  return type === null ? plainFields(value) : ofClass(type, value)
}

function ofClass(type: string, value: object): unknown {
  switch (type) {
    case 'Binary':
    case 'UUID':
      return engineId(value) ?? bytesOf(value)
    case 'ObjectId':
    case 'Long':
    case 'Int32':
    case 'Double':
      return engineId(value)
    case 'BSONRegExp':
      return Reflect.get(value, 'pattern')
    case 'Code':
      return plainFields({ code: Reflect.get(value, 'code'), scope: Reflect.get(value, 'scope') })
    case 'DBRef': {
      const { collection, oid, db, fields } = value as Readonly<Record<string, unknown>>
      return plainFields({ $ref: collection, $id: oid, $db: db, ...Object(fields) })
    }
    case 'BSONSymbol':
    case 'Decimal128':
      return String(value)
    default:
      return null
  }
}

function plainFields(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plainValue(held)]))
}

function bytesOf(value: object): Uint8Array {
  return Uint8Array.from((value as { value(): Uint8Array }).value())
}
