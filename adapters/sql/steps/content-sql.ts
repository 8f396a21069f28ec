/**
 * Rows of one step for one user, with all that they hold.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import { behind } from './chunk-sql.ts'
import { isListed, pairKey, type StepContext, usersOf } from './step-context.ts'

export interface ContentSql {
  /** Keys of the next rows of the one user in `u`, from the start or after the key in `@after`. */
  readonly first: string
  readonly next: string
  /** Every column of the rows whose keys are in `@keys`, and behind them the key. */
  readonly named: string
  /** Columns of the key. */
  readonly width: number
}

/** Few programs are ever asked for contents. */
export const contentOf: (context: StepContext) => ContentSql = once(contentSql)

function contentSql(context: StepContext): ContentSql {
  const { dialect, step, key, facts } = context
  const keys = (extra: string): string =>
    `WITH ${usersOf(context)} SELECT ${pairKey(key)} FROM ${dialect.subquery(context.pairs(extra))} ORDER BY ${pairKey(key)} LIMIT @limit`
  const own = key.map(
    (name, index) => `t0.${dialect.quote(name)} AS ${dialect.quote(`user_deletion_key${index}`)}`,
  )
  return {
    first: keys(''),
    next: keys(behind(dialect, key)),
    named: `SELECT t0.*, ${own.join(', ')} FROM ${dialect.table(step.table)} AS t0 WHERE ${isListed(dialect, facts, step.table, '@keys')}`,
    width: key.length,
  }
}
