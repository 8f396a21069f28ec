/**
 * Records as rows: names of columns, and values as columns hold them.
 *
 * @module
 */
import type { RecordFieldType, RecordTable, RecordTypes } from '../../../src/store/record-tables.ts'
import { RECORD_TABLE_NAMES, RECORD_TABLES } from '../../../src/store/record-tables.ts'
import type { LayoutDialect } from '../dialect.ts'
import { plainInteger } from '../integers.ts'
import { jsonText } from '../json-text.ts'

/** Fields of a table in the order of their columns. */
export function fieldsOf(table: RecordTable): readonly string[] {
  return FIELDS[table]
}

/** `userTable` is `user_table` in SQL. */
export function columnOf(field: string): string {
  return COLUMNS.get(field) ?? inSnakeCase(field)
}

const FIELDS = Object.fromEntries(
  RECORD_TABLE_NAMES.map((table) => [table, Object.keys(RECORD_TABLES[table].fields)]),
) as unknown as Readonly<Record<RecordTable, readonly string[]>>

/** Looked up for every statement, and always the same. */
const COLUMNS: ReadonlyMap<string, string> = new Map(
  Object.values(FIELDS)
    .flat()
    .map((field) => [field, inSnakeCase(field)]),
)

function inSnakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function typeOf(table: RecordTable, field: string): RecordFieldType {
  const fields: Readonly<Record<string, RecordFieldType>> = RECORD_TABLES[table].fields
  const type = fields[field]
  if (type === undefined) throw new Error(`no field ${field} in the records of ${table}`)
  return type
}

/** What a column holds for a field. */
export function columnValue(
  { idsAreJson }: Ids,
  table: RecordTable,
  field: string,
  value: unknown,
): unknown {
  if (value === null || value === undefined) return null
  const type = typeOf(table, field)
  if (type.startsWith('json')) return JSON.stringify(value, digitsOfBigint)
  return idsAreJson && type.startsWith('id') ? jsonText(value) : value
}

/** How ids stand in columns. */
type Ids = Pick<LayoutDialect, 'idsAreJson'>

/** An id as a column holds it. */
export function idValue({ idsAreJson }: Ids, id: unknown): unknown {
  return idsAreJson ? jsonText(id) : id
}

/** An id that a column has held. */
export function idOf({ idsAreJson }: Ids, held: unknown): unknown {
  if (!idsAreJson) return held
  const text = String(held)
  return text.startsWith('"') ? JSON.parse(text) : plainInteger(BigInt(text))
}

/** A record from a row that holds its columns in the order of {@link fieldsOf}. */
export function toRecord<T extends RecordTable>(
  ids: Ids,
  table: T,
  row: readonly unknown[],
): RecordTypes[T] {
  const entries = fieldsOf(table).map((field, place) => [
    field,
    fieldValue(ids, typeOf(table, field), row[place] ?? null),
  ])
  return Object.fromEntries(entries) as RecordTypes[T]
}

function fieldValue(ids: Ids, type: RecordFieldType, value: unknown): unknown {
  if (value === null) return null
  switch (type) {
    case 'integer':
      return Number(value)
    case 'json':
    case 'json?':
      return JSON.parse(String(value), bigintOfDigits)
    case 'id':
    case 'id?':
      return idOf(ids, value)
    default:
      return String(value)
  }
}

/** JSON has no integers that JavaScript would keep whole: such an id stands as an object of its digits. */
function digitsOfBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { [DIGITS]: value.toString() } : value
}

function bigintOfDigits(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(DIGITS in value)) return value
  return BigInt(String(value[DIGITS]))
}

const DIGITS = '$integer'
