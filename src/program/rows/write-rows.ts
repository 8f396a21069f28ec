/**
 * What a step writes into a row, and how a row shows that it has been written.
 *
 * @module
 */

import { derivedAs, isNamedIn, standsFor } from '../matching.ts'
import type { Assignment, JsonPath, Step, Wanted } from '../program.ts'
import type { TableSchema } from '../schema.ts'
import { allWrittenFor, writtenFor } from '../shared-values.ts'
import type { Row, SliceUser } from './row.ts'
import {
  changeAt,
  GONE,
  placesAt,
  readDocument,
  readJson,
  standsAt,
  storedValue,
  valuesAt,
  writeJson,
} from './values.ts'

/** The row as the assignments leave it, for the users whom it belongs to. A table without columns takes every value. */
export function writtenRow(
  row: Row,
  set: readonly Assignment[],
  owners: readonly SliceUser[],
  table: Pick<TableSchema, 'columns'> | undefined,
): Row {
  const columns = table?.columns ?? null
  const changed: Record<string, unknown> = { ...row }
  for (const assignment of set) {
    const column = columns?.find(({ name }) => name === assignment.column)
    const value = newValue(row[assignment.column], assignment, owners, column?.nullable ?? true)
    changed[assignment.column] = columns === null ? value : storedValue(value)
  }
  return changed
}

/**
 * Whether the row still lacks one of the assignments, and what `outdone` allows in its place. Values that are not
 * known are passed over.
 */
export function lacks(
  row: Row,
  { set, outdone = [] }: Pick<Step, 'set' | 'outdone'>,
  user: SliceUser,
): boolean {
  const isLacking = (one: Assignment): boolean => lacksOne(row[one.column], one, user)
  return set.some(
    (assignment) =>
      isLacking(assignment) &&
      outdone.filter(({ column }) => column === assignment.column).every(isLacking),
  )
}

function lacksOne(held: unknown, assignment: Assignment, user: SliceUser): boolean {
  switch (assignment.kind) {
    case 'constant':
      return storedValue(held) !== storedValue(assignment.value)
    case 'derived': {
      const value = derivedAs(assignment, user.derived[assignment.index])
      // Some instant has to be there, whichever it is.
      if (value === null) return assignment.instant !== undefined && held == null
      return !isSameDerived(held, value)
    }
    case 'scrub': {
      if (held == null) return false
      const json = readDocument(held)
      if (json === null) return true
      return assignment.paths.some((path) => standsAt(json.document, path))
    }
    case 'json_value': {
      const json = readJson(held)
      if (json === null) return false
      const { path, holding } = assignment
      const values = valuesAt(json.document, path)
      return holding === undefined
        ? storedValue(values[0]) !== storedValue(assignment.value)
        : values.some((value) => isHeld(value, holding, [user]))
    }
    case 'pull': {
      if (held == null) return false
      const json = readJson(held)
      if (json === null) return isNamed(held, assignment, user)
      const { document } = json
      const path = assignment.path ?? []
      return typeof document === 'object'
        ? placesAt(document, path).some((place) => standsForList(place, assignment, user))
        : standsForList(document, assignment, user)
    }
  }
}

/** Whether what was to leave an array still stands in its place, whatever is there. */
function standsForList(place: unknown, pull: Pull, user: SliceUser): boolean {
  if (typeof place === 'string') return isNamed(place, pull, user)
  if (!Array.isArray(place)) return holdsDeep(place, pull, user)
  return place.some((one) => isPulled(one, pull, [user]))
}

function holdsDeep(value: unknown, pull: Pull, user: SliceUser): boolean {
  if (Array.isArray(value)) return value.some((one) => holdsDeep(one, pull, user))
  if (typeof value !== 'object' || value === null) return isHeld(value, pull, [user])
  return Object.entries(value).some(
    ([key, inner]) => isHeld(key, pull, [user]) || holdsDeep(inner, pull, user),
  )
}

function isNamed(text: unknown, pull: Pull, user: SliceUser): boolean {
  const wanted = writtenFor(user, pull)
  return typeof text === 'string' && wanted !== null && isNamedIn(text, wanted, pull.form)
}

function isSameDerived(held: unknown, value: unknown): boolean {
  if (value instanceof Date) return held instanceof Date && held.getTime() === value.getTime()
  return storedValue(held) === value
}

function newValue(
  held: unknown,
  assignment: Assignment,
  owners: readonly SliceUser[],
  nullable: boolean,
): unknown {
  switch (assignment.kind) {
    case 'constant':
      return assignment.value
    case 'derived':
      // Of users who share a row the last one's value stays, as if they had gone one by one.
      return derivedAs(assignment, owners.at(-1)?.derived[assignment.index])
    case 'scrub': {
      const json = readDocument(held)
      if (json === null) return nullable ? null : '{}'
      const remove = (document: unknown, path: JsonPath) => changeAt(document, path, () => GONE)
      return writeJson(held, assignment.paths.reduce(remove, json.document))
    }
    case 'json_value': {
      const json = readJson(held)
      if (json === null) return held
      const { path, value, holding } = assignment
      const written = changeAt(json.document, path, (one) =>
        holding === undefined || isHeld(one, holding, owners) ? value : one,
      )
      return writeJson(held, written)
    }
    case 'pull': {
      const json = readJson(held)
      if (json === null) return held
      const rest = changeAt(json.document, assignment.path ?? [], (list) =>
        Array.isArray(list) ? list.filter((one) => !isPulled(one, assignment, owners)) : list,
      )
      return writeJson(held, rest)
    }
  }
}

function isPulled(one: unknown, pull: Pull, owners: readonly SliceUser[]): boolean {
  return valuesAt(one, pull.element).some((value) => isHeld(value, pull, owners))
}

type Pull = Extract<Assignment, { kind: 'pull' }>

/** Whether the value inside JSON is that of one of the users, as the form writes it. A boolean is nobody's. */
function isHeld(value: unknown, one: Wanted, owners: readonly SliceUser[]): boolean {
  if (typeof value === 'object' || typeof value === 'boolean') return false
  const { form } = one
  return owners.some((user) =>
    allWrittenFor(user, one).some((wanted) => {
      if (wanted === null) return false
      return form?.ignoreCase
        ? standsFor(value, wanted, form)
        : storedValue(value) === storedValue(wanted)
    }),
  )
}
