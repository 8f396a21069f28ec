/**
 * FROM and WHERE of the ways from rows to users. The rows are `t0`, their parents `t1` and so on.
 *
 * @module
 */
import type { SqlDialect } from '../dialect.ts'
import { jsonOf } from '../json-of.ts'
import type { MarkedSelector } from '../marks.ts'
import { type Chain, wantedOf } from './chains.ts'
import {
  anyUser,
  type Compare,
  conditionSql,
  equalSql,
  inCollation,
  tenantSql,
} from './compare-sql.ts'

export interface Rows {
  readonly from: string
  readonly where: string
}

/** `leaf` compares the located value of the last table with the user. */
export function chainSql(dialect: SqlDialect, chain: Chain, leaf: Compare): Rows {
  const from = chain.flatMap((selector, depth) => tablesSql(dialect, selector, depth)).join(', ')
  return { from, where: chainWhere(dialect, chain, leaf) }
}

/**
 * Of a direct selector for all users of the slice. An index has the rows of one user after those of another, all
 * over the table, so that a page would be read and written once for each of its rows. Where that is marked, the
 * index is therefore read first, and the rows in the order in which the table keeps them. `needs`: whether the index
 * may do for all that is asked.
 */
export function directSql(
  dialect: SqlDialect,
  selector: MarkedSelector,
  needs: 'index' | 'row',
): Rows {
  const { table, where, tenant, inRowOrder } = selector
  const asked = [...where.map(({ column }) => column), ...(tenant === null ? [] : [tenant])]
  const isKnown = asked.every((column) => inRowOrder?.columns.includes(column))
  const compare = anyUser(dialect)
  const whole = chainSql(dialect, [selector], compare)
  if (inRowOrder === undefined || (needs === 'index' && isKnown)) return whole
  const key = dialect.quote(inRowOrder.key)
  const found = `t0.${key} IN (SELECT o.${key} FROM ${dialect.table(table)} AS o WHERE ${linkSql(dialect, 'o', 0, selector, compare)})`
  return { ...whole, where: [...rowConditions(dialect, 't0', selector), found].join(' AND ') }
}

/** What a row holds where the locator points. What is not JSON holds nothing. */
export function located(
  dialect: SqlDialect,
  alias: string,
  locator: MarkedSelector['locator'],
): string {
  const { column, path, each, element } = locator
  const json = jsonOf(dialect, locator)
  if (each) return json.element(`${alias}_each`, element)
  const name = `${alias}.${dialect.quote(column)}`
  return path === null ? name : json.value(name, path)
}

export function tablesSql(
  dialect: SqlDialect,
  selector: MarkedSelector,
  depth: number,
): readonly string[] {
  return [`${dialect.table(selector.table)} AS t${depth}`, ...arraySql(dialect, selector, depth)]
}

export function arraySql(
  dialect: SqlDialect,
  { locator }: MarkedSelector,
  depth: number,
): readonly string[] {
  if (!locator.each) return []
  const { column, path } = locator
  return jsonOf(dialect, locator).elements(
    `t${depth}.${dialect.quote(column)}`,
    path,
    `t${depth}_each`,
  )
}

export function chainWhere(dialect: SqlDialect, chain: Chain, leaf: Compare): string {
  return chain
    .flatMap((selector, depth) => [
      ...rowConditions(dialect, `t${depth}`, selector),
      linkSql(dialect, `t${depth}`, depth, selector, leaf),
    ])
    .join(' AND ')
}

function linkSql(
  dialect: SqlDialect,
  alias: string,
  depth: number,
  selector: MarkedSelector,
  leaf: Compare,
): string {
  const { target, isLoose, hasTextKey, keyType } = selector
  if (target.kind === 'user') {
    const wanted = wantedOf(selector, target)
    return compareLocated(dialect, alias, selector, (value) => leaf(value, wanted))
  }
  const name = `t${depth + 1}.${dialect.quote(target.key)}`
  const { collation } = target
  const own = keyType === undefined ? name : dialect.recast(name, keyType)
  const key = collation === undefined ? own : inCollation(dialect, own, collation)
  const same = compareLocated(dialect, alias, selector, (value) =>
    equalSql(dialect, key, value, isLoose),
  )
  return hasTextKey ? `${same} AND ${dialect.leavesMark(name)}` : same
}

function compareLocated(
  dialect: SqlDialect,
  alias: string,
  selector: MarkedSelector,
  compare: (value: string) => string,
): string {
  const { column, path, each } = selector.locator
  if (path === null || each) return compare(located(dialect, alias, selector.locator))
  const json = jsonOf(dialect, selector.locator)
  return json.compared(`${alias}.${dialect.quote(column)}`, path, selector, compare)
}

function rowConditions(
  dialect: SqlDialect,
  alias: string,
  selector: MarkedSelector,
): readonly string[] {
  const { where, tenant, hasLooseTenant } = selector
  const conditions = where.map((condition) => conditionSql(dialect, alias, condition))
  return tenant === null
    ? conditions
    : [...conditions, tenantSql(dialect, alias, tenant, hasLooseTenant)]
}
