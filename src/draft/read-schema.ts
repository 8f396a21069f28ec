/**
 * A described database as a draft sees it: one kind of tables and columns, from whatever store.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import {
  type KnownColumn,
  type KnownSchema,
  type KnownTable,
  knownTable,
} from '../knowledge/known-table.ts'
import { isEmail, isPhone } from '../knowledge/personal-columns.ts'
import type { NativeIdType } from '../policy/policy.ts'
import type { AskedPath, DatabaseSchema, SampledTypes, TableSchema } from '../program/schema.ts'
import { wordsOf } from '../words/name-words.ts'

export interface DraftSchema extends KnownSchema {
  readonly user: DraftTable
  readonly idType: NativeIdType | null
  readonly tenant: string | null
  readonly createdAt: string | null
  readonly email: string | null
  readonly phone: string | null
  /** Every table that holds rows of its own, or may; the users' too. */
  readonly tables: ReadonlyMap<string, DraftTable>
}

export interface DraftTable extends KnownTable {
  readonly kind: TableSchema['kind']
  readonly columns: readonly DraftColumn[]
  /** Of an index that keeps no rows of its own, the table it is made from; `null` for all others. */
  readonly contentTable: string | null
  /** Only a sample of the rows has been seen. */
  readonly isSampled: boolean
  /** Nothing tells its rows apart. */
  readonly isKeyless: boolean
}

export interface DraftColumn extends KnownColumn {
  readonly nullable: boolean
  readonly generated: boolean
  /** The array in whose elements it stands. */
  readonly inArray: { readonly array: string; readonly element: string } | null
}

/** Where the users are, as far as the host says. */
export interface GivenUsers {
  readonly table: string | null
  readonly id: string | null
}

/** What has to be asked of tables that promise no columns, to tell arrays from what stands alone. */
export function pathsToSample({ tables }: DatabaseSchema): readonly AskedPath[] {
  return tables
    .filter(({ columns, kind }) => columns === null && kind !== 'view')
    .flatMap(({ name, sampledPaths = [] }) =>
      [...new Set(sampledPaths.flatMap(({ path }) => waysTo(path)))].map((path) => ({
        ...{ table: name, path, where: [] },
      })),
    )
}

/** @throws {@link UserDeletionError} `invalid_argument` where no table, or more than one, may be the users'. */
export function readSchema({ tables }: DatabaseSchema, given: GivenUsers): DraftSchema {
  const all = tables.filter(({ kind }) => kind !== 'view').map(draftTable)
  const user = given.table === null ? findUsers(all) : all.find(({ name }) => name === given.table)
  if (user === undefined) throw unknownUsers(given.table)
  const named = (test: (column: DraftColumn) => boolean) => user.columns.find(test)?.name ?? null
  const tenant = tenantOf(user)
  const userId = given.id ?? idOf(user, tenant, all)
  if (userId === null || !hasColumn(user, userId)) throw unknownId(user.name, given.id)
  return {
    ...{ user, userId, tenant },
    idType: nativeTypeOf(user.columns.find(({ name }) => name === userId)?.sampled ?? []),
    createdAt: named(({ name }) => CREATED.includes(wordsOf(name).join(' '))),
    email: named(isEmail),
    phone: named(isPhone),
    tables: new Map(all.map((table) => [table.name, table])),
  }
}

/** A collection may be empty, and has an `_id` all the same. */
function hasColumn(user: DraftTable, column: string): boolean {
  return user.isSampled || user.columns.some(({ name }) => name === column)
}

const CREATED: readonly string[] = ['created at', 'created']
const TENANT = new Set(['tenant', 'tenant id', 'realm', 'realm id'])
/** The first that a table bears is the users'. */
const USERS: readonly string[] = [
  ...['user', 'auth user', 'app user', 'account', 'identity', 'person', 'member', 'customer'],
]

/** By its name, or as the other column of a key of two. */
function tenantOf({ columns, key }: DraftTable): string | null {
  const named = columns.find(({ name }) => TENANT.has(wordsOf(name).join(' ')))
  if (named !== undefined) return named.name
  const [first, second, ...others] = key
  if (first === undefined || second === undefined || others.length > 0) return null
  const isOwn = (name: string): boolean =>
    ['id', 'user id', 'uuid'].includes(wordsOf(name).join(' '))
  if (isOwn(first) === isOwn(second)) return null
  return isOwn(first) ? second : first
}

