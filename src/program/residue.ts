/**
 * When a store looks for residue: rows on which a step has not had its effect.
 *
 * @module
 */

import {
  exceptionReadsOf,
  overlaps,
  ownReadsOf,
  parentTablesOf,
  placesOf,
  removesRows,
  writesOf,
} from './columns/touches.ts'
import type { Step, UserTable } from './program.ts'
import type { DatabaseSchema } from './schema.ts'

/**
 * `at_end`: once the user rows are gone too, so that what triggers have written by then is seen. `at_once`: right after
 * the step, because another one removes or overwrites what the step finds its rows by.
 */
export type ResidueTime = 'at_once' | 'at_end'

/** What happens to rows beside the steps: by foreign keys, and to the user rows at the end. */
export interface ResidueScene {
  readonly schema?: Pick<DatabaseSchema, 'tables' | 'foreignKeysEnforced'>
  readonly user?: Pick<UserTable, 'table' | 'set'>
}

/** `null` for steps that write nothing. Pure. */
export function residueTime(
  step: Step,
  steps: readonly Step[],
  { schema, user }: ResidueScene = {},
): ResidueTime | null {
  const { action, set } = step
  const keeps = action === 'anonymize' || action === 'retain'
  if (!keeps && action !== 'delete' && action !== 'detach') return null
  if (keeps && set.length === 0) return null
  if (schema !== undefined && isPulledAlong(step, schema)) return 'at_once'
  if (user !== undefined && isBlankedOver(step, user)) return 'at_once'
  return isDisturbed(step, steps) ? 'at_once' : 'at_end'
}

/** Whether a foreign key may take away by itself what keeps rows from the step, with the user row too. */
function isPulledAlong(
  step: Step,
  { tables, foreignKeysEnforced }: NonNullable<ResidueScene['schema']>,
): boolean {
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

/** Whether the blank row of a user who goes takes the place of what the step has written. */
function isBlankedOver(step: Step, { table, set }: NonNullable<ResidueScene['user']>): boolean {
  const places = [...writesOf(step), ...exceptionReadsOf(step)]
  return set
    .flatMap((assignment) => placesOf(table, assignment))
    .some((blank) => places.some((place) => overlaps(place, blank)))
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
