/**
 * Several questions as one statement: where the answers are few, most of their time is the way to SQLite and back.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { CountSql } from '../../sql/steps/count-sql.ts'
import type { ResidueSql } from '../../sql/steps/residue-sql.ts'

/** Counts of some groups of steps in one statement. */
export interface CountsTogether {
  /** Rows of `[place in groups, key, rows of each step counted]`. */
  readonly sql: string
  readonly groups: readonly { readonly steps: readonly number[]; readonly count: CountSql }[]
}

/** SQLite takes 500 parts in one statement; many would take long to compile. */
const MOST = 50

/** Every step of the program is counted in one of them. */
export const countsTogether: (sql: ProgramSql) => readonly CountsTogether[] = once(({ groups }) =>
  pagesOf(groups).map((page) => {
    const widest = Math.max(...page.map(({ steps }) => steps.length))
    const parts = page.map(({ steps, count }, place) => {
      const none = ', NULL'.repeat(widest - steps.length)
      return `SELECT ${place}, counted.*${none} FROM (${count.sql}) AS counted`
    })
    return { sql: parts.join(' UNION ALL '), groups: page }
  }),
)

/** What several steps have left, in one statement. */
export interface ResiduesTogether {
  /** Rows of `[place in tables, rows left]`. */
  readonly sql: string
  readonly tables: readonly string[]
}

/** Of every step of the program that is asked at the end. */
export const lateResidues: (sql: ProgramSql) => readonly ResiduesTogether[] = once((program) => {
  const { groups, steps } = program
  const all = groups.flatMap((group): readonly (ResidueSql | null | undefined)[] =>
    group.residue !== null ? [group.residue] : group.steps.map((index) => steps[index]?.residue),
  )
  const late = all.flatMap((residue) => (residue?.when === 'at_end' ? [residue] : []))
  return pagesOf(late).map((page) => ({
    sql: page.map(({ sql }, place) => `SELECT ${place}, (${sql})`).join(' UNION ALL '),
    tables: page.map(({ table }) => table),
  }))
})

function pagesOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / MOST)
  return Array.from({ length: count }, (_, page) => all.slice(page * MOST, (page + 1) * MOST))
}
