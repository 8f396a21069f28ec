/**
 * Values of a database as JSON has them.
 *
 * @module
 */
import { base64Of } from '../../ports.ts'
import type { JsonValue } from './export-record.ts'

export function jsonValue(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return { $integer: value.toString() }
    case 'object':
      return value === null ? null : ofObject(value)
    default:
      return null
  }
}

/** The text of an id or another plain value; `null` for what has none. */
export function plainText(value: unknown): string | null {
  if (typeof value === 'object' && value !== null) {
    const plain = ofObject(value)
    return typeof plain === 'string' ? plain : null
  }
  return value === null || value === undefined ? null : String(value)
}

function ofObject(value: object): JsonValue {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value.toISOString()
  }
  if (value instanceof RegExp) return String(value)
  if (value instanceof Uint8Array) return { $bytes: base64Of(value) }
  if (Array.isArray(value)) return value.map(jsonValue)
  const type: unknown = Object.hasOwn(value, '_bsontype') ? null : Reflect.get(value, '_bsontype')
  if (typeof type === 'string') return ofDriver(type, value)
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, jsonValue(held)]))
}

/** Classes of MongoDB's driver, which is never imported. */
function ofDriver(type: string, value: object): JsonValue {
  const {
    buffer,
    position,
    sub_type: kind,
  } = value as {
    readonly buffer?: unknown
    readonly position?: number
    readonly sub_type?: number
  }
  if (type === 'Long') return { $integer: String(value) }
  if (buffer instanceof Uint8Array && (type === 'Binary' || type === 'UUID')) {
    const bytes = buffer.subarray(0, position ?? buffer.length)
    return kind === 4 && bytes.length === 16 ? uuidText(bytes) : { $bytes: base64Of(bytes) }
  }
  if (type === 'ObjectId' || type === 'Decimal128') return String(value)
  // Types that an account hardly ever holds: as the driver itself writes them.
  return jsonValue(JSON.parse(JSON.stringify(value)) as unknown)
}

function uuidText(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
