/**
 * BSON values by shape: how they compare, how an id is written down, and how a row's key becomes text.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { writtenAs } from '../../../src/program/matching.ts'
import type { IdForm, IdType, UserId } from '../../../src/program/program.ts'

/** Constructors of the caller's own copy of BSON, taken from values the server has sent. */
export interface BsonTypes {
  objectId(hex: string): unknown
  binary(bytes: Uint8Array, subtype: number): unknown
}

/** A value as a key of a map: equal keys are equal values to the server. `null` for what no reference holds. */
export function keyOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return `s${value}`
    case 'number':
    case 'bigint':
      return `n${value}`
    case 'boolean':
      return `b${value}`
    case 'object':
      return value === null ? null : keyOfObject(value)
    default:
      return null
  }
}

/** The same for any value, documents and arrays too; `null` for nothing. */
export function wholeKeyOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const key = keyOf(value)
  if (key !== null) return key
  if (Array.isArray(value)) return `[${value.map(wholeKeyOf).join()}]`
  if (typeof value !== 'object' || bsonType(value) !== null) return `j${JSON.stringify(value)}`
  const fields = Object.entries(value).map(([name, held]) => [name, wholeKeyOf(held)])
  return `{${JSON.stringify(fields)}}`
}

function keyOfObject(value: object): string | null {
  if (value instanceof Date) return `d${value.getTime()}`
  switch (bsonType(value)) {
    case 'ObjectId':
      return `o${hexOf(value)}`
    case 'Binary':
    case 'UUID': {
      const { bytes, subtype } = binaryOf(value)
      return `x${subtype}:${Buffer.from(bytes).toString('base64')}`
    }
    case 'Long':
    case 'Int32':
    case 'Double':
    case 'Decimal128':
      return `n${plainNumber(String(value))}`
    default:
      return null
  }
}

/** Without zeros that say nothing, however the number was written. */
function plainNumber(text: string): string {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^([-+]?)(\d+)(?:\.(\d+))?(?:E([-+]?\d+))?$/i.exec(text) ?? []
  if (whole === '') return text
  const digits = `${whole}${part}`
  const point = whole.length + Number(exponent)
  if (Math.abs(point) > 100) return text
  const padded = digits.padStart(digits.length + Math.max(0, 1 - point), '0').padEnd(point, '0')
  const at = Math.max(1, point)
  const before = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  const behind = padded.slice(at).replace(/0+$/, '')
  const number = behind === '' ? before : `${before}.${behind}`
  return sign === '-' && number !== '0' ? `-${number}` : number
}

/** The user's id as a reference holds it, in the form that the reference is declared in. */
export function storedId(
  types: BsonTypes,
  idType: IdType,
  id: unknown,
  form: IdForm | null,
): unknown {
  const { type, prefix } = form ?? { type: idType, prefix: '' }
  if (prefix !== '') return writtenAs(id, form)
  if (type === 'object_id') return types.objectId(String(id))
  if (type === 'uuid') {
    return types.binary(Buffer.from(String(id).replaceAll('-', ''), 'hex'), UUID_SUBTYPE)
  }
  // The text of an id that the user table holds as another type; other ids stay what they are.
  return form !== null && idType === 'plain' && typeof id !== 'string' ? String(id) : id
}

/** What a reference holds as the engine names the user; `null` for what is no id in this form. */
export function engineId(value: unknown, prefix = ''): UserId | null {
  if (typeof value === 'string') {
    if (!value.startsWith(prefix)) return null
    return value.slice(prefix.length)
  }
  if (prefix !== '') return null
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value !== 'object' || value === null) return null
  switch (bsonType(value)) {
    case 'ObjectId':
      return hexOf(value)
    case 'Binary':
    case 'UUID':
      return isUuid(value) ? uuidText(binaryOf(value).bytes) : null
    case 'Long':
      return smallest(BigInt(String(value)))
    case 'Int32':
    case 'Double':
      return Number(value)
    default:
      return null
  }
}

/** A document's `_id` as JSON, for a cursor that is kept in a job. */
export function encodeKey(value: unknown): unknown {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return { number: value }
  if (typeof value === 'bigint') return { integer: String(value) }
  if (value instanceof Date) return { date: value.getTime() }
  if (typeof value === 'object' && value !== null) {
    const type = bsonType(value)
    if (type === 'ObjectId') return { objectId: hexOf(value) }
    if (type === 'Long') return { integer: String(value) }
    if (type === 'Int32' || type === 'Double') return { number: Number(value) }
    if (type === 'Binary' || type === 'UUID') {
      const { bytes, subtype } = binaryOf(value)
      return { binary: Buffer.from(bytes).toString('base64'), subtype }
    }
    if (type === null && !Array.isArray(value)) {
      return { fields: Object.entries(value).map(([name, held]) => [name, encodeKey(held)]) }
    }
  }
  if (value === null || typeof value === 'boolean') return { plain: value }
  throw new UserDeletionError(
    'store_failed',
    'A document has an _id of a type that a large deletion cannot go on from.',
  )
}

export function decodeKey(types: BsonTypes, key: unknown): unknown {
  if (typeof key !== 'object' || key === null) return key
  const { number, integer, date, objectId, binary, subtype, fields, plain } = key as Readonly<
    Record<string, unknown>
  >
  if (plain !== undefined) return plain
  if (Array.isArray(fields)) {
    return Object.fromEntries(fields.map(([name, held]) => [name, decodeKey(types, held)]))
  }
  if (typeof number === 'number') return number
  if (typeof integer === 'string') return smallest(BigInt(integer))
  if (typeof date === 'number') return new Date(date)
  if (typeof objectId === 'string') return types.objectId(objectId)
  return types.binary(Buffer.from(String(binary), 'base64'), Number(subtype))
}

/** The class that BSON marks its values with; nothing is imported to ask for it. */
export function bsonType(value: object): string | null {
  const type: unknown = Reflect.get(value, '_bsontype')
  return typeof type === 'string' ? type : null
}

/** Whether a Binary is a UUID, and not one of the older spellings. */
export function isUuid(binary: object): boolean {
  const { bytes, subtype } = binaryOf(binary)
  return subtype === UUID_SUBTYPE && bytes.length === 16
}

const UUID_SUBTYPE = 4

function hexOf(value: object): string {
  return (value as { toHexString(): string }).toHexString()
}

function binaryOf(value: object): { readonly bytes: Uint8Array; readonly subtype: number } {
  const binary = value as { value(): Uint8Array; readonly sub_type: number }
  return { bytes: binary.value(), subtype: binary.sub_type }
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function smallest(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
