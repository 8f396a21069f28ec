/**
 * Is anything to be found at the paths that the policy names? A misspelt one finds nothing, and nothing says so.
 *
 * @module
 */
import { spellPath } from '../policy/json-path.ts'
import type { AskedPath, SampledJson, TableSchema } from '../store.ts'
import type { JsonPath, Program } from '../terms.ts'
import {
  dotted,
  jsonPathsOf,
  type NamedJson,
  otherPathsOf,
  referencesOf,
  sampledAt,
  tenantPathsOf,
} from './references.ts'
import type { SchemaFinding } from './schema-finding.ts'

/** One warning for each path of a table that no sampled row has, however many rules name it. */
export function checkPaths(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const named: readonly NamedPath[] = [
    ...referencesOf(program),
    ...tenantPathsOf(program),
    ...otherPathsOf(program),
  ]
  return [...checkDocuments(named, tables), ...checkJson(program, tables)]
}

function checkDocuments(
  named: readonly NamedPath[],
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const byPath = new Map<string, readonly NamedPath[]>()
  for (const one of named) {
    const key = JSON.stringify([one.table, one.path])
    byPath.set(key, [...(byPath.get(key) ?? []), one])
  }
  return [...byPath.values()].flatMap((uses): readonly SchemaFinding[] => {
    const sampled = uses.flatMap((use) => sampledAt(tables, use) ?? [])
    const isThere = sampled.some(({ types }) => Object.keys(types).length > 0)
    const isDeclared = uses.some((use) => declares(tables.get(use.table), use.path))
    const rows = Math.max(0, ...sampled.map((one) => one.rows))
    const [first] = uses
    if (first === undefined || isThere || isDeclared || rows === 0) return []
    return [notFound(first, rows, isText(first, tables))]
  })
}

/** One warning for each path into the JSON of a column, however many rules name it. */
function checkJson(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const byPath = new Map<string, readonly NamedJson[]>()
  for (const one of jsonPathsOf(program)) {
    const key = JSON.stringify([one.table, one.column, one.steps])
    byPath.set(key, [...(byPath.get(key) ?? []), one])
  }
  return [...byPath.values()].flatMap((uses): readonly SchemaFinding[] => {
    const [first] = uses
    const sampled = uses.flatMap((use) => sampledJsonAt(tables, use) ?? [])
    if (first === undefined || sampled.length === 0) return []
    const instead = sampled.find((one) => one.instead !== null)?.instead ?? null
    const rows = Math.max(...sampled.map((one) => one.rows))
    if (instead !== null) return [elsewhere(first, instead)]
    if (rows === 0 || sampled.some(({ found }) => found > 0)) return []
    return [nowhere(first, rows)]
  })
}

function sampledJsonAt(
  tables: ReadonlyMap<string, TableSchema>,
  { table, column, steps, wants, where }: NamedJson,
): SampledJson | null {
  const wanted = JSON.stringify([column, steps, wants, where])
  return (
    tables
      .get(table)
      ?.sampledJson?.find(
        (one) => JSON.stringify([one.column, one.steps, one.wants, one.where]) === wanted,
      ) ?? null
  )
}

function elsewhere(named: NamedJson, instead: JsonPath): SchemaFinding {
  const { table, column, steps } = named
  const way = spellPath(steps)
  return foundFor(
    named,
    `some sampled rows of "${table}" hold in "${column}" nothing at the path ${way}, but something at ${spellPath(instead)}. A path opens an array only by \`[]\`, and a key with dots is spelt in a list: write the path so, or name both.`,
  )
}

function nowhere(named: NamedJson, rows: number): SchemaFinding {
  const { table, column, steps } = named
  return foundFor(
    named,
    `none of ${rows} sampled rows of "${table}" has in "${column}" anything at the path ${spellPath(steps)}. Look for a misspelling; ignore this where it is rare.`,
  )
}

function foundFor({ table, column, steps, place }: NamedJson, message: string): SchemaFinding {
  const where = { table, column: dotted(column, steps), path: place }
  return { code: 'path_not_found', severity: 'warning', ...where, message }
}

function declares(table: TableSchema | undefined, path: string): boolean {
  const { fields = [], unread = [] } = table?.validator ?? {}
  return unread.includes(path) || fields.some((field) => field.path === path)
}

type NamedPath = AskedPath & { readonly place: string; readonly json?: string | null }

/** Whether the JSON value is kept as text, into which no path leads. */
function isText(
  { table, where, json }: NamedPath,
  tables: ReadonlyMap<string, TableSchema>,
): boolean {
  if (json === null || json === undefined) return false
  return sampledAt(tables, { table, path: json, where })?.types['string'] !== undefined
}

function notFound({ table, path, place, json }: NamedPath, rows: number, text: boolean) {
  const remedy = text
    ? `"${json}" holds text: JSON in a text is not searched. Store it as a document.`
    : 'Look for a misspelling; ignore this where the field is rare.'
  return {
    code: 'path_not_found',
    severity: 'warning',
    table,
    column: path,
    path: place,
    message: `none of ${rows} sampled documents of "${table}" has "${path}". ${remedy}`,
  } as const
}
