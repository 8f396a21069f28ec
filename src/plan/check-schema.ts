/**
 * Does the policy fit the live schema? Looked at before anything is deleted.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { ColumnSchema, DatabaseSchema, TableSchema } from '../store.ts'
import type { Assignment, Program, Selector, Step, UserTable } from '../terms.ts'
import { checkIdTypes } from './check-id-types.ts'
import { checkIndexes } from './check-indexes.ts'
import { checkPaths } from './check-paths.ts'
import { checkTables } from './check-tables.ts'
import { placeOf } from './references.ts'
import { type SchemaCheckOptions, type SchemaFinding, withAccepted } from './schema-finding.ts'

export interface SchemaCheck extends SchemaCheckOptions {
  /** Types that ids are passed in, where the user table does not say. */
  readonly givenIdTypes?: readonly string[]
}

/** Everything in which program and schema differ, errors first. Views pass. */
export function checkSchema(
  program: Program,
  classified: readonly string[],
  schema: DatabaseSchema,
  options: SchemaCheck = {},
): readonly SchemaFinding[] {
  const { minUnindexedRows = 1_000, maxUnindexedRows = 100_000 } = options
  const { accept = [], givenIdTypes } = options
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const findings = withAccepted(
    [
      ...checkTables(program, classified, schema),
      ...missingColumns(program, tables),
      ...refusedWrites(program, tables),
      ...checkIdTypes(program, tables, givenIdTypes),
      ...checkIndexes(program, tables, { minRows: minUnindexedRows, maxRows: maxUnindexedRows }),
      ...checkPaths(program, tables),
    ],
    accept,
  )
  const unique = [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()]
  return [...unique.filter(isError), ...unique.filter((finding) => !isError(finding))]
}

export function isError({ severity }: SchemaFinding): boolean {
  return severity === 'error'
}

/** @throws {@link UserDeletionError} `schema_mismatch` with all errors. */
export function refuseMismatch(findings: readonly SchemaFinding[]): void {
  const errors = findings.filter(isError)
  const [first] = errors
  if (first === undefined) return
  const more = errors.length === 1 ? '' : ` And ${errors.length - 1} more.`
  throw new UserDeletionError('schema_mismatch', `${first.path}: ${first.message}${more}`, {
    details: { findings: errors },
  })
}

type Tables = ReadonlyMap<string, TableSchema>

function missingColumns(program: Program, tables: Tables): readonly SchemaFinding[] {
  const { user } = program
  const wanted = [
    ...Object.values(user.fields).map((column) => ({
      table: user.table,
      column,
      path: 'user.fields',
    })),
    ...(user.tenant === null
      ? []
      : [{ table: user.table, column: user.tenant, path: 'user.tenant' }]),
    ...(user.createdAt === undefined
      ? []
      : [{ table: user.table, column: user.createdAt, path: 'user.createdAt' }]),
    ...[...user.set, ...statusWrites(user)].map(({ column }) => ({
      table: user.table,
      column,
      path: 'user',
    })),
    ...auditColumns(program),
    ...program.steps.flatMap(columnsOfStep),
    ...program.checks.flatMap(({ name, table, match, within, where }) =>
      [match, within, ...where.map(({ column }) => column)].map((column) => ({
        table,
        column,
        path: `checks.${name}`,
      })),
    ),
  ]
  const findings = wanted
    .filter(({ table, column }) => columnOf(tables, table, column) === 'missing')
    .map(
      ({ table, column, path }): SchemaFinding => ({
        code: 'missing_column',
        severity: 'error',
        table,
        column,
        path,
        message: `the table "${table}" has no column "${column}".`,
      }),
    )
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
}

function statusWrites({ disabled, active }: UserTable): readonly Assignment[] {
  return [...Object.entries(disabled ?? {}), ...Object.entries(active ?? {})].map(
    ([column, value]) => ({ kind: 'constant', column, value }),
  )
}

function auditColumns({ audit }: Program): readonly WantedColumn[] {
  if (audit === null) return []
  return Object.keys(audit.entry).map((column) => ({
    table: audit.table,
    column,
    path: 'audit.entry',
  }))
}

interface WantedColumn {
  readonly table: string
  readonly column: string
  readonly path: string
}

function columnsOfStep(step: Step): readonly WantedColumn[] {
  const path = placeOf(step)
  const read = step.selector === null ? [] : columnsOfSelector(step.selector)
  const written = [...step.set, ...(step.retention?.thenSet ?? [])]
  return [
    ...read.map((column) => ({ ...column, path })),
    ...written.map(({ column }) => ({ table: step.table, column, path: `${path}.set` })),
  ]
}

function columnsOfSelector(
  selector: Selector,
): readonly { readonly table: string; readonly column: string }[] {
  const { table, locator, where, tenant, target } = selector
  const own = [locator.column, ...where.map(({ column }) => column)]
  if (tenant !== null) own.push(tenant)
  const columns = own.map((column) => ({ table, column }))
  if (target.kind === 'user') return columns
  const above = target.parents.flatMap((parent) => [
    { table: parent.table, column: target.key },
    ...columnsOfSelector(parent),
  ])
  return [...columns, ...above]
}

function refusedWrites(program: Program, tables: Tables): readonly SchemaFinding[] {
  const { user } = program
  const writes = [
    ...program.steps
      .filter(({ action }) => action !== 'unlink')
      .flatMap((step) =>
        [...step.set, ...(step.retention?.thenSet ?? [])].map((assignment) => ({
          table: step.table,
          path: `${placeOf(step)}.set.${assignment.column}`,
          assignment,
        })),
      ),
    ...[...user.set, ...statusWrites(user)].map((assignment) => ({
      table: user.table,
      path: `user.set.${assignment.column}`,
      assignment,
    })),
  ]
  return writes.flatMap(({ table, path, assignment }) => {
    const column = columnOf(tables, table, assignment.column)
    if (column === 'missing' || column === 'unknown') return []
    const finding = refusedWrite(tables.get(table), column, assignment)
    return finding === null
      ? []
      : [{ ...finding, severity: 'error', table, column: column.name, path }]
  })
}

function refusedWrite(
  table: TableSchema | undefined,
  column: ColumnSchema,
  assignment: Assignment,
): Pick<SchemaFinding, 'code' | 'message'> | null {
  if (table?.primaryKey.includes(column.name)) {
    return { code: 'key_changed', message: `"${column.name}" is part of the primary key.` }
  }
  if (column.generated) {
    return { code: 'generated_column', message: `"${column.name}" is computed by the database.` }
  }
  const writesNull = assignment.kind === 'constant' && assignment.value === null
  if (writesNull && !column.nullable) {
    return { code: 'null_into_not_null', message: `"${column.name}" may not be null.` }
  }
  return null
}

function columnOf(
  tables: Tables,
  table: string,
  column: string,
): ColumnSchema | 'missing' | 'unknown' {
  const columns = tables.get(table)?.columns
  // A table that is missing as a whole is reported once, not column by column.
  if (columns === undefined || columns === null) return 'unknown'
  return columns.find(({ name }) => name === column) ?? 'missing'
}
