/**
 * How the user table holds ids and tenants, and how the id of a call becomes the stored one. Pure.
 *
 * A column's declared type tells, by the rules of SQLite; where nothing is declared, what a sample holds. Inside the
 * engine an integer is a number where a number holds it exactly, and a bigint where not.
 *
 * @module
 */

import type { UserId, UserTable } from './program.ts'
import type { ColumnSchema, DatabaseSchema, TableSchema } from './schema.ts'

/**
 * What a column holds. `number`: numbers, and texts that are none, as SQLite keeps them under a type that it does not
 * know. `uuid`: declared as UUID, and held as text in either case. `unknown`: nothing is declared.
 */
export type HeldType = 'integer' | 'number' | 'text' | 'uuid' | 'object_id' | 'bytes' | 'unknown'

/** What is known of a column. */
export interface HeldColumn {
  readonly type: HeldType
  /** Of an `unknown` column the only type that a sample has found; `null` where it is mixed or nobody has looked. */
  readonly sampled: 'text' | 'integer' | null
  /** What its texts compare by, where that is not byte by byte. */
  readonly collation: string | null
  /** Whether the store itself has the type, and with it one form for each value. */
  readonly isNative: boolean
}

/** What is known of the columns that name a user. */
export interface HeldColumns {
  readonly id: HeldColumn
  /** `null` where the policy names no tenant column. */
  readonly tenant: HeldColumn | null
}

/** `schema` is `null` where nobody has looked. */
export function heldColumns(user: UserTable, schema: DatabaseSchema | null): HeldColumns {
  const table = schema?.tables.find(({ name }) => name === user.table)
  const id = heldColumn(table, user.id)
  return {
    id:
      user.idType === 'plain' ? id : { ...id, type: user.idType, isNative: true, collation: null },
    tenant: user.tenant === null ? null : heldColumn(table, user.tenant),
  }
}

/** What a column of the table is declared to hold. */
export function heldFieldType(table: TableSchema | undefined, name: string): HeldType {
  return heldType(table?.columns?.find((one) => one.name === name))
}

function heldColumn(table: TableSchema | undefined, name: string): HeldColumn {
  const column = table?.columns?.find((one) => one.name === name)
  return {
    type: heldType(column),
    sampled: sampledType(table, name),
    collation: column?.collation ?? table?.collation ?? null,
    isNative: false,
  }
}

/** The order of the patterns is SQLite's own, where they are SQLite's. */
function heldType(column: ColumnSchema | undefined): HeldType {
  const declared = column?.type ?? ''
  if (declared === '' || /^any$/i.test(declared)) return 'unknown'
  return TYPES.find(([, pattern]) => pattern.test(declared))?.[0] ?? 'number'
}

const TYPES: readonly (readonly [HeldType, RegExp])[] = [
  ['integer', /int/i],
  ['text', /char|clob|text/i],
  ['bytes', /blob|binary|bytea/i],
  ['uuid', /uuid|guid|uniqueidentifier/i],
]

function sampledType(table: TableSchema | undefined, path: string): HeldColumn['sampled'] {
  // A store that knows its columns asks the database of each id, which may be of the type that no sample has.
  if (table?.columns != null) return null
  const sampled = table?.sampledTypes?.find((one) => one.path === path && one.where.length === 0)
  const [type, ...others] = Object.keys(sampled?.types ?? {}).filter((one) => one !== 'null')
  if (others.length > 0) return null
  return type === 'string' ? 'text' : type === 'number' ? 'integer' : null
}

/** The id as the column holds it, by all that can be told without asking the database; `null` for what it cannot hold. */
export function heldId(given: UserId, { type, isNative }: HeldColumn): UserId | null {
  if (isNative) return given
  const id = plainInteger(given)
  switch (type) {
    case 'text':
      return typeof id === 'string' ? id : id.toString()
    case 'integer':
      return typeof id === 'string' ? integerOf(id) : id
    case 'number':
    case 'uuid':
      return typeof id === 'string' && isNumeric(id) ? integerOf(id) : id
    default:
      return id
  }
}

