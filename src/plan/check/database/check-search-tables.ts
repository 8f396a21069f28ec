/**
 * Full-text tables of SQLite that keep no rows of their own: does anything take the words of gone rows out of them, and
 * can their rows be found at all?
 *
 * @module
 */

import { placeOf } from '../../../program/columns/references.ts'
import type { Program, Step } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Tables = ReadonlyMap<string, TableSchema>

export function checkSearchTables(program: Program, tables: Tables): readonly SchemaFinding[] {
  return [...tables.values()].flatMap(({ name, contentTable }) => {
    if (contentTable === undefined) return []
    return contentTable === null
      ? unreadable(program, name)
      : outOfStep(program, name, tables.get(contentTable))
  })
}

/** An index without content tells no rule whose words it holds. */
function unreadable({ steps }: Program, table: string): readonly SchemaFinding[] {
  return steps
    .filter((step) => step.table === table && step.ways.length > 0)
    .map((step) => ({
      code: 'unreachable_table',
      severity: 'error',
      table,
      path: placeOf(step),
      message: `"${table}" is an index without content, whose columns read as null: no row is found in it. Say \`external\` without a match, and delete from it by the row id before the row goes.`,
    }))
}

/** Only triggers of the table keep an index over it in step; a deletion writes to the table alone. */
function outOfStep(
  { steps }: Program,
  index: string,
  content: TableSchema | undefined,
): readonly SchemaFinding[] {
  if (content === undefined) return []
  const own = steps.filter(({ table }) => table === content.name)
  const [lacking] = (['delete', 'update'] as const).flatMap((event) => {
    const step = own.find((one) => (event === 'delete' ? deletes(one) : writes(one)))
    const isKept = content.triggers.some((trigger) => trigger.event === event)
    return step === undefined || isKept ? [] : [{ step, event }]
  })
  if (lacking === undefined) return []
  const { step, event } = lacking
  const what = event === 'delete' ? 'deleted' : 'overwritten'
  const message = `"${index}" is an index over "${content.name}", and no trigger of that table is set off where its rows are ${what}: their words are found in the index afterwards. Create the triggers that the documentation of the index asks for.`
  return [{ code: 'stale_index', severity: 'warning', table: index, path: placeOf(step), message }]
}

function deletes({ action, retention }: Step): boolean {
  return action === 'delete' || retention?.then === 'delete'
}

function writes({ set, retention }: Step): boolean {
  return set.length > 0 || (retention?.thenSet ?? []).length > 0
}
