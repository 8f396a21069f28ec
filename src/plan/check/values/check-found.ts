/**
 * Do samples hold ids or addresses of users, in places that no rule mentions?
 *
 * @module
 */

import { knownSchema } from '../../../knowledge/known-table.ts'
import { userReference } from '../../../knowledge/user-references.ts'
import { namedColumnsOf } from '../../../program/columns/named-columns.ts'
import { dotted } from '../../../program/columns/references.ts'
import { removesRows } from '../../../program/columns/touches.ts'
import type { Program, Step } from '../../../program/program.ts'
import type { AskedValues, SampledValues, TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** What has to be looked for, so that {@link checkFound} can tell. */
export function askedValuesOf(
  { user, steps }: Program,
  classified: readonly string[],
): Omit<AskedValues, 'rows'> {
  const of = (table: string): readonly Step[] => steps.filter((step) => step.table === table)
  const isElsewhere = (table: string): boolean =>
    of(table).some(({ action }) => action === 'external')
  const { id: _, ...fields } = user.fields
  const own = user.rowless ? [] : [user.table]
  const tables = [...new Set([...classified, ...own])].filter((table) => !isElsewhere(table))
  return {
    users: { table: user.table, id: user.id, fields },
    tables: user.rowless ? [] : tables,
    owners: Object.fromEntries(
      tables.map((table) => [table, table === user.table ? [user.id] : ownersIn(of(table))]),
    ),
  }
}

/** Where all rows go, what they hold of the user by whom they are found goes too. */
function ownersIn(steps: readonly Step[]): readonly string[] {
  if (!steps.every(removesRows)) return []
  const ways = steps.flatMap((step) => step.ways)
  return ways.flatMap(({ locator, target }) => {
    const isById = target.kind === 'user' && target.field === 'id'
    return isById && locator.path === null ? [locator.column] : []
  })
}

export function checkFound(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const named = namedColumnsOf({ ...program, checks: [] }).filter(({ use }) => use !== 'entry')
  const isMentioned = (table: string, place: string): boolean =>
    named.some((one) => {
      const at = dotted(one.column, one.inside)
      return one.table === table && (place === at || place.startsWith(`${at}.`))
    })
  const schema = knownSchema(tables, program.user.table, program.user.id)
  return [...tables.values()].flatMap((table) =>
    (table.sampledValues ?? [])
      .filter(({ path }) => !isMentioned(table.name, path))
      .filter((sampled) => !isThroughParents(program, table.name, sampled))
      .flatMap((sampled) => {
        const known = schema.tables.get(table.name)
        const column = known?.columns.find(({ name }) => name === sampled.path)
        const isNamed =
          known !== undefined &&
          column !== undefined &&
          userReference(schema, known, column) !== null
        return found(table.name, sampled, isNamed, steps(program, table.name))
      }),
  )
}

/** Rows that go with rows of a user hold that user's address, and go with it: which user, the sample does not say. */
function isThroughParents(
  { steps: all }: Program,
  table: string,
  { holding }: SampledValues,
): boolean {
  const own = all.filter((step) => step.table === table)
  const isThrough = own.some(({ ways }) => ways.some(({ target }) => target.kind === 'rows'))
  return isThrough && own.every(removesRows) && holding['id'] === undefined
}

function steps({ steps: all }: Program, table: string): readonly Step[] {
  return all.filter((step) => step.table === table)
}

/** What a single row holds says little of its column, and must not stop deletions. */
const LEAST_ROWS = 2

function found(
  table: string,
  { path: column, rows, holding, provesItself }: SampledValues,
  isNamed: boolean,
  own: readonly Step[],
): readonly SchemaFinding[] {
  const [field, count] = Object.entries(holding).sort(([, a], [, b]) => b - a)[0] ?? []
  if (field === undefined || count === undefined || !(provesItself || isNamed)) return []
  const isMuch = provesItself && count >= LEAST_ROWS && count * 5 >= rows
  const says = own.length === 0 ? "the policy calls the table 'unrelated'" : 'no rule mentions it'
  const what = field === 'id' ? 'ids of users' : `the \`${field}\` of users`
  const message = `"${table}.${column}" holds ${what} in ${count} of ${rows} sampled rows, and ${says}: say what happens to them, or accept the finding.`
  const severity = isMuch ? 'error' : 'warning'
  return [{ code: 'value_reference', severity, table, column, path: `tables.${table}`, message }]
}
