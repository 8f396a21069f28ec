/**
 * Is anything to be found at the paths that the policy names? A misspelt one finds nothing, and nothing says so.
 *
 * @module
 */
import { spellPath } from '../../../policy/json-path.ts'
import {
  dotted,
  jsonPathsOf,
  type NamedJson,
  otherPathsOf,
  referencesOf,
  sampledAt,
  sampledJsonAt,
  tenantPathsOf,
} from '../../../program/columns/references.ts'
import type { JsonPath, Program } from '../../../program/program.ts'
import type { AskedPath, TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** One warning for each path of a table that no sampled row has, however many rules name it. */
export function checkPaths(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const all: readonly NamedPath[] = [
    ...referencesOf(program),
    ...tenantPathsOf(program),
    ...otherPathsOf(program),
  ]
  // Where a table has columns, those are there or not, and `sampledJson` tells what is in them.
  const named = all.filter(({ table }) => (tables.get(table)?.columns ?? null) === null)
  return [
    ...checkDocuments(named, tables),
    ...checkDottedKeys(program, tables),
    ...checkJson(program, tables),
  ]
}

/** In documents a dot in a path leads into a sub-document, so that a key with one cannot be named. */
function checkDottedKeys(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return jsonPathsOf(program).flatMap((named): readonly SchemaFinding[] => {
    const key = named.steps.find((step) => step?.includes('.'))
    const { columns, sampledTypes } = tables.get(named.table) ?? {}
    // A store without columns that samples nothing keeps rows as they are, and finds keys as they are.
    if (key == null || columns !== null || sampledTypes === undefined) return []
    const message = `"${key}" in the path ${spellPath(named.steps)} has a dot, and no path into documents names such a key: no row is found by it, and a user with rows in which it is to be scrubbed cannot be deleted. Scrub what holds it, or let the host rename the key.`
    return [foundFor(named, message)]
  })
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
    if (first === undefined || rows === 0) return []
    const types = sampled.flatMap((one) => Object.keys(one.types)).filter((one) => one !== 'null')
    const [list] = uses.filter(({ wants }) => wants === 'array')
    if (list !== undefined && types.length > 0 && !types.includes('array')) {
      return [noArray(list, rows)]
    }
    const [beside] = sampled.flatMap((one) => one.beside ?? [])
    if (beside !== undefined && !leadsTo(byPath.get(JSON.stringify([first.table, beside])))) {
      return [inPart(first, beside)]
    }
    return isThere || isDeclared ? [] : [notFound(first, rows, isText(first, tables))]
  })
}

/**
 * One warning for each path into the JSON of a column, however many rules name it. Of several that are scrubbed
 * from a column, some may be rare where others are found.
 */
function checkJson(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const named = jsonPathsOf(program)
  const byPath = groupedBy(named, ({ table, column, steps }) => [table, column, steps])
  const byColumn = groupedBy(named, ({ table, column, wants }) => [table, column, wants])
  const isFound = (one: NamedJson): boolean => (sampledJsonAt(tables, one)?.found ?? 0) > 0
  const foundBeside = new Set(
    [...byColumn.values()].flatMap((own) =>
      own.some((one) => one.wants === 'anything' && isFound(one)) ? own : [],
    ),
  )
  return [...byPath.values()].flatMap((uses): readonly SchemaFinding[] => {
    const [first] = uses
    const sampled = uses.flatMap((use) => sampledJsonAt(tables, use) ?? [])
    if (first === undefined || sampled.length === 0) return []
    const { table, column } = first
    const [instead] = sampled.flatMap((one) =>
      one.instead === null || isNamed(byPath, table, column, one.instead) ? [] : [one.instead],
    )
    if (instead !== undefined) return [elsewhere(first, instead)]
    const [key] = sampled.flatMap(({ twice }) => twice ?? [])
    if (key !== undefined) return [twofold(first, key)]
    const rows = Math.max(...sampled.map((one) => one.rows))
    if (rows === 0 || uses.some((use) => isFound(use) || foundBeside.has(use))) return []
    return [nowhere(first, rows)]
  })
}

/** Whether a rule names the path, or the array of which it is the elements. */
function isNamed(
  byPath: ReadonlyMap<string, unknown>,
  table: string,
  column: string,
  steps: JsonPath,
): boolean {
  const ways = steps.at(-1) === null ? [steps, steps.slice(0, -1)] : [steps]
  return ways.some((way) => byPath.has(JSON.stringify([table, column, way])))
}

function groupedBy(
  named: readonly NamedJson[],
  keyOf: (one: NamedJson) => readonly unknown[],
): ReadonlyMap<string, readonly NamedJson[]> {
  const groups = new Map<string, readonly NamedJson[]>()
  for (const one of named) {
    const key = JSON.stringify(keyOf(one))
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return groups
}

function elsewhere(named: NamedJson, instead: JsonPath): SchemaFinding {
  const { table, column, steps } = named
  const way = spellPath(steps)
  return foundFor(
    named,
    `some sampled rows of "${table}" hold in "${column}" something at ${spellPath(instead)}, where the path ${way} does not lead. A path opens an array only by \`[]\`, and the spelling of a key counts: write the path so, or name both.`,
  )
}

function twofold(named: NamedJson, key: string): SchemaFinding {
  const { table, column, steps } = named
  return foundFor(
    named,
    `some sampled rows of "${table}" hold in "${column}" the key "${key}" of the path ${spellPath(steps)} twice in one object. The database reads the first of them, and most programs the last: what stands behind the other is not found. Write such JSON anew.`,
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

interface NamedPath extends AskedPath {
  readonly place: string
  readonly json?: string | null
  readonly wants?: 'array'
}

/** Whether the JSON value is kept as text, into which no path leads. */
function isText(
  { table, where, json }: NamedPath,
  tables: ReadonlyMap<string, TableSchema>,
): boolean {
  if (json === null || json === undefined) return false
  return sampledAt(tables, { table, path: json, where })?.types['string'] !== undefined
}

function noArray({ table, path, place }: NamedPath, rows: number): SchemaFinding {
  const message = `none of ${rows} sampled documents of "${table}" holds an array in "${path}", so that nothing can be pulled out of it. Look for a misspelling; ignore this where it is rare.`
  return { code: 'path_not_found', severity: 'warning', table, column: path, path: place, message }
}

/** Whether a rule looks for values that are elements themselves, and does not only name the array. */
function leadsTo(uses: readonly NamedPath[] = []): boolean {
  return uses.some(({ wants }) => wants === undefined)
}

function inPart({ table, path, place }: NamedPath, array: string): SchemaFinding {
  const message = `in some sampled documents of "${table}" the array "${array}" holds values that are no documents, and "${path}" does not lead to those: the rule leaves them. Name both, or bring the elements into one form.`
  return { code: 'path_not_found', severity: 'warning', table, column: path, path: place, message }
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
