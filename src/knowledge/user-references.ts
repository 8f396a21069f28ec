/**
 * Does a column hold ids of users? Its foreign key is asked first, then its type, and its name only where neither says
 * otherwise.
 *
 * @module
 */
import type { ForeignKey } from '../program/schema.ts'
import { wordsOf } from '../words/name-words.ts'
import type { KnownColumn, KnownSchema, KnownTable } from './known-table.ts'
import {
  baseOf,
  isVagueReference,
  namedUser,
  type PersonRole,
  typeColumnFor,
} from './user-names.ts'
import { type ValueKind, valueKindOf } from './value-kind.ts'

/** Why a column is taken for a reference to a user. */
export interface KnownReference {
  /**
   * `key`: a foreign key to the users, or to a column that is one. `users`: it bears the users' own name. `name`: a
   * word for somebody. `kind`: another column says of what the id is. `vague`: the name leaves open of what.
   */
  readonly by: 'key' | 'users' | 'name' | 'kind' | 'vague'
  readonly role: PersonRole | 'vague'
  /** The column that says of what the id is, where ids of several things stand here. */
  readonly typeColumn: string | null
}

/** `null` for a column that holds no ids of users, as far as key, type and name tell. Lists are asked for apart. */
export function userReference(
  schema: KnownSchema,
  table: KnownTable,
  column: KnownColumn,
): KnownReference | null {
  const { user } = schema
  if (table.name === user.name && column.name === schema.userId) return null
  const declared = foreignKeysOn(table, column.name)
  if (declared.length > 0) {
    const isToUser = declared.some((key) => holdsUsersId(schema, key, column.name))
    if (!isToUser) return null
    const role = roleIn(namedUser(column.name, user.words)?.role)
    return { by: 'key', role: role === 'vague' ? 'actor' : role, typeColumn: null }
  }
  if (!mayHoldId(column)) return null
  return byName(schema, table, column)
}

/** Whether it holds a list of users' ids. */
export function isUserList(
  { name, sampled }: Pick<KnownColumn, 'name' | 'sampled'>,
  userWords: readonly string[],
): boolean {
  if (!/ids$/i.test(name) && !sampled.includes('array')) return false
  if (sampled.includes('object')) return false
  return namedUser(name, userWords) !== null
}

/** Of a key in several columns, the one that holds the id; through other tables too, whose key is a user's id. */
function holdsUsersId(
  schema: KnownSchema,
  { columns, references }: ForeignKey,
  column: string,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const referred = references.columns[columns.indexOf(column)]
  if (references.table === schema.user.name) return referred === schema.userId
  const parent = schema.tables.get(references.table)
  if (parent === undefined || referred === undefined || seen.has(parent.name)) return false
  return foreignKeysOn(parent, referred).some((key) =>
    holdsUsersId(schema, key, referred, new Set([...seen, parent.name])),
  )
}

export function foreignKeysOn(
  { foreignKeys }: Pick<KnownTable, 'foreignKeys'>,
  column: string,
): readonly ForeignKey[] {
  return foreignKeys.filter(({ columns }) => columns.includes(column))
}

function byName(
  schema: KnownSchema,
  table: KnownTable,
  { name, type, sampled, holds }: KnownColumn,
): KnownReference | null {
  const { user } = schema
  const columns = table.columns.map((one) => one.name)
  const typeColumn = typeColumnFor(name, columns)
  const named = namedUser(name, user.words)
  if (named !== null) {
    const isSmall = valueKindOf({ name, type, sampled, ...(holds && { holds }) }) === 'small'
    if (isSmall && baseOf(wordsOf(name)).length === wordsOf(name).length) return null
    const isOther =
      named.says === 'maybe'
        ? namesOtherTable(schema, table, name)
        : named.says === 'somebody' && bearsNameOfTable(schema, name)
    if (isOther) return null
    const role = roleIn(named.role)
    return { by: named.says === 'users' ? 'users' : 'name', role, typeColumn }
  }
  if (isVagueReference(name)) return { by: 'vague', role: 'vague', typeColumn }
  if (typeColumn === null || namesOtherTable(schema, table, name)) return null
  return endsWithId(name) ? { by: 'kind', role: 'vague', typeColumn } : null
}

function roleIn(role: PersonRole | 'listed' | 'vague' | undefined): PersonRole | 'vague' {
  if (role === undefined) return 'vague'
  return role === 'listed' ? 'actor' : role
}

function endsWithId(name: string): boolean {
  const words = wordsOf(name)
  return baseOf(words).length < words.length
}

/** Whether the name is that of another table, whose rows it then refers to: `folder_id` beside `folders`. */
function namesOtherTable({ user, tables }: KnownSchema, own: KnownTable, name: string): boolean {
  const base = baseOf(wordsOf(name))
  const last = base.at(-1)
  return [...tables.values()].some(
    ({ name: other, words }) =>
      other !== user.name &&
      other !== own.name &&
      (words.join(' ') === base.join(' ') || words.at(-1) === last),
  )
}

/** Whether it is the very name of another table: a `member_id` beside `members` is no user's. */
function bearsNameOfTable({ user, tables }: KnownSchema, name: string): boolean {
  const base = baseOf(wordsOf(name)).join(' ')
  return [...tables.values()].some(
    (other) => other.name !== user.name && other.key.length === 1 && other.words.join(' ') === base,
  )
}

/** What is no id: a flag, a date, a fraction, a document. */
function mayHoldId(column: KnownColumn): boolean {
  return !NO_IDS.has(valueKindOf(column)) && !column.sampled.includes('object')
}

const NO_IDS: ReadonlySet<ValueKind> = new Set(['flag', 'moment', 'fraction', 'json'])
