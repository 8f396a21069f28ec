/**
 * A table as far as anything is known of it: columns with their types, keys, and what samples have shown.
 *
 * @module
 */
import { columnsHeldBy } from '../program/columns/mentions.ts'
import { once } from '../program/once.ts'
import type { ColumnKind, ForeignKey, TableSchema } from '../program/schema.ts'
import { wordsOf } from '../words/name-words.ts'

/** A column, or a place in documents. */
export interface KnownColumn {
  /** Of a place, its keys joined by dots. */
  readonly name: string
  /** The declared type; empty where there is none. */
  readonly type: string
  /** What the database keeps it to. */
  readonly holds?: ColumnKind
  /** Types of the values that a sample has there; empty where nobody has looked. */
  readonly sampled: readonly string[]
}

export interface KnownTable {
  readonly name: string
  readonly words: readonly string[]
  readonly columns: readonly KnownColumn[]
  readonly foreignKeys: readonly ForeignKey[]
  /** The primary key. */
  readonly key: readonly string[]
  /** Columns of which each row holds a value of its own. */
  readonly unique: readonly string[]
  /** Conditions that its rows fulfil. */
  readonly checks: readonly string[]
}

/** The table of the users, and the other ones. */
export interface KnownSchema {
  readonly user: KnownTable
  /** Column of the users' ids. */
  readonly userId: string
  /** Every table, the users' too. */
  readonly tables: ReadonlyMap<string, KnownTable>
}

/** As far as the store has described them. */
export function knownSchema(
  tables: ReadonlyMap<string, TableSchema>,
  users: string,
  userId: string,
): KnownSchema {
  const known = new Map([...tables].map(([name, table]) => [name, knownTable(table)]))
  const none = { columns: [], foreignKeys: [], key: [], unique: [], checks: [] }
  return {
    user: known.get(users) ?? { name: users, words: wordsOf(users), ...none },
    userId,
    tables: known,
  }
}

export const knownTable: (table: TableSchema) => KnownTable = once((table) => {
  const { name, columns, foreignKeys, checks = [] } = table
  return {
    ...{ name, foreignKeys },
    words: wordsOf(name),
    key: table.primaryKey,
    unique: uniqueColumns(table),
    checks: checks.map(({ condition }) => condition),
    columns:
      columns === null
        ? columnsHeldBy(table).map((held) => ({
            ...{ name: held.name, type: '', sampled: (held.types ?? []).filter(isValue) },
          }))
        : columns.map(({ name: column, type = '', holds }) => ({
            ...{ name: column, type, sampled: [] },
            ...(holds === undefined ? {} : { holds }),
          })),
  }
})

function uniqueColumns({ primaryKey, uniqueKeys, indexes = [] }: TableSchema): readonly string[] {
  const whole = indexes.filter(({ unique, partial }) => unique === true && !partial)
  const keys = [primaryKey, ...uniqueKeys, ...whole.map((index) => index.keys)]
  return [...new Set(keys.flatMap((key) => (key.length === 1 ? key : [])))]
}

/** Null may stand for anything. */
function isValue(type: string): boolean {
  return type !== 'null'
}
