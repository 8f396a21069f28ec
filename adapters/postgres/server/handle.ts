/**
 * What a host passes as its handle, told by its shape: a pool or client of pg, PGlite, or the function of postgres.js.
 * No driver is imported.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Host } from './host.ts'
import {
  clientHost,
  type PostgresClient,
  type PostgresPool,
  poolHost,
  type RawClient,
} from './pg-host.ts'
import { type Pglite, type PgliteDatabase, pgliteHost } from './pglite-host.ts'
import { type PostgresJs, postgresJsHost, type RawPostgresJs } from './postgres-js-host.ts'

/** An instance of Drizzle, which holds the handle. */
export interface DrizzleInstance {
  readonly $client: PostgresPool | PostgresClient | PgliteDatabase | PostgresJs
}

export type PostgresHandle =
  | PostgresPool
  | PostgresClient
  | PgliteDatabase
  | PostgresJs
  | DrizzleInstance

/** @throws {@link UserDeletionError} `invalid_argument` naming what was passed instead. */
export function hostOf(given: unknown): Host {
  const { $client: held } = Object(given) as { readonly $client?: unknown }
  const host = knownHost(given) ?? knownHost(held)
  if (host !== null) return host
  throw new UserDeletionError(
    'invalid_argument',
    `postgresStore takes a Pool or a connected Client of pg, the function of postgres.js, or an instance of PGlite, as in postgresStore(new Pool({ connectionString })). It was given ${nameOf(given)}.`,
    { details: { path: 'handle' } },
  )
}

type Members = Readonly<Record<string, unknown>>

function knownHost(given: unknown): Host | null {
  const members = Object(given) as Members
  const has = (...names: readonly string[]): boolean =>
    names.every((name) => isFunction(members[name]))
  if (has('query', 'exec', 'transaction')) return pgliteHost(given as Pglite)
  if (isFunction(given) && has('reserve', 'unsafe'))
    return postgresJsHost(given as RawPostgresJs & typeof given)
  if (has('connect', 'query') && typeof members['totalCount'] === 'number') {
    return poolHost(given as PostgresPool)
  }
  if (has('connect', 'query') && (has('end') || has('release'))) {
    return clientHost(given as RawClient)
  }
  return null
}

/** How other handles are told, the more telling first. */
const OTHERS: readonly (readonly [string, (members: Members) => boolean])[] = [
  [
    'an instance of Kysely: pass the Pool that its dialect was built with',
    ({ selectFrom, executeQuery }) => isFunction(selectFrom) && isFunction(executeQuery),
  ],
  [
    'an instance of Drizzle whose handle is none of these: pass the Pool that is behind it',
    ({ select, insert, execute }) =>
      isFunction(select) && isFunction(insert) && isFunction(execute),
  ],
  [
    'a client of Prisma: pass the Pool that its adapter was built with',
    ({ $queryRawUnsafe }) => isFunction($queryRawUnsafe),
  ],
  [
    'a transaction or a reserved connection of postgres.js: pass the function that it came from',
    ({ unsafe }) => isFunction(unsafe),
  ],
  ['a handle of better-sqlite3: use sqliteStore', ({ prepare }) => isFunction(prepare)],
  [
    'a database of MongoDB: use mongoStore',
    ({ collection, command }) => isFunction(collection) && isFunction(command),
  ],
]

function nameOf(given: unknown): string {
  if (given === undefined || given === null) return 'nothing'
  if (typeof given === 'string') return 'a text: make a Pool of it first'
  if (typeof given !== 'object' && typeof given !== 'function') return `a ${typeof given}`
  const found = OTHERS.find(([, isIt]) => isIt(given as Members))
  return found?.[0] ?? 'an object that is no such handle'
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
