/**
 * Records as documents. A key of one field is the `_id`; one of several is an `_id` of these fields, which stand
 * beside it too.
 *
 * @module
 */
import type { UserId } from '../../../src/program/program.ts'
import type { RecordCondition } from '../../../src/store/inquiry.ts'
import {
  RECORD_TABLES,
  type RecordFieldType,
  type RecordTable,
  type RecordTypes,
} from '../../../src/store/record-tables.ts'
import type { Doc } from '../server/driver.ts'
import { engineId } from '../server/values.ts'

/** The collection of a table, as the code names it. */
export function collectionOf(table: RecordTable): string {
  return `$${table}`
}

/** The field of a document that holds a field of a record. */
export function nameIn(table: RecordTable, field: string): string {
  return onlyKey(table) === field ? '_id' : field
}

export function toDocument(table: RecordTable, record: object): Doc {
  const entries = fieldsOf(table).map(
    ([field, type]) =>
      [nameIn(table, field), written(table, field, type, Reflect.get(record, field))] as const,
  )
  return onlyKey(table) === null
    ? { _id: keyOf(table, record), ...Object.fromEntries(entries) }
    : Object.fromEntries(entries)
}

export function toRecord<T extends RecordTable>(table: T, document: Doc): RecordTypes[T] {
  const entries = fieldsOf(table).map(([field, type]) => [
    field,
    read(table, field, type, document[nameIn(table, field)] ?? null),
  ])
  return Object.fromEntries(entries) as RecordTypes[T]
}

/** Conditions as a filter that always has one: all documents have an `_id`. */
export function filterOf(
  table: RecordTable,
  where: readonly RecordCondition<Readonly<Record<string, unknown>>>[],
): Doc {
  if (where.length === 0) return { _id: { $exists: true } }
  return { $and: where.map((condition) => conditionOf(table, condition)) }
}

function conditionOf(
  table: RecordTable,
  condition: RecordCondition<Readonly<Record<string, unknown>>>,
): Doc {
  const name = nameIn(table, condition.field)
  if ('in' in condition) {
    const values = condition.in.map((value) => asStored(table, condition.field, value))
    return { [name]: values.length === 1 ? (values[0] ?? null) : { $in: values } }
  }
  if ('startsWith' in condition) {
    // No other text begins like this one and sorts before it.
    const { startsWith } = condition
    return { [name]: { $gte: startsWith, $lt: `${startsWith}\u{10ffff}` } }
  }
  if ('fact' in condition) return { [name]: saying(condition.fact) }
  if ('above' in condition) return { [name]: { $gt: condition.above } }
  if ('from' in condition) return { [name]: { $gte: condition.from } }
  const isUpTo = { [name]: { $lte: condition.upTo } }
  return condition.orNull ? { $or: [{ [name]: null }, isUpTo] } : isUpTo
}

/**
 * Canonical JSON has one spelling, and quotation marks inside its texts are escaped. A body with a step names no level
 * beside it.
 */
function saying(fact: string): RegExp {
  const text = JSON.stringify(fact).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`"(?:stepId|level)":${text}`)
}

/** The one field of a key; `null` where there are several. */
function onlyKey(table: RecordTable): string | null {
  const { key } = RECORD_TABLES[table]
  return key.length === 1 ? (key[0] ?? null) : null
}

export function keyOf(table: RecordTable, record: object): unknown {
  const { key }: { readonly key: readonly string[] } = RECORD_TABLES[table]
  const only = onlyKey(table)
  if (only !== null) return asStored(table, only, Reflect.get(record, only))
  return Object.fromEntries(key.map((field) => [field, Reflect.get(record, field) ?? null]))
}

function fieldsOf(table: RecordTable): readonly (readonly [string, RecordFieldType])[] {
  return Object.entries(RECORD_TABLES[table].fields)
}

/** The one record of the head has a name. */
function asStored(table: RecordTable, field: string, value: unknown): unknown {
  return table === 'ledger_head' && field === 'id' ? 'head' : value
}

function written(
  table: RecordTable,
  field: string,
  type: RecordFieldType,
  value: unknown,
): unknown {
  if (value === undefined || value === null) return null
  // Columns of the host may be paths, which are no names of fields.
  if (type === 'json' && isPlainObject(value)) return Object.entries(value)
  return asStored(table, field, value)
}

function read(table: RecordTable, field: string, type: RecordFieldType, value: unknown): unknown {
  if (value === null) return null
  switch (type) {
    case 'integer':
      return table === 'ledger_head' && field === 'id' ? 1 : Number(value)
    case 'id':
    case 'id?':
      return engineId(value)
    case 'json':
    case 'json?':
      return readJson(table, value)
    default:
      return String(value)
  }
}

function readJson(table: RecordTable, value: unknown): unknown {
  if (table === 'disabled')
    return Object.fromEntries(value as readonly (readonly [string, unknown])[])
  // What is no id keeps its place, or those behind it would move up.
  if (table === 'spool' || table === 'retentions')
    return (value as readonly unknown[]).map((id): UserId | null => engineId(id))
  return value
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
