/**
 * Does the policy name the tables that there are, and no others?
 *
 * @module
 */
import type { DatabaseSchema, TableSchema } from '../store.ts'
import type { Program } from '../terms.ts'
import { placeOf } from './references.ts'
import type { SchemaFinding } from './schema-finding.ts'

export function checkTables(
  program: Program,
  classified: readonly string[],
  schema: DatabaseSchema,
): readonly SchemaFinding[] {
  const { tables, createsTables = false } = schema
  const own = program.user.rowless ? [] : [program.user.table]
  const named = new Set([...classified, ...own])
  const present = new Map(tables.map((table) => [table.name, table]))
  return [
    ...tables.filter(({ name, kind }) => needsRule(kind) && !named.has(name)).map(unclassified),
    ...[...named]
      .filter((name) => !present.has(name))
      .map((name) => missingTable(name, createsTables && !own.includes(name))),
    ...timeSeriesRules(program, present),
  ]
}

/** A view shows rows of tables; a virtual table (a full-text index, say) has content of its own. */
function needsRule(kind: TableSchema['kind']): boolean {
  return kind !== 'view'
}

function unclassified({ name }: TableSchema): SchemaFinding {
  return {
    code: 'unclassified_table',
    severity: 'error',
    table: name,
    path: `tables.${name}`,
    message: `the table "${name}" has no rule: say what happens to its rows, or 'unrelated'.`,
  }
}

/** A table that comes with its first row holds nothing yet; a misspelt one shows as unclassified too. */
function missingTable(name: string, isCreated: boolean): SchemaFinding {
  const remedy = isCreated ? 'Look for a misspelling; ignore this where it was never used.' : ''
  return {
    code: 'missing_table',
    severity: isCreated ? 'warning' : 'error',
    table: name,
    path: `tables.${name}`,
    message: `the database has no table "${name}". ${remedy}`.trimEnd(),
  }
}

function timeSeriesRules(
  { steps }: Program,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  return steps
    .filter(
      ({ table, action }) => action !== 'external' && tables.get(table)?.kind === 'time_series',
    )
    .map((step) => ({
      code: 'time_series_rule',
      severity: 'error',
      table: step.table,
      path: placeOf(step),
      message: `"${step.table}" is a time series, whose rows are not changed with the user's in one transaction: say \`external\` and clean it up elsewhere.`,
    }))
}
