/**
 * Does the database do something by itself when the policy changes rows?
 *
 * @module
 */

import { userWritesOf } from '../../../program/columns/named-columns.ts'
import type { Assignment, Program } from '../../../program/program.ts'
import type { TableSchema, TriggerSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** One warning for each trigger that a deletion sets off. */
export function checkTriggers(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const changes = changesOf(program)
  return [...tables.values()].flatMap(({ name: table, triggers }) =>
    triggers
      .filter((trigger) => changes.some((change) => setsOff(change, table, trigger)))
      .map(
        (trigger): SchemaFinding => ({
          code: 'touched_trigger',
          severity: 'warning',
          table,
          path: `tables.${table}`,
          message: `the ${trigger.kind ?? 'trigger'} "${trigger.name}" acts on every ${trigger.event} in "${table}", which a deletion causes: look whether it keeps a copy, writes rows back or refuses, and accept the finding if not.`,
        }),
      ),
  )
}

interface Change {
  readonly table: string
  readonly event: TriggerSchema['event']
  /** Columns that an update writes. */
  readonly columns: readonly string[]
}

function changesOf({ user, steps, audit }: Program): readonly Change[] {
  return [
    ...steps.flatMap(({ table, action, set, retention }): readonly Change[] => {
      if (action === 'block' || action === 'external') return []
      const removes = action === 'delete' || retention?.then === 'delete'
      return [
        ...(removes ? [removal(table)] : []),
        ...update(table, [...set, ...(retention?.thenSet ?? [])]),
      ]
    }),
    ...(user.rowless || user.action === 'anonymize' ? [] : [removal(user.table)]),
    ...update(user.table, userWritesOf(user)),
    ...(audit === null ? [] : [{ table: audit.table, event: 'insert', columns: [] } as const]),
  ]
}

function removal(table: string): Change {
  return { table, event: 'delete', columns: [] }
}

function update(table: string, set: readonly Assignment[]): readonly Change[] {
  if (set.length === 0) return []
  return [{ table, event: 'update', columns: set.map(({ column }) => column) }]
}

function setsOff(change: Change, table: string, { event, columns }: TriggerSchema): boolean {
  if (change.table !== table || change.event !== event) return false
  if (columns === null || event !== 'update') return true
  const names = columns.map((name) => name.toLowerCase())
  return change.columns.some((column) => names.includes(column.toLowerCase()))
}
