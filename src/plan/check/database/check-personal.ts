/**
 * Are there columns that hold people, in rows that stay, and that nobody overwrites?
 *
 * @module
 */

import type { KnownColumn, KnownSchema, KnownTable } from '../../../knowledge/known-table.ts'
import { personalKind } from '../../../knowledge/personal-columns.ts'
import { dotted, placeOf } from '../../../program/columns/references.ts'
import { overlaps, placesOf } from '../../../program/columns/touches.ts'
import type { Program, Selector, Step } from '../../../program/program.ts'
import { wayInto } from '../../../program/selectors.ts'
import { isWithinRowsOf } from '../../../program/written-together.ts'
import type { PersonalKind } from '../../../words/column-names.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** @param open Columns that no rule mentions. */
export function personal(
  program: Program,
  schema: KnownSchema,
  table: KnownTable,
  open: readonly KnownColumn[],
  steps: readonly Step[],
): readonly SchemaFinding[] {
  const stays = whatStays(program, table.name, steps)
  if (stays === null) return []
  return [
    ...open.flatMap((column) => personalColumn(schema, table, column, stays)),
    ...steps.flatMap((step) => matchedAndLeft(step, steps)),
  ]
}

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

function personalColumn(
  schema: KnownSchema,
  table: KnownTable,
  column: KnownColumn,
  stays: Exclude<Stays, null>,
): readonly SchemaFinding[] {
  const kind = personalKind(schema, table, column, stays === 'kept')
  // A token in a row that stays belongs to the user who has the row from now on.
  if (kind === null || (stays === 'detached' && kind === 'token')) return []
  const place = { table: table.name, column: column.name, path: `tables.${table.name}` }
  const message = `"${table.name}.${column.name}" looks like ${IN_WORDS[kind]} and ${WHY[stays]}`
  return [{ code: 'personal_column', severity: 'warning', ...place, message }]
}

/** An address by which rows are found, and which stays in them. The id may stay: the audit log points to it. */
function matchedAndLeft(step: Step, steps: readonly Step[]): readonly SchemaFinding[] {
  const { action } = step
  if (action !== 'anonymize' && action !== 'retain') return []
  return step.ways.flatMap((way) => wayAndLeft(step, way, steps))
}

function wayAndLeft(
  step: Step,
  { locator, target }: Selector,
  steps: readonly Step[],
): readonly SchemaFinding[] {
  const { table, retention } = step
  if (target.kind !== 'user' || target.field === 'id') return []
  const found = { table, column: locator.column, path: wayInto(locator) }
  const written = steps
    .filter((other) => other === step || isWithinRowsOf(step, other))
    .flatMap((other) => [...other.set, ...(other.retention?.thenSet ?? [])])
    .flatMap((one) => placesOf(table, one))
  if (retention?.then === 'delete' || written.some((place) => overlaps(place, found))) return []
  const column = dotted(locator.column, wayInto(locator))
  const message = `"${table}.${column}", by which the rule finds its rows, stays in rows that are kept: overwrite it in \`set\`, or accept the finding.`
  const place = { table, column, path: placeOf(step) }
  return [{ code: 'personal_column', severity: 'warning', ...place, message }]
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
  document: "the number of somebody's papers",
  account: "the number of somebody's account",
  picture: 'a picture of somebody',
  place: 'where somebody is',
  trait: 'what somebody is like',
}

const WHY = {
  unrelated:
    "the policy calls the table 'unrelated': say what happens to its rows, or accept the finding.",
  kept: 'stays in rows that are kept: overwrite it in `set`, or accept the finding.',
  detached: 'stays in rows that are only detached: anonymize them, or accept the finding.',
} as const
