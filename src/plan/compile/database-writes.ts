/**
 * What the database itself writes when a step runs. Other steps may find their rows by these columns, so the order of
 * steps depends on it.
 *
 * @module
 */

import { removesRows } from '../../program/columns/touches.ts'
import type { Step, WrittenColumn } from '../../program/program.ts'
import type { TableSchema } from '../../program/schema.ts'

type Tables = ReadonlyMap<string, TableSchema>

/** The step with what the database writes along with it. `tables`: their foreign keys are those that are enforced. */
export function withDatabaseWrites(step: Step, tables: Tables): Step {
  const alsoWrites = removesRows(step)
    ? cutLoose(step.table, tables)
    : [...followingUpdates(step, tables), ...generatedFrom(step, tables)]
  return alsoWrites.length === 0 ? step : { ...step, alsoWrites }
}

/** References that lose their value with rows of the table, and with those that a cascade takes along. */
function cutLoose(table: string, tables: Tables): readonly WrittenColumn[] {
  const gone = new Set([table])
  const written: WrittenColumn[] = []
  for (const parent of gone) {
    for (const { name, foreignKeys } of tables.values()) {
      for (const { columns, references, onDelete } of foreignKeys) {
        if (references.table !== parent) continue
        if (onDelete === 'cascade') gone.add(name)
        if (onDelete !== 'set_null' && onDelete !== 'set_default') continue
        written.push(...columns.map((column) => ({ table: name, column })))
      }
    }
  }
  return written
}

/** References that follow a key which the step overwrites. */
function followingUpdates(step: Step, tables: Tables): readonly WrittenColumn[] {
  const keys = new Set(step.set.map(({ column }) => column))
  return [...tables.values()].flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ columns, references, onUpdate = 'no_action' }) => {
      const isMoved =
        references.table === step.table && references.columns.some((one) => keys.has(one))
      if (!isMoved || onUpdate === 'no_action' || onUpdate === 'restrict') return []
      return columns.map((column) => ({ table: name, column }))
    }),
  )
}

/** Columns that are computed from what the step overwrites, and from those again. */
function generatedFrom({ table, set }: Step, tables: Tables): readonly WrittenColumn[] {
  const columns = tables.get(table)?.columns ?? []
  const written = new Set(set.map(({ column }) => column))
  for (const column of written) {
    for (const { name, generatedFrom: from = [] } of columns)
      if (from.includes(column)) written.add(name)
  }
  for (const { column } of set) written.delete(column)
  return [...written].map((column) => ({ table, column }))
}
