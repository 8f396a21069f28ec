/** Tables and rows of a generated world. Rows are valid, parents first; every table has the key `rid`. */
import type { ColumnSchema, ForeignKey, TableSchema } from '../../../src/program/schema.ts'
import type { ColumnSpec, Reference, RowSpec, TableSpec, World } from './generated-world.ts'

export type Row = Readonly<Record<string, string | number | null>>

/** What stands before ids in `tag` columns and in the seats of a document. */
export const TAG = 'u:'

export const TENANTS = ['tnt_a', 'tnt_b'] as const

export function userIdOf(world: World, index: number): string | number {
  return idOf(world, 100 + index, world.alike ? alike(index) : `usr_${index}`)
}

/** Three of a kind differ in case, and in a blank at the end. */
function alike(index: number): string {
  const text = `usr_${Math.floor(index / 3)}`
  return [text, text.toUpperCase(), `${text} `][index % 3] ?? text
}

export function ghostOf(world: World): string | number {
  return idOf(world, 99, 'usr_ghost')
}

export function nobodyOf(world: World): string | number {
  return idOf(world, 999, 'usr_nobody')
}

/** Of the right form, and in no column. */
export function unknownIdOf(world: World): string | number {
  return world.nativeIds === undefined ? 'usr_unknown' : idOf(world, 998, '')
}

function idOf({ numericIds, nativeIds }: World, number: number, text: string): string | number {
  const digits = String(number).padStart(12, '0')
  if (nativeIds === 'objectId') return `65f0c0ffee00${digits}`
  if (nativeIds === 'uuid') return `0190a1b2-c3d4-4e5f-8a6b-${digits}`
  return numericIds ? number : text
}

/** The id of a user as a column writes it down. */
export function writtenId({ asText }: World, column: Reference, id: string | number) {
  return asText?.includes(column) ? String(id) : id
}

export function tableName(index: number): string {
  return `t${index}`
}

/** The index of the table that `parent` refers to; the first table refers to itself. */
// Tables refer to earlier ones only: memory rows can be inserted but not updated by a host, so that a
// cycle of references could not be filled. Cycles are covered by references of a table to itself.
export function parentOf(world: World, index: number): number {
  return index === 0 ? 0 : (world.tables[index]?.parentTable ?? 0) % index
}

export function schemaOf(world: World): readonly TableSchema[] {
  return [usersSchema(world), ...world.tables.map((spec, index) => childSchema(world, spec, index))]
}

function usersSchema({ boss }: World): TableSchema {
  return {
    ...describe('users', ['rid', 'id!', 'tenant!', 'email', 'status!', 'note', 'boss']),
    uniqueKeys: [['id']],
    foreignKeys: reference('boss', { notNull: false, onDelete: boss }, 'users', 'id'),
  }
}

function childSchema(world: World, spec: TableSpec, index: number): TableSchema {
  const mark = (name: string, { notNull }: ColumnSpec): string => (notNull ? `${name}!` : name)
  const json = (name: string): string => (spec.jsonNotNull ? `${name}!` : name)
  const columns = [
    spec.withoutRowId ? 'rid!' : 'rid',
    mark('owner', spec.owner),
    mark('other', spec.other),
    mark('parent', spec.parent),
    'self',
    ...['email', 'tenant!', 'kind', 'note', 'tag'],
    json('members'),
    json('doc'),
  ]
  return {
    ...describe(tableName(index), columns),
    withoutRowId: spec.withoutRowId,
    uniqueKeys: spec.uniqueNote ? [['note']] : [],
    foreignKeys: besideCascade([
      ...reference('owner', spec.owner, 'users', 'id'),
      ...reference('other', spec.other, 'users', 'id'),
      ...reference('parent', spec.parent, tableName(parentOf(world, index)), 'rid'),
      ...reference('self', spec.self, tableName(index), 'rid'),
    ]),
  }
}

/**
 * LIMITATION: RESTRICT beside CASCADE in one table is NO ACTION here. SQLite goes through the keys one after
 * the other, so that a row may be gone by CASCADE before RESTRICT is asked; memory asks RESTRICT first.
 */
function besideCascade(keys: readonly ForeignKey[]): readonly ForeignKey[] {
  if (!keys.some(({ onDelete }) => onDelete === 'cascade')) return keys
  return keys.map((key) => (key.onDelete === 'restrict' ? { ...key, onDelete: 'no_action' } : key))
}

function describe(name: string, columns: readonly string[]): TableSchema {
  return {
    name,
    kind: 'table',
    columns: columns.map(
      (column): ColumnSchema => ({
        name: column.replace('!', ''),
        nullable: !column.endsWith('!'),
        generated: false,
      }),
    ),
    primaryKey: ['rid'],
    withoutRowId: false,
    uniqueKeys: [],
    foreignKeys: [],
    triggers: [],
  }
}

function reference(
  column: string,
  { onDelete }: ColumnSpec,
  table: string,
  key: string,
): readonly ForeignKey[] {
  if (onDelete === null) return []
  return [{ columns: [column], references: { table, columns: [key] }, onDelete }]
}

