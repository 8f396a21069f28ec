/**
 * Do the columns take what the policy writes into them?
 *
 * @module
 */
import type { ColumnSchema, TableSchema } from '../store.ts'
import type { Assignment, Program, Step } from '../terms.ts'
import { columnOf } from './check-columns.ts'
import { userWritesOf } from './named-columns.ts'
import { placeOf } from './references.ts'
import type { SchemaFinding } from './schema-finding.ts'

type Tables = ReadonlyMap<string, TableSchema>

export function checkWrites(program: Program, tables: Tables): readonly SchemaFinding[] {
  return [
    ...writesOf(program).flatMap((write) => {
      const table = tables.get(write.table)
      const column = columnOf(tables, write.table, write.assignment.column)
      if (table === undefined || column === 'missing' || column === 'unknown') return []
      const { path } = write
      const place = { table: table.name, column: column.name, path }
      return refusalsOf(table, column, write).map((found) => ({ ...place, ...found }))
    }),
    ...entryColumns(program, tables),
  ]
}

interface Write {
  readonly table: string
  readonly path: string
  readonly assignment: Assignment
  /** The column that holds the user; `null` for the user's own row, of which there is one. */
  readonly locator: string | null
}

type Found = Pick<SchemaFinding, 'code' | 'severity' | 'message'>

function writesOf({ user, steps }: Program): readonly Write[] {
  return [
    ...steps
      .filter(({ action }) => action !== 'unlink')
      .flatMap((step) => assignmentsOf(step).map((assignment) => writeOf(step, assignment))),
    ...userWritesOf(user).map((assignment) => ({
      ...{ table: user.table, path: `user.set.${assignment.column}`, assignment, locator: null },
    })),
  ]
}

function assignmentsOf({ set, retention }: Step): readonly Assignment[] {
  return [...set, ...(retention?.thenSet ?? [])]
}

function writeOf(step: Step, assignment: Assignment): Write {
  const path = `${placeOf(step)}.set.${assignment.column}`
  return { table: step.table, path, assignment, locator: step.selector?.locator.column ?? '' }
}

function refusalsOf(table: TableSchema, column: ColumnSchema, write: Write): readonly Found[] {
  const { assignment } = write
  const name = `"${table.name}.${column.name}"`
  if (table.primaryKey.includes(column.name)) {
    const message = `${name} is part of the primary key: leave it as it is.`
    return [{ code: 'key_changed', severity: 'error', message }]
  }
  if (column.generated) {
    const message = `${name} is computed by the database: overwrite what it is computed from.`
    return [{ code: 'generated_column', severity: 'error', message }]
  }
  if (assignment.kind === 'constant' && assignment.value === null) {
    if (column.nullable) return []
    const message = `${name} may not be null: write a constant or a token, or let the column be null.`
    return [{ code: 'null_into_not_null', severity: 'error', message }]
  }
  return collision(table, column, write)
}

/** The same value a second time, where the database wants each only once. */
function collision(
  table: TableSchema,
  column: ColumnSchema,
  { assignment, locator }: Write,
): readonly Found[] {
  const { kind } = assignment
  const isShared = kind === 'constant' || (kind === 'derived' && locator !== null)
  if (!isShared) return []
  const keys = table.uniqueKeys.filter((key) => key.includes(column.name))
  // One row of a user, so one value of a user.
  const isSingle =
    locator !== null &&
    table.uniqueKeys.some(([only, more]) => only === locator && more === undefined)
  if (keys.length === 0 || (kind === 'derived' && isSingle)) return []
  const isAlone = keys.some(({ length }) => length === 1)
  const often =
    kind === 'constant' ? 'the same value for every user' : 'one value for all rows of a user'
  return [
    {
      code: 'constant_into_unique',
      severity: isAlone && kind === 'constant' ? 'error' : 'warning',
      message: `"${table.name}.${column.name}" is unique, and is given ${often}: ${isAlone ? 'a second one is' : 'one like it may be'} refused. Write null, or \`randomToken\` where there is one row a user.`,
    },
  ]
}

/** Columns that want a value of each row, and that the policy's audit entry leaves out. */
function entryColumns({ audit }: Program, tables: Tables): readonly SchemaFinding[] {
  if (audit === null) return []
  const { table, entry } = audit
  const { columns, primaryKey = [] } = tables.get(table) ?? {}
  return (columns ?? [])
    .filter(({ name }) => (entry[name] ?? null) === null)
    .filter(({ nullable, hasDefault = false, generated }) => !(nullable || hasDefault || generated))
    .filter(({ name, type = '' }) => !isRowId(name, type, primaryKey))
    .map(({ name }) => ({
      ...{ code: 'null_into_not_null', severity: 'error', table, column: name },
      path: 'audit.entry',
      message: `"${table}.${name}" may not be null, and the audit entry gives it no value: add it to \`audit.entry\`.`,
    }))
}

/** SQLite numbers such rows by itself. */
function isRowId(name: string, type: string, primaryKey: readonly string[]): boolean {
  return primaryKey.length === 1 && primaryKey[0] === name && type.toUpperCase() === 'INTEGER'
}
