/**
 * Is anything to be found at the paths that the policy names? A misspelt one finds nothing, and nothing says so.
 *
 * @module
 */
import type { AskedPath, TableSchema } from '../store.ts'
import type { Program } from '../terms.ts'
import { otherPathsOf, referencesOf, sampledAt, tenantPathsOf } from './references.ts'
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
