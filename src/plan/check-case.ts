/**
 * Are rows found in one case alone, where the schema compares without it? Those in another case would stay.
 *
 * @module
 */
import type { TableSchema } from '../store.ts'
import type { Program } from '../terms.ts'
import { referencesOf } from './references.ts'
import type { SchemaFinding } from './schema-finding.ts'

/** Of fields other than the id, whose spelling is one. */
export function checkCase(
  program: Pick<Program, 'user' | 'steps' | 'checks'>,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const { user } = program
  if (user.rowless) return []
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
