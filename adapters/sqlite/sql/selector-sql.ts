/**
 * Selectors as SQL: which rows belong to which user of a slice.
 *
 * Parameters: `@ids`, `@field_<name>` and `@form_<name>_<prefix>` are JSON arrays of values, `@users` is a JSON
 * array with one array a user, `@tenant` is the slice's tenant. How a reference writes an id is the
 * parameters' business: columns are compared as they are, so that an index on them serves.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type {
  Condition,
  Exception,
  Locator,
  Selector,
  Wanted,
} from '../../../src/program/program.ts'
import { isComparedAsText } from '../../../src/program/selectors.ts'
import {
  elementSql,
  elementsSql,
  isNoBoolean,
  jsonTextValue,
  jsonValue,
  textOf,
} from './json-sql.ts'
import { literal, quoteName, quoteTable, quoteText } from './literals.ts'
import {
  asStored,
  type MarkedCondition,
  type MarkedSelector,
  type MarkedUserTable,
  type TenantMark,
} from './loose-comparisons.ts'

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

/** What of a user a reference holds: a field, as the form writes it. */
export interface UserValue extends Wanted {
  /** The comparison finds more than the value itself, and a second one decides. */
  readonly isLoose?: true
  /** It is looked for among the words of a text. */
  readonly isWord?: true
}

export const USER_ID: UserValue = { field: 'id', form: null }

/** The id as the user table holds it. */
export function userId({ hasLooseId }: MarkedUserTable): UserValue {
  return hasLooseId ? { ...USER_ID, isLoose: true } : USER_ID
}

/** What of the user the values at a chain's end are compared with. */
export function userValueOf(chain: Chain): UserValue {
  const leaf: MarkedSelector | undefined = chain.at(-1)
  return leaf?.target.kind === 'user' ? wantedOf(leaf, leaf.target) : USER_ID
}

function wantedOf(
  { isLoose }: MarkedSelector,
  { field, form, reach, eitherType, collation }: Wanted,
): UserValue {
  return {
    ...{ field, form, ...(reach ? { reach } : {}) },
    ...(eitherType ? { eitherType } : {}),
    ...(collation === undefined ? {} : { collation }),
    ...(isLoose ? { isLoose } : {}),
  }
}

/** A selector that holds the user in its own row, outside arrays and longer texts: one user a row and field. */
export function isDirect({ target, locator }: Selector): boolean {
  return target.kind === 'user' && !locator.each && !isComparedAsText(target)
}

/** Where JSON is found by an index that knows it as text alone; `part`: the column may hold it in another form. */
export interface SqlLocator extends Locator {
  readonly textIndexed?: 'all' | 'part'
}

/** What a row holds where the locator points. What is not JSON holds nothing. */
export function located(alias: string, { column, path, each, element }: Locator): string {
  if (each) return elementSql(`${alias}_each`, element)
  const name = `${alias}.${quoteName(column)}`
  return path === null ? name : jsonValue(name, path)
}

/** Compares a located value with the user's. */
type Leaf = (value: string, wanted: UserValue) => string

/** Different values of the user that rows hold at the end of a selector's chains, one page in order. */
export function heldIdsSql(selector: Selector, isLaterPage: boolean): string {
  const leaves = chainsOf(selector).flatMap((chain) => chain.at(-1) ?? [])
  const parts = leaves.map((leaf) => {
    // The tenant is not known here: a user is looked up in their own tenant before anything is done.
    // Neither two ids nor the order of the pages are what the column's collation makes of them.
    const held = `${located('t0', leaf.locator)} COLLATE BINARY`
    const prefix = userValueOf([leaf]).form?.prefix ?? ''
    const { from, where } = chainSql([{ ...leaf, tenant: null }], () =>
      prefix === '' ? holdsId(held, isLaterPage) : holdsPrefixed(held, prefix, isLaterPage),
    )
    const id = prefix === '' ? held : `substr(${held}, ${lengthSql(prefix)} + 1)`
    return `SELECT DISTINCT ${id} AS id FROM ${from} WHERE ${where}`
  })
  return `${parts.join(' UNION ')} ORDER BY id LIMIT @limit`
}

function holdsId(held: string, isLaterPage: boolean): string {
  const after = isLaterPage ? ` AND ${held} > @after` : ''
  // Drivers bind a number of JavaScript as a REAL, which stays one in a column without a type.
  return `typeof(${held}) IN ('integer', 'real', 'text')${after}`
}

