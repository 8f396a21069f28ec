/**
 * Rows on which a step has not had its effect, as statements.
 *
 * @module
 */
import type { Step } from '../../../src/program/program.ts'
import { type ResidueTime, residueTime } from '../../../src/program/residue.ts'
import { leavesNoMatch } from '../../../src/program/steps.ts'
import type { SqlDialect } from '../dialect.ts'
import { chainSql, directSql } from '../selectors/chain-sql.ts'
import { isDirect } from '../selectors/chains.ts'
import { anyUser, type Compare, sameUser } from '../selectors/compare-sql.ts'
import { derivedSql, type KnownValues, lacksUnknown, pendingSql } from './assignment-sql.ts'
import { type StepContext, usersOf } from './step-context.ts'
import { pairsForPull } from './write-sql.ts'

/** Counts rows on which the step has not had its effect. */
export interface ResidueSql {
  readonly table: string
  readonly sql: string
  readonly when: ResidueTime
}

export function residueSql(context: StepContext): ResidueSql | null {
  const { dialect, step, ways, program, facts } = context
  const when = residueTime(step, program.steps, { schema: facts.schema, user: program.user })
  if (when === null) return null
  // What a stronger rule may have written in its place is asked for beside what the step writes.
  const asked = [...step.set, ...(step.outdone ?? [])]
  const needsUsers = asked.some(({ kind }) => kind === 'derived') || pairsForPull(step)
  const [way, ...others] = ways
  const isOwn = way?.target.kind === 'user' && others.length === 0
  if (step.except.length === 0 && isOwn && !needsUsers) {
    const compare = anyUser(dialect)
    const { from, where } = isDirect(way)
      ? directSql(dialect, way, 'row')
      : chainSql(dialect, [way], compare)
    const sql = `SELECT count(*) FROM ${from} WHERE ${where}${lacksSql(dialect, step, compare)}`
    return { table: step.table, sql, when }
  }
  const left = context.pairs(lacksSql(dialect, step, sameUser(dialect)))
  return { table: step.table, sql: countAll(context, left), when }
}

/** Rows of the one user in `u` that lack the step's work. `known`: whether the derived values are there. */
export function unfinishedSql(context: StepContext, known: readonly boolean[]): string {
  const { dialect, step } = context
  if (leavesNoMatch(step)) return countAll(context, context.pairs())
  const lacking = pendingSql(dialect, step, {
    gone: sameUser(dialect),
    lacksDerived: (column, one) =>
      known[one.index]
        ? dialect.differsInBytes(column, derivedSql(dialect, one, `u.d${one.index}`))
        : lacksUnknown(column, one),
  })
  return countAll(context, context.pairs(` AND (${lacking})`))
}

/** What rows lack of a step that has run, where all of its work is known by the row alone. */
export function lacksAlone(dialect: SqlDialect, step: Step): string {
  return pendingSql(dialect, step, {
    gone: anyUser(dialect),
    lacksDerived: lacksDerived(dialect),
  })
}

/** The same as a condition behind others. */
export function lacksSql(dialect: SqlDialect, step: Step, gone: Compare): string {
  if (leavesNoMatch(step)) return ''
  return ` AND (${pendingSql(dialect, step, { gone, lacksDerived: lacksDerived(dialect) })})`
}

/** Of users who share a row the value of one of them is there. */
export function lacksDerived(dialect: SqlDialect): KnownValues['lacksDerived'] {
  const no = dialect.literal(false)
  return (column, one) =>
    `coalesce(${column} IN (SELECT ${derivedSql(dialect, one, `d${one.index}`)} FROM u), ${no}) = ${no}`
}

function countAll(context: StepContext, pairs: string): string {
  return `WITH ${usersOf(context)} SELECT count(*) FROM ${context.dialect.subquery(pairs)}`
}
