/**
 * Every column that a program names, with its place in the policy.
 *
 * @module
 */
import { isInstant, literalOf } from '../placeholders.ts'
import type { Assignment, JsonPath, Program, Selector, Step, UserTable } from '../program.ts'
import { wayInto } from '../selectors.ts'
import { placeOf } from './references.ts'
import { placesOf } from './touches.ts'

export interface NamedColumn {
  readonly table: string
  readonly column: string
  /** Where in a JSON value that the column holds; `null`: all of it. */
  readonly inside: JsonPath | null
  /** Where in the policy. */
  readonly path: string
  /**
   * `overwrite`: a value that is to go; where there is no such column, there is none. `entry`: the engine's own
   * entry in the audit log. `need`: without it rows are not found, or a user's state not written.
   */
  readonly use: 'need' | 'overwrite' | 'entry'
}

export function namedColumnsOf(program: Program): readonly NamedColumn[] {
  const { user, steps, checks, audit } = program
  return [
    ...(user.rowless ? [] : columnsOfUser(user)),
    ...Object.keys(audit?.entry ?? {}).map((column) => ({
      ...{ table: audit?.table ?? '', column, inside: null },
      ...{ path: 'audit.entry', use: 'entry' as const },
    })),
    ...steps.flatMap(columnsOfStep),
    ...checks.flatMap(({ name, table, match, within, where }) =>
      [match, within, ...where.map(({ column }) => column)].map((column) => ({
        ...{ table, column, inside: null, path: `checks.${name}`, use: 'need' as const },
      })),
    ),
  ]
}

/** What is written into the user row while it stands: to blank it, to disable, to enable. */
export function userWritesOf({ set, disabled, active }: UserTable): readonly Assignment[] {
  const status = [...Object.entries(disabled ?? {}), ...Object.entries(active ?? {})]
  return [
    ...set,
    ...status.map(
      ([column, value]): Assignment =>
        isInstant(value)
          ? { kind: 'derived', column, index: -1, instant: value }
          : { kind: 'constant', column, value: literalOf(value) },
    ),
  ]
}

function columnsOfUser(user: UserTable): readonly NamedColumn[] {
  const { table, tenant, createdAt, fields, set } = user
  const needed = (column: string, path: string) =>
    ({ table, column, inside: null, path, use: 'need' }) satisfies NamedColumn
  const overwritten = new Set(set.map(({ column }) => column))
  return [
    ...Object.values(fields).map((column) => needed(column, 'user.fields')),
    ...(tenant === null ? [] : [needed(tenant, 'user.tenant')]),
    ...(createdAt === undefined ? [] : [needed(createdAt, 'user.createdAt')]),
    ...(user.secret ?? []).map((column) => needed(column, 'user.secret')),
    ...userWritesOf(user).flatMap((assignment): readonly NamedColumn[] =>
      overwritten.has(assignment.column)
        ? writtenBy(table, assignment, 'user.set', 'overwrite')
        : [needed(assignment.column, 'user.status')],
    ),
  ]
}

function columnsOfStep(step: Step): readonly NamedColumn[] {
  const path = placeOf(step)
  const read = step.ways.flatMap(columnsOfSelector)
  const written = [...step.set, ...(step.retention?.thenSet ?? [])]
  const found = new Set(read.map(({ table, column }) => JSON.stringify([table, column])))
  return [
    ...read.map((column) => ({ ...column, path, use: 'need' as const })),
    ...(step.secret ?? []).map((column) => ({
      ...{ table: step.table, column, inside: null, path: `${path}.secret`, use: 'need' as const },
    })),
    ...written.flatMap((assignment) =>
      // What rows are found by is needed, also where it is written.
      found.has(JSON.stringify([step.table, assignment.column]))
        ? writtenBy(step.table, assignment, path, 'need')
        : writtenBy(step.table, assignment, `${path}.set`, 'overwrite'),
    ),
  ]
}

function writtenBy(
  table: string,
  assignment: Assignment,
  path: string,
  use: NamedColumn['use'],
): readonly NamedColumn[] {
  return placesOf(table, assignment).map(({ column, path: inside }) => ({
    ...{ table, column, inside, path, use },
  }))
}

function columnsOfSelector(
  selector: Selector,
): readonly Pick<NamedColumn, 'table' | 'column' | 'inside'>[] {
  const { table, locator, where, tenant, target } = selector
  const { column } = locator
  const inside = locator.path === null && locator.element === null ? null : wayInto(locator)
  const others = [...where.map((one) => one.column), ...(tenant === null ? [] : [tenant])]
  const columns = [
    { table, column, inside },
    ...others.map((other) => ({ table, column: other, inside: null })),
  ]
  if (target.kind === 'user') return columns
  const above = target.parents.flatMap((parent) => [
    { table: parent.table, column: target.key, inside: null },
    ...columnsOfSelector(parent),
  ])
  return [...columns, ...above]
}
