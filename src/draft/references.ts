/**
 * The columns of a table by which its rows may belong to a user, and how sure that is.
 *
 * @module
 */

import type { ForeignKey, ForeignKeyAction } from '../program/schema.ts'
import { wordsOf } from '../words/name-words.ts'
import { baseOf, isEmail, isUserList, isVagueReference, personRole } from './columns.ts'
import { type DraftColumn, type DraftSchema, type DraftTable, typeColumnOf } from './read-schema.ts'

/** A column that holds the id of a user, or may. */
export interface UserIdColumn {
  readonly column: DraftColumn
  /** `vague`: the name does not say that it is a user. */
  readonly role: 'owner' | 'actor' | 'vague'
  /** What the database does by itself when the user goes; `null` without a foreign key. */
  readonly onDelete: ForeignKeyAction | null
  /** The column that says of what the id is, where ids of several things stand here. */
  readonly typeColumn: string | null
  /** A foreign key says so, or the column is named after the users and nothing else. */
  readonly isCertain: boolean
}

export function userIdColumns(schema: DraftSchema, table: DraftTable): readonly UserIdColumn[] {
  return table.columns
    .filter(({ name }) => table !== schema.user || name !== schema.userId)
    .flatMap((column) => userIdColumn(schema, table, column) ?? [])
}

/** Another spelling than that of the users' own ids; `mixed` where there are several. */
export function formOf(
  { user, userId }: DraftSchema,
  { sampled }: DraftColumn,
): 'string' | 'objectId' | 'uuid' | 'mixed' | null {
  const own = user.columns.find(({ name }) => name === userId)?.sampled ?? []
  const held = sampled.filter((type) => type !== 'array')
  const [type] = held
  if (type === undefined || own.length === 0) return null
  if (held.length > 1 || own.length > 1) return 'mixed'
  if (type === own[0]) return null
  return type === 'string' || type === 'objectId' || type === 'uuid' ? type : 'mixed'
}

/** A column that names a row of another table, or of the same one. */
export interface ParentColumn {
  readonly column: DraftColumn
  readonly parent: DraftTable
  readonly key: string
  /** As in {@link UserIdColumn}. */
  readonly onDelete: ForeignKeyAction | null
}

/** By foreign keys of one column, and by names like `session_id`. */
export function parentColumns(schema: DraftSchema, table: DraftTable): readonly ParentColumn[] {
  return table.columns.flatMap((column): readonly ParentColumn[] => {
    const declared = foreignKeysOn(table, column).find(({ columns }) => columns.length === 1)
    const named = /id$/i.test(column.name) ? baseOf(wordsOf(column.name)).join(' ') : null
    const parent = schema.tables.find(
      ({ name, words }) =>
        name === declared?.references.table ||
        (declared === undefined && name !== table.name && words.join(' ') === named),
    )
    const key = declared?.references.columns[0] ?? parent?.key[0]
    if (parent === undefined || key === undefined) return []
    return [{ column, parent, key, onDelete: declared?.onDelete ?? null }]
  })
}

function userIdColumn(
  schema: DraftSchema,
  table: DraftTable,
  column: DraftColumn,
): UserIdColumn | null {
  const { name } = column
  const declared = foreignKeysOn(table, column)
  const toUsers = declared.find(({ references }) => references.table === schema.user.name)
  const role = personRole(name, schema.user.words)
  if (toUsers !== undefined) {
    // Of a key in several columns, only the one that holds the id.
    if (toUsers.references.columns[toUsers.columns.indexOf(name)] !== schema.userId) return null
    const { onDelete } = toUsers
    return { column, role: role ?? 'actor', onDelete, typeColumn: null, isCertain: true }
  }
  if (declared.length > 0 || isEmail(name) || !mayHoldId(column)) return null
  if (isUserList(column, schema.user.words)) return null
  const typeColumn = typeColumnOf(table, name)
  const found = role ?? (isVagueReference(name) ? 'vague' : null)
  if (found === null) return null
  const isNamedAfterUsers = ['user', schema.user.words.join(' ')].includes(
    baseOf(wordsOf(name)).join(' '),
  )
  const isCertain = isNamedAfterUsers && typeColumn === null && formOf(schema, column) !== 'mixed'
  return { column, role: found, onDelete: null, typeColumn, isCertain }
}

function foreignKeysOn({ foreignKeys }: DraftTable, { name }: DraftColumn): readonly ForeignKey[] {
  return foreignKeys.filter(({ columns }) => columns.includes(name))
}

function mayHoldId({ type, sampled }: DraftColumn): boolean {
  if (/date|time|bool|real|float|double/i.test(type)) return false
  return sampled.length === 0 || sampled.some((one) => one !== 'date' && one !== 'boolean')
}
