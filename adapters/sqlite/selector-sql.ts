/**
 * Selectors as SQL: which rows belong to which user of a slice.
 *
 * Parameters: `@ids` and `@field_<name>` are JSON arrays of values, `@users` is a JSON array with one array
 * a user, `@tenant` is the slice's tenant.
 *
 * @module
 */
import type { Condition, Locator, Selector } from '../../src/store.ts'
import { jsonPath, literal, quoteName } from './literals.ts'

/** How rows of a table are addressed: the row id, or the primary key where there is none. */
export type RowKey = readonly string[]

/** A selector and, one after the other, the parents it goes through, up to the user. */
export type Chain = readonly Selector[]

/** Every way from the rows to the user. */
export function chainsOf(selector: Selector): readonly Chain[] {
  if (selector.target.kind === 'user') return [[selector]]
  return selector.target.parents.flatMap((parent) =>
    chainsOf(parent).map((chain) => [selector, ...chain]),
  )
}

/** The user's field a chain ends at. */
export function fieldOf(chain: Chain): string {
  const target = chain.at(-1)?.target
  return target?.kind === 'user' ? target.field : 'id'
}

/** A selector that holds the user in its own row, outside arrays: one value, so one user a row and field. */
export function isDirect(selector: Selector): boolean {
  return selector.target.kind === 'user' && !selector.locator.each
}

/** What a row holds where the locator points. Text that is not JSON holds nothing. */
export function located(alias: string, { column, path, each }: Locator): string {
  if (each) return `${alias}_each.value`
  const name = `${alias}.${quoteName(column)}`
  if (path === null) return name
  return `CASE WHEN json_valid(${name}) THEN json_extract(${name}, ${jsonPath(path)}) END`
}

/** Compares a located value with the user's field. */
type Leaf = (value: string, field: string) => string

/** Different values of the user that rows hold at the end of a selector's chains, one page in order. */
export function heldIdsSql(selector: Selector, isLaterPage: boolean): string {
  const leaves = chainsOf(selector).flatMap((chain) => chain.at(-1) ?? [])
  const parts = leaves.map((leaf) => {
    // The tenant is not known here: a user is looked up in their own tenant before anything is done.
    const { from, where } = chainSql([{ ...leaf, tenant: null }], (value) => {
      const after = isLaterPage ? ` AND ${value} > @after` : ''
      return `typeof(${value}) IN ('integer', 'text')${after}`
    })
    return `SELECT DISTINCT ${located('t0', leaf.locator)} AS id FROM ${from} WHERE ${where}`
  })
  return `${parts.join(' UNION ')} ORDER BY id LIMIT @limit`
}

/** FROM and WHERE of a chain; `leaf` compares the located value of the last table with the user. */
export function chainSql(
  chain: Chain,
  leaf: Leaf,
): { readonly from: string; readonly where: string } {
  const from = chain.flatMap((selector, depth) => tablesSql(selector, depth)).join(', ')
  return { from, where: chainWhere(chain, leaf) }
}

function tablesSql(selector: Selector, depth: number): readonly string[] {
  return [`${quoteName(selector.table)} AS t${depth}`, ...arraySql(selector, depth)]
}

function arraySql({ locator }: Selector, depth: number): readonly string[] {
  return locator.each ? [eachSql(`t${depth}`, locator)] : []
}

function chainWhere(chain: Chain, leaf: Leaf): string {
  return chain
    .flatMap((selector, depth) => [
      ...rowConditions(`t${depth}`, selector),
      linkSql(`t${depth}`, depth, selector, leaf),
    ])
    .join(' AND ')
}

function linkSql(alias: string, depth: number, { locator, target }: Selector, leaf: Leaf): string {
  const value = located(alias, locator)
  if (target.kind === 'user') return leaf(value, target.field)
  return `t${depth + 1}.${quoteName(target.key)} = ${value}`
}

function eachSql(alias: string, { column, path }: Locator): string {
  const name = `${alias}.${quoteName(column)}`
  const place = jsonPath(path)
  const isArray = `json_valid(${name}) AND json_type(${name}, ${place}) = 'array'`
  return `json_each(CASE WHEN ${isArray} THEN json_extract(${name}, ${place}) ELSE '[]' END) AS ${alias}_each`
}

function rowConditions(alias: string, { where, tenant }: Selector): readonly string[] {
  const conditions = where.map((condition) => conditionSql(alias, condition))
  return tenant === null ? conditions : [...conditions, `${alias}.${quoteName(tenant)} = @tenant`]
}

export function conditionSql(alias: string, { column, values }: Condition): string {
  const name = `${alias}.${quoteName(column)}`
  const present = values.filter((value) => value !== null)
  const parts: string[] = []
  if (present.length > 0) parts.push(`${name} IN (${present.map(literal).join(', ')})`)
  if (present.length < values.length) parts.push(`${name} IS NULL`)
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' OR ')})`
}

/** `value IN (…)` over all users of the slice. */
export function anyUser(value: string, field: string): string {
  return `${value} IN (SELECT value FROM json_each(${fieldParameter(field)}))`
}

/** `value = …` for one user of the relation `u`. */
export function sameUser(value: string, field: string): string {
  return `${value} = u.${userColumn(field)}`
}

export function fieldParameter(field: string): string {
  return field === 'id' ? '@ids' : `@${fieldKey(field)}`
}

/** Parameter names allow letters and digits only. */
function fieldKey(field: string): string {
  return `field_${Buffer.from(field).toString('hex')}`
}

function userColumn(field: string): string {
  return quoteName(field === 'id' ? 'id' : fieldKey(field))
}

/** Rows of a table that match for one user `u`, and that no exception takes away. */
export function pairsSql(
  selector: Selector,
  except: readonly Selector[],
  key: RowKey,
  extra = '',
): string {
  const columns = key.map((name, index) => `t0.${quoteName(name)} AS k${index}`).join(', ')
  return chainsOf(selector)
    .map((chain) => {
      const { from, where } = chainSql(chain, sameUser)
      return `SELECT DISTINCT u.pos AS pos, ${columns} FROM u, ${from} WHERE ${where}${guardSql(except)}${extra}`
    })
    .join(' UNION ')
}

/** That none of the exceptions holds for the row `t0` and the user `u`. */
export function guardSql(except: readonly Selector[]): string {
  return except.map((exception) => ` AND ${belongsSql(exception)} IS NOT TRUE`).join('')
}

/** Whether the row `t0` belongs to user `u` by a selector of its table. */
export function belongsSql(selector: Selector): string {
  const ways = chainsOf(selector).map((chain) => {
    const where = chainWhere(chain, sameUser)
    // The row t0 is the outer query's; only its array and its parents are looked up here.
    const tables = chain.flatMap((link, depth) =>
      depth === 0 ? arraySql(link, depth) : tablesSql(link, depth),
    )
    return tables.length === 0
      ? `(${where})`
      : `EXISTS (SELECT 1 FROM ${tables.join(', ')} WHERE ${where})`
  })
  return `(${ways.join(' OR ')})`
}

/** The relation `u`: position, id, the other fields, and derived values of each user of the slice. */
export function usersSql(fields: readonly string[], derived: number): string {
  const names = ['pos', ...fields.map(userColumn), ...range(derived).map((index) => `d${index}`)]
  const values = range(fields.length + derived).map((index) => `json_extract(value, '$[${index}]')`)
  return `u(${names.join(', ')}) AS MATERIALIZED (SELECT ${['key', ...values].join(', ')} FROM json_each(@users))`
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index)
}
