/**
 * The user's own row goes last, so what it refers to can go before it only once the reference is cut.
 *
 * @module
 */

import { removesRows } from '../../program/columns/touches.ts'
import type { Step, UserTable } from '../../program/program.ts'
import type { DatabaseSchema, ForeignKey, TableSchema } from '../../program/schema.ts'

/** One step for each enforced foreign key of the user table to rows that a step removes, where it may be null. */
export function unlinkUsers(
  user: UserTable,
  steps: readonly Step[],
  schema: DatabaseSchema | null,
): readonly Step[] {
  if (schema === null || !schema.foreignKeysEnforced || user.rowless === true) return []
  const table = schema.tables.find(({ name }) => name === user.table)
  if (table === undefined || steps.some((step) => step.table === user.table)) return []
  return table.foreignKeys.flatMap((key) => {
    const isNeeded = holdsOn(key) && key.references.table !== user.table
    const goes = steps.some((step) => removesRows(step) && step.table === key.references.table)
    const column = isNeeded && goes ? cuttable(table, key, user) : undefined
    return column === undefined ? [] : [unlinkStep(user, column)]
  })
}

function holdsOn({ onDelete }: ForeignKey): boolean {
  return onDelete === 'no_action' || onDelete === 'restrict'
}

/** A column that may be null, and that neither names the user nor their tenant. */
export function cuttable(
  table: TableSchema,
  { columns }: Pick<ForeignKey, 'columns'>,
  user: UserTable,
): string | undefined {
  return columns.find(
    (name) =>
      name !== user.id &&
      name !== user.tenant &&
      !table.primaryKey.includes(name) &&
      table.columns?.some((column) => column.name === name && column.nullable) === true,
  )
}

function unlinkStep(user: UserTable, column: string): Step {
  return {
    id: `${user.table}/unlink:${column}`,
    table: user.table,
    rule: 0,
    action: 'unlink',
    ways: [
      {
        table: user.table,
        locator: { column: user.id, path: null, each: false, element: null },
        target: { kind: 'user', field: 'id', form: null },
        where: [],
        tenant: user.tenant,
      },
    ],
    except: [],
    set: [{ kind: 'constant', column, value: null }],
    access: false,
    event: null,
    reason: null,
    remedy: null,
    retention: null,
    identity: 'kept_id',
  }
}
