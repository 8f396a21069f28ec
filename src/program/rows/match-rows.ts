/**
 * Which rows belong to which users.
 *
 * @module
 */

import { foldedBy, idBehind, inEachType, isNobodys, standsFor, valueKey } from '../matching.ts'
import type { Condition, Locator, Selector, Step } from '../program.ts'
import { isComparedAsText, wayInto } from '../selectors.ts'
import { allWrittenFor } from '../shared-values.ts'
import type { Match, Matches, Row, RowSource, SliceUser } from './row.ts'
import { readJson, storedValue, tenantText, valuesAt } from './values.ts'

/** The rows of a step, without those that its exceptions have for the same user. */
export function matchStep(
  source: RowSource,
  step: Pick<Step, 'ways' | 'except'>,
  tenantId: string | null,
  users: readonly SliceUser[],
): Matches {
  const all = together(step.ways.map((way) => matchSelector(source, way, tenantId, users)))
  if (step.except.length === 0) return all
  const taken = step.except.map(({ unless = [], ...selector }) => ({
    rows: matchSelector(source, selector, tenantId, users),
    unless: unless.map((other) => matchSelector(source, other, tenantId, users)),
  }))
  const isTaken = (key: number, user: number): boolean =>
    taken.some(
      ({ rows, unless }) =>
        rows.get(key)?.owners.has(user) &&
        !unless.some((other) => other.get(key)?.owners.has(user)),
    )
  const left = new Map<number, Match>()
  for (const [key, { row, owners }] of all) {
    const own = new Set([...owners].filter((user) => !isTaken(key, user)))
    if (own.size > 0) left.set(key, { row, owners: own })
  }
  return left
}

/** A row of several ways is one row, and belongs to all whom one of them finds. */
function together(found: readonly Matches[]): Matches {
  const [only, ...others] = found
  if (only === undefined || others.length === 0) return only ?? new Map()
  const all = new Map<number, { readonly row: Row; readonly owners: Set<number> }>()
  for (const [key, { row, owners }] of found.flatMap((matches) => [...matches])) {
    const known = all.get(key)
    if (known === undefined) all.set(key, { row, owners: new Set(owners) })
    else for (const owner of owners) known.owners.add(owner)
  }
  return new Map([...all].sort(([a], [b]) => a - b))
}

/** Different ids that rows hold at the end of the selector's chains, and `null` for what is none. */
export function heldValues(source: RowSource, selector: Selector): ReadonlySet<unknown> {
  const { table, target, locator, where } = selector
  if (target.kind === 'rows') {
    return new Set(target.parents.flatMap((parent) => [...heldValues(source, parent)]))
  }
  const values = new Set<unknown>()
  for (const [, row] of source.rows(table)) {
    if (!where.every((condition) => meets(row, condition))) continue
    for (const value of locatedValues(row, locator)) values.add(idBehind(value, target.form))
  }
  return values
}

function matchSelector(
  source: RowSource,
  selector: Selector,
  tenantId: string | null,
  users: readonly SliceUser[],
): Matches {
  const owners = ownersByValue(source, selector, tenantId, users)
  const matches: (readonly [number, Match])[] = []
  for (const [key, row] of source.rows(selector.table)) {
    if (!fulfills(row, selector, tenantId)) continue
    const found = new Set<number>()
    for (const value of locatedValues(row, selector.locator)) {
      for (const user of usersBehind(folded(value, selector), selector, owners)) found.add(user)
    }
    if (found.size > 0) matches.push([key, { row, owners: found }])
  }
  return new Map(matches.sort(([a], [b]) => a - b))
}

/** The users for whom a located value stands, or whose values stand within it. */
function usersBehind(
  value: unknown,
  { target }: Selector,
  owners: ReadonlyMap<unknown, ReadonlySet<number>>,
): Iterable<number> {
  if (target.kind !== 'user' || !isComparedAsText(target)) return owners.get(value) ?? []
  return [...owners].flatMap(([written, users]) =>
    standsFor(value, written, target.form) ? [...users] : [],
  )
}

/** From a located value to the users it stands for. */
function ownersByValue(
  source: RowSource,
  selector: Selector,
  tenantId: string | null,
  users: readonly SliceUser[],
): ReadonlyMap<unknown, ReadonlySet<number>> {
  const { target } = selector
  const owners = new Map<unknown, Set<number>>()
  const add = (value: unknown, user: number): void => {
    if (isNobodysKey(storedValue(value))) return
    const held = folded(storedValue(value), selector)
    const known = owners.get(held)
    if (known === undefined) owners.set(held, new Set([user]))
    else known.add(user)
  }
  if (target.kind === 'user') {
    for (const [position, user] of users.entries()) {
      for (const value of allWrittenFor(user, target)) add(value, position)
    }
    return owners
  }
  const { path, each } = selector.locator
  const isInJson = path !== null || each
  for (const parent of target.parents) {
    for (const { row, owners: found } of matchSelector(source, parent, tenantId, users).values()) {
      const value = row[target.key]
      for (const user of found) {
        for (const one of isInJson ? inEachType(value) : [value]) add(one, user)
      }
    }
  }
  return owners
}

/** Rows may be referred to by bytes, which are more than blanks whatever they stand for. */
function isNobodysKey(value: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : isNobodys(value)
}

/** What equal values have in common: texts also where they are one by the collation of what is referred to. */
function folded(value: unknown, { target }: Selector): unknown {
  const fold = foldedBy(target.collation ?? null)
  return typeof value === 'string' && fold !== null ? fold(value) : valueKey(value)
}

function fulfills(row: Row, { where, tenant }: Selector, tenantId: string | null): boolean {
  if (tenant !== null && tenantText(row[tenant]) !== tenantId) return false
  return where.every((condition) => meets(row, condition))
}

/** Whether the row holds one of the values. */
export function meets(row: Row, { column, values }: Condition): boolean {
  return values.map(storedValue).includes(storedValue(row[column]))
}

/** What a row holds where the locator points; nothing where there is no JSON, no array, or null. */
function locatedValues(row: Row, locator: Locator): readonly unknown[] {
  const held = storedValue(row[locator.column])
  const way = wayInto(locator)
  if (way === null) return held === null ? [] : [held]
  const json = readJson(held)
  return json === null ? [] : valuesAt(json.document, way).filter(isPlain).map(storedValue)
}

/** A boolean names nobody: inside JSON it is no integer. */
function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
}
