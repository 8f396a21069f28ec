/**
 * Which rows belong to which user of a slice.
 *
 * @module
 */

import {
  foldedBy,
  idBehind,
  inEachType,
  isNobodys,
  standsFor,
} from '../../../src/program/matching.ts'
import type { Condition, Locator, Selector, Step } from '../../../src/program/program.ts'
import { isComparedAsText, wayInto } from '../../../src/program/selectors.ts'
import { allWrittenFor } from '../../../src/program/shared-values.ts'
import type { Row, Tables } from '../tables/rows.ts'
import { readJson, stored, tenantText, valuesAt } from '../tables/values.ts'
import type { SliceUser } from './slice-users.ts'

/** The users of each matching row, by position in the slice; rows in the order of insertion. */
export type Matches = ReadonlyMap<number, ReadonlySet<number>>

/** The rows of a step, without those that its exceptions have for the same user. */
export function matchStep(
  tables: Tables,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
): Matches {
  if (step.selector === null) return new Map()
  const all = matchSelector(tables, step.selector, tenantId, users)
  if (step.except.length === 0) return all
  const taken = step.except.map(({ unless = [], ...selector }) => ({
    rows: matchSelector(tables, selector, tenantId, users),
    unless: unless.map((other) => matchSelector(tables, other, tenantId, users)),
  }))
  const isTaken = (key: number, user: number): boolean =>
    taken.some(
      ({ rows, unless }) =>
        rows.get(key)?.has(user) && !unless.some((other) => other.get(key)?.has(user)),
    )
  const left = new Map<number, ReadonlySet<number>>()
  for (const [key, owners] of all) {
    const own = new Set([...owners].filter((user) => !isTaken(key, user)))
    if (own.size > 0) left.set(key, own)
  }
  return left
}

/** Different ids that rows hold at the end of the selector's chains, and `null` for what is none. */
export function heldValues(tables: Tables, selector: Selector): ReadonlySet<unknown> {
  const { table, target, locator, where } = selector
  if (target.kind === 'rows') {
    return new Set(target.parents.flatMap((parent) => [...heldValues(tables, parent)]))
  }
  const rows = [...tables.rows(table).values()]
  const matching = rows.filter((row) => where.every((condition) => holds(row, condition)))
  const held = matching.flatMap((row) => locatedValues(row, locator))
  return new Set(held.map((value) => idBehind(value, target.form)))
}

export function matchSelector(
  tables: Tables,
  selector: Selector,
  tenantId: string | null,
  users: readonly SliceUser[],
): Matches {
  const owners = ownersByValue(tables, selector, tenantId, users)
  const matches = new Map<number, ReadonlySet<number>>()
  const keys = [...tables.rows(selector.table).keys()].sort((a, b) => a - b)
  for (const key of keys) {
    const row = tables.rows(selector.table).get(key)
    if (row === undefined || !fulfills(row, selector, tenantId)) continue
    const found = new Set<number>()
    for (const value of locatedValues(row, selector.locator)) {
      for (const user of usersBehind(folded(value, selector), selector, owners)) found.add(user)
    }
    if (found.size > 0) matches.set(key, found)
  }
  return matches
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
  tables: Tables,
  selector: Selector,
  tenantId: string | null,
  users: readonly SliceUser[],
): ReadonlyMap<unknown, ReadonlySet<number>> {
  const { target } = selector
  const owners = new Map<unknown, Set<number>>()
  const add = (value: unknown, user: number): void => {
    if (isNobodys(stored(value))) return
    const held = folded(stored(value), selector)
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
    for (const [key, found] of matchSelector(tables, parent, tenantId, users)) {
      const value = tables.rows(parent.table).get(key)?.[target.key]
      for (const user of found) {
        for (const one of isInJson ? inEachType(value) : [value]) add(one, user)
      }
    }
  }
  return owners
}

/** What texts have in common that are one by the collation of what is referred to. */
function folded(value: unknown, { target }: Selector): unknown {
  const fold = foldedBy(target.collation ?? null)
  return typeof value === 'string' && fold !== null ? fold(value) : value
}

function fulfills(row: Row, { where, tenant }: Selector, tenantId: string | null): boolean {
  if (tenant !== null && tenantText(row[tenant]) !== tenantId) return false
  return where.every((condition) => holds(row, condition))
}

export function holds(row: Row, { column, values }: Condition): boolean {
  return values.map(stored).includes(stored(row[column]))
}

/** What a row holds where the locator points; nothing where there is no JSON, no array, or null. */
function locatedValues(row: Row, locator: Locator): readonly unknown[] {
  const held = stored(row[locator.column])
  const way = wayInto(locator)
  if (way === null) return held === null ? [] : [held]
  const json = readJson(held)
  return json === null ? [] : valuesAt(json.document, way).filter(isPlain).map(stored)
}

/** A boolean names nobody: inside JSON it is no integer. */
function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
}
