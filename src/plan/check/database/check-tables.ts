/**
 * Does the policy name the tables that there are, and can their rows be found and changed?
 *
 * @module
 */

import { knownSchema } from '../../../knowledge/known-table.ts'
import { userReference } from '../../../knowledge/user-references.ts'
import { placeOf } from '../../../program/columns/references.ts'
import type { Program, Step, UserTable } from '../../../program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../../program/schema.ts'
import { isReachable } from '../../compile/fit-schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

export function checkTables(
  program: Program,
  classified: readonly string[],
  schema: DatabaseSchema,
): readonly SchemaFinding[] {
  const { tables } = schema
  const own = program.user.rowless ? [] : [program.user.table]
  const written = program.audit === null ? own : [...own, program.audit.table]
  const named = new Set([...classified, ...own])
  const present = new Map(tables.map((table) => [table.name, table]))
  return [
    ...tables
      .filter(({ name, kind }) => needsRule(kind) && !named.has(name))
      .filter((table) => concerns(program, table))
      .map((table) => unclassified(table, program, present)),
    ...[...named]
      .filter((name) => !present.has(name))
      .map((name) =>
        schema.outside?.includes(name)
          ? isOutside(name)
          : missing(name, written.includes(name) && !isCreated(name, own, schema)),
      ),
    ...(schema.createsTables ? [] : lostParents(program, present)),
    ...unwritable(program, present),
    ...alike(program, present),
    ...seenInPart(present),
  ]
}

/** A view shows rows of tables; a virtual table (a full-text index, say) has content of its own. */
function needsRule(kind: TableSchema['kind']): boolean {
  return kind !== 'view'
}

/** Outside the store's own tables only what the database changes along with rows of the program. */
function concerns({ user, steps }: Program, { elsewhere }: TableSchema): boolean {
  if (elsewhere === undefined) return true
  return elsewhere.some((name) => name === user.table || steps.some(({ table }) => table === name))
}

function isCreated(name: string, own: readonly string[], { createsTables }: DatabaseSchema) {
  return createsTables === true && !own.includes(name)
}

/** How its rows may belong to the user, as far as keys and names tell. */
function unclassified(
  { name, foreignKeys }: TableSchema,
  { user }: Program,
  present: ReadonlyMap<string, TableSchema>,
): SchemaFinding {
  const schema = knownSchema(present, user.table, user.id)
  const known = schema.tables.get(name)
  const column = user.rowless
    ? undefined
    : known?.columns.find((one) => userReference(schema, known, one) !== null)?.name
  const [link] = foreignKeys
  const clue =
    column !== undefined
      ? ` Its rows seem to belong to the user in "${column}".`
      : link === undefined
        ? ''
        : ` It refers to "${link.references.table}" by "${link.columns.join('", "')}".`
  return {
    code: 'unclassified_table',
    severity: 'error',
    table: name,
    path: `tables.${name}`,
    message: `the table "${name}" has no rule: say what happens to its rows, or 'unrelated'.${clue}`,
  }
}

/** A table that is not there holds nothing; under a misspelt name the right one is unclassified. */
function missing(name: string, isNeeded: boolean): SchemaFinding {
  const remedy = isNeeded
    ? 'Correct the name, or create it.'
    : 'Look for a misspelling; ignore this until the migration that creates it, or where it was never used.'
  return {
    code: 'missing_table',
    severity: isNeeded ? 'error' : 'warning',
    table: name,
    path: `tables.${name}`,
    message: `the database has no table "${name}". ${remedy}`,
  }
}

function isOutside(name: string): SchemaFinding {
  return {
    code: 'missing_table',
    severity: 'error',
    table: name,
    path: `tables.${name}`,
    message: `the database has no table "${name}": it is one of an attached or temporary database, which is never looked into. Clean it by an external eraser, or in an engine of its own, and leave it out here.`,
  }
}

