/**
 * What of a row is shown to the user whom it belongs to: no secrets, and nothing of other people. Pure.
 *
 * Where a column cannot be looked into, it is left out: rather too little than somebody else's.
 *
 * @module
 */
import { inLowerCase, isNobodys, writtenAs } from '../../program/matching.ts'
import type { Condition, JsonPath, Program, Selector, Step, Wanted } from '../../program/program.ts'
import type { NamedUser } from '../../program/shared-values.ts'
import type { JsonValue, Omitted } from './export-record.ts'
import { jsonValue, plainText } from './json-value.ts'

export interface Shown {
  readonly row: Readonly<Record<string, JsonValue>>
  readonly omitted: readonly Omitted[]
}

/** What is known of the rows of one table. */
export interface TableView {
  readonly user: NamedUser
  readonly secrets: readonly string[]
  /** Columns of the key. */
  readonly key: readonly string[]
  /** Rules by which rows of the table belong to users: one for each way to the rows. */
  readonly rules: readonly Rule[]
}

type Rule = Pick<Step, 'id' | 'set'> & { readonly selector: UserSelector }
type UserSelector = Selector & { readonly target: { readonly kind: 'user' } & Wanted }

export function tableView(
  { user: userTable, steps }: Program,
  table: string,
  user: NamedUser,
  key: readonly string[],
): TableView {
  const own = steps.filter((step) => step.table === table)
  return {
    ...{ user, key },
    secrets: [
      ...(table === userTable.table ? (userTable.secret ?? []) : []),
      ...own.flatMap(({ secret = [] }) => secret),
    ],
    rules: own
      .filter(({ action }) => action !== 'unlink')
      .flatMap(({ id, set, ways }) =>
        ways.filter(isOfUser).map((selector) => ({ id, set, selector })),
      ),
  }
}

function isOfUser(selector: Selector): selector is UserSelector {
  return selector.target.kind === 'user'
}

/**
 * `step`: the rule that has found the row; `null` for the user's own. `isTheirs`: the row is the user's, and does not
 * only refer to them.
 */
export function shownRow(
  view: TableView,
  step: Step | null,
  held: Readonly<Record<string, unknown>>,
  isTheirs: boolean,
): Shown {
  const row: Record<string, unknown> = { ...held }
  const omitted: Omitted[] = []
  for (const column of new Set(view.secrets)) {
    if (leaveOut(row, column)) omitted.push({ column, because: 'secret' })
  }
  if (!isTheirs) {
    const kept = new Set([...view.key, ...(step === null ? [] : columnsOf(step))].map(topOf(row)))
    for (const column of Object.keys(row)) {
      if (kept.has(column)) continue
      delete row[column]
      omitted.push({ column, because: 'not_theirs' })
    }
  }
  leaveOthersOut(view, step, held, row, omitted)
  const shown = Object.entries(row).map(([column, value]) => [column, jsonValue(value)] as const)
  return { row: Object.fromEntries(shown), omitted }
}

/** Columns that tell how the row belongs to the user. */
function columnsOf({ ways }: Step): readonly string[] {
  return ways.flatMap(({ locator, where, tenant }) => [
    locator.column,
    ...where.map(({ column }) => column),
    ...(tenant === null ? [] : [tenant]),
  ])
}

/** The key of the row under which a column stands that may be a path. */
function topOf(row: object): (column: string) => string {
  return (column) => (Object.hasOwn(row, column) ? column : (column.split('.')[0] ?? column))
}

/** Whether there was something. A column may be a path into documents, and through lists of them. */
function leaveOut(row: Record<string, unknown>, column: string): boolean {
  if (Object.hasOwn(row, column)) return delete row[column]
  const [top = '', ...rest] = column.split('.')
  if (rest.length === 0 || !Object.hasOwn(row, top)) return false
  const copy: unknown = structuredCopy(row[top])
  const isThere = deleteAt(copy, rest)
  if (isThere) row[top] = copy
  return isThere
}

function deleteAt(value: unknown, [key = '', ...rest]: readonly string[]): boolean {
  if (Array.isArray(value)) {
    return value.map((one) => deleteAt(one, [key, ...rest])).some((isThere) => isThere)
  }
  if (!isDocument(value) || !Object.hasOwn(value, key)) return false
  return rest.length === 0 ? delete value[key] : deleteAt(value[key], rest)
}

