/**
 * When a store looks for rows on which a step has not had its effect.
 *
 * @module
 */
import type { DatabaseSchema } from '../store.ts'
import type { Step } from '../terms.ts'
import {
  exceptionReadsOf,
  overlaps,
  ownReadsOf,
  parentTablesOf,
  removesRows,
  writesOf,
} from './touches.ts'

/**
 * `at_end`: once the user rows are gone too, so that what triggers have written by then is seen. `at_once`: right after
 * the step, because another one removes or overwrites what the step finds its rows by.
 */
export type ResidueTime = 'at_once' | 'at_end'

/** `null` for steps that write nothing. Pure. */
export function residueTime(
  step: Step,
  steps: readonly Step[],
  schema: Pick<DatabaseSchema, 'tables' | 'foreignKeysEnforced'> = NO_KEYS,
): ResidueTime | null {
  const { action, set } = step
  const keeps = action === 'anonymize' || action === 'retain'
  if (!keeps && action !== 'delete' && action !== 'detach') return null
  if (keeps && set.length === 0) return null
  if (isPulledAlong(step, schema)) return 'at_once'
  return isDisturbed(step, steps) ? 'at_once' : 'at_end'
}

const NO_KEYS: Pick<DatabaseSchema, 'tables' | 'foreignKeysEnforced'> = {
  tables: [],
  foreignKeysEnforced: false,
}

/** Whether a foreign key may take away by itself what keeps rows from the step, with the user row too. */
function isPulledAlong(step: Step, { tables, foreignKeysEnforced }: typeof NO_KEYS): boolean {
  if (!foreignKeysEnforced || step.except.length === 0) return false
  const reads = exceptionReadsOf(step)
  const parents = parentTablesOf(step)
  return tables.some(({ name, foreignKeys }) =>
    foreignKeys.some(({ columns, onDelete }) => {
      if (onDelete === 'no_action' || onDelete === 'restrict') return false
      if (onDelete === 'cascade') return parents.has(name)
      return columns.some((column) =>
        reads.some((read) => overlaps(read, { table: name, column, path: null })),
      )
    }),
  )
}

/** Whether the rows of the step cannot be told any more once all steps have run. */
function isDisturbed(step: Step, steps: readonly Step[]): boolean {
  const parents = parentTablesOf(step)
  return steps.some((other) => {
    if (removesRows(other) && parents.has(other.table)) return true
    // Its own work on its rows is what is looked for; what keeps rows from it has to be told all the same.
    const read = other === step ? [] : ownReadsOf(step)
    const reads = [...read, ...exceptionReadsOf(step)]
    return writesOf(other).some((place) => reads.some((one) => overlaps(one, place)))
  })
}
