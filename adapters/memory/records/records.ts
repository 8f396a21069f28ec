/**
 * The engine's own records: lists in the order of their keys, replaced as a whole by each write.
 *
 * @module
 */
import { compareIds } from '../../../src/program/matching.ts'
import type { UserId } from '../../../src/program/program.ts'
import type { RecordWrite } from '../../../src/store/change.ts'
import type { AnswerTo, RecordCondition, RecordQuestion } from '../../../src/store/inquiry.ts'
import { leaseLost } from '../../../src/store/own-records.ts'
import {
  RECORD_TABLE_NAMES,
  RECORD_TABLES,
  type RecordTable,
} from '../../../src/store/record-tables.ts'
import { violation } from '../tables/rows.ts'

export interface Records {
  ask<const Q extends RecordQuestion>(question: Q): AnswerTo<Q>
  /** @throws {@link leaseLost} where a write has to find exactly one record, and has not. */
  write(writes: Iterable<RecordWrite>): void
  /** Puts everything back as it was when the work throws. */
  transaction<T>(work: () => T): T
}

type Fields = Readonly<Record<string, unknown>>

interface State {
  readonly tables: Readonly<Record<RecordTable, readonly Fields[]>>
  /** Entries of the ledger by subject: looking through all of them for each user would take too long. */
  readonly bySubject: ReadonlyMap<unknown, readonly Fields[]>
}

export function createRecords(tablePrefix: string): Records {
  const none = Object.fromEntries(RECORD_TABLE_NAMES.map((table) => [table, []]))
  let state: State = { tables: none as unknown as State['tables'], bySubject: new Map() }

  function replace(table: RecordTable, records: readonly Fields[]): void {
    state = { ...state, tables: { ...state.tables, [table]: records } }
  }

  function insert(table: RecordTable, added: readonly Fields[]): void {
    if (added.length === 0) return
    const present = state.tables[table]
    assertUnique(tablePrefix, table, present, added)
    const all = [...present, ...added]
    const isBehind = present.length === 0 || byKey(table, present.at(-1), added[0]) < 0
    replace(table, isBehind && added.length === 1 ? all : all.sort((a, b) => byKey(table, a, b)))
    if (table !== 'ledger') return
    state = { ...state, bySubject: indexed(state.bySubject, added) }
  }

  /** Answers how many records were there. */
  function remove(table: RecordTable, where: readonly AnyCondition[]): number {
    const present = state.tables[table]
    const left = present.filter((record) => !fulfills(record, where))
    if (left.length < present.length) replace(table, left)
    if (table === 'ledger') state = { ...state, bySubject: indexed(new Map(), left) }
    return present.length - left.length
  }

  function patch(table: RecordTable, where: readonly AnyCondition[], set: Fields): number {
    let found = 0
    const records = state.tables[table].map((record) => {
      if (!fulfills(record, where)) return record
      found += 1
      return { ...record, ...set }
    })
    replace(table, records)
    if (table === 'ledger') state = { ...state, bySubject: indexed(new Map(), records) }
    return found
  }

  function apply(write: RecordWrite): void {
    switch (write.kind) {
      case 'insert':
        insert(write.table, write.records.map(copyOf))
        break
      case 'put': {
        const record = copyOf(write.record)
        const where = RECORD_TABLES[write.table].key.map((field) => ({
          field,
          in: [record[field] as string],
        }))
        remove(write.table, where)
        insert(write.table, [record])
        break
      }
      case 'patch':
        expectOne(write.orElse, patch(write.table, write.where, { ...write.set }))
        break
      case 'remove':
        expectOne(write.orElse, remove(write.table, write.where))
        break
      case 'move': {
        const moved = state.tables[write.from].filter((record) => fulfills(record, write.where))
        const names = Object.keys(RECORD_TABLES[write.to].fields)
        insert(
          write.to,
          moved.map((record) => Object.fromEntries(names.map((name) => [name, record[name]]))),
        )
        remove(write.from, write.where)
      }
    }
  }

  return {
    ask<const Q extends RecordQuestion>(question: Q): AnswerTo<Q> {
      const records: readonly unknown[] = answer(state, question)
      return records as AnswerTo<Q>
    },
    write(writes) {
      for (const one of writes) apply(one)
    },
    transaction(work) {
      const before = state
      try {
        return work()
      } catch (error) {
        state = before
        throw error
      }
    },
  }
}

