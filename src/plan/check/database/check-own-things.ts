/**
 * Do rows stay that only rows that go point to? A picture of the user, a file behind an attachment.
 *
 * @module
 */

import { type KnownSchema, type KnownTable, knownSchema } from '../../../knowledge/known-table.ts'
import { isOwnThing, parentsOf } from '../../../knowledge/parents.ts'
import { removesRows } from '../../../program/columns/touches.ts'
import type { Program } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** Of tables that the policy calls unrelated. */
export function checkOwnThings(
  program: Program,
  classified: readonly string[],
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const { user, steps } = program
  if (user.rowless) return []
  const schema = knownSchema(tables, user.table, user.id)
  const ruled = new Set(steps.map(({ table }) => table))
  const unrelated = new Set(classified.filter((name) => !ruled.has(name)))
  const going = new Set([
    ...steps.filter(removesRows).map(({ table }) => table),
    ...(user.action === 'delete' ? [user.table] : []),
  ])
  return [...going].flatMap((name) => {
    const child = schema.tables.get(name)
    return child === undefined ? [] : leftBehind(schema, child, unrelated)
  })
}

function leftBehind(
  schema: KnownSchema,
  child: KnownTable,
  unrelated: ReadonlySet<string>,
): readonly SchemaFinding[] {
  return parentsOf(schema, child)
    .filter((one) => unrelated.has(one.parent) && isOwnThing(schema, child, one))
    .map(({ column, parent }) => ({
      ...{ code: 'user_reference', severity: 'warning', table: child.name, column },
      path: `tables.${parent}`,
      message: `"${child.name}.${column}" points to rows of "${parent}", which the policy calls 'unrelated': those that only rows of the user point to would stay. Let the host remove them, with a rule \`external\`, or accept the finding.`,
    }))
}
