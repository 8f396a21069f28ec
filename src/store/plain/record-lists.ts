/**
 * The engine's own records as lists in memory: what a question finds in them, and what a write makes of them. Pure.
 *
 * @module
 */
import { compareIds } from '../../program/matching.ts'
import type { UserId } from '../../program/program.ts'
import { constraintViolation } from '../../program/rows/table-rules.ts'
import type { RecordWrite } from '../change.ts'
import type { AnswerTo, RecordCondition, RecordQuestion } from '../inquiry.ts'
import { leaseLost } from '../own-records.ts'
import { RECORD_TABLE_NAMES, RECORD_TABLES, type RecordTable } from '../record-tables.ts'
import { ENGINE_TABLE_PREFIX } from '../store-options.ts'

/** The records of each table in the order of their keys. A write makes other lists. */
export type RecordLists = Readonly<Record<RecordTable, readonly RecordFields[]>>

export type RecordFields = Readonly<Record<string, unknown>>

export const NO_RECORDS: RecordLists = Object.fromEntries(
  RECORD_TABLE_NAMES.map((table) => [table, []]),
) as unknown as RecordLists

/** The records of a list that are asked for. */
export function chosenRecords<const Q extends RecordQuestion>(
  list: readonly RecordFields[],
  question: Q,
): AnswerTo<Q> {
  const { table, newestOf, descending, after, limit }: RecordQuestion = question
  const where: readonly AnyCondition[] = question.where ?? []
  const found = list.filter((record) => isChosen(record, where))
  const newest =
    newestOf === undefined
      ? found
      : [...new Map(found.map((record) => [record[newestOf], record])).values()].sort((a, b) =>
          compareByKey(table, a, b),
        )
  const order: readonly string[] | undefined = question.order
  const sorted =
    order === undefined ? newest : newest.toSorted((a, b) => byFields(order, a, valuesOf(order, b)))
  const behind =
    after === undefined || order === undefined
      ? sorted
      : sorted.filter((record) => byFields(order, record, after) > 0)
  const records: readonly unknown[] = (descending ? behind.toReversed() : behind).slice(0, limit)
  return records as AnswerTo<Q>
}

/**
 * The lists as a write leaves them. `tablePrefix`: what the tables are called in errors.
 *
 * @throws {@link leaseLost} where it has to find exactly one record, and has not.
 * @throws {@link constraintViolation} where a record has the key of another one.
 */
export function recordsAfter(
  lists: RecordLists,
  write: RecordWrite,
  tablePrefix: string = ENGINE_TABLE_PREFIX,
): RecordLists {
  switch (write.kind) {
    case 'insert':
      return withInserted(lists, write.table, write.records.map(copyOf), tablePrefix)
    case 'put': {
      const record = copyOf(write.record)
      const where = RECORD_TABLES[write.table].key.map((field) => ({
        field,
        in: [record[field] as string],
      }))
      return withInserted(without(lists, write.table, where), write.table, [record], tablePrefix)
    }
    case 'patch': {
      const where: readonly AnyCondition[] = write.where
      let found = 0
      const records = lists[write.table].map((record) => {
        if (!isChosen(record, where)) return record
        found += 1
        return { ...record, ...write.set }
      })
      if (write.orElse !== undefined && found !== 1) throw leaseLost()
      return { ...lists, [write.table]: records }
    }
    case 'remove': {
      const left = without(lists, write.table, write.where)
      const found = lists[write.table].length - left[write.table].length
      if (write.orElse !== undefined && found !== 1) throw leaseLost()
      return left
    }
    case 'move': {
      const names = Object.keys(RECORD_TABLES[write.to].fields)
      const moved = lists[write.from]
        .filter((record) => isChosen(record, write.where))
        .map((record) => Object.fromEntries(names.map((name) => [name, record[name]])))
      return without(withInserted(lists, write.to, moved, tablePrefix), write.from, write.where)
    }
  }
}

/** The order of the records of a table. */
export function compareByKey(
  table: RecordTable,
  a: RecordFields | undefined,
  b: RecordFields | undefined,
): number {
  const { key }: { readonly key: readonly string[] } = RECORD_TABLES[table]
  return byFields(key, a ?? {}, valuesOf(key, b ?? {}))
}

type AnyCondition = RecordCondition<RecordFields>

function withInserted(
  lists: RecordLists,
  table: RecordTable,
  added: readonly RecordFields[],
  tablePrefix: string,
): RecordLists {
  if (added.length === 0) return lists
  const present = lists[table]
  assertUnique(tablePrefix, table, present, added)
  const all = [...present, ...added]
  const isBehind = present.length === 0 || compareByKey(table, present.at(-1), added[0]) < 0
  const isInOrder = isBehind && added.length === 1
  return { ...lists, [table]: isInOrder ? all : all.sort((a, b) => compareByKey(table, a, b)) }
}

function without(
  lists: RecordLists,
  table: RecordTable,
  where: readonly AnyCondition[],
): RecordLists {
  const left = lists[table].filter((record) => !isChosen(record, where))
  return left.length === lists[table].length ? lists : { ...lists, [table]: left }
}

function isChosen(record: RecordFields, where: readonly AnyCondition[]): boolean {
  return where.every((condition) => {
    const value = record[condition.field] ?? null
    if ('in' in condition) return (condition.in as readonly unknown[]).includes(value)
    if (value === null) return 'upTo' in condition && condition.orNull === true
    if ('startsWith' in condition) return String(value).startsWith(condition.startsWith)
    if ('fact' in condition) return factOf(String(value)) === condition.fact
    const id = value as UserId
    if ('above' in condition) return compareIds(id, condition.above) > 0
    if ('from' in condition) return compareIds(id, condition.from) >= 0
    return compareIds(id, condition.upTo) <= 0
  })
}

function factOf(body: string): unknown {
  const { stepId, level } = JSON.parse(body) as RecordFields
  return stepId ?? level
}

function byFields(
  fields: readonly string[],
  record: RecordFields,
  values: readonly unknown[],
): number {
  for (const [place, field] of fields.entries()) {
    const order = compareIds((record[field] ?? '') as UserId, (values[place] ?? '') as UserId)
    if (order !== 0) return order
  }
  return 0
}

function valuesOf(fields: readonly string[], record: RecordFields): readonly unknown[] {
  return fields.map((field) => record[field])
}

/** No two records have the same key, nor the same values of a unique key whose first field is not null. */
function assertUnique(
  tablePrefix: string,
  table: RecordTable,
  present: readonly RecordFields[],
  added: readonly RecordFields[],
): void {
  const { key, unique = [] } = RECORD_TABLES[table]
  const keys: readonly (readonly string[])[] = [key, ...unique]
  for (const fields of keys) {
    const [first = ''] = fields
    const isKeyed = (record: RecordFields): boolean =>
      fields === key || (record[first] ?? null) !== null
    const own = added.filter(isKeyed)
    if (own.length === 0) continue
    const texts = new Set(own.map((record) => textOf(fields, record)))
    const isTaken = present.some((record) => isKeyed(record) && texts.has(textOf(fields, record)))
    if (isTaken || texts.size < own.length) {
      const column = first.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      throw constraintViolation('unique', `${tablePrefix}${table}`, column)
    }
  }
}

function textOf(fields: readonly string[], record: RecordFields): string {
  return fields.map((field) => `${typeof record[field]} ${record[field]}`).join('\0')
}

function copyOf(record: object): RecordFields {
  return { ...record }
}