type AnyCondition = RecordCondition<Fields>

function indexed(
  known: State['bySubject'],
  entries: readonly Fields[],
): ReadonlyMap<unknown, readonly Fields[]> {
  const bySubject = new Map(known)
  for (const entry of entries) {
    const { subject = null } = entry
    if (subject !== null) bySubject.set(subject, [...(bySubject.get(subject) ?? []), entry])
  }
  return bySubject
}

function answer({ tables, bySubject }: State, question: RecordQuestion): readonly Fields[] {
  const { table, newestOf, descending, after, limit } = question
  const where: readonly AnyCondition[] = question.where ?? []
  const subjects = table === 'ledger' ? subjectsIn(where) : null
  const candidates =
    subjects === null
      ? tables[table]
      : subjects
          .flatMap((subject) => bySubject.get(subject) ?? [])
          .sort((a, b) => byKey(table, a, b))
  const found = candidates.filter((record) => fulfills(record, where))
  const newest =
    newestOf === undefined
      ? found
      : [...new Map(found.map((record) => [record[newestOf], record])).values()].sort((a, b) =>
          byKey(table, a, b),
        )
  const order: readonly string[] | undefined = question.order
  const sorted =
    order === undefined ? newest : newest.toSorted((a, b) => byFields(order, a, valuesOf(order, b)))
  const behind =
    after === undefined || order === undefined
      ? sorted
      : sorted.filter((record) => byFields(order, record, after) > 0)
  return (descending ? behind.toReversed() : behind).slice(0, limit)
}

function subjectsIn(where: readonly AnyCondition[]): readonly unknown[] | null {
  const condition = where.find(({ field }) => field === 'subject')
  if (condition === undefined || !('in' in condition)) return null
  // Entries about nobody are not sorted by subject.
  return condition.in.includes(null) ? null : [...new Set(condition.in)]
}

function fulfills(record: Fields, where: readonly AnyCondition[]): boolean {
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
  const { stepId, level } = JSON.parse(body) as Readonly<Record<string, unknown>>
  return stepId ?? level
}

function byKey(table: RecordTable, a: Fields | undefined, b: Fields | undefined): number {
  const { key }: { readonly key: readonly string[] } = RECORD_TABLES[table]
  return byFields(key, a ?? {}, valuesOf(key, b ?? {}))
}

function byFields(fields: readonly string[], record: Fields, values: readonly unknown[]): number {
  for (const [place, field] of fields.entries()) {
    const order = compareIds((record[field] ?? '') as UserId, (values[place] ?? '') as UserId)
    if (order !== 0) return order
  }
  return 0
}

function valuesOf(fields: readonly string[], record: Fields): readonly unknown[] {
  return fields.map((field) => record[field])
}

/** No two records have the same key, nor the same values of a unique key whose first field is not null. */
function assertUnique(
  tablePrefix: string,
  table: RecordTable,
  present: readonly Fields[],
  added: readonly Fields[],
): void {
  const { key, unique = [] } = RECORD_TABLES[table]
  const keys: readonly (readonly string[])[] = [key, ...unique]
  for (const fields of keys) {
    const [first = ''] = fields
    const isKeyed = (record: Fields): boolean => fields === key || (record[first] ?? null) !== null
    const own = added.filter(isKeyed)
    if (own.length === 0) continue
    const texts = new Set(own.map((record) => textOf(fields, record)))
    const isTaken = present.some((record) => isKeyed(record) && texts.has(textOf(fields, record)))
    if (isTaken || texts.size < own.length) {
      const column = first.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      throw violation('unique', `${tablePrefix}${table}`, column)
    }
  }
}

function textOf(fields: readonly string[], record: Fields): string {
  return fields.map((field) => `${typeof record[field]} ${record[field]}`).join('\0')
}

function expectOne(orElse: 'lease_lost' | undefined, found: number): void {
  if (orElse !== undefined && found !== 1) throw leaseLost()
}

function copyOf(record: object): Fields {
  return { ...record }
}