/** Behind a prefix an id is text, which stands after every integer. */
function holdsPrefixed(held: string, prefix: string, isLaterPage: boolean): string {
  const text = quoteText(prefix)
  const start = isLaterPage
    ? `CASE typeof(@after) WHEN 'text' THEN ${text} || @after ELSE ${text} END`
    : text
  return `typeof(${held}) = 'text' AND ${held} > ${start} AND substr(${held}, 1, ${lengthSql(prefix)}) = ${text}`
}

function lengthSql(prefix: string): string {
  return `length(${quoteText(prefix)})`
}

/** FROM and WHERE of a chain; `leaf` compares the located value of the last table with the user. */
export function chainSql(
  chain: Chain,
  leaf: Leaf,
): { readonly from: string; readonly where: string } {
  const from = chain.flatMap((selector, depth) => tablesSql(selector, depth)).join(', ')
  return { from, where: chainWhere(chain, leaf) }
}

/** A direct selector whose rows an index leads to. */
export interface IndexedSelector extends MarkedSelector {
  readonly inRowOrder?: RowOrder
}

export interface RowOrder {
  /** The row id's name. */
  readonly key: string
  /** What the index knows of a row. */
  readonly columns: readonly string[]
}

/**
 * FROM and WHERE of a direct selector for all users of the slice. An index has the rows of one user after those of
 * another, all over the table, so that a page would be read and written once for each of its rows. The index is
 * therefore read first, and the rows in the order in which the table keeps them. `needs`: whether the index may do
 * for all that is asked.
 */
export function directSql(
  selector: IndexedSelector,
  needs: 'index' | 'row',
): { readonly from: string; readonly where: string } {
  const { table, where, tenant, inRowOrder } = selector
  const asked = [...where.map(({ column }) => column), ...(tenant === null ? [] : [tenant])]
  const isKnown = asked.every((column) => inRowOrder?.columns.includes(column))
  const whole = chainSql([selector], anyUser)
  if (inRowOrder === undefined || (needs === 'index' && isKnown)) return whole
  const key = quoteName(inRowOrder.key)
  const found = `t0.${key} IN (SELECT o.${key} FROM ${quoteTable(table)} AS o WHERE ${linkSql('o', 0, selector, anyUser)})`
  return { ...whole, where: [...rowConditions('t0', selector), found].join(' AND ') }
}

function tablesSql(selector: Selector, depth: number): readonly string[] {
  return [`${quoteTable(selector.table)} AS t${depth}`, ...arraySql(selector, depth)]
}

function arraySql({ locator }: Selector, depth: number): readonly string[] {
  if (!locator.each) return []
  const { column, path } = locator
  return elementsSql(`t${depth}.${quoteName(column)}`, path, `t${depth}_each`)
}

function chainWhere(chain: Chain, leaf: Leaf): string {
  return chain
    .flatMap((selector, depth) => [
      ...rowConditions(`t${depth}`, selector),
      linkSql(`t${depth}`, depth, selector, leaf),
    ])
    .join(' AND ')
}

function linkSql(alias: string, depth: number, selector: MarkedSelector, leaf: Leaf): string {
  const { target, isLoose, hasTextKey } = selector
  if (target.kind === 'user') {
    return compareLocated(alias, selector, (value) => leaf(value, wantedOf(selector, target)))
  }
  const name = `t${depth + 1}.${quoteName(target.key)}`
  const { collation } = target
  const key = collation === undefined ? name : inCollation(name, collation)
  const same = compareLocated(alias, selector, (value) => equalSql(key, value, isLoose))
  return hasTextKey ? `${same} AND ${leavesMark(name)}` : same
}

/** Characters that leave no mark, from one to another each. */
const BLANK_RANGES: readonly (readonly [number, number])[] = [
  [0x01, 0x20],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x1680, 0x1680],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x2800, 0x2800],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
]

const SOME_MARK = quoteText(
  `*[^${BLANK_RANGES.map((range) => range.map((one) => String.fromCodePoint(one)).join('-')).join('')}]*`,
)

/** Whether a text is more than blanks. A pattern reads no further than a zero byte, so what stands behind one is looked at too. */
function leavesMark(text: string): string {
  const bytes = `CAST(${text} AS BLOB)`
  const behind = `CAST(substr(${bytes}, instr(${bytes}, x'00') + 1) AS TEXT)`
  return `(${text} GLOB ${SOME_MARK} OR ${behind} GLOB ${SOME_MARK})`
}

/** An index on the first column serves; where that finds more than the value itself, the values decide. */
export function equalSql(one: string, other: string, isLoose: true | undefined): string {
  const found = `${one} = ${other}`
  return isLoose ? `${found} AND ${asStored(one)} = ${asStored(other)}` : found
}

