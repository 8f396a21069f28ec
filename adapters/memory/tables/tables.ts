/**
 * Tables in memory, with keys, NOT NULL, unique keys, foreign keys, and transactions that can be undone.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { DatabaseSchema, TableSchema } from '../../../src/program/schema.ts'
import { deleteStatement, verifyChildren, verifyParents } from './foreign-keys.ts'
import { type Row, type Tables, tuple, violation } from './rows.ts'
import { stored } from './values.ts'

interface TableState {
  readonly schema: TableSchema
  readonly rows: Map<number, Row>
  /** Unique keys, the primary key first: from the values to the row. */
  readonly indexes: readonly {
    readonly columns: readonly string[]
    readonly entries: Map<string, number>
  }[]
}

export function createTables(
  schemas: readonly TableSchema[],
  foreignKeysEnforced: boolean,
): Tables {
  const states = new Map<string, TableState>()
  const undo: (() => void)[] = []
  let nextKey = 1
  let depth = 0
  let described: DatabaseSchema | undefined
  for (const schema of schemas) states.set(schema.name, createState(schema))

  const tables: Tables = {
    schema() {
      described ??= {
        stamp: JSON.stringify([...states.keys()]),
        tables: [...states.values()].map(({ schema }) => schema),
        foreignKeysEnforced,
      }
      return described
    },
    rows: (name) => states.get(name)?.rows ?? new Map<number, Row>(),
    stored: (name, values) => storedValues(stateOf(name).schema, values),
    table: (name) => states.get(name)?.schema,
    insert(name, rows) {
      const { schema } = stateOf(name)
      tables.transaction(() => {
        const keys = rows.map((row) => {
          const key = nextKey++
          tables.put(name, key, storedRow(schema, row))
          return key
        })
        if (foreignKeysEnforced) verifyParents(tables, schema, keys)
      })
    },
    remove(name, keys) {
      if (foreignKeysEnforced) return deleteStatement(tables, name, keys)
      for (const key of keys) tables.put(name, key, undefined)
      return keys.length
    },
    update(name, changes) {
      const { schema, rows } = stateOf(name)
      const before = changes.map(([key]) => rows.get(key) ?? {})
      for (const [key, row] of changes) tables.put(name, key, row)
      if (foreignKeysEnforced) {
        const after = changes.map(([, row]) => row)
        verifyChildren(tables, name, before, after)
        verifyParents(
          tables,
          schema,
          changes.map(([key]) => key),
        )
      }
    },
    put(name, key, row) {
      const state = stateOf(name)
      const before = state.rows.get(key)
      if (row !== undefined) assertRow(state, key, row)
      write(state, key, before, row)
      undo.push(() => write(state, key, row, before))
    },
    transaction(work) {
      const start = undo.length
      depth += 1
      try {
        return work()
      } catch (error) {
        for (const step of undo.splice(start).reverse()) step()
        throw error
      } finally {
        depth -= 1
        if (depth === 0) undo.length = 0
      }
    },
  }

  function stateOf(name: string): TableState {
    let state = states.get(name)
    if (state === undefined) {
      state = createState(schemaless(name))
      states.set(name, state)
      described = undefined
    }
    return state
  }

  return tables
}

function schemaless(name: string): TableSchema {
  const none = { primaryKey: [], uniqueKeys: [], foreignKeys: [], triggers: [] }
  return { name, kind: 'table', columns: null, ...none }
}

function createState(schema: TableSchema): TableState {
  const keys = [schema.primaryKey, ...schema.uniqueKeys].filter(({ length }) => length > 0)
  const indexes = keys.map((columns) => ({ columns, entries: new Map<string, number>() }))
  return { schema, rows: new Map(), indexes }
}

/** Columns left out are null. */
function storedRow(schema: TableSchema, row: Row): Row {
  const values = storedValues(schema, row)
  if (schema.columns === null) return values
  return Object.fromEntries(schema.columns.map(({ name }) => [name, values[name] ?? null]))
}

/** Booleans of a declared table are stored as SQLite stores them. */
function storedValues({ name: table, columns }: TableSchema, values: Row): Row {
  const copy = structuredClone(values)
  if (columns === null) return copy
  const unknown = Object.keys(copy).find((name) => !columns.some((column) => column.name === name))
  if (unknown !== undefined) {
    throw new UserDeletionError('schema_mismatch', `The table ${table} has no column ${unknown}.`, {
      details: { table, column: unknown },
    })
  }
  return Object.fromEntries(Object.entries(copy).map(([name, value]) => [name, stored(value)]))
}

function assertRow({ schema, indexes }: TableState, key: number, row: Row): void {
  for (const { name, nullable } of schema.columns ?? []) {
    if (!nullable && row[name] == null) throw violation('notnull', schema.name, name)
  }
  for (const { columns, entries } of indexes) {
    const other = entries.get(tuple(row, columns) ?? '')
    if (other !== undefined && other !== key) {
      const kind = columns === schema.primaryKey ? 'primarykey' : 'unique'
      throw violation(kind, schema.name, columns[0])
    }
  }
}

function write(
  state: TableState,
  key: number,
  before: Row | undefined,
  after: Row | undefined,
): void {
  for (const { columns, entries } of state.indexes) {
    const old = before === undefined ? null : tuple(before, columns)
    const next = after === undefined ? null : tuple(after, columns)
    if (old !== null && entries.get(old) === key) entries.delete(old)
    if (next !== null) entries.set(next, key)
  }
  if (after === undefined) state.rows.delete(key)
  else state.rows.set(key, after)
}