/** The tenant as the column holds it, which is text to the engine; `null` for what it cannot hold. */
export function heldTenant(given: string, column: HeldColumn): string | null {
  return heldId(given, column)?.toString() ?? null
}

/** One form of an integer: a number where a number holds it exactly. */
export function plainInteger(id: UserId): UserId {
  // Of the two zeros the one that has no sign.
  if (typeof id !== 'bigint') return typeof id === 'number' ? id + 0 : id
  const number = Number(id)
  return Number.isSafeInteger(number) ? number : id
}

/**
 * The ways in which the column may hold the id, that of the id itself first. More than one where only the database
 * can tell; it can also where the column takes several texts for one.
 */
export function formsOf(id: UserId, { type, sampled, isNative }: HeldColumn): readonly UserId[] {
  if (isNative) return [id]
  if (type === 'uuid' && typeof id === 'string' && UUID.test(id)) {
    return [...new Set([id, id.toLowerCase(), id.toUpperCase()])]
  }
  if (type !== 'unknown' || sampled === (typeof id === 'string' ? 'text' : 'integer')) return [id]
  return inBothTypes(id)
}

/** The value itself, and as an integer or as the digits of one, where it is that. */
export function inBothTypes(value: UserId): readonly UserId[] {
  if (typeof value !== 'string') {
    return typeof value === 'number' && !Number.isSafeInteger(value)
      ? [value]
      : [value, value.toString()]
  }
  const integer = DIGITS.test(value) ? integerOf(value) : null
  return integer === null ? [value] : [value, integer]
}

/** Whether the database has to be asked whom the id names. */
export function needsAsking(id: UserId, columns: HeldColumns): boolean {
  return isLoose(columns) || formsOf(id, columns.id).length > 1
}

/** Whether the columns' types alone say for every id which user it names. */
export function tellWhoIsMeant(columns: HeldColumns): boolean {
  const { type, isNative } = columns.id
  return !isLoose(columns) && (isNative || (type !== 'unknown' && type !== 'uuid'))
}

/** Whether several spellings are one to the columns. */
function isLoose({ id, tenant }: HeldColumns): boolean {
  return id.collation !== null || (tenant !== null && tenant.collation !== null)
}

/** What the column holds, for messages. */
export function inWords({ type, sampled, isNative }: HeldColumn): string {
  if (isNative && type === 'uuid') return 'a UUID or its 36 characters'
  return WORDS[sampled ?? type]
}

const WORDS: Readonly<Record<HeldType, string>> = {
  integer: 'an integer, as the user table holds ids',
  number: 'an integer of 64 bits, as the user table holds numbers',
  text: 'a non-empty text, as the user table holds ids',
  uuid: 'a UUID',
  object_id: 'an ObjectId or its 24 hex digits',
  bytes: 'one that the engine takes: the user table holds bytes',
  unknown: 'a non-empty string or an integer',
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const DIGITS = /^(0|-?[1-9][0-9]{0,18})$/
/** A text that SQLite takes for a number, with the space around it that it takes no notice of. */
const NUMERIC = /^[\t\n\v\f\r ]*([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?[\t\n\v\f\r ]*$/i

function isNumeric(text: string): boolean {
  return NUMERIC.test(text)
}

/** The integer that a column of numbers makes of a text; `null` where it makes none of it, or one of more than 64 bits. */
function integerOf(text: string): UserId | null {
  const [, sign = '', digits, exponent] = NUMERIC.exec(text) ?? []
  if (digits === undefined) return null
  if (exponent === undefined && !digits.includes('.')) {
    const integer = sign === '-' ? -BigInt(digits) : BigInt(digits)
    return BigInt.asIntN(64, integer) === integer ? plainInteger(integer) : null
  }
  const number = Number(text)
  return Number.isSafeInteger(number) ? plainInteger(number) : null
}
