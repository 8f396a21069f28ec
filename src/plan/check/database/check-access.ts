/**
 * May the role of the handle see and do what the policy asks for? What it does not see would stay.
 *
 * @module
 */

import { type NamedColumn, namedColumnsOf } from '../../../program/columns/named-columns.ts'
import { removesRows } from '../../../program/columns/touches.ts'
import type { Program, Step } from '../../../program/program.ts'
import { keyOf } from '../../../program/rows/key-of.ts'
import type { Privilege, TableSchema } from '../../../program/schema.ts'
import { selectorsOf } from '../../../program/selectors.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Tables = ReadonlyMap<string, TableSchema>

export function checkAccess(program: Program, tables: Tables): readonly SchemaFinding[] {
  const named = namedColumnsOf(program)
  const touched = new Set([
    ...(program.user.rowless ? [] : [program.user.table]),
    ...named.map(({ table }) => table),
  ])
  const present = [...touched].flatMap((name) => tables.get(name) ?? [])
  return present.flatMap((table) => [
    ...(table.hidesRows === true ? [hidden(table)] : []),
    ...refused(program, named, table),
  ])
}

function hidden({ name }: TableSchema): SchemaFinding {
  return {
    ...{ code: 'hidden_rows', severity: 'error', table: name, path: `tables.${name}` },
    message: `row security may hide rows of "${name}" from this role, and what it hides would stay. Give the engine a role that bypasses it, or that owns the table.`,
  }
}

/** One finding for each privilege, however many columns it is about. */
function refused(
  program: Program,
  named: readonly NamedColumn[],
  table: TableSchema,
): readonly SchemaFinding[] {
  const { name, columns, refuses = [] } = table
  const lacks = (privilege: Privilege, wanted: (column: string) => boolean): readonly string[] =>
    (columns ?? [])
      .filter((column) => wanted(column.name) && column.refuses?.includes(privilege) === true)
      .map((column) => column.name)
  const { user, steps, checks, audit } = program
  const own = named.filter((one) => one.table === name)
  // By its key a row is told from others, whatever it is found by.
  const isSearched = steps.some((step) => step.table === name && step.ways.length > 0)
  const read = new Set([
    ...own.filter(({ use }) => use !== 'entry').map(({ column }) => column),
    ...(isSearched ? keyOf(table) : []),
  ])
  const isUsers = name === user.table && user.rowless !== true
  const written = new Set([
    ...steps
      .filter((step) => step.table === name)
      .flatMap(({ set, retention }) => [...set, ...(retention?.thenSet ?? [])])
      .map(({ column }) => column),
    ...(isUsers ? user.set.map(({ column }) => column) : []),
  ])
  const goes =
    steps.some((step) => step.table === name && removesSometime(step)) ||
    (isUsers && user.action === 'delete')
  const parents = new Set(
    steps.flatMap((step) =>
      selectorsOf(step).flatMap(({ target }) =>
        target.kind === 'rows' ? target.parents.map((parent) => parent.table) : [],
      ),
    ),
  )
  const isLocked = isUsers || parents.has(name) || checks.some((check) => check.table === name)
  const mayNotLock = isLocked && refuses.includes('lock')
  const entry = new Set(audit?.table === name ? Object.keys(audit.entry) : [])
  const found: readonly (readonly [privilege: string, columns: readonly string[] | null])[] = [
    // Of the user row all columns are read.
    ['SELECT', lacks('select', (column) => isUsers || read.has(column))],
    // Rows that others are found through are locked with it.
    ['UPDATE', mayNotLock ? null : lacks('update', (column) => written.has(column))],
    ['INSERT', lacks('insert', (column) => entry.has(column))],
    ['DELETE', goes && refuses.includes('delete') ? null : []],
  ]
  return found.flatMap(([privilege, lacking]): readonly SchemaFinding[] => {
    if (lacking?.length === 0) return []
    const of = lacking === null ? '' : ` ("${lacking.join('", "')}")`
    return [
      {
        ...{ code: 'missing_privilege', severity: 'error', table: name, path: `tables.${name}` },
        ...(lacking?.[0] === undefined ? {} : { column: lacking[0] }),
        message: `the role of the handle may not ${privilege} in "${name}"${of}, which the policy asks for: grant it.`,
      },
    ]
  })
}

function removesSometime(step: Step): boolean {
  return removesRows(step) || step.retention?.then === 'delete'
}
