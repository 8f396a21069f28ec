/**
 * Are the columns there that the policy names?
 *
 * @module
 */

import { namedUser } from '../../../knowledge/user-names.ts'
import { type NamedColumn, namedColumnsOf } from '../../../program/columns/named-columns.ts'
import { placeOf } from '../../../program/columns/references.ts'
import type { Program } from '../../../program/program.ts'
import type { ColumnSchema, TableSchema } from '../../../program/schema.ts'
import { personalKindOf } from '../../../words/column-names.ts'
import { wordsOf } from '../../../words/name-words.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Tables = ReadonlyMap<string, TableSchema>

/**
 * A column that the policy only overwrites may come with a later migration: until then it holds nothing. That
 * is a warning, unless the table has a column that may be the one meant.
 */
export function checkColumns(program: Program, tables: Tables): readonly SchemaFinding[] {
  const named = namedColumnsOf(program)
  return named.flatMap((one): readonly SchemaFinding[] => {
    const { table, column, path, use } = one
    if (columnOf(tables, table, column) !== 'missing') return []
    const where = { code: 'missing_column', table, column, path } as const
    const what = `the table "${table}" has no column "${column}"`
    if (use !== 'overwrite') {
      return [{ ...where, severity: 'error', message: `${what}. Correct the name, or add it.` }]
    }
    if (isAllThatIsDone(one, program, tables)) {
      const message = `${what}, and nothing else is overwritten there. Correct the name, or add the column.`
      return [{ ...where, severity: 'error', message }]
    }
    const meant = candidatesFor(one, named, tables, wordsOf(program.user.table))
    if (meant.length === 0) {
      const message = `${what}, so nothing is overwritten there. Look for a misspelling; ignore this until the migration that adds it.`
      return [{ ...where, severity: 'warning', message }]
    }
    const names = meant.map((name) => `"${name}"`).join(' or ')
    const message = `${what}. Is ${names} meant? No rule mentions it: correct the name, or mention both.`
    return [{ ...where, severity: 'error', message }]
  })
}

/** Whether rows that are to be anonymized would stay as they are. */
function isAllThatIsDone(
  { table, path }: NamedColumn,
  { user, steps }: Program,
  tables: Tables,
): boolean {
  const anonymized = [
    ...(path === 'user.set' ? [user.set] : []),
    ...steps
      .filter((step) => step.action === 'anonymize' && path === `${placeOf(step)}.set`)
      .map(({ set }) => set),
  ]
  return anonymized.some((set) =>
    set.every(({ column }) => columnOf(tables, table, column) === 'missing'),
  )
}

export function columnOf(
  tables: Tables,
  table: string,
  column: string,
): ColumnSchema | 'missing' | 'unknown' {
  const columns = tables.get(table)?.columns
  // A table that is missing as a whole is reported once, not column by column.
  if (columns === undefined || columns === null) return 'unknown'
  return columns.find(({ name }) => name === column) ?? 'missing'
}

/** Columns that nobody mentions and that hold a person's data, or are spelt much like the one that is missing. */
function candidatesFor(
  { table, column }: NamedColumn,
  named: readonly NamedColumn[],
  tables: Tables,
  userWords: readonly string[],
): readonly string[] {
  const mentioned = new Set(named.filter((one) => one.table === table).map((one) => one.column))
  return (tables.get(table)?.columns ?? [])
    .map(({ name }) => name)
    .filter((name) => !mentioned.has(name))
    .filter(
      (name) =>
        personalKindOf(name) !== null ||
        namedUser(name, userWords) !== null ||
        isSpeltLike(name, column),
    )
}

/** At most two letters apart, or the one inside the other. */
function isSpeltLike(a: string, b: string): boolean {
  const [one, other] = [plain(a), plain(b)]
  if (Math.min(one.length, other.length) < 3) return one === other
  return one.includes(other) || other.includes(one) || distance(one, other) <= 2
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
