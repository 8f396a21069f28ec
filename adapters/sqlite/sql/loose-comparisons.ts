/**
 * Where a column's own comparison is looser than equality: by its collation, or because it turns text into a number.
 * There a second comparison, of the stored values, decides.
 *
 * The marks are made once for a program and a schema. Where nothing is marked, nothing is added to a statement.
 *
 * @module
 */
import { exceptionMapper } from '../../../src/program/exceptions.ts'
import { once } from '../../../src/program/once.ts'
import type {
  Condition,
  Exception,
  LastOfCheck,
  Program,
  Selector,
  SelectorTarget,
  Step,
  UserTable,
} from '../../../src/program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../../src/program/schema.ts'
import type {
  MarkedCheck,
  MarkedCondition,
  MarkedProgram,
  MarkedUserTable,
  TenantMark,
} from '../../sql/marks.ts'
import type { SqliteSelector } from './json-dialect.ts'

export function markLoose(program: Program, { tables }: DatabaseSchema): MarkedProgram {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const places: Places = {
    at: (table, column) => comparisonOf(byName.get(table), column),
    isRowId: (table, column) => isRowId(byName.get(table), column),
    ofField: (field) => {
      const { table, rowless, fields, id } = program.user
      const own = byName.get(table)
      // A value of which nothing is known may be text.
      return rowless || own?.kind !== 'table' ? AS_STORED : comparisonOf(own, fields[field] ?? id)
    },
  }
  const selector = once((one: Selector) => markSelector(places, one))
  const marks: Marks = { selector, except: exceptionMapper({ map: selector }) }
  return {
    ...program,
    user: markUser(places, program.user),
    steps: program.steps.map((step) => markStep(marks, step)),
    checks: program.checks.map((check) => markCheck(places, check)),
  }
}

/** How a column compares. */
interface Comparison {
  /** Text that looks like a number is compared as one. */
  readonly isNumeric: boolean
  /** Texts are equal where their bytes are. */
  readonly isExact: boolean
  /** Nothing but text is kept. */
  readonly isText: boolean
  /** Nothing is declared of types. */
  readonly isUntyped?: boolean
}

interface Places {
  at(table: string, column: string): Comparison
  /** Whether the column is the row id itself, which is always an integer. */
  isRowId(table: string, column: string): boolean
  ofField(field: string): Comparison
}

/** What a view or a module's table makes of values is not known. */
const UNKNOWN: Comparison = { isNumeric: true, isExact: false, isText: false }
const AS_STORED: Comparison = { isNumeric: false, isExact: true, isText: false }

function comparisonOf(table: TableSchema | undefined, name: string): Comparison {
  const wanted = name.toLowerCase()
  const column = table?.columns?.find((one) => one.name.toLowerCase() === wanted)
  if (table?.kind !== 'table' || column === undefined) return UNKNOWN
  return {
    isNumeric: makesNumbers(column.type),
    isExact: column.collation === undefined,
    isText: !makesNumbers(column.type) && /CHAR|CLOB|TEXT/i.test(column.type ?? ''),
    isUntyped: /^(?:any)?$/i.test(column.type ?? ''),
  }
}

function isRowId(table: TableSchema | undefined, name: string): boolean {
  const wanted = name.toLowerCase()
  const [key, ...others] = table?.primaryKey ?? []
  if (table?.kind !== 'table' || table.withoutRowId || others.length > 0) return false
  const own = table.columns?.find((one) => one.name.toLowerCase() === wanted)
  return key?.toLowerCase() === wanted && own?.type?.toUpperCase() === 'INTEGER'
}

/** SQLite's rules for the affinity of a declared type: a name that says nothing (`UUID`, `STRING`) means numbers. */
export function makesNumbers(type = ''): boolean {
  if (/INT/i.test(type)) return true
  return !/CHAR|CLOB|TEXT|BLOB/i.test(type) && type !== ''
}

interface Marks {
  selector(selector: Selector): SqliteSelector
  except(except: readonly Exception[]): readonly Exception[]
}

function markStep(marks: Marks, step: Step): Step {
  const { ways, except } = step
  return {
    ...step,
    ways: ways.map(marks.selector),
    except: marks.except(except),
  }
}

