/**
 * What a step writes into a row, and how a row shows that it has been written.
 *
 * @module
 */
import { type Assignment, type JsonPath, writtenAs } from '../../src/store.ts'
import type { SliceUser } from './match-rows.ts'
import type { Row, Tables } from './rows.ts'
import { readJson, removeAt, replaceAt, stored, valueAt, writeJson } from './values.ts'

/** The row as the assignments leave it, for the users that it is paired with. */
export function writeRow(
  tables: Tables,
  table: string,
  row: Row,
  set: readonly Assignment[],
  owners: readonly SliceUser[],
): Row {
  const schema = tables.table(table)
  const changed: Record<string, unknown> = { ...row }
  for (const assignment of set) {
    const column = schema?.columns?.find(({ name }) => name === assignment.column)
    const value = newValue(row[assignment.column], assignment, owners, column?.nullable ?? true)
    changed[assignment.column] = schema?.columns == null ? value : stored(value)
  }
  return changed
}

/** Whether the row still lacks one of the assignments. Values that are not known are passed over. */
export function lacks(row: Row, set: readonly Assignment[], user: SliceUser): boolean {
  return set.some((assignment) => lacksOne(row[assignment.column], assignment, user))
}

function lacksOne(held: unknown, assignment: Assignment, user: SliceUser): boolean {
  switch (assignment.kind) {
    case 'constant':
      return stored(held) !== stored(assignment.value)
    case 'derived': {
      const value = user.derived[assignment.index] ?? null
      return value !== null && held !== value
    }
    case 'scrub': {
      if (held == null) return false
      const json = readJson(held)
      if (json === null) return true
      return assignment.paths.some((path) => valueAt(json.document, path) !== undefined)
    }
    case 'json_value': {
      const json = readJson(held)
      const value = json === null ? undefined : valueAt(json.document, assignment.path)
      return json !== null && stored(value) !== stored(assignment.value)
    }
    case 'pull': {
      const list = arrayAt(held, assignment.path)
      return list?.some((one) => isPulled(one, assignment, user)) ?? false
    }
  }
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
      return owners.at(-1)?.derived[assignment.index] ?? null
    case 'scrub': {
      const json = readJson(held)
      if (json === null) return nullable ? null : '{}'
      return writeJson(held, assignment.paths.reduce(removeAt, json.document))
    }
    case 'json_value': {
      const json = readJson(held)
      if (json === null) return held
      return writeJson(held, replaceAt(json.document, assignment.path, assignment.value))
    }
    case 'pull': {
      const json = readJson(held)
      const list = arrayAt(held, assignment.path)
      if (json === null || list === null) return held
      const rest = list.filter((one) => !owners.some((user) => isPulled(one, assignment, user)))
      const { path } = assignment
      return writeJson(held, path === null ? rest : replaceAt(json.document, path, rest))
    }
  }
}

function arrayAt(held: unknown, path: JsonPath | null): readonly unknown[] | null {
  const json = readJson(held)
  const value = json === null ? undefined : valueAt(json.document, path)
  return Array.isArray(value) ? value : null
}

function isPulled(
  one: unknown,
  { element, field, form }: Extract<Assignment, { kind: 'pull' }>,
  { fields }: SliceUser,
): boolean {
  const held = valueAt(one, element)
  const value = writtenAs(fields[field], form)
  return value != null && typeof held !== 'object' && stored(held) === stored(value)
}
