/**
 * Are rows found in one case alone, where the schema compares without it? Those in another case would stay.
 *
 * @module
 */

import { referencesOf } from '../../../program/columns/references.ts'
import type { Program } from '../../../program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../../program/schema.ts'
import { markReferences, uniqueCollation } from '../../compile/mark-references.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** Of fields by their own columns; of the id and of parents' keys where these are one in several spellings. */
export function checkCase(
  program: Pick<Program, 'user' | 'steps' | 'checks'>,
  schema: DatabaseSchema,
): readonly SchemaFinding[] {
  const { user } = program
  if (user.rowless) return []
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  return [...checkFields(program, tables), ...checkKeys(program, schema, tables)]
}

/** Rows that hold the key in another spelling are found by a collation of the schema alone. */
function checkKeys(
  { user, steps, checks }: Pick<Program, 'user' | 'steps' | 'checks'>,
  schema: DatabaseSchema,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const marked = markReferences(user, steps, schema)
  const looked = referencesOf({ user, steps: marked, checks }).filter(
    ({ table, path }) => table !== user.table || path !== user.id,
  )
  return looked.flatMap(({ table, path: column, place, target, each, json }) => {
    if (target === null || target.collation !== undefined) return []
    const keys: readonly (readonly [string, string])[] =
      target.kind === 'user'
        ? target.field === 'id'
          ? [[user.table, user.id]]
          : []
        : target.parents.map((parent) => [parent.table, target.key])
    const own = keys.find(([name, key]) => isOneInSeveral(tables.get(name), key))
    if (own === undefined) return []
    const isPlain = !each && json === null
    if (isPlain && [own, [table, column] as const].every((one) => isKept(tables, one))) return []
    const message = `"${own.join('.')}" takes several spellings of a text for one, and "${table}.${column}" is looked for in the stored spelling alone: a row in another one would stay. Let the columns compare alike, with a foreign key or the same collation, keep both in lower case by a CHECK, or accept the finding.`
    const where = { table, column, path: place } as const
    return [{ code: 'other_case', severity: 'warning', ...where, message } as const]
  })
}

/** A key of documents is compared by the collation of their collection. */
function isOneInSeveral(table: TableSchema | undefined, key: string): boolean {
  if (table === undefined) return false
  if (table.columns === null) {
    return (
      table.collation !== undefined && table.primaryKey.length === 1 && table.primaryKey[0] === key
    )
  }
  return uniqueCollation(table, key) !== null
}

function isKept(
  tables: ReadonlyMap<string, TableSchema>,
  [table, column]: readonly [string, string],
): boolean {
  const own = tables.get(table)
  return own !== undefined && isKeptInLowerCase(own, column)
}

function checkFields(
  program: Pick<Program, 'user' | 'steps' | 'checks'>,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const { user } = program
  return referencesOf(program).flatMap(({ table, path: column, place, target }) => {
    if (target?.kind !== 'user' || target.field === 'id' || target.form?.ignoreCase) return []
    const own = [user.table, user.fields[target.field] ?? user.id] as const
    const sides = [own, [table, column] as const]
    const inAnyCase = sides.find(([name, side]) => isInAnyCase(tables.get(name), side))
    if (inAnyCase === undefined) return []
    const message = `"${inAnyCase.join('.')}" is compared in any case by the schema, and "${table}.${column}" is looked for as "${own.join('.')}" is written: a row in another case would stay. Say \`ignoreCase: true\` in the match, keep both in lower case by a CHECK, or accept the finding.`
    const where = { table, column, path: place } as const
    return [{ code: 'other_case', severity: 'warning', ...where, message } as const]
  })
}

/** Whether the column or an index of it takes letters in both cases for one, and nothing keeps them in one. */
function isInAnyCase(table: TableSchema | undefined, column: string): boolean {
  if (table === undefined) return false
  const name = column.toLowerCase()
  const own = table.columns?.find((one) => one.name.toLowerCase() === name)
  if (own === undefined || isKeptInLowerCase(table, own.name)) return false
  const folded = [`${name} collate nocase`, `lower(${name})`, `lower("${name}")`]
  const isIndexed = (table.indexes ?? []).some(({ keys }) =>
    keys.some((key) => folded.includes(key.toLowerCase())),
  )
  return own.collation === 'NOCASE' || isIndexed
}

export function isKeptInLowerCase({ checks = [] }: TableSchema, column: string): boolean {
  return checks.some(
    ({ condition, columns }) => columns.includes(column) && /\blower\s*\(/i.test(condition),
  )
}