/** Rows by table, in the order of `rid`. */
export function rowsOf(world: World): Readonly<Record<string, readonly Row[]>> {
  const data: Record<string, readonly Row[]> = { users: userRows(world) }
  for (const [index, spec] of world.tables.entries()) {
    const rows: Row[] = []
    for (const row of spec.rows) {
      const parents =
        index === 0 ? rows.length + 1 : (data[tableName(parentOf(world, index))]?.length ?? 0)
      if (parents === 0 && spec.parent.notNull) continue
      rows.push(childRow(world, spec, row, { rid: rows.length + 1, parents }))
    }
    data[tableName(index)] = rows
  }
  return data
}

function userRows(world: World): readonly Row[] {
  const ghost = { rid: 1, id: ghostOf(world), tenant: 'tnt_a', email: null }
  return [
    { ...ghost, status: 'active', note: null, boss: null },
    ...world.users.map(({ tenant, email, boss }, index) => ({
      rid: index + 2,
      id: userIdOf(world, index),
      tenant: TENANTS[tenant] ?? 'tnt_a',
      email: emailOf(world, email),
      status: 'active',
      note: `person ${index}`,
      boss: boss === null ? null : userIdOf(world, boss % (index + 1)),
    })),
  ]
}

/** Blank is nobody's. Of addresses that are alike three are one in other spellings. */
function emailOf({ alike }: World, email: number | null): string | null {
  if (email === null || email < 3) return email === null ? null : `e${email}@x`
  return (alike ? ['E0@x', 'e0@x ', ' '] : ['e0@x', 'e1@x', ''])[email - 3] ?? null
}

function childRow(
  world: World,
  spec: TableSpec,
  row: RowSpec,
  { rid, parents }: { readonly rid: number; readonly parents: number },
): Row {
  const person = (value: number): string | number => userIdOf(world, value % world.users.length)
  const held = (column: 'owner' | 'other'): string | number | null => {
    const { notNull, onDelete } = spec[column]
    const value = row[column]
    if (value % 6 === 5 && !notNull) return null
    const isNobody = value % 11 === 10 && onDelete === null
    return writtenId(world, column, isNobody ? nobodyOf(world) : person(value))
  }
  const personIn = (column: 'members' | 'doc') => (value: number) =>
    writtenId(world, column, person(value))
  const parent = parents === 0 ? null : (row.parent % parents) + 1
  return {
    rid,
    owner: held('owner'),
    other: held('other'),
    parent: row.parent % 6 === 5 && !spec.parent.notNull ? null : parent,
    self: row.self % 3 === 2 ? null : (row.self % rid) + 1,
    email: emailOf(world, row.email),
    tenant: TENANTS[row.tenant] ?? 'tnt_a',
    kind: ['a', 'b', null][row.kind] ?? null,
    note: `note ${rid}`,
    tag: tagOf(row, person),
    members: membersOf(spec, row, personIn('members')),
    doc: docOf(world, spec, row, {
      ...{ id: personIn('doc')(row.docUser), parent, person: personIn('doc') },
    }),
  }
}

/** Now and then without the prefix, or with nothing behind it. */
function tagOf(
  { self, docUser }: RowSpec,
  person: (value: number) => string | number,
): string | null {
  if (docUser % 6 === 5) return null
  if (docUser % 11 === 10) return TAG
  return `${self % 7 === 6 ? '' : TAG}${person(docUser)}`
}

function membersOf(
  spec: TableSpec,
  { members, membersKind }: RowSpec,
  person: (value: number) => string | number,
): string | null {
  if (membersKind === 0) return spec.jsonNotNull ? '{}' : null
  if (membersKind === 1) return 'no json'
  const list = members.map(person)
  return JSON.stringify(
    membersKind === 2 ? [...list, null, true, { id: list[0] ?? null }, [person(1)]] : list,
  )
}

function docOf(
  world: World,
  spec: TableSpec,
  { docKind, members, email }: RowSpec,
  {
    id,
    parent,
    person,
  }: {
    readonly id: string | number
    readonly parent: number | null
    readonly person: (value: number) => string | number
  },
): string | null {
  if (docKind === 0) return spec.jsonNotNull ? '[]' : null
  if (docKind === 1) return '{not json'
  const user = { id, email: emailOf(world, email), name: 'Somebody', age: 7 }
  const list = members.map(person)
  // A value of the user's in the place of a list would be residue, as nothing can be pulled out of it.
  if (docKind === 2) return JSON.stringify({ user: String(id), list: 'nobody', ref: null })
  const refs = members.map((value) => (value % 3) + 1)
  const seats = [
    ...list.map((one) => ({ by: { tag: `${TAG}${one}` }, row: 3 })),
    ...[id, { by: `${TAG}${id}` }, null],
    ...(world.looksIntoArrays ? [] : [{ by: [{ tag: `${TAG}${id}` }] }]),
  ]
  const keep = { a: [1, 'x', null, false] }
  return JSON.stringify({ user, list, ref: parent, refs, seats, keep })
}
