/**
 * Is what users are known by one user's alone? Rows by a value that two hold stay until the last of them goes.
 *
 * @module
 */

import type { Program, UserTable } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import { isUnique, type SharedValue, valuesToShare } from '../../../program/shared-values.ts'
import type { SchemaFinding } from '../../schema-finding.ts'
import { isKeptInLowerCase } from './check-case.ts'

/** Of tables whose keys the store knows. Data that is cleaned elsewhere is none of the engine's. */
export function checkShared(
  { user, steps }: Pick<Program, 'user' | 'steps'>,
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const table = tables.get(user.table)
  if (user.rowless || table === undefined || !tellsKeys(table)) return []
  const known = knownTwice(user, table)
  const values = valuesToShare({ steps: steps.filter(({ action }) => action !== 'external') })
  const found = values.flatMap((value): readonly SchemaFinding[] => {
    const column = user.fields[value.field] ?? user.id
    if (known !== null && column === user.id) return []
    // Without columns a key does not say what it compares by.
    const anyCase = value.anyCase && table.columns !== null && !isKeptInLowerCase(table, column)
    const form = anyCase ? ({ type: 'plain', prefix: '', ignoreCase: true } as const) : null
    if (isUnique(table, user, { ...value, form })) return []
    const path = value.field === 'id' ? 'user.id' : `user.fields.${value.field}`
    const tenant = value.reach === 'all' && user.tenant !== null ? 'name `tenant` or ' : ''
    const message = `${inWords(`"${user.table}.${column}"`, { ...value, anyCase })}, and rows are found by it: those by a value that two users hold stay until the last of them goes. Create a unique key, ${tenant}say \`evenIfShared: true\` in the rules, or accept the finding.`
    const where = { table: user.table, column, path } as const
    return [{ code: 'shared_value', severity: 'warning', ...where, message }]
  })
  return known === null ? found : [known, ...found]
}

/** Two rows under one id are nobody that a call could name: the deletion of either is refused. */
function knownTwice(user: UserTable, table: TableSchema): SchemaFinding | null {
  const reach = user.tenant === null ? 'all' : 'tenant'
  if (isUnique(table, user, { field: 'id', reach, form: null })) return null
  const column = user.id
  const place = inWords(`"${user.table}.${column}"`, { reach, anyCase: false })
  const message = `${place}: who share an id cannot be told apart, and neither can be deleted. Create a unique key, or name the column that has one${user.tenant === null ? ', and the tenant where ids are unique in one' : ''}.`
  const where = { table: user.table, column, path: 'user.id' } as const
  return { code: 'shared_value', severity: 'warning', ...where, message }
}

/** Without columns and without any unique key, a table does not say what is unique: the application sees to it. */
function tellsKeys({ kind, columns, uniqueKeys }: TableSchema): boolean {
  return kind === 'table' && (columns !== null || uniqueKeys.length > 0)
}

function inWords(
  column: string,
  { reach, anyCase }: Pick<SharedValue, 'reach' | 'anyCase'>,
): string {
  const among = reach === 'tenant' ? 'two users of a tenant' : 'two users'
  return `no key keeps ${among} from holding the same in ${column}${anyCase ? ', in this case or another' : ''}`
}