function compareLocated(
  alias: string,
  { locator, hasBooleans }: MarkedSelector,
  compare: (value: string) => string,
): string {
  const { column, path, each } = locator
  const found = compareHeld(alias, locator, compare)
  if (!hasBooleans || path === null || each) return found
  // Few values are 0 or 1, and of those alone more is read than what an index on the value has.
  return `${found} AND (${located(alias, locator)} NOT IN (0, 1) OR ${isNoBoolean(`${alias}.${quoteName(column)}`, path)})`
}

/** An index on JSON text has NULL for what is kept in another form. */
function compareHeld(
  alias: string,
  locator: SqlLocator,
  compare: (value: string) => string,
): string {
  const value = located(alias, locator)
  if (locator.textIndexed === undefined || locator.path === null) return compare(value)
  const name = `${alias}.${quoteName(locator.column)}`
  const text = jsonTextValue(name, locator.path)
  if (locator.textIndexed === 'all') return compare(text)
  return `(${compare(text)} OR (${text} IS NULL AND typeof(${name}) = 'blob' AND ${compare(value)}))`
}

function rowConditions(alias: string, selector: MarkedSelector): readonly string[] {
  const { where, tenant, hasLooseTenant } = selector
  const conditions = where.map((condition) => conditionSql(alias, condition))
  return tenant === null ? conditions : [...conditions, tenantSql(alias, tenant, hasLooseTenant)]
}

export function tenantSql(alias: string, tenant: string, mark: TenantMark | undefined): string {
  const name = `${alias}.${quoteName(tenant)}`
  if (mark === 'either') return `${name} IN (@tenant, ${inOtherType('@tenant')})`
  return equalSql(name, '@tenant', mark)
}

