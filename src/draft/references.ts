/**
 * The columns of a table by which its rows may belong to a user, and how sure that is.
 *
 * @module
 */

import {
  foreignKeysOn,
  isUserList,
  type KnownReference,
  userReference,
} from '../knowledge/user-references.ts'
import { valueKindOf } from '../knowledge/value-kind.ts'
import type { ForeignKeyAction } from '../program/schema.ts'
import type { DraftColumn, DraftSchema, DraftTable } from './read-schema.ts'

/** A column that holds the id of a user, or may. */
export interface UserIdColumn {
  readonly column: DraftColumn
  /** `vague`: the name does not say that it is a user. */
  readonly role: KnownReference['role']
  /** What the database does by itself when the user goes; `null` without a foreign key. */
  readonly onDelete: ForeignKeyAction | null
  /** The column that says of what the id is, where ids of several things stand here. */
  readonly typeColumn: string | null
  /** A foreign key says so, or the column is named after the users and nothing else. */
  readonly isCertain: boolean
}

export function userIdColumns(schema: DraftSchema, table: DraftTable): readonly UserIdColumn[] {
  return table.columns.flatMap((column): readonly UserIdColumn[] => {
    if (isListOfUsers(schema, column)) return []
    const reference = userReference(schema, table, column)
    if (reference === null || isOwnName(schema, table, reference)) return []
    const { by, role, typeColumn } = reference
    const [key] = foreignKeysOn(table, column.name).filter(
      ({ references }) => references.table === schema.user.name,
    )
    const isNamed = by === 'users' && typeColumn === null && formOf(schema, column) !== 'mixed'
    return [
      {
        column,
        role,
        onDelete: key?.onDelete ?? null,
        typeColumn,
        isCertain: by === 'key' || isNamed,
      },
    ]
  })
}

/** Columns that hold several users' ids. */
export function userLists(schema: DraftSchema, table: DraftTable): readonly DraftColumn[] {
  return table.columns.filter((column) => isListOfUsers(schema, column))
}

/** Another spelling than that of the users' own ids; `mixed` where there are several. */
export function formOf(
  { user, userId }: DraftSchema,
  column: DraftColumn,
): 'string' | 'objectId' | 'uuid' | 'mixed' | null {
  const ids = user.columns.find(({ name }) => name === userId)
  const own = ids?.sampled ?? []
  const held = column.sampled.filter((type) => type !== 'array')
  const [type] = held
  if (type === undefined && ids !== undefined && !user.isSampled) return declaredForm(ids, column)
  if (type === undefined || own.length === 0) return null
  if (held.length > 1 || own.length > 1) return 'mixed'
  if (type === own[0]) return null
  return type === 'string' || type === 'objectId' || type === 'uuid' ? type : 'mixed'
}

/** Numbers that stand in texts are their digits; texts that stand among numbers are no ids of users. */
function declaredForm(ids: DraftColumn, column: DraftColumn): 'string' | 'mixed' | null {
  const [own, there] = [valueKindOf(ids), valueKindOf(column)]
  if (own === 'integer' && there === 'text') return 'string'
  return own === 'text' && (there === 'integer' || there === 'small') ? 'mixed' : null
}

/** Whether ids are bytes, which no policy names. */
export function areBytes(column: DraftColumn | undefined): boolean {
  return column !== undefined && valueKindOf(column) === 'bytes'
}

function isListOfUsers({ user }: DraftSchema, column: DraftColumn): boolean {
  return column.inArray === null && isUserList(column, user.words)
}

/** In the users' own table, a name of theirs is another one for themselves. */
function isOwnName({ user }: DraftSchema, { name }: DraftTable, { by }: KnownReference): boolean {
  return name === user.name && by !== 'key' && by !== 'name'
}
