/**
 * What all steps have left, asked in few statements: the answers are short, and most of their time is the way to the database and back.
 *
 * @module
 */
import type { GroupSql } from './group-sql.ts'
import type { ResidueSql } from './residue-sql.ts'
import type { StepSql } from './step-sql.ts'

/** What several steps have left, in one statement. */
export interface ResiduesTogether {
  /** Rows of `[place in tables, rows left]`. */
  readonly sql: string
  readonly tables: readonly string[]
}

/** Of every step of the program that is asked at the end, at most so many in each statement. */
export function residuesTogether(
  groups: readonly GroupSql[],
  steps: readonly (StepSql | null)[],
  most: number,
): readonly ResiduesTogether[] {
  const all = groups.flatMap((group): readonly (ResidueSql | null | undefined)[] =>
    group.residue !== null ? [group.residue] : group.steps.map((index) => steps[index]?.residue),
  )
  const late = all.flatMap((residue) => (residue?.when === 'at_end' ? [residue] : []))
  return pagesOf(late, most).map((page) => ({
    sql: page.map(({ sql }, place) => `SELECT ${place}, (${sql})`).join(' UNION ALL '),
    tables: page.map(({ table }) => table),
  }))
}

function pagesOf<T>(all: readonly T[], most: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / most)
  return Array.from({ length: count }, (_, page) => all.slice(page * most, (page + 1) * most))
}
