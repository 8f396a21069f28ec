/**
 * Rows to which a column refers, by a foreign key or by its name, and whether they are somebody's own.
 *
 * @module
 */
import type { ForeignKeyAction } from '../program/schema.ts'
import { saysOneOf, wordsOf } from '../words/name-words.ts'
import type { KnownColumn, KnownSchema, KnownTable } from './known-table.ts'
import { baseOf } from './user-names.ts'
import { foreignKeysOn } from './user-references.ts'
import { valueKindOf } from './value-kind.ts'

/** A row of another table, or of the same one. */
export interface KnownParent {
  readonly column: string
  readonly parent: string
  /** The column of it that is referred to, which tells its rows apart. */
  readonly key: string
  /** What the database does by itself when that row goes; `null` without a foreign key. */
  readonly onDelete: ForeignKeyAction | null
}

/** By foreign keys of one column, and by names like `session_id`. The users are no parents here. */
export function parentsOf(schema: KnownSchema, table: KnownTable): readonly KnownParent[] {
  return table.columns.flatMap((column) => parentBehind(schema, table, column) ?? [])
}

/** Whether rows of the parent are there for the row that points to them alone: its picture, its file, its address. */
export function isOwnThing(
  schema: KnownSchema,
  child: KnownTable,
  { column, parent }: KnownParent,
): boolean {
  const table = schema.tables.get(parent)
  if (table === undefined || table.name === child.name) return false
  if (child.unique.includes(column) && !child.key.includes(column)) return true
  if (saysOneOf(table.words.slice(-1), OWN_THINGS)) return true
  return table.columns.some((one) => valueKindOf(one) === 'bytes')
}

function parentBehind(
  schema: KnownSchema,
  table: KnownTable,
  column: KnownColumn,
): KnownParent | null {
  const all = foreignKeysOn(table, column.name)
  const declared = all.find(({ columns }) => columns.length === 1)
  if (declared !== undefined) {
    const { references, onDelete } = declared
    const parent = schema.tables.get(references.table)
    const key = references.columns[0] ?? parent?.key[0]
    if (parent === undefined || parent.name === schema.user.name || key === undefined) return null
    return { column: column.name, parent: parent.name, key, onDelete }
  }
  return all.length > 0 ? null : parentByName(schema, table, column.name)
}

function parentByName(schema: KnownSchema, table: KnownTable, name: string): KnownParent | null {
  const words = wordsOf(name)
  const base = baseOf(words)
  if (base.length === words.length || base.length === 0) return null
  const said = base.join(' ')
  for (const parent of schema.tables.values()) {
    const isSame = parent.name === table.name || parent.name === schema.user.name
    if (isSame || parent.words.join(' ') !== said) continue
    const [key, ...others] = parent.key
    const own = parent.unique.find((one) => one === name) ?? (others.length === 0 ? key : undefined)
    if (own !== undefined) return { column: name, parent: parent.name, key: own, onDelete: null }
  }
  return null
}

const OWN_THINGS: readonly string[] = [
  ...['avatar', 'photo', 'picture', 'image', 'portrait', 'file', 'upload', 'attachment', 'blob'],
  ...['address', 'profile', 'contact', 'preference', 'signature', 'selfie', 'passport', 'resume'],
]
