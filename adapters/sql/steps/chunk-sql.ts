/**
 * Some rows of a step for one user, as statements: those of a chunk, and those of steps that find theirs together.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { Program, Step } from '../../../src/program/program.ts'
import type { RowKey, SqlDialect } from '../dialect.ts'
import { anyUser } from '../selectors/compare-sql.ts'
import { pairsSql } from '../selectors/pairs-sql.ts'
import { isListed, keyTuple, pairKey, type StepContext, usersOf } from './step-context.ts'
import { columnsFor, stillTheirs, verbSql, wholeSql } from './write-sql.ts'

export interface ChunkSql {
  /** Keys of the next rows of the one user in `u`, from the start or after the key in `@after`. */
  readonly first: string
  readonly next: string
  /** Writes the rows whose keys are in `@keys`. */
  readonly apply: string
  /** Counts those that are there. */
  readonly there: string
}

/** Few users are so large; where many steps find their rows together, each statement names all of them. */
export const chunkOf: (context: StepContext) => ChunkSql | null = once(chunkSql)

function chunkSql(context: StepContext): ChunkSql | null {
  const { dialect, step, key, facts } = context
  const columns = columnsFor(context, (index) => `@d${index}`, anyUser(dialect))
  const verb = verbSql(context, columns)
  if (verb === null) return null
  const named = `${verb} WHERE ${isListed(dialect, facts, step.table, '@keys')}`
  const keys = (extra: string): string =>
    `WITH ${usersOf(context)} SELECT ${pairKey(key)} FROM ${dialect.subquery(pairsOfPass(context, extra))} ORDER BY ${pairKey(key)} LIMIT @limit`
  return {
    first: keys(''),
    next: keys(behind(dialect, key)),
    apply: dialect.rechecks ? `WITH ${usersOf(context)} ${named}${stillTheirs(context)}` : named,
    there: `SELECT count(*) FROM ${dialect.table(step.table)} AS t0 WHERE ${isListed(dialect, facts, step.table, '@keys')}`,
  }
}

/** Rows of all steps that find theirs together. */
function pairsOfPass({ dialect, program, step, key }: StepContext, extra: string): string {
  const pass = step.foundWith === undefined ? [step] : passAround(program, step)
  return pass
    .filter(({ ways }) => ways.length > 0)
    .map(({ ways, except }) => pairsSql(dialect, ways, except, key, extra))
    .join(' UNION ')
}

function passAround({ steps }: Program, { foundWith }: Step): readonly Step[] {
  return steps.filter((other) => other.foundWith === foundWith)
}

export function behind(dialect: SqlDialect, key: RowKey): string {
  return ` AND ${keyTuple(dialect, key)} > (${key.map((_, index) => `@after${index}`).join(', ')})`
}

/** Finds the rows before any step of the pass writes, and writes those that were found. */
export interface PassSql {
  /**
   * Rows of `[position in @users, …key]`: all of them, only those behind the key in `@after`, or only those in
   * `@keys`.
   */
  readonly find: string
  readonly findNext: string
  readonly findAmong: string
  /** Keeps the rows whose keys are in `@keys` from other transactions; `null` where these wait in any case. */
  readonly lock: string | null
  /** Writes the rows in `@pairs`, which holds what was found. */
  readonly write: string
}

/** `null` for steps that find their rows alone. */
export function passSql(context: StepContext): PassSql | null {
  const { dialect, step, key, facts } = context
  if (step.foundWith === undefined) return null
  const own = facts.keyColumns(step.table).map((one, index) => ({ ...one, name: `k${index}` }))
  const columns = [{ name: 'pos', type: 'INTEGER' }, ...own]
  const found = dialect.tuples('@pairs', columns)
  const write = wholeSql({ ...context, pairs: () => found, isFound: true })
  if (write === null) return null
  const names = columns.map(({ name }) => name).join(', ')
  const find = (extra = ''): string =>
    `WITH ${usersOf(context)} SELECT ${names} FROM ${dialect.subquery(context.pairs(extra))}`
  const isNamed = isListed(dialect, facts, step.table, '@keys')
  return {
    find: find(),
    findNext: find(behind(dialect, key)),
    findAmong: find(` AND ${isNamed}`),
    lock: dialect.rechecks
      ? `SELECT 1 FROM ${dialect.table(step.table)} AS t0 WHERE ${isNamed} ORDER BY ${keyTuple(dialect, key)} FOR UPDATE`
      : null,
    write: write.sql,
  }
}
