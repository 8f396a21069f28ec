/**
 * What statements need to know of the tables.
 *
 * @module
 */
import type { ColumnSchema, DatabaseSchema } from '../../src/program/schema.ts'
import type { RowKey, SqlDialect, TupleColumn } from './dialect.ts'

/** What the statements need to know of the live schema. */
export interface TableFacts {
  readonly schema: DatabaseSchema
  rowKey(table: string): RowKey
  /** The columns of the key, as a list of keys has them. */
  keyColumns(table: string): readonly TupleColumn[]
  nullable(table: string, column: string): boolean
  columns(table: string): readonly string[]
  column(table: string, name: string): ColumnSchema | undefined
  /** The columns that a CHECK constraint mentions; `null` where that is not known. */
  mentionedIn(table: string, condition: string): readonly string[] | null
  /** Whether a trigger acts on updates of the table. */
  reactsToUpdates(table: string): boolean
}

export function factsOf(dialect: SqlDialect, schema: DatabaseSchema): TableFacts {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const column = (table: string, name: string): ColumnSchema | undefined =>
    tables.get(table)?.columns?.find((one) => one.name === name)
  const rowKey = (name: string): RowKey => dialect.rowKey(tables.get(name))
  return {
    schema,
    rowKey,
    keyColumns: (name) =>
      rowKey(name).map((key) => {
        const { type = '' }: Partial<ColumnSchema> = column(name, key) ?? {}
        return type === '' ? {} : { type }
      }),
    nullable: (table, name) => column(table, name)?.nullable ?? true,
    columns: (name) => tables.get(name)?.columns?.map((one) => one.name) ?? [],
    column,
    mentionedIn: (name, condition) =>
      tables.get(name)?.checks?.find((check) => check.condition === condition)?.columns ?? null,
    reactsToUpdates: (name) =>
      tables.get(name)?.triggers.some(({ event }) => event === 'update') ?? false,
  }
}
