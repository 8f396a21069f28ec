/**
 * Locks on the tables of a program, under which their keys, indexes and triggers stay as they are.
 *
 * @module
 */
import { namedColumnsOf } from '../../../src/program/columns/named-columns.ts'
import type { Program } from '../../../src/program/program.ts'
import { writesRows } from '../../../src/program/steps.ts'
import type { SqlDialect } from '../../sql/dialect.ts'

/** Tables that it writes are locked as a write does, the others as a read does. `isTable`: a view cannot be locked so. */
export function tableLocks(
  { table }: SqlDialect,
  program: Program,
  isTable: (name: string) => boolean,
): readonly string[] {
  const { user, steps, audit } = program
  const written = new Set([
    ...(user.rowless ? [] : [user.table]),
    ...(audit === null ? [] : [audit.table]),
    ...steps.filter(writesRows).map((step) => step.table),
  ])
  const named = new Set(namedColumnsOf(program).map((column) => column.table))
  const read = [...named].filter((name) => !written.has(name))
  return [
    ...lock('ROW EXCLUSIVE', [...written].filter(isTable).toSorted().map(table)),
    ...lock('ACCESS SHARE', read.filter(isTable).toSorted().map(table)),
  ]
}

function lock(mode: string, tables: readonly string[]): readonly string[] {
  return tables.length === 0 ? [] : [`LOCK TABLE ${tables.join(', ')} IN ${mode} MODE`]
}
