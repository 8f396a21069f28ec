/**
 * Ids that some databases have types for. Inside the engine such an id is its text, and nothing else.
 *
 * @module
 */
import type { IdType, UserId } from './program.ts'

/** An ObjectId or UUID as drivers of MongoDB hand them out, told by its shape. */
export type BsonId =
  | { readonly _bsontype: 'ObjectId'; toHexString(): string }
  | {
      readonly _bsontype: 'Binary' | 'UUID'
      readonly sub_type: number
      readonly buffer: Uint8Array
    }

/** A user's id as callers pass it in. */
export type UserIdInput = UserId | BsonId

type NativeType = Exclude<IdType, 'plain'>

const SHAPES: Readonly<Record<NativeType, RegExp>> = {
  object_id: /^[0-9a-f]{24}$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
}

/**
 * The text of an id of the type: 24 lower-case hex digits, or a UUID in lower case; `null` for anything else.
 *
 * What is not text is read once and forgotten: the answer is held against the shape, so that no object,
 * whatever it says of itself, gets further.
 */
export function nativeIdText(type: NativeType, id: unknown): string | null {
  const text = typeof id === 'string' ? id : readBsonId(type, id)
  const lower = text?.length === LENGTHS[type] ? text.toLowerCase() : ''
  return SHAPES[type].test(lower) ? lower : null
}

const LENGTHS: Readonly<Record<NativeType, number>> = { object_id: 24, uuid: 36 }
const UUID_SUBTYPE = 4
const UUID_BYTES = 16

function readBsonId(type: NativeType, id: unknown): string | null {
  if (typeof id !== 'object' || id === null) return null
  try {
    return type === 'object_id' ? objectIdText(id) : uuidText(id)
  } catch {
    // A getter or method of the caller's object threw: it is no id.
    return null
  }
}

function objectIdText(id: object): string | null {
  const { _bsontype: kind } = id as { readonly _bsontype?: unknown }
  if (kind !== 'ObjectId') return null
  const text: unknown = (id as { toHexString(): unknown }).toHexString()
  return typeof text === 'string' ? text : null
}

function uuidText(id: object): string | null {
  const given = id as Readonly<Record<'_bsontype' | 'sub_type' | 'buffer', unknown>>
  const { _bsontype: kind, sub_type: subtype, buffer } = given
  if ((kind !== 'Binary' && kind !== 'UUID') || subtype !== UUID_SUBTYPE) return null
  if (!(buffer instanceof Uint8Array) || buffer.length !== UUID_BYTES) return null
  const hex = Array.from(buffer, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
