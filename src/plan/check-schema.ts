/**
 * Does the policy fit the live schema? Looked at before anything is deleted.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { ColumnSchema, DatabaseSchema, TableSchema } from '../store.ts'
import type { Assignment, Program, Selector, Step, UserTable } from '../terms.ts'

/** One way in which policy and database differ. */
export interface SchemaFinding {
  readonly code:
    | 'unclassified_table'
    | 'missing_table'
    | 'missing_column'
    | 'null_into_not_null'
    | 'key_changed'
    | 'generated_column'
  readonly table: string
  readonly column?: string
  /** Where in the policy. */
  readonly path: string
  readonly message: string
}

/** Everything that keeps the program from running on this schema. Views and schemaless tables pass. */
export function checkSchema(
  program: Program,
  classified: readonly string[],
  schema: DatabaseSchema,
): readonly SchemaFinding[] {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const own = program.user.rowless ? [] : [program.user.table]
  const named = new Set([...classified, ...own])
  return [
    ...schema.tables
      .filter(({ name, kind }) => kind === 'table' && !named.has(name))
      .map(unclassified),
    ...[...named].filter((name) => !tables.has(name)).map(missingTable),
    ...missingColumns(program, tables),
    ...refusedWrites(program, tables),
  ]
}

/** @throws {@link UserDeletionError} `schema_mismatch` with all findings. */
export function refuseMismatch(findings: readonly SchemaFinding[]): void {
  const [first] = findings
  if (first === undefined) return
  const more = findings.length === 1 ? '' : ` And ${findings.length - 1} more.`
  throw new UserDeletionError('schema_mismatch', `${first.path}: ${first.message}${more}`, {
    details: { findings },
  })
}

type Tables = ReadonlyMap<string, TableSchema>

function unclassified({ name }: TableSchema): SchemaFinding {
  return {
    code: 'unclassified_table',
    table: name,
    path: `tables.${name}`,
    message: `the table "${name}" has no rule: say what happens to its rows, or 'unrelated'.`,
  }
}

function missingTable(name: string): SchemaFinding {
  return {
    code: 'missing_table',
    table: name,
    path: `tables.${name}`,
    message: `the database has no table "${name}".`,
  }
}

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
  const path = pathOf(step)
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
          path: `${pathOf(step)}.set.${assignment.column}`,
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
    return finding === null ? [] : [{ ...finding, table, column: column.name, path }]
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

function pathOf(step: Step): string {
  return `tables.${step.table}[${step.rule}]`
}
