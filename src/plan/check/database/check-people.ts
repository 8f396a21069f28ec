/**
 * Do columns refer to users, without a rule that deals with them?
 *
 * @module
 */

import { isAddressOfUser, isDocument } from '../../../knowledge/documents.ts'
import {
  type KnownColumn,
  type KnownSchema,
  type KnownTable,
  knownSchema,
} from '../../../knowledge/known-table.ts'
import { isEmail } from '../../../knowledge/personal-columns.ts'
import { isSeen } from '../../../knowledge/seen-values.ts'
import { isVagueReference } from '../../../knowledge/user-names.ts'
import {
  foreignKeysOn,
  type KnownReference,
  userReference,
} from '../../../knowledge/user-references.ts'
import { mentionsOf } from '../../../program/columns/mentions.ts'
import { writesKeptRows } from '../../../program/columns/touches.ts'
import type { Program, Selector, Step } from '../../../program/program.ts'
import type { ForeignKey, TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'
import { personal } from './check-personal.ts'

/** Of tables that the policy names. What is cleaned elsewhere (`external`) is not looked at. */
export function checkPeople(
  program: Program,
  classified: readonly string[],
  tables: ReadonlyMap<string, TableSchema>,
): readonly SchemaFinding[] {
  const isMentioned = mentionsOf(program)
  const { user } = program
  const schema = knownSchema(tables, user.table, user.id)
  return [...new Set([...classified, user.table])].flatMap((name): readonly SchemaFinding[] => {
    const table = tables.get(name)
    const known = schema.tables.get(name)
    const steps = program.steps.filter((step) => step.table === name)
    if (table === undefined || known === undefined || table.kind === 'view') return []
    if (steps.some(({ action }) => action === 'external')) return []
    const open = known.columns.filter((column) => !isMentioned(table, column.name))
    return [
      ...open
        .filter((column) => !isVagueInEntry(program, known, column))
        .flatMap((column) => references(schema, known, column, steps))
        .filter(isOpenTo(table)),
      ...personal(program, schema, known, open, steps),
    ]
  })
}

/** In its own entries of the host's log the engine says of what the id is, and so does the host beside it. */
function isVagueInEntry({ audit }: Program, { name }: KnownTable, column: KnownColumn): boolean {
  return (
    audit?.table === name &&
    Object.hasOwn(audit.entry, column.name) &&
    isVagueReference(column.name)
  )
}

/** A name says nothing against a sample: it holds users, which another finding tells, or it holds none. */
function isOpenTo(table: TableSchema): (finding: SchemaFinding) => boolean {
  return ({ severity, column = '' }) => severity === 'error' || !isSeen(table, column)
}

/** Columns that lead to a user by a key, by their name, or by an address. */
function references(
  schema: KnownSchema,
  table: KnownTable,
  column: KnownColumn,
  steps: readonly Step[],
): readonly SchemaFinding[] {
  const code = 'user_reference' as const
  const place = { code, table: table.name, column: column.name, path: `tables.${table.name}` }
  const name = `"${table.name}.${column.name}"`
  const says = steps.length === 0 ? "the policy calls the table 'unrelated'" : 'no rule mentions it'
  const key = foreignKeysOn(table, column.name).find(
    ({ references }) => references.table === schema.user.name,
  )
  // Its other columns may say enough: the tenant's beside the user's.
  if (key !== undefined && isDecided(key, column.name, steps)) return []
  if (key !== undefined) {
    const message = `${name} refers to "${schema.user.name}", and ${says}: ${CONSEQUENCE[key.onDelete]} Say what happens to such rows.`
    return [{ ...place, severity: 'error', message }]
  }
  const doubt = doubtAbout(schema, table, column, steps)
  if (doubt === null) return []
  const message = `${name} ${doubt}, and ${says}: say what happens to such rows, or accept the finding.`
  return [{ ...place, severity: 'warning', message }]
}

/** What it looks like; `null` where nothing suggests that a user is named there. */
function doubtAbout(
  schema: KnownSchema,
  table: KnownTable,
  column: KnownColumn,
  steps: readonly Step[],
): string | null {
  const reference = userReference(schema, table, column)
  if (reference !== null && !isOwnName(schema, table, reference)) return IN_WORDS[reference.by]
  if (table.name === schema.user.name) return null
  // `personal_column` names them.
  const isKept = steps.some(writesKeptRows)
  const isTold = isKept || (steps.length === 0 && isEmail(column))
  if (!isTold && isAddressOfUser(table, column) && !isFoundByOwner(schema, table, steps)) {
    return 'looks like what a user is written to by'
  }
  const isSilent = steps.length === 0 && table.columns.every(({ sampled }) => sampled.length === 0)
  return isSilent && isDocument(table, column) ? 'holds documents, which may name a user' : null
}

/** `user_id` in the users' own table is another name for themselves. */
function isOwnName(
  { user }: KnownSchema,
  { name }: KnownTable,
  { by, typeColumn }: KnownReference,
): boolean {
  return name === user.name && (by === 'users' || by === 'vague' || typeColumn !== null)
}

/** Whether rules find its rows by the user whom they are about: an address beside it is that user's. */
function isFoundByOwner(schema: KnownSchema, table: KnownTable, steps: readonly Step[]): boolean {
  const isOwners = ({ locator, target }: Selector): boolean => {
    if (target.kind === 'rows' || target.field !== 'id') return true
    const column = table.columns.find(({ name }) => name === locator.column)
    if (column === undefined) return true
    return userReference(schema, table, column)?.role !== 'actor'
  }
  return steps.some(({ ways }) => ways.length === 0 || ways.some(isOwners))
}

const IN_WORDS: Readonly<Record<KnownReference['by'], string>> = {
  key: 'leads to a user by foreign keys',
  users: 'looks like a reference to a user',
  name: 'looks like a reference to a user',
  kind: 'may hold the id of a user, as the column beside it says of what it is',
  vague: 'may hold the id of a user, as its name leaves open of what it is',
}

function isDecided({ columns }: ForeignKey, column: string, steps: readonly Step[]): boolean {
  return columns.some(
    (other) =>
      other !== column &&
      steps.some(
        ({ ways, set }) =>
          ways.some(({ locator }) => locator.column === other) ||
          set.some((one) => one.column === other),
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
