/**
 * Every column that a program names, with its place in the policy.
 *
 * @module
 */
import type { Assignment, Program, Selector, Step, UserTable } from '../terms.ts'
import { placeOf } from './references.ts'

export interface NamedColumn {
  readonly table: string
  readonly column: string
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
      ...{ table: audit?.table ?? '', column, path: 'audit.entry', use: 'entry' as const },
    })),
    ...steps.flatMap(columnsOfStep),
    ...checks.flatMap(({ name, table, match, within, where }) =>
      [match, within, ...where.map(({ column }) => column)].map((column) => ({
        ...{ table, column, path: `checks.${name}`, use: 'need' as const },
      })),
    ),
  ]
}

/** What is written into the user row while it stands: to blank it, to disable, to enable. */
export function userWritesOf({ set, disabled, active }: UserTable): readonly Assignment[] {
  const status = [...Object.entries(disabled ?? {}), ...Object.entries(active ?? {})]
  return [
    ...set,
    ...status.map(([column, value]) => ({ kind: 'constant', column, value }) as const),
  ]
}

function columnsOfUser(user: UserTable): readonly NamedColumn[] {
  const { table, tenant, createdAt, fields, set } = user
  const needed = (column: string, path: string) =>
    ({ table, column, path, use: 'need' }) satisfies NamedColumn
  const overwritten = new Set(set.map(({ column }) => column))
  return [
    ...Object.values(fields).map((column) => needed(column, 'user.fields')),
    ...(tenant === null ? [] : [needed(tenant, 'user.tenant')]),
    ...(createdAt === undefined ? [] : [needed(createdAt, 'user.createdAt')]),
    ...userWritesOf(user).map(
      ({ column }): NamedColumn =>
        overwritten.has(column)
          ? { table, column, path: 'user.set', use: 'overwrite' }
          : needed(column, 'user.status'),
    ),
  ]
}

function columnsOfStep(step: Step): readonly NamedColumn[] {
  const path = placeOf(step)
  const read = step.selector === null ? [] : columnsOfSelector(step.selector)
  const written = [...step.set, ...(step.retention?.thenSet ?? [])]
  const found = new Set(read.map(({ table, column }) => JSON.stringify([table, column])))
  return [
    ...read.map((column) => ({ ...column, path, use: 'need' as const })),
    // What rows are found by is needed, also where it is written.
    ...written
      .filter(({ column }) => !found.has(JSON.stringify([step.table, column])))
      .map(({ column }) => ({
        ...{ table: step.table, column, path: `${path}.set`, use: 'overwrite' as const },
      })),
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