function markSelector(places: Places, selector: Selector): SqliteSelector {
  const { table, locator, where, tenant } = selector
  // What stands inside JSON has the type that is written there, and texts there are compared byte by byte.
  const isPlain = locator.path === null && !locator.each
  const held = isPlain ? places.at(table, locator.column) : AS_STORED
  const target = markTarget(places, selector.target)
  return {
    ...selector,
    target,
    where: where.map((condition) => markCondition(places, table, condition)),
    ...mark('isLoose', isLooseTarget(places, held, target)),
    ...textMark(places, held, target),
    ...tenantMark(places, table, tenant),
    ...mark('hasTextKey', hasTextKey(places, target)),
    ...mark('hasBooleans', !isPlain && mayBeNumber(places, target)),
  }
}

/**
 * A column of texts makes a text of a value that comes alone, and not of one in a list: there an integer is no text, as
 * somebody else may be called by its digits.
 */
function textMark(
  places: Places,
  held: Comparison,
  target: SelectorTarget,
): Pick<SqliteSelector, 'type' | 'isRecast'> {
  if (target.kind === 'rows' || target.form !== null || target.eitherType || !held.isText) return {}
  return places.ofField(target.field).isUntyped ? { type: 'TEXT', isRecast: true } : {}
}

/** Whether a number inside JSON may equal it. A column of texts is compared with the digits of the number. */
function mayBeNumber(places: Places, target: SelectorTarget): boolean {
  if (target.kind === 'rows') return true
  return target.form === null && (target.eitherType || !places.ofField(target.field).isText)
}

function hasTextKey(places: Places, target: SelectorTarget): boolean {
  if (target.kind === 'user') return false
  // A column that is declared to hold numbers keeps an empty text as it is.
  return target.parents.some(({ table }) => !places.isRowId(table, target.key))
}

function markTarget(places: Places, target: SelectorTarget): SelectorTarget {
  if (target.kind === 'user') return target
  return { ...target, parents: target.parents.map((parent) => markSelector(places, parent)) }
}

function isLooseTarget(places: Places, held: Comparison, target: SelectorTarget): boolean {
  // The very collation decides.
  if (target.collation !== undefined) return false
  if (target.kind === 'rows') {
    return target.parents.some(({ table }) => isLoose(places.at(table, target.key), held))
  }
  // Each in its own way is compared as text already.
  if (target.form?.within || target.form?.ignoreCase) return false
  return isLooseValue(held, target.form === null ? places.ofField(target.field) : AS_STORED)
}

/** Between two columns: a text and a number are compared as numbers. */
function isLoose(one: Comparison, other: Comparison): boolean {
  return !one.isExact || !other.isExact || one.isNumeric !== other.isNumeric
}

/** Between a column and a value that comes from a place of the other kind. */
function isLooseValue(column: Comparison, value: Comparison): boolean {
  return !column.isExact || (column.isNumeric && !value.isNumeric)
}

function tenantMark(
  places: Places,
  table: string,
  tenant: string | null,
): { readonly hasLooseTenant?: TenantMark } {
  if (tenant === null) return {}
  const column = places.at(table, tenant)
  if (column.isUntyped && column.isExact) return { hasLooseTenant: 'either' }
  return isLooseValue(column, AS_STORED) ? { hasLooseTenant: true } : {}
}

function markCondition(places: Places, table: string, condition: Condition): MarkedCondition {
  const hasText = condition.values.some((value) => typeof value === 'string')
  const held = places.at(table, condition.column)
  return { ...condition, ...mark('isLoose', hasText && isLooseValue(held, AS_STORED)) }
}

function markUser(places: Places, user: UserTable): MarkedUserTable {
  if (user.rowless) return user
  const { table, id, tenant } = user
  return {
    ...user,
    // Its own ids never change their type on the way; those of a call are told apart by it.
    ...mark('hasLooseId', !places.at(table, id).isExact),
    ...tenantMark(places, table, tenant),
  }
}

function markCheck(places: Places, check: LastOfCheck): MarkedCheck {
  const { table, match, within, where, collation } = check
  const isLooseMatch = isLooseValue(places.at(table, match), places.ofField('id'))
  return {
    ...check,
    where: where.map((condition) => markCondition(places, table, condition)),
    // The very collation decides.
    ...mark('hasLooseMatch', collation === undefined && isLooseMatch),
    ...mark('hasLooseGroup', !places.at(table, within).isExact),
  }
}

function mark<K extends string>(name: K, holds: boolean): { readonly [key in K]?: true } {
  return (holds ? { [name]: true } : {}) as { readonly [key in K]?: true }
}
