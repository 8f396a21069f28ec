/**
 * Do columns hold what the policy compares them with and writes into them? For databases that keep a column to one kind
 * of value: they refuse a statement that takes it for another.
 *
 * @module
 */

import {
  jsonPathsOf,
  type NamedJson,
  placeOf,
  referencesOf,
} from '../../../program/columns/references.ts'
import type { DerivedValue, JsonPath, Program, Scalar } from '../../../program/program.ts'
import type { ColumnKind, ColumnSchema, TableSchema } from '../../../program/schema.ts'
import { whereOf } from '../../../program/selectors.ts'
import { allWritesOf } from '../../../program/writes.ts'
import type { SchemaFinding } from '../../schema-finding.ts'
import { columnOf } from '../database/check-columns.ts'

type Tables = ReadonlyMap<string, TableSchema>

export function checkHeld(program: Program, tables: Tables): readonly SchemaFinding[] {
  return [
    ...searched(program, tables),
    ...insideJson(program, tables),
    ...conditions(program, tables),
    ...writes(program, tables),
  ]
}

/** Columns by which rows are found, and those of users and parents that they are compared with. */
function searched(program: Program, tables: Tables): readonly SchemaFinding[] {
  const { user } = program
  return referencesOf(program).flatMap(({ table, path, place, target, each, json }) => {
    if (target === null || each || json !== null) return []
    const others: readonly Place[] =
      target.kind === 'rows'
        ? target.parents.map((parent) => [parent.table, target.key, place])
        : [[user.table, user.fields[target.field] ?? user.id, 'user.fields']]
    const all: readonly Place[] = [[table, path, place], ...others]
    return all.flatMap((one) => unsearchable(tables, one))
  })
}

type Place = readonly [table: string, column: string, path: string]

function unsearchable(tables: Tables, [table, name, path]: Place): readonly SchemaFinding[] {
  const column = known(tables, table, name)
  if (column === null || !isUnsearchable(column.holds)) return []
  const message = `"${table}.${name}" is of type ${column.type}, and no value of users or of other rows is looked for in that. ${remedyFor(column.holds)}; say \`external\` without a match where something else cleans the rows.`
  return [{ code: 'unsupported_column', severity: 'error', table, column: name, path, message }]
}

function remedyFor(holds: ColumnKind | undefined): string {
  return typeof holds === 'object' && 'listOf' in holds
    ? 'Match its elements, as in { array: … }'
    : 'Keep it in a column of type text, uuid, bigint or numeric, or put the schema of its type on the search path'
}

function isUnsearchable(holds: ColumnKind | undefined): boolean {
  return typeof holds === 'object' || holds === 'other' || holds === 'instant'
}

/** Columns into which a path leads. */
function insideJson(program: Program, tables: Tables): readonly SchemaFinding[] {
  return jsonPathsOf(program).flatMap(
    ({ table, column: name, place, steps, wants }): readonly SchemaFinding[] => {
      const column = known(tables, table, name)
      if (column === null || column.holds === undefined || column.holds === 'json') return []
      if (column.readsJson === true || isItsElement(column.holds, steps, wants)) return []
      const where = { table, column: name, path: place } as const
      const message = `"${table}.${name}" is of type ${column.type}, and no place inside JSON is found in that. Give the column that type, as in ALTER COLUMN … TYPE jsonb USING …::jsonb.`
      return [{ code: 'unsupported_column', severity: 'error', ...where, message }]
    },
  )
}

/** Whether the path leads to the elements of the column's own list. */
function isItsElement(holds: ColumnKind, steps: JsonPath, wants: NamedJson['wants']): boolean {
  if (typeof holds !== 'object' || !('listOf' in holds)) return false
  if (!['text', 'integer', 'number', 'uuid'].includes(holds.listOf)) return false
  return wants === 'array' ? steps.length === 0 : steps.length === 1 && steps[0] === null
}

