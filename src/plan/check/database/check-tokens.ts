/**
 * Do rows that let a user in go like any others? Then they let in until the deletion is done, and while the user is
 * disabled.
 *
 * @module
 */

import { tokenThatLetsIn } from '../../../knowledge/access-columns.ts'
import { knownTable } from '../../../knowledge/known-table.ts'
import { placeOf } from '../../../program/columns/references.ts'
import { removesRows } from '../../../program/columns/touches.ts'
import type { Program } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

export function checkTokens(
  { steps, user }: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return steps.flatMap((step): readonly SchemaFinding[] => {
    const table = tables.get(step.table)
    const isOpen = removesRows(step) && !step.access && step.table !== user.table
    if (table === undefined || !isOpen) return []
    if (steps.some((other) => other.table === step.table && other.access)) return []
    const token = tokenThatLetsIn(knownTable(table).columns)
    if (token === null) return []
    const message = `"${step.table}.${token.name}" looks like what lets the user in, and the rule does not say \`grantsAccess\`: it would let in while the user is disabled. Say \`grantsAccess: true\`, or accept the finding.`
    const where = { table: step.table, column: token.name, path: placeOf(step) }
    return [{ code: 'access_not_cut', severity: 'warning', ...where, message }]
  })
}
