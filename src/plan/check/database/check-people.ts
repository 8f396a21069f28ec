/**
 * Do columns hold personal data, or refer to users, without a rule that deals with them?
 *
 * @module
 */

import { columnsHeldBy, type HeldColumn, mentionsOf } from '../../../program/columns/mentions.ts'
import type { Program, Step } from '../../../program/program.ts'
import type { ForeignKey, TableSchema } from '../../../program/schema.ts'
import { type PersonalKind, personalKindOf, suggestsUser } from '../../../words/column-names.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** Of tables that the policy names. What is cleaned elsewhere (`external`) is not looked at. */
export function checkPeople(
  program: Program,
  classified: readonly string[],
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const isMentioned = mentionsOf(program)
  const { user } = program
  return [...new Set([...classified, user.table])].flatMap((name): readonly SchemaFinding[] => {
    const table = tables.get(name)
    const steps = program.steps.filter((step) => step.table === name)
    if (table === undefined || table.kind === 'view') return []
    if (steps.some(({ action }) => action === 'external')) return []
    const open = columnsHeldBy(table).filter((column) => !isMentioned(table, column.name))
    return [
      ...open.flatMap((column) => references(program, table, column, steps)),
      ...personal(table, open, whatStays(program, name, steps)),
    ]
  })
}

/** Columns that lead to a user by a key, or by their name. */
function references(
  { user }: Program,
  { name: table, foreignKeys }: TableSchema,
  held: HeldColumn,
  steps: readonly Step[],
): readonly SchemaFinding[] {
  const column = held.name
  const place = { code: 'user_reference', table, column, path: `tables.${table}` } as const
  const says = steps.length === 0 ? "the policy calls the table 'unrelated'" : 'no rule mentions it'
  const key = foreignKeys.find(
    ({ columns, references }) => references.table === user.table && columns.includes(column),
  )
  // Its other columns may say enough: the tenant's beside the user's.
  if (key !== undefined && isDecided(key, column, steps)) return []
  if (key !== undefined) {
    const message = `"${table}.${column}" refers to "${user.table}", and ${says}: ${CONSEQUENCE[key.onDelete]} Say what happens to such rows.`
    return [{ ...place, severity: 'error', message }]
  }
  if (!seemsReference(held)) return []
  const message = `"${table}.${column}" looks like a reference to a user, and ${says}: say what happens to such rows, or accept the finding.`
  return [{ ...place, severity: 'warning', message }]
}

/** Whether it has the name of a reference, and something that may be one. */
export function seemsReference({ name, types }: HeldColumn): boolean {
  return suggestsUser(name) && (types === null || !areAll(types, ['boolean', 'date']))
}

/** Of what has been seen. Null may stand for anything. */
function areAll(types: readonly string[], kinds: readonly string[]): boolean {
  const seen = types.filter((type) => type !== 'null')
  return seen.length > 0 && seen.every((type) => kinds.includes(type))
}

function isDecided({ columns }: ForeignKey, column: string, steps: readonly Step[]): boolean {
  return columns.some(
    (other) =>
      other !== column &&
      steps.some(
        ({ selector, set }) =>
          selector?.locator.column === other || set.some((one) => one.column === other),
      ),
  )
}

const CONSEQUENCE = {
  cascade: 'the database deletes its rows with the user, and no plan shows it.',
  set_null: 'the database cuts it by itself, and no plan shows it.',
  set_default: 'the database overwrites it by itself, and no plan shows it.',
  no_action: 'its rows keep the user from being deleted, or go on naming them.',
  restrict: 'its rows keep the user from being deleted, or go on naming them.',
} as const

/**
 * Why rows with the user's data may stay; `null` where rules delete them or block on them.
 *
 * `detached`: the row was the user's work, and is somebody else's from now on.
 */
type Stays = 'unrelated' | 'kept' | 'detached' | null

function whatStays({ user }: Program, table: string, steps: readonly Step[]): Stays {
  if (table === user.table) return user.action === 'anonymize' ? 'kept' : null
  if (steps.length === 0) return 'unrelated'
  if (steps.some(({ action }) => action === 'anonymize' || action === 'retain')) return 'kept'
  return steps.some(({ action }) => action === 'detach') ? 'detached' : null
}

function personal(
  { name: table }: TableSchema,
  open: readonly HeldColumn[],
  stays: Stays,
): readonly SchemaFinding[] {
  if (stays === null) return []
  return open.flatMap(({ name: column, types }): readonly SchemaFinding[] => {
    const kind = personalKindOf(column)
    // `notifications.email: true` says how, and not whom.
    if (types !== null && areAll(types, ['boolean'])) return []
    // A token in a row that stays belongs to the user who has the row from now on.
    if (kind === null || (stays === 'detached' && kind === 'token')) return []
    const place = { table, column, path: `tables.${table}` }
    const message = `"${table}.${column}" looks like ${IN_WORDS[kind]} and ${WHY[stays]}`
    return [{ code: 'personal_column', severity: 'warning', ...place, message }]
  })
}

const IN_WORDS: Readonly<Record<PersonalKind, string>> = {
  name: "a person's name",
  email: 'an e-mail address',
  phone: 'a phone number',
  address: "somebody's address",
  ip: 'an IP address',
  device: "somebody's device",
  token: 'a token or a secret',
  birth: 'a date of birth',
}

const WHY = {
  unrelated:
    "the policy calls the table 'unrelated': say what happens to its rows, or accept the finding.",
  kept: 'stays in rows that are kept: overwrite it in `set`, or accept the finding.',
  detached: 'stays in rows that are only detached: anonymize them, or accept the finding.',
} as const
