/**
 * Which documents belong to which user of a slice.
 *
 * @module
 */

import { isNobodys, standsFor, writtenAs } from '../../../src/program/matching.ts'
import type {
  IdForm,
  JsonPath,
  Locator,
  Program,
  Selector,
  Step,
  UserTable,
} from '../../../src/program/program.ts'
import { isComparedAsText } from '../../../src/program/selectors.ts'
import { isHeldByOthers } from '../../../src/program/shared-values.ts'
import type { NamedRow, SliceUser } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import {
  elementHolding,
  locatedValues,
  named,
  pathOf,
  projectionOf,
  referencesIn,
  sideConditions,
} from '../server/paths.ts'
import type { Reader } from '../server/scope.ts'
import { patternOf } from '../server/text-patterns.ts'
import { keyOf, storedId } from '../server/values.ts'

/**
 * The documents of a step. `values`: all whose located field holds one of them. `rows`: these documents, by
 * their `_id`, because a value alone does not say whose they are.
 */
export type Matches =
  | { readonly kind: 'values'; readonly values: readonly OwnedValue[] }
  | { readonly kind: 'rows'; readonly rows: readonly OwnedRow[] }

export interface OwnedValue {
  readonly value: unknown
  /** Positions in the slice. */
  readonly owners: ReadonlySet<number>
}

export interface OwnedRow {
  readonly id: unknown
  readonly owners: ReadonlySet<number>
}

/** The documents of a step, without those that its exceptions have for the same user. */
export async function matchStep(
  reader: Reader,
  { user }: Program,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
): Promise<Matches> {
  const { ways, except } = step
  const ownersOf = (one: Selector) => ownersByValue(reader, user, one, tenantId, users)
  const found = async (one: Selector): Promise<Map<string, Row>> =>
    rowsOf(reader, one, tenantId, await ownersOf(one))
  const way = isNamed(step) ? null : onlyWay(step)
  if (way !== null && isCountable(way)) {
    return { kind: 'values', values: [...(await ownersOf(way)).values()] }
  }
  const rows = new Map<string, Row>()
  for (const one of ways) addAll(rows, await found(one))
  for (const { unless = [], ...exception } of rows.size === 0 ? [] : except) {
    const theirs = await found(exception)
    for (const other of theirs.size === 0 ? [] : unless) takeOut(theirs, await found(other))
    takeOut(rows, theirs)
  }
  return { kind: 'rows', rows: [...rows.values()] }
}

/** Whether the documents of a step are named one by one: what decides on them may be overwritten when it runs. */
export function isNamed({ except, foundWith }: Step): boolean {
  return except.length > 0 || foundWith !== undefined
}

/** What its documents are found by; `null` where there are several ways, or none. */
export function onlyWay({ ways }: Pick<Step, 'ways'>): Selector | null {
  const [way, ...others] = ways
  return way === undefined || others.length > 0 ? null : way
}

/** A document of several ways is one, and belongs to all whom one of them finds. */
function addAll(rows: Map<string, Row>, others: ReadonlyMap<string, Row>): void {
  for (const [key, other] of others) {
    const row = rows.get(key)
    if (row === undefined) rows.set(key, other)
    else for (const owner of other.owners) row.owners.add(owner)
  }
}

function takeOut(rows: Map<string, Row>, others: ReadonlyMap<string, Row>): void {
  for (const [key, { owners: taken }] of others) {
    const row = rows.get(key)
    for (const owner of taken) row?.owners.delete(owner)
    if (row?.owners.size === 0) rows.delete(key)
  }
}

/** Whether the server can count documents by the very value that they are found by. */
function isCountable({ locator, target }: Selector): boolean {
  return !locator.each && !isComparedAsText(target) && !pathOf(locator).includes('.$')
}

/** The values by which documents of the step are found, for all users together: a list for each of its ways. */
export async function valuesOfStep(
  reader: Reader,
  { user }: Program,
  { ways }: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
): Promise<readonly (readonly OwnedValue[])[]> {
  const values: (readonly OwnedValue[])[] = []
  for (const way of ways) {
    values.push([...(await ownersByValue(reader, user, way, tenantId, users)).values()])
  }
  return values
}

/** Documents to be named one by one, with their users. */
export function namedRows(matches: Matches): readonly NamedRow[] {
  if (matches.kind === 'values') return []
  return matches.rows.map(({ id, owners }) => ({ id, owners: [...owners] }))
}

/** Documents that the selector finds for these values. */
export function filterOf(
  selector: Selector,
  tenantId: string | null,
  values: readonly unknown[],
): Doc {
  const { locator, target } = selector
  const conditions = sideConditions(selector, tenantId)
  const located =
    target.kind === 'user' && isComparedAsText(target)
      ? asText(locator, values, target.form)
      : locatedIn(locator, values)
  return conditions.length === 0 ? located : { $and: [located, ...conditions] }
}