/** Ways through tables of which none is there: the rule's own rows can belong to somebody all the same. */
function lostParents(
  { steps }: Program,
  present: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const lost = steps.flatMap((step) =>
    step.ways.filter((way) => !isReachable(way, present)).map((way) => ({ step, way })),
  )
  return lost
    .filter(({ step }) => present.has(step.table))
    .map(({ step, way }) => ({
      code: 'unreachable_table',
      severity: 'error',
      table: step.table,
      column: way.locator.column,
      path: placeOf(step),
      message: `the rows of "${step.table}" cannot be reached from the user: what they are found through is not there. Go through a table that is, or match by a column of its own.`,
    }))
}

const UNWRITABLE = {
  view: {
    code: 'view_rule',
    why: 'is a view: say what happens to the rows of the tables behind it, and leave it out.',
  },
  time_series: {
    code: 'time_series_rule',
    why: "is a time series, whose rows are not changed with the user's in one transaction: say `external` and clean it up elsewhere.",
  },
  capped: {
    code: 'capped_rule',
    why: "is a capped collection, which the server neither reads nor writes in a transaction with the user's rows: say `external` without a match and clean it up elsewhere, or turn it into an ordinary one with an index that expires its documents.",
  },
  foreign: {
    code: 'foreign_table_rule',
    why: 'is a foreign table, whose rows another server keeps, and changes in a transaction of its own: say `external` without a match and clean them up there.',
  },
} as const

function unwritable(
  { user, steps }: Program,
  present: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return [...unwritableUsers(user, present), ...unwritableRows(steps, present)]
}

/** The row of the user is read and written in every deletion. */
function unwritableUsers(
  { rowless, table }: UserTable,
  present: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const kind = present.get(table)?.kind
  if (rowless || kind === undefined || kind === 'table' || kind === 'virtual') return []
  const message = `"${table}" is a ${KIND_NAMES[kind]}, and the rows of users are read and written in one transaction with all others. Name the table that holds them.`
  return [{ code: UNWRITABLE[kind].code, severity: 'error', table, path: 'user.table', message }]
}

const KIND_NAMES = {
  ...{ view: 'view', time_series: 'time series' },
  ...{ capped: 'capped collection', foreign: 'foreign table' },
} as const

function unwritableRows(
  steps: readonly Step[],
  present: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return steps.flatMap((step): readonly SchemaFinding[] => {
    const kind = present.get(step.table)?.kind
    if (kind === undefined || kind === 'table' || kind === 'virtual') return []
    // What is external is still counted where there is a match.
    const isCounted = kind === 'capped' || kind === 'foreign'
    if (step.action === 'external' && !(isCounted && step.ways.length > 0)) return []
    const { code, why } = UNWRITABLE[kind]
    const place = { table: step.table, path: placeOf(step) }
    return [{ code, severity: 'error', ...place, message: `"${step.table}" ${why}` }]
  })
}

/** Rows that are found through others, or one after the other, have to be told apart. */
function alike(
  { steps }: Program,
  present: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return steps
    .filter(({ table, ways }) => ways.length > 0 && present.get(table)?.keyless === true)
    .map((step) => ({
      code: 'no_row_key',
      severity: 'error',
      table: step.table,
      path: placeOf(step),
      message: `nothing tells the rows of "${step.table}" apart: give it a primary key, or a unique one of columns that may not be null.`,
    }))
}

/** Tables of which fewer rows were looked at than should have been. */
function seenInPart(present: ReadonlyMap<string, TableSchema>): readonly SchemaFinding[] {
  return [...present.values()]
    .filter(({ sampledInPart }) => sampledInPart === true)
    .map(({ name }) => ({
      code: 'sample_incomplete',
      severity: 'warning',
      table: name,
      path: `tables.${name}`,
      message: `rows of "${name}" were not looked at: the database took too long to find some, or the role may not read them. Types, paths and values that only they hold are not known. Check again at a quieter time.`,
    }))
}
