/**
 * How many rows of a step users have, as statements.
 *
 * @module
 */
import type { Selector } from '../../../src/program/program.ts'
import { isComparedAsText, regardless } from '../../../src/program/selectors.ts'
import { mayLeaveShared } from '../../../src/program/shared-values.ts'
import { dealtWithIn } from '../../../src/program/steps.ts'
import type { SqlDialect } from '../dialect.ts'
import type { MarkedSelector } from '../marks.ts'
import { chainSql, directSql, located } from '../selectors/chain-sql.ts'
import { type Chain, chainsOf, directWay, userValueOf } from '../selectors/chains.ts'
import { anyUser } from '../selectors/compare-sql.ts'
import { pairsSql } from '../selectors/pairs-sql.ts'
import { type UserValue, valueKey } from '../selectors/user-value.ts'
import { keyColumns, type StepContext, usersOf } from './step-context.ts'

/** Rows of `[key, rows of each step counted]`; the key is a position in `@users`, or what references hold for the user. */
export interface CountSql {
  readonly sql: string
  readonly by: { readonly kind: 'position' } | { readonly kind: 'value'; readonly value: UserValue }
}

export function countSql(context: StepContext): CountSql {
  const { dialect, step, ways, key } = context
  const chains = ways.flatMap(chainsOf)
  const value = commonValue(chains)
  if (step.except.length > 0 || value === null) {
    return { sql: countPairs(context, context.pairs()), by: { kind: 'position' } }
  }
  const by = { kind: 'value', value } as const
  const way = directWay(ways)
  if (way !== null) {
    const { from, where } = directSql(dialect, way, 'index')
    const held = heldSql(dialect, 't0', way, value)
    return { sql: `SELECT ${held}, count(*) FROM ${from} WHERE ${where} GROUP BY 1`, by }
  }
  // In two types it is one value, and its row is to be counted once.
  const leaves: readonly (MarkedSelector | undefined)[] = chains.map((chain) => chain.at(-1))
  const isEither =
    chains.some((chain) => userValueOf(chain).eitherType) ||
    new Set(leaves.map((leaf) => leaf?.type)).size > 1
  const rows = chains.map((chain) => {
    const { from, where } = chainSql(dialect, chain, anyUser(dialect))
    const leaf = leafOf(dialect, chain, value)
    return `SELECT DISTINCT ${isEither ? dialect.asStored(leaf) : leaf} AS value, ${keyColumns(dialect, key)} FROM ${from} WHERE ${where}`
  })
  const all = dialect.subquery(rows.join(' UNION '))
  return { sql: `SELECT value, count(*) FROM ${all} GROUP BY value`, by }
}

/** Rows by position in `@users` that nothing but a shared value finds, and no rule has; `null` where there can be none. */
export function sharedSql(context: StepContext): string | null {
  const { dialect, program, step, ways, key } = context
  if (!mayLeaveShared(step)) return null
  const others = [...step.except, ...dealtWithIn(program.steps, step)]
  return countPairs(context, pairsSql(dialect, ways.map(regardless), others, key))
}

/** What a row holds, so that rows of different values are counted apart. */
export function heldSql(
  dialect: SqlDialect,
  alias: string,
  { locator }: Selector,
  { isLoose, type }: UserValue,
): string {
  const held = located(dialect, alias, locator)
  return isLoose ? dialect.binary(held, type) : held
}

function countPairs(context: StepContext, pairs: string): string {
  return `WITH ${usersOf(context)} SELECT pos, count(*) FROM ${context.dialect.subquery(pairs)} GROUP BY pos`
}

function commonValue(chains: readonly Chain[]): UserValue | null {
  // What is held is none of the values that were looked for.
  const leaves = chains.flatMap((chain) => chain.at(-1) ?? [])
  if (leaves.some(({ target }) => isComparedAsText(target))) return null
  const values = chains.map(userValueOf)
  if (values.some(({ collation }) => collation !== undefined)) return null
  if (new Set(values.map(valueKey)).size !== 1) return null
  return values.find(({ isLoose }) => isLoose) ?? values[0] ?? null
}

function leafOf(dialect: SqlDialect, chain: Chain, value: UserValue): string {
  const depth = chain.length - 1
  const leaf = chain[depth]
  return leaf === undefined ? 'NULL' : heldSql(dialect, `t${depth}`, leaf, value)
}
