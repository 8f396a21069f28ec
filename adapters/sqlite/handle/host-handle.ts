/**
 * What a host passes as its handle: taken where it is one, named where it is something else.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { SqliteDatabase } from './database.ts'

/**
 * The handle itself, or the one that an instance of Drizzle holds.
 *
 * @throws {@link UserDeletionError} `invalid_argument` naming what was passed instead.
 */
export function handleOf(given: unknown): SqliteDatabase {
  if (isHandle(given)) return given
  const { $client: held } = Object(given) as { readonly $client?: unknown }
  if (isHandle(held)) return held
  throw new UserDeletionError(
    'invalid_argument',
    `sqliteStore takes an open handle of better-sqlite3, as in sqliteStore(new Database('auth.sqlite')). It was given ${nameOf(given)}.`,
    { details: { path: 'handle' } },
  )
}

/** The members that tell a synchronous handle with better-sqlite3's ways from others. */
function isHandle(given: unknown): given is SqliteDatabase {
  if (typeof given !== 'object' || given === null) return false
  const { open, inTransaction, prepare } = given as Members
  return (
    typeof open === 'boolean' && typeof inTransaction === 'boolean' && typeof prepare === 'function'
  )
}

type Members = Readonly<Record<string, unknown>>

/** How other handles are recognized, the surest signs first. */
const OTHERS: readonly (readonly [string, (members: Members) => boolean])[] = [
  [
    'a database of node:sqlite, whose statements give no raw rows and no integers beyond 2^53: open the file with better-sqlite3',
    ({ isOpen, isTransaction }) => isOpen !== undefined && isTransaction !== undefined,
  ],
  [
    'a client of @libsql/client, which answers later: pass a handle of better-sqlite3 on the same file',
    ({ execute, batch }) => isFunction(execute) && isFunction(batch),
  ],
  [
    'an instance of Kysely: pass the handle that its dialect was built with',
    ({ selectFrom, executeQuery }) => isFunction(selectFrom) && isFunction(executeQuery),
  ],
  [
    'an instance of Drizzle without a handle of better-sqlite3: pass the handle that it was built with',
    ({ select, insert, $client }) => isFunction(select) && isFunction(insert) && $client !== null,
  ],
  [
    'a database of MongoDB: use mongoStore',
    ({ collection, command }) => isFunction(collection) && isFunction(command),
  ],
  [
    'a client of another database, PostgreSQL perhaps',
    ({ query, connect }) => isFunction(query) && isFunction(connect),
  ],
]

function nameOf(given: unknown): string {
  if (given === undefined || given === null) return 'nothing'
  if (typeof given === 'string') return 'a text: open the file first'
  if (typeof given !== 'object' && typeof given !== 'function') return `a ${typeof given}`
  const found = OTHERS.find(([, isIt]) => isIt(given as Members))
  return found?.[0] ?? 'an object that is no such handle'
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
