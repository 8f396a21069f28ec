/**
 * Which columns there are, and which of them some rule mentions.
 *
 * @module
 */

import type { Program } from '../program.ts'
import type { TableSchema } from '../schema.ts'
import { namedColumnsOf } from './named-columns.ts'
import { dotted } from './references.ts'

/** A column, or a place in documents. */
export interface HeldColumn {
  /** Of a place, its keys joined by dots. */
  readonly name: string
  /** What has been seen there; `null` where columns are declared. */
  readonly types: readonly string[] | null
}

/** The columns of a table, or the places that are known of its documents. */
export function columnsHeldBy({ columns, sampledPaths = [] }: TableSchema): readonly HeldColumn[] {
  if (columns !== null) return columns.map(({ name }) => ({ name, types: null }))
  return sampledPaths.map(({ path, types }) => ({ name: path, types }))
}

/**
 * Makes the question whether a rule finds rows by a column, or writes it. Of documents the very place counts: a
 * rule speaks of everything below what it names, and of nothing beside it. A declared check only looks at rows, and
 * says nothing of what happens to them.
 */
export function mentionsOf(program: Program): (table: TableSchema, name: string) => boolean {
  const named = namedColumnsOf({ ...program, checks: [] }).filter(({ use }) => use !== 'entry')
  return ({ name: table, columns }, name) =>
    named.some((one) => {
      if (one.table !== table) return false
      if (columns !== null) return one.column === name
      const place = dotted(one.column, one.inside)
      return name === place || name.startsWith(`${place}.`)
    })
}