/** The key; without one what others refer to, or the only column that tells the rows apart. */
function idOf(user: DraftTable, tenant: string | null, all: readonly DraftTable[]): string | null {
  const own = user.key.find((name) => name !== tenant)
  if (own !== undefined) return own
  const referred = all
    .flatMap(({ foreignKeys }) => foreignKeys)
    .filter(({ references }) => references.table === user.name)
    .map(({ references }) => references.columns[0])
  if (referred[0] !== undefined) return referred[0]
  if (user.columns.some(({ name }) => name === 'id')) return 'id'
  const [unique, ...others] = user.unique
  if (unique !== undefined && others.length === 0) return unique
  return user.isSampled ? '_id' : null
}

function draftTable(table: TableSchema): DraftTable {
  const { columns, sampledTypes = [] } = table
  const known = knownTable(table)
  return {
    ...known,
    kind: table.kind,
    contentTable: table.contentTable ?? null,
    isSampled: columns === null,
    isKeyless: table.keyless === true,
    columns:
      columns === null
        ? sampledColumns(sampledTypes)
        : known.columns.map((column, index) => ({
            ...column,
            nullable: columns[index]?.nullable ?? true,
            generated: columns[index]?.generated ?? false,
            inArray: null,
          })),
  }
}

function sampledColumns(sampled: readonly SampledTypes[]): readonly DraftColumn[] {
  const arrays = new Set(
    sampled.flatMap(({ path, types }) => ((types['array'] ?? 0) > 0 ? [path] : [])),
  )
  return sampled.filter(isThere).map(({ path, types, rows }) => {
    const held = Object.keys(types).filter((type) => type !== 'null' && (types[type] ?? 0) > 0)
    const values = held.reduce((sum, type) => sum + (types[type] ?? 0), 0)
    const array = waysTo(path).find((way) => way !== path && arrays.has(way))
    return {
      ...{ name: path, type: '', nullable: values < rows, generated: false, sampled: held.sort() },
      inArray: array === undefined ? null : { array, element: path.slice(array.length + 1) },
    }
  })
}

function isThere({ types }: SampledTypes): boolean {
  return Object.values(types).some((count) => count > 0)
}

/** `a`, `a.b` and `a.b.c`. */
function waysTo(path: string): readonly string[] {
  const keys = path.split('.')
  return keys.map((_, index) => keys.slice(0, index + 1).join('.'))
}

/** By name, or else the table with addresses that most others refer to. */
function findUsers(tables: readonly DraftTable[]): DraftTable | undefined {
  for (const name of USERS) {
    const found = tables.filter(({ words }) => words.join(' ') === name)
    if (found.length > 1) return undefined
    if (found[0] !== undefined) return found[0]
  }
  const referring = (table: DraftTable): number =>
    tables.filter(({ foreignKeys }) =>
      foreignKeys.some(({ references }) => references.table === table.name),
    ).length
  const [first, second] = tables
    .filter(({ words, columns }) => words.at(-1) === 'user' || columns.some(isEmail))
    .filter((table) => referring(table) > 0)
    .sort((a, b) => referring(b) - referring(a))
  if (first === undefined) return undefined
  return second !== undefined && referring(second) === referring(first) ? undefined : first
}

function unknownUsers(given: string | null): UserDeletionError {
  const message =
    given === null
      ? 'No table, or more than one, looks like that of the users: name it in "user".'
      : `The database has no table "${given}".`
  return new UserDeletionError('invalid_argument', message, { details: { path: 'user' } })
}

function unknownId(table: string, given: string | null): UserDeletionError {
  const message =
    given === null
      ? `No key tells which column of "${table}" holds the ids: say \`user: { table, id }\`.`
      : `The table "${table}" has no column "${given}".`
  return new UserDeletionError('invalid_argument', message, { details: { path: 'user.id' } })
}

function nativeTypeOf(sampled: readonly string[]): NativeIdType | null {
  if (sampled.length !== 1) return null
  if (sampled[0] === 'objectId') return 'objectId'
  return sampled[0] === 'uuid' ? 'uuid' : null
}