function conditions({ steps, checks }: Program, tables: Tables): readonly SchemaFinding[] {
  const asked = [
    ...steps.flatMap((step) =>
      whereOf(step).map((one) => ({
        ...{ table: step.table, path: `${placeOf(step)}.where`, ...one },
      })),
    ),
    ...checks.flatMap(({ name, table, where }) =>
      where.map((one) => ({ table, path: `checks.${name}.where`, ...one })),
    ),
  ]
  return asked.flatMap(({ table, column: name, path, values }) => {
    const column = known(tables, table, name)
    const strange = column === null ? undefined : values.find((value) => !takes(column, value))
    if (column === null || strange === undefined) return []
    return [refusal(table, column, path, strange, 'is compared with')]
  })
}

function writes(program: Program, tables: Tables): readonly SchemaFinding[] {
  return allWritesOf(program).flatMap(({ table, path, assignment }) => {
    const column = known(tables, table, assignment.column)
    if (column === null) return []
    if (assignment.kind === 'constant') {
      return takes(column, assignment.value)
        ? []
        : [refusal(table, column, path, assignment.value, 'is given')]
    }
    if (assignment.kind !== 'derived') return []
    if (takesDerived(column, assignment.instant, program.derived[assignment.index])) return []
    return [
      refusal(table, column, path, assignment.instant ?? 'a text that is made up', 'is given'),
    ]
  })
}

function known(tables: Tables, table: string, name: string): ColumnSchema | null {
  const column = columnOf(tables, table, name)
  return typeof column === 'string' ? null : column
}

function refusal(
  table: string,
  { name, type, holds }: ColumnSchema,
  path: string,
  value: Scalar,
  verb: string,
): SchemaFinding {
  const kind =
    typeof holds === 'object' && 'oneOf' in holds
      ? `takes only ${holds.oneOf.map(quoted).join(', ')}`
      : `is of type ${type}`
  const message = `"${table}.${name}" ${kind}, and ${verb} ${quoted(value)}: the database refuses that. Write a value of the column.`
  return { code: 'value_refused', severity: 'error', table, column: name, path, message }
}

function quoted(value: Scalar): string {
  return JSON.stringify(value)
}

function takes(
  { holds, longest = Number.POSITIVE_INFINITY }: ColumnSchema,
  value: Scalar,
): boolean {
  if (value === null || holds === undefined || holds === 'other') return true
  if (typeof holds === 'object') {
    if ('oneOf' in holds) return typeof value === 'string' && holds.oneOf.includes(value)
    return typeof value === 'string' && /^\{.*\}$/s.test(value)
  }
  if (typeof value === 'boolean') return holds === 'boolean'
  const text = String(value)
  switch (holds) {
    case 'integer':
      return /^\s*[-+]?\d+\s*$/.test(text)
    case 'number':
      return text.trim() !== '' && !Number.isNaN(Number(text))
    case 'uuid':
      return /^[{]?[0-9a-f]{4}(-?[0-9a-f]{4}){7}[}]?$/i.test(text)
    case 'boolean':
      return /^(true|false|t|f|yes|no|y|n|on|off|1|0)$/i.test(text.trim())
    case 'json':
      return isJson(text)
    case 'instant':
      return typeof value === 'string' && isInstant(value)
    case 'text':
      return [...text].length <= longest
  }
}

function isInstant(text: string): boolean {
  return /^\s*(-?infinity|epoch|now|today)\s*$/i.test(text) || !Number.isNaN(Date.parse(text))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Of an instant the word for it says how it is written; anything else that is derived is text. */
function takesDerived(
  { holds, longest = Number.POSITIVE_INFINITY }: ColumnSchema,
  instant: string | undefined,
  derived: DerivedValue | undefined,
): boolean {
  if (holds === undefined) return true
  if (holds === 'text') return longest >= lengthOf(derived)
  if (instant === '$atMs' || instant === '$atSeconds')
    return holds === 'integer' || holds === 'number'
  return instant !== undefined && holds === 'instant'
}

/** Of what is written: an instant in ISO 8601, or a hash between what the policy puts around it. */
function lengthOf(derived: DerivedValue | undefined): number {
  if (derived === undefined) return 0
  if (derived.kind === 'instant') return derived.word === '$at' ? 24 : 0
  return [...`${derived.prefix}${derived.suffix}`].length + HASH_LENGTH
}

const HASH_LENGTH = 32
