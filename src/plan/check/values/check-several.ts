/**
 * Does a rule delete rows that name several? MongoDB opens the arrays on a path, so that a plain match finds a document
 * by any one of the values in it.
 *
 * @module
 */

import { dotted, placeOf, sampledAt } from '../../../program/columns/references.ts'
import type { Program, Step } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import { wayInto } from '../../../program/selectors.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Tables = ReadonlyMap<string, TableSchema>

export function checkSeveral(program: Program, tables: Tables): readonly SchemaFinding[] {
  return [...usersOfSeveral(program, tables), ...rowsOfSeveral(program, tables)]
}

/** A user who is found by one of several ids or tenants would go for all of them. */
function usersOfSeveral({ user }: Program, tables: Tables): readonly SchemaFinding[] {
  if (user.rowless) return []
  const named = [['user.id', user.id] as const, ['user.tenant', user.tenant] as const]
  return named.flatMap(([path, column]): readonly SchemaFinding[] => {
    if (column === null) return []
    const { table } = user
    const sampled = sampledAt(tables, { table, path: column, where: [] })
    if (sampled?.types['array'] === undefined && sampled?.several !== true) return []
    const what = path === 'user.id' ? 'ids' : 'tenants'
    const message = `"${table}.${column}" holds arrays in some sampled rows: a user is found by each of several ${what}, and would go for all of them. Name a field that holds one.`
    return [{ code: 'id_type_mismatch', severity: 'error', table, column, path, message }]
  })
}

/** A rule that says of itself that it looks into an array means such rows. */
function rowsOfSeveral({ steps }: Program, tables: Tables): readonly SchemaFinding[] {
  const ways = steps.filter(deletes).flatMap((step) => step.ways.map((way) => ({ step, way })))
  return ways.flatMap(({ step, way }): readonly SchemaFinding[] => {
    const { table, locator, where: conditions } = way
    if (locator.each) return []
    const column = dotted(locator.column, wayInto(locator))
    const sampled = sampledAt(tables, { table, path: column, where: conditions })
    if (sampled?.several !== true) return []
    const message = `some sampled rows of "${table}" hold several different values at "${column}", in arrays, and the rule deletes a row with the first user who is named there. Match the elements (\`array\`) and detach, so that each user loses their own element; accept the finding where the row should go.`
    const where = { table, column, path: placeOf(step) } as const
    return [{ code: 'several_named', severity: 'warning', ...where, message }]
  })
}

function deletes({ action, retention }: Step): boolean {
  return action === 'delete' || retention?.then === 'delete'
}
