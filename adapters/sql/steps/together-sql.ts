/**
 * Several questions as one statement: where the answers are few, most of their time is the way to the database and back.
 *
 * @module
 */
import type { CountSql } from './count-sql.ts'
import type { GroupSql } from './group-sql.ts'
import type { ResidueSql } from './residue-sql.ts'
import type { StepSql } from './step-sql.ts'

/** Counts of some groups of steps in one statement. */
export interface CountsTogether {
  /** Rows of `[place in groups, key, rows of each step counted]`. */
  readonly sql: string
  readonly groups: readonly { readonly steps: readonly number[]; readonly count: CountSql }[]
}

/** Every step of the program is counted in one of them, at most so many in each. Only where a column of answers may hold values of any type. */
export function countsTogether(
  groups: readonly GroupSql[],
  most: number,
): readonly CountsTogether[] {
  return pagesOf(groups, most).map((page) => {
    const widest = Math.max(...page.map(({ steps }) => steps.length))
    const parts = page.map(({ steps, count }, place) => {
      const none = ', NULL'.repeat(widest - steps.length)
      return `SELECT ${place}, counted.*${none} FROM (${count.sql}) AS counted`
    })
    return { sql: parts.join(' UNION ALL '), groups: page }
  })
}

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
