/**
 * Row security may hide rows from the role of the handle: then nobody can say that nothing is left.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Program } from '../../../src/program/program.ts'
import { selectorsOf } from '../../../src/program/selectors.ts'
import type { Described } from './describe.ts'

/** @throws {@link UserDeletionError} `schema_mismatch` where a table of the program is one of them. */
export function refuseHidden(program: Program, { hiding }: Pick<Described, 'hiding'>): void {
  if (hiding.size === 0) return
  const tables = [
    program.user.table,
    ...program.steps.flatMap((step) => [
      step.table,
      ...selectorsOf(step).flatMap(({ target }) =>
        target.kind === 'rows' ? target.parents.map(({ table }) => table) : [],
      ),
    ]),
    ...program.checks.map(({ table }) => table),
  ]
  const table = tables.find((one) => hiding.has(one))
  if (table === undefined) return
  throw new UserDeletionError(
    'schema_mismatch',
    `Row security may hide rows of "${table}" from this role: give the engine a role that bypasses it.`,
    { details: { table, reason: 'row_security' } },
  )
}