export function conditionSql(alias: string, condition: Condition): string {
  const { column, values, isLoose }: MarkedCondition = condition
  const name = `${alias}.${quoteName(column)}`
  const present = values.filter((value) => value !== null).map(literal)
  const parts: string[] = []
  if (present.length > 0) {
    const found = `${name} IN (${present.join(', ')})`
    const own = present.map(asStored).join(', ')
    parts.push(isLoose ? `(${found} AND ${asStored(name)} IN (${own}))` : found)
  }
  if (present.length < values.length) parts.push(`${name} IS NULL`)
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' OR ')})`
}

/** `value IN (…)` over all users of the slice. */
export function anyUser(value: string, wanted: UserValue): string {
  if (isWithin(wanted)) {
    return `EXISTS (SELECT 1 FROM json_each(${valueParameter(wanted)}) AS held WHERE ${holdsText(value, 'held.value', wanted)})`
  }
  const held = inAnyCase(value, wanted)
  const list = `FROM json_each(${valueParameter(wanted)})`
  const same = `${held} IN (SELECT ${inAnyCase('value', wanted)} ${list})`
  const found = isInAnyCase(wanted)
    ? `${same} AND ${value} COLLATE NOCASE IN (SELECT value ${list})`
    : same
  return wanted.isLoose
    ? `${found} AND ${asStored(value)} IN (SELECT ${asStored('value')} ${list})`
    : found
}

/** `value = …` for one user of the relation `u`. */
export function sameUser(value: string, wanted: UserValue): string {
  if (isWithin(wanted)) return holdsText(value, `u.${userColumn(wanted)}`, wanted)
  if (wanted.eitherType) {
    const { eitherType: _, ...exact } = wanted
    const [own, other] = [exact, wanted].map((one) => inAnyCase(`u.${userColumn(one)}`, wanted))
    const found = `${inAnyCase(value, wanted)} IN (${own}, ${other})`
    return wanted.isLoose ? `${found} AND ${asStored(value)} = ${asStored(String(own))}` : found
  }
  const own = inAnyCase(`u.${userColumn(wanted)}`, wanted)
  const same = equalSql(inAnyCase(value, wanted), own, wanted.isLoose)
  return isInAnyCase(wanted)
    ? `${same} AND ${value} COLLATE NOCASE = u.${userColumn(wanted)}`
    : same
}

/** Then a second comparison knows the letters from A to Z alone: the host may have a `lower` of its own, for all letters. */
function isInAnyCase({ form, collation }: UserValue): boolean {
  return collation === undefined && form?.ignoreCase === true
}

/** An integer as its digits, and digits as the integer; anything else as it is. */
export function inOtherType(value: string): string {
  const integer = `CAST(${value} AS INTEGER)`
  return `CASE typeof(${value}) WHEN 'integer' THEN CAST(${value} AS TEXT) WHEN 'text' THEN CASE WHEN CAST(${integer} AS TEXT) = ${value} THEN ${integer} ELSE ${value} END ELSE ${value} END`
}

/** An index on this very expression serves. */
function inAnyCase(value: string, { form, collation }: UserValue): string {
  if (collation !== undefined) return inCollation(value, collation)
  return form?.ignoreCase ? `lower(${value})` : value
}

function inCollation(value: string, collation: string): string {
  return `${value} COLLATE ${quoteName(collation)}`
}

/** Code point by code point, whatever the column's collation. */
function holdsText(value: string, text: string, wanted: UserValue): string {
  const [whole, part] = [inAnyCase(textOf(value), wanted), inAnyCase(text, wanted)]
  const found = `typeof(${value}) IN ('text', 'blob') AND instr(${whole}, ${part}) > 0`
  if (wanted.isWord !== true) return found
  const signs = [...'[*?'].reduce((text, sign) => `replace(${text}, '${sign}', '[${sign}]')`, part)
  const pattern = `'*${NO_LETTER}' || ${signs} || '${NO_LETTER}*'`
  // A pattern reads no further than a zero byte.
  return `${found} AND (' ' || ${whole} || ' ' GLOB ${pattern} OR instr(${whole}, char(0)) > 0)`
}

const NO_LETTER = '[^0-9A-Za-z_]'

function isWithin({ form, isWord }: UserValue): boolean {
  return form?.within === true || isWord === true
}

/** Of a value in either type, both are in the list. */
export function valueParameter(value: UserValue): string {
  const key = placeKey(value)
  return key === 'id' ? '@ids' : `@${key}`
}

/** A name of its own for each {@link valueKey}, and for its values in the other type. */
export function placeKey(value: UserValue): string {
  return value.eitherType ? `either_${valueKey(value)}` : valueKey(value)
}

/** A name of its own for each field and form. Parameter names allow letters and digits only. */
export function valueKey({ field, form, reach }: UserValue): string {
  if (reach !== undefined) return `${reach}_${valueKey({ field, form })}`
  if (form !== null) {
    const behind = form.suffix === undefined ? '' : `_${hex(form.suffix)}`
    const anyCase = form.ignoreCase ? '_i' : ''
    return `form_${hex(field)}_${hex(form.prefix)}${behind}${anyCase}`
  }
  return field === 'id' ? 'id' : `field_${hex(field)}`
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

/** Of a value in either type, the other one. */
function userColumn(value: UserValue): string {
  return quoteName(placeKey(value))
}

/** Rows of a table that match for one user `u`, and that no exception takes away. */
export function pairsSql(
  selector: Selector,
  except: readonly Exception[],
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

/** That none of the exceptions holds for the row `t0` and the user `u`. Steps that share a list share the text. */
export const guardSql: (except: readonly Exception[]) => string = once((except) =>
  bySameUnless(except)
    .map(({ unless, of }) => {
      if (unless === undefined) return ` AND ${of.map(belongsSql).join('')} IS NOT 1`
      return ` AND (${either(of.map(belongsSql))}${guardSql(unless)}) IS NOT 1`
    })
    .join(''),
)

interface Guarded {
  readonly unless: readonly Selector[] | undefined
  readonly of: readonly Exception[]
}

/** What is told apart by one list is told apart by it once: together, rules need no longer text than their number. */
function bySameUnless(except: readonly Exception[]): readonly Guarded[] {
  const lists = new Map<readonly Selector[], Exception[]>()
  const parts: Guarded[] = []
  for (const exception of except) {
    const { unless = [] } = exception
    const known = lists.get(unless)
    if (known !== undefined) {
      known.push(exception)
      continue
    }
    const of = [exception]
    if (unless.length > 0) lists.set(unless, of)
    parts.push({ unless: unless.length === 0 ? undefined : unless, of })
  }
  return parts
}

function either(conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions.join('') : `(${conditions.join(' OR ')})`
}

/** Whether the row `t0` belongs to user `u` by a selector of its table. */
export const belongsSql: (selector: Selector) => string = once((selector) => {
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
})

/** The relation `u`: position, id, what else references hold, and derived values of each user of the slice. */
export function usersSql(wanted: readonly UserValue[], derived: number): string {
  const names = ['pos', ...wanted.map(userColumn), ...range(derived).map((index) => `d${index}`)]
  const values = range(wanted.length + derived).map((index) => `json_extract(value, '$[${index}]')`)
  return `u(${names.join(', ')}) AS MATERIALIZED (SELECT ${['key', ...values].join(', ')} FROM json_each(@users))`
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index)
}
