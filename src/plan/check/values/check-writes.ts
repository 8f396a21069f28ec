/**
 * Do the columns take what the policy writes into them?
 *
 * @module
 */

import type { Program } from '../../../program/program.ts'
import type { ColumnSchema, TableSchema } from '../../../program/schema.ts'
import { allWritesOf, placedWrites, type Write, writtenBy } from '../../../program/writes.ts'
import type { SchemaFinding } from '../../schema-finding.ts'
import { columnOf } from '../database/check-columns.ts'
import { strictRefusals } from '../database/check-strict.ts'
import { collisionOf, nullCollisionOf } from '../database/check-unique.ts'
import { entryRefusals, validatorRefusals, writtenInEntry } from '../database/check-validators.ts'

type Tables = ReadonlyMap<string, TableSchema>

export function checkWrites(program: Program, tables: Tables): readonly SchemaFinding[] {
  return [
    ...allWritesOf(program).flatMap((write): readonly SchemaFinding[] => {
      const table = tables.get(write.table)
      if (table === undefined) return []
      return table.columns === null
        ? intoDocuments(table, write, program)
        : intoColumn(table, write, tables, program)
    }),
    ...entryColumns(program, tables),
    ...entryValues(program, tables),
    ...entryFields(program, tables),
  ]
}

function intoColumn(
  table: TableSchema,
  write: Write,
  tables: Tables,
  program: Program,
): readonly SchemaFinding[] {
  const column = columnOf(tables, write.table, write.assignment.column)
  if (column === 'missing' || column === 'unknown') return []
  const place = { table: table.name, column: column.name, path: write.path }
  return refusalsOf(table, column, write, program).map((found) => ({ ...place, ...found }))
}

function intoDocuments(
  table: TableSchema,
  write: Write,
  { derived }: Program,
): readonly SchemaFinding[] {
  return placedWrites(write).flatMap(({ place, written, creates }) => {
    const [key = ''] = place.split('.')
    const found = table.primaryKey.includes(key)
      ? [keyChanged(`"${table.name}.${place}"`)]
      : [
          ...validatorRefusals(table, place, written, creates),
          ...collisionOf(table, place, write, derived),
          ...nullCollisionOf(table, place, written),
        ]
    return found.map((one) => ({ table: table.name, column: place, path: write.path, ...one }))
  })
}

type Found = Pick<SchemaFinding, 'code' | 'severity' | 'message'>

function keyChanged(name: string): Found {
  const message = `${name} is part of the primary key: leave it as it is.`
  return { code: 'key_changed', severity: 'error', message }
}

function refusalsOf(
  table: TableSchema,
  column: ColumnSchema,
  write: Write,
  { derived }: Program,
): readonly Found[] {
  const { assignment } = write
  const name = `"${table.name}.${column.name}"`
  if (table.primaryKey.includes(column.name)) return [keyChanged(name)]
  if (column.generated) {
    const message = `${name} is computed by the database: overwrite what it is computed from.`
    return [{ code: 'generated_column', severity: 'error', message }]
  }
  if (assignment.kind === 'constant' && assignment.value === null) {
    if (column.nullable) return []
    const message = `${name} may not be null: write a constant or a token, or let the column be null.`
    return [{ code: 'null_into_not_null', severity: 'error', message }]
  }
  const isWhole = assignment.kind === 'constant' || assignment.kind === 'derived'
  return [
    ...(isWhole ? strictRefusals(table, column, writtenBy(assignment)) : []),
    ...collisionOf(table, column.name, write, derived),
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

/** Values of the entry that a strict column does not take. */
function entryValues({ audit, user }: Program, tables: Tables): readonly SchemaFinding[] {
  const table = audit === null ? undefined : tables.get(audit.table)
  if (audit === null || table === undefined) return []
  return (table.columns ?? []).flatMap((column) => {
    const value = audit.entry[column.name]
    if (value === undefined) return []
    const place = { table: table.name, column: column.name, path: 'audit.entry' }
    const refused = strictRefusals(table, column, writtenInEntry(value, user.idType))
    return refused.map((found) => ({ ...place, ...found }))
  })
}

/** The same of documents, as far as a validator says what it wants. */
function entryFields({ audit, user }: Program, tables: Tables): readonly SchemaFinding[] {
  const table = audit === null ? undefined : tables.get(audit.table)
  if (audit === null || table === undefined || table.columns !== null) return []
  return entryRefusals(table, audit.entry, user.idType).map((found) => ({
    ...{ table: table.name, path: 'audit.entry' },
    ...found,
  }))
}

/** SQLite numbers such rows by itself. */
function isRowId(name: string, type: string, primaryKey: readonly string[]): boolean {
  return primaryKey.length === 1 && primaryKey[0] === name && type.toUpperCase() === 'INTEGER'
}