/** Lists for one command each, far below what a command may hold. */
export function* pages<T>(list: readonly T[]): Iterable<readonly T[]> {
  for (let start = 0; start < list.length; start += PAGE) yield list.slice(start, start + PAGE)
}

const PAGE = 10_000

interface Owned {
  readonly value: unknown
  readonly owners: Set<number>
}

interface Row {
  readonly id: unknown
  readonly owners: Set<number>
  readonly document: Doc
}

/** From a located value to the users it stands for. */
async function ownersByValue(
  reader: Reader,
  user: UserTable,
  { target }: Selector,
  tenantId: string | null,
  users: readonly SliceUser[],
): Promise<ReadonlyMap<string, Owned>> {
  const owned = new Map<string, Owned>()
  const add = (value: unknown, owner: number): void => {
    const key = isNobodys(value) ? null : keyOf(value)
    if (key === null) return
    const known = owned.get(key)
    if (known === undefined) owned.set(key, { value, owners: new Set([owner]) })
    else known.owners.add(owner)
  }
  if (target.kind === 'user') {
    for (const [owner, one] of users.entries()) {
      if (isHeldByOthers(one, target)) continue
      const { form } = target
      const isId = target.field === 'id'
      for (const value of [one.fields[target.field]].flat()) {
        if (isNobodys(value)) continue
        add(isId ? storedId(reader.types, user.idType, value, form) : writtenAs(value, form), owner)
      }
    }
    return owned
  }
  for (const parent of target.parents) {
    const owners = await ownersByValue(reader, user, parent, tenantId, users)
    const rows = await rowsOf(reader, parent, tenantId, owners, target.key)
    for (const { document, owners: found } of rows.values()) {
      for (const value of locatedValues(document, target.key.split('.'))) {
        for (const owner of found) add(value, owner)
      }
    }
  }
  return owned
}

/** The documents behind the values, each with its users. */
async function rowsOf(
  reader: Reader,
  selector: Selector,
  tenantId: string | null,
  owners: ReadonlyMap<string, Owned>,
  wanted?: string,
): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>()
  const path = pathOf(selector.locator)
  const projection = projectionOf(wanted === undefined ? [path] : [path, wanted])
  for (const values of pages([...owners.values()].map(({ value }) => value))) {
    const filter = filterOf(selector, tenantId, values)
    for (const document of await reader.find(selector.table, filter, { projection })) {
      const found = new Set<number>()
      for (const value of referencesIn(document, selector.locator)) {
        for (const owner of ownersBehind(value, selector, owners)) found.add(owner)
      }
      const id = document['_id']
      if (found.size > 0) rows.set(keyOf(id) ?? JSON.stringify(id), { id, owners: found, document })
    }
  }
  return rows
}

/** The users for whom a located value stands, or whose values stand within it. */
function ownersBehind(
  value: unknown,
  { target }: Selector,
  owners: ReadonlyMap<string, Owned>,
): Iterable<number> {
  if (target.kind !== 'user' || !isComparedAsText(target)) {
    return owners.get(keyOf(value) ?? '')?.owners ?? []
  }
  return [...owners.values()].flatMap((owned) =>
    standsFor(value, owned.value, target.form) ? [...owned.owners] : [],
  )
}

/** Texts in which one of the values stands, or that are one of them, as far as case goes the way the form says. */
function asText(locator: Locator, values: readonly unknown[], form: IdForm | null): Doc {
  return {
    $or: values.map((value) => locatedAs(locator, { $regex: patternOf(String(value), form) })),
  }
}

function locatedIn(locator: Locator, values: readonly unknown[]): Doc {
  return locatedAs(locator, { $in: values })
}

function locatedAs(locator: Locator, condition: Doc): Doc {
  const { column, path, each, element } = locator
  // The server finds no parts of a reference of its own kind (`$id`) in an element; who it is decides later.
  const isOfReference = element !== null && named(element).some((key) => key.startsWith('$'))
  if (!each || isOfReference) return { [pathOf(locator)]: condition }
  const holding = element === null ? condition : elementHolding(named(element), condition)
  return elementsHolding([column, ...(path ?? [])], { $elemMatch: holding })
}

/** Each array that is named has to be one: a path of the server's would lead through a sub-document too. */
function elementsHolding(steps: JsonPath, condition: Doc): Doc {
  const list = steps.indexOf(null)
  if (list === -1) return steps.length === 0 ? condition : { [steps.join('.')]: condition }
  const inner = { $elemMatch: elementsHolding(steps.slice(list + 1), condition) }
  return list === 0 ? inner : { [steps.slice(0, list).join('.')]: inner }
}
