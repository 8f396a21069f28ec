/**
 * Tables in memory, with keys, NOT NULL, unique keys, foreign keys, and transactions that can be undone.
 *
 * @module
 */
import type { Row } from '../../../src/program/rows/row.ts'
import {
  assertRow,
  keysOf,
  keyText,
  storedRow,
  storedValues,
} from '../../../src/program/rows/table-rules.ts'
import type { DatabaseSchema, TableSchema } from '../../../src/program/schema.ts'
import { deleteStatement, verifyChildren, verifyParents } from './foreign-keys.ts'
import type { Tables } from './rows.ts'

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
    row: (name, key) => states.get(name)?.rows.get(key),
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
      if (row !== undefined) {
        assertRow(state.schema, row, (columns, values) => {
          const index = state.indexes.find((one) => one.columns === columns)
          return (index?.entries.get(values) ?? key) !== key
        })
      }
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
  const indexes = keysOf(schema).map((columns) => ({ columns, entries: new Map<string, number>() }))
  return { schema, rows: new Map(), indexes }
}

function write(
  state: TableState,
  key: number,
  before: Row | undefined,
  after: Row | undefined,
): void {
  for (const { columns, entries } of state.indexes) {
    const old = before === undefined ? null : keyText(before, columns)
    const next = after === undefined ? null : keyText(after, columns)
    if (old !== null && entries.get(old) === key) entries.delete(old)
    if (next !== null) entries.set(next, key)
  }
  if (after === undefined) state.rows.delete(key)
  else state.rows.set(key, after)
}
