/**
 * A described database as a draft sees it: one kind of tables and columns, from whatever store.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { NativeIdType } from '../policy/policy.ts'
import type {
  AskedPath,
  DatabaseSchema,
  ForeignKey,
  SampledTypes,
  TableSchema,
} from '../program/schema.ts'
import { wordsOf } from '../words/name-words.ts'
import { isEmail, isPhone, typeColumnFor } from './columns.ts'
import { SAMPLED_NAMES } from './sampled-names.ts'

export interface DraftSchema {
  readonly user: DraftTable
  /** Column of the users' ids. */
  readonly userId: string
  readonly idType: NativeIdType | null
  readonly tenant: string | null
  readonly createdAt: string | null
  readonly email: string | null
  readonly phone: string | null
  /** Every table but the users' that holds rows of its own, or may. */
  readonly tables: readonly DraftTable[]
}

export interface DraftTable {
  readonly name: string
  readonly kind: TableSchema['kind']
  readonly words: readonly string[]
  readonly columns: readonly DraftColumn[]
  readonly key: readonly string[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Of an index that keeps no rows of its own, the table it is made from; `null` for all others. */
  readonly contentTable: string | null
  /** Only a sample of the rows has been seen, at names that were asked for. */
  readonly isSampled: boolean
}

export interface DraftColumn {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly generated: boolean
  /** What a sample holds there; empty where columns have types. */
  readonly sampled: readonly string[]
}

/** What has to be asked about tables that promise no columns. */
export function pathsToSample({ tables }: DatabaseSchema): readonly AskedPath[] {
  return tables
    .filter(({ columns, kind }) => columns === null && kind !== 'view')
    .flatMap(({ name }) => SAMPLED_NAMES.map((path) => ({ table: name, path, where: [] })))
}

/** @throws {@link UserDeletionError} `invalid_argument` where no table, or more than one, may be the users'. */
export function readSchema({ tables }: DatabaseSchema, userTable: string | null): DraftSchema {
  const all = tables.filter(({ kind }) => kind !== 'view').map(draftTable)
  const user = userTable === null ? findUsers(all) : all.find(({ name }) => name === userTable)
  if (user === undefined) throw unknownUsers(userTable)
  const named = (test: (name: string) => boolean) =>
    user.columns.find((column) => test(column.name))?.name ?? null
  const tenant = named((name) => TENANT.has(wordsOf(name).join(' ')))
  const userId = user.key.find((name) => name !== tenant) ?? named((name) => name === 'id') ?? 'id'
  return {
    ...{ user, userId, tenant },
    idType: nativeTypeOf(user.columns.find(({ name }) => name === userId)?.sampled ?? []),
    createdAt: named((name) => ['created at', 'created'].includes(wordsOf(name).join(' '))),
    email: named(isEmail),
    phone: named(isPhone),
    tables: all.filter((table) => table !== user),
  }
}

/** Columns that stand for the type of another one, `owner_type` of `owner_id`. */
export function typeColumnOf({ columns }: DraftTable, column: string): string | null {
  return typeColumnFor(
    column,
    columns.map(({ name }) => name),
  )
}

const TENANT = new Set(['tenant', 'tenant id', 'realm', 'realm id'])
/** The first that a table bears is the users'. */
const USERS: readonly string[] = [
  'user',
  'auth user',
  'app user',
  'account',
  'person',
  'member',
  'customer',
]

function draftTable(table: TableSchema): DraftTable {
  const { name, kind, columns, primaryKey, foreignKeys, sampledTypes = [] } = table
  return {
    ...{ name, kind, foreignKeys },
    words: wordsOf(name),
    key: primaryKey,
    contentTable: table.contentTable ?? null,
    isSampled: columns === null,
    columns:
      columns === null
        ? sampledTypes.filter(isThere).map(sampledColumn)
        : columns.map(({ name: column, type = '', nullable, generated }) => ({
            ...{ name: column, type, nullable, generated, sampled: [] },
          })),
  }
}

function isThere({ types }: SampledTypes): boolean {
  return Object.values(types).some((count) => count > 0)
}

function sampledColumn({ path, types, rows }: SampledTypes): DraftColumn {
  const held = Object.keys(types).filter((type) => type !== 'null' && (types[type] ?? 0) > 0)
  const values = held.reduce((sum, type) => sum + (types[type] ?? 0), 0)
  const nullable = values < rows
  return { name: path, type: '', nullable, generated: false, sampled: held.sort() }
}

/** By name, or else the table with addresses that most others refer to. */
function findUsers(tables: readonly DraftTable[]): DraftTable | undefined {
  for (const name of USERS) {
    const found = tables.filter(({ words }) => words.join(' ') === name)
    if (found.length > 1) return undefined
    if (found[0] !== undefined && (found[0].key.length > 0 || found[0].isSampled)) return found[0]
  }
  const referring = (table: DraftTable): number =>
    tables.filter(({ foreignKeys }) =>
      foreignKeys.some(({ references }) => references.table === table.name),
    ).length
  const [first, second] = tables
    .filter((table) => table.columns.some(({ name }) => isEmail(name)) && referring(table) > 0)
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

function nativeTypeOf(sampled: readonly string[]): NativeIdType | null {
  if (sampled.length !== 1) return null
  if (sampled[0] === 'objectId') return 'objectId'
  return sampled[0] === 'uuid' ? 'uuid' : null
}
