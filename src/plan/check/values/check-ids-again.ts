/**
 * Does the database give the number of a user who is gone to the next one? Rows that name the number and stay would then
 * be taken for rows of somebody else.
 *
 * @module
 */
import type { Program, Step } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

export function checkIdsAgain(
  { user, steps }: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  // A blank row keeps its number.
  if (user.action === 'anonymize') return []
  const id = tables.get(user.table)?.columns?.find(({ name }) => name === user.id)
  const kept = steps.find(namesTheId)
  if (id?.comesAgain !== true || kept === undefined) return []
  const { table } = user
  return [
    {
      ...{ code: 'reused_ids', severity: 'warning', table, column: user.id, path: 'user.id' },
      message: `"${table}.${user.id}" gives the number of the last user to the next one once that user is gone, who would then seem to have the rows that "${kept.table}" keeps. Declare it AUTOINCREMENT, take ids that never come again, or overwrite the id in those rows.`,
    },
  ]
}

/** Whether rows stay that can be found by the id of a user who is gone. */
function namesTheId({ action, identity, ways }: Step): boolean {
  if (action !== 'retain' && action !== 'anonymize') return false
  if (!ways.some(({ target }) => target.kind === 'user' && target.field === 'id')) return false
  return identity === 'kept_id' || identity === 'keyed_hash'
}
