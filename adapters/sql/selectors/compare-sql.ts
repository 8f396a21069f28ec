/**
 * Comparisons with the users of a slice, with tenants and with constants.
 *
 * @module
 */
import type { Condition } from '../../../src/program/program.ts'
import type { SqlDialect } from '../dialect.ts'
import type { MarkedCondition, TenantMark } from '../marks.ts'
import { standard } from '../standard.ts'
import { placeKey, type UserValue, valueParameter } from './user-value.ts'

/** That a value is the user's. */
export type Compare = (value: string, wanted: UserValue) => string

/** `value IN (…)` over all users of the slice. */
export function anyUser(dialect: SqlDialect): Compare {
  return (value, wanted) => {
    const { asciiCase, asStored } = dialect
    const parameter = valueParameter(wanted)
    if (isWithin(wanted)) {
      const list = dialect.list(parameter, undefined, 'held')
      return `EXISTS (SELECT 1 FROM ${list} WHERE ${holdsText(dialect, value, 'held.value', wanted)})`
    }
    const fold = inAnyCase(dialect, wanted)
    const list = `FROM ${dialect.list(parameter, wanted.type)}`
    const { among } = wanted.isIndexed ? dialect : standard
    const same = among(fold(value), `SELECT ${fold('value')} ${list}`)
    const found =
      isInAnyCase(wanted) && asciiCase !== null
        ? `${same} AND ${among(asciiCase(value), `SELECT value ${list}`)}`
        : same
    return wanted.isLoose
      ? `${found} AND ${among(asStored(value), `SELECT ${asStored('value')} ${list}`)}`
      : found
  }
}

/** `value = …` for one user of the relation `u`. */
export function sameUser(dialect: SqlDialect): Compare {
  return (value, wanted) => {
    const { asciiCase, asStored } = dialect
    const columnOf = (one: UserValue): string => {
      const own = `u.${userColumn(dialect, one)}`
      return one.isRecast && one.type !== undefined ? dialect.recast(own, one.type) : own
    }
    if (isWithin(wanted)) {
      return holdsText(dialect, value, columnOf({ ...wanted, type: 'text' }), wanted)
    }
    const fold = inAnyCase(dialect, wanted)
    if (wanted.eitherType) {
      const { eitherType: _, ...exact } = wanted
      const [own, other] = [exact, wanted].map((one) => fold(columnOf(one)))
      const found = `${fold(value)} IN (${own}, ${other})`
      return wanted.isLoose ? `${found} AND ${asStored(value)} = ${asStored(String(own))}` : found
    }
    const same = equalSql(dialect, fold(value), fold(columnOf(wanted)), wanted.isLoose)
    return isInAnyCase(wanted) && asciiCase !== null
      ? `${same} AND ${asciiCase(value)} = ${columnOf(wanted)}`
      : same
  }
}

/** An index on the first column serves; where that finds more than the value itself, the values decide. */
export function equalSql(
  { asStored }: SqlDialect,
  one: string,
  other: string,
  isLoose: true | undefined,
): string {
  const found = `${one} = ${other}`
  return isLoose ? `${found} AND ${asStored(one)} = ${asStored(other)}` : found
}

/** That the row is of the slice's tenant, `@tenant`. */
export function tenantSql(
  dialect: SqlDialect,
  alias: string,
  tenant: string,
  mark: TenantMark | undefined,
): string {
  const name = `${alias}.${dialect.quote(tenant)}`
  if (mark === 'either') return `${name} IN (@tenant, ${dialect.inOtherType('@tenant')})`
  return equalSql(dialect, name, '@tenant', mark)
}

export function conditionSql(dialect: SqlDialect, alias: string, condition: Condition): string {
  const { column, values, isLoose }: MarkedCondition = condition
  const name = `${alias}.${dialect.quote(column)}`
  const present = values.filter((value) => value !== null).map(dialect.literal)
  const parts: string[] = []
  if (present.length > 0) {
    const found = `${name} IN (${present.join(', ')})`
    const own = present.map(dialect.asStored).join(', ')
    parts.push(isLoose ? `(${found} AND ${dialect.asStored(name)} IN (${own}))` : found)
  }
  if (present.length < values.length) parts.push(`${name} IS NULL`)
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' OR ')})`
}

export function inCollation({ collated }: SqlDialect, value: string, collation: string): string {
  return collated(value, collation)
}

/** Of a value in either type, the other one. */
export function userColumn({ quote }: SqlDialect, value: UserValue): string {
  return quote(placeKey(value))
}

/** Then a second comparison knows the letters from A to Z alone: the host may have a `lower` of its own, for all letters. */
function isInAnyCase({ form, collation }: UserValue): boolean {
  return collation === undefined && form?.ignoreCase === true
}

/** An index on this very expression serves. */
function inAnyCase(dialect: SqlDialect, { form, collation }: UserValue): (value: string) => string {
  if (collation !== undefined) return (value) => inCollation(dialect, value, collation)
  return form?.ignoreCase ? dialect.lower : (value) => value
}

/** Code point by code point, whatever the column's collation. */
function holdsText(dialect: SqlDialect, value: string, text: string, wanted: UserValue): string {
  const as = wanted.isWord === true ? 'word' : 'part'
  return dialect.contains(value, text, inAnyCase(dialect, wanted), as)
}

function isWithin({ form, isWord }: UserValue): boolean {
  return form?.within === true || isWord === true
}