function leaveOthersOut(
  { user, rules }: TableView,
  step: Step | null,
  held: Readonly<Record<string, unknown>>,
  row: Record<string, unknown>,
  omitted: Omitted[],
): void {
  const asked = rules.filter(({ selector }) => selector.where.every((one) => holds(held, one)))
  // Of several ways only some may have led to the row: each has to name the user itself.
  const isFinder = ({ id }: Rule): boolean => id === step?.id && step.ways.length === 1
  const isWhole = ({ locator }: UserSelector): boolean => locator.path === null && !locator.each
  const own = asked.filter(
    (rule) =>
      isFinder(rule) ||
      (isWhole(rule.selector) &&
        isOwn(user, rule.selector.target, valueAt(held, rule.selector.locator.column))),
  )
  const isOthersRule = (rule: Rule): boolean =>
    isWhole(rule.selector) &&
    !own.includes(rule) &&
    !isNobodys(valueAt(held, rule.selector.locator.column))
  // A rule of several ways does not say to which of them a column belongs that it writes.
  const isMixed = ({ id }: Rule): boolean => asked.some((one) => one.id === id && isOthersRule(one))
  const ownColumns = new Set(
    own.flatMap((rule) => [
      rule.selector.locator.column,
      ...(isMixed(rule) ? [] : rule.set.map(({ column }) => column)),
    ]),
  )
  for (const rule of asked) {
    const { selector, set } = rule
    const { column } = selector.locator
    if (!isWhole(selector)) {
      takeOthersOut(user, selector, row, omitted)
      continue
    }
    if (!isOthersRule(rule)) continue
    for (const theirs of [column, ...set.map((one) => one.column)]) {
      if (ownColumns.has(theirs) || !leaveOut(row, theirs)) continue
      omitted.push({ column: theirs, because: 'others' })
    }
  }
}

function holds(row: Readonly<Record<string, unknown>>, { column, values }: Condition): boolean {
  const text = plainText(valueAt(row, column))
  return values.some((one) => (one === null ? text === null : String(one) === text))
}

/** Takes values of other people out of a list, or out of the place of one. */
function takeOthersOut(
  user: NamedUser,
  { locator, target }: UserSelector,
  row: Record<string, unknown>,
  omitted: Omitted[],
): void {
  const { column, path, each, element } = locator
  const top = topOf(row)(column)
  const value = row[top]
  if (value === null || value === undefined) return
  const inside = top === column ? [] : column.split('.').slice(1)
  const parsed = typeof value === 'string' ? parse(value) : structuredCopy(value)
  if (!isDocument(parsed) && !Array.isArray(parsed)) {
    // A plain value where documents are looked for names nobody, and bytes cannot be looked into.
    if (typeof value !== 'object' && parsed !== undefined) return
    delete row[top]
    omitted.push({ column, because: 'others' })
    return
  }
  const isTheirs = (one: unknown): boolean => isOwn(user, target, one)
  const way = [...inside, ...(path ?? [])]
  const values = each
    ? takeElements(parsed, way, (one) => !isTheirs(at(one, element ?? [])))
    : takeValue(parsed, way, (one) => !isNobodys(one) && !isTheirs(one))
  if (values === 0) return
  row[top] = typeof value === 'string' ? JSON.stringify(parsed) : parsed
  omitted.push({ column, because: 'others', values })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Takes elements out of the list at the end of the way, or of several; answers how many. */
function takeElements(value: unknown, way: JsonPath, isOthers: (one: unknown) => boolean): number {
  const [key, ...rest] = way
  if (key === undefined) {
    if (!Array.isArray(value)) return 0
    const kept = value.filter((one) => !isOthers(one))
    return value.splice(0, value.length, ...kept).length - kept.length
  }
  return eachInto(value, key, (one) => takeElements(one, rest, isOthers))
}

/** Takes the value at the end of the way out of its document. */
function takeValue(value: unknown, way: JsonPath, isOthers: (one: unknown) => boolean): number {
  const [key, ...rest] = way
  if (key === undefined || rest.length > 0) {
    return key === undefined ? 0 : eachInto(value, key, (one) => takeValue(one, rest, isOthers))
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, one) => sum + takeValue(one, way, isOthers), 0)
  }
  if (key === null || !isDocument(value) || !isOthers(value[key])) return 0
  delete value[key]
  return 1
}

function eachInto(value: unknown, key: string | null, work: (one: unknown) => number): number {
  if (Array.isArray(value)) {
    return value.reduce(
      (sum: number, one) => sum + (key === null ? work(one) : eachInto(one, key, work)),
      0,
    )
  }
  return key === null || !isDocument(value) ? 0 : work(value[key])
}

function at(value: unknown, way: JsonPath): unknown {
  return way.reduce(
    (held: unknown, key) => (key !== null && isDocument(held) ? held[key] : undefined),
    value,
  )
}

/** Whether the value is the user's, as the rule would write it. */
function isOwn({ fields }: NamedUser, { field, form }: Wanted, held: unknown): boolean {
  const values = Array.isArray(held) ? held : [held]
  const spelt = (text: string): string => (form?.ignoreCase ? inLowerCase(text) : text)
  const texts = [fields[field]].flat().flatMap((one) => {
    const text = plainText(writtenAs(one, form))
    return text === null ? [] : [spelt(text)]
  })
  return values.some((one) => {
    const text = plainText(one)
    if (text === null) return false
    return texts.some((own) => (form?.within ? spelt(text).includes(own) : spelt(text) === own))
  })
}

function valueAt(row: Readonly<Record<string, unknown>>, column: string): unknown {
  return Object.hasOwn(row, column) ? row[column] : at(row, column.split('.'))
}

function isDocument(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Lists and documents anew; what a driver has of its own stays the same object. */
function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy)
  if (!isDocument(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredCopy(one)]))
}
