/**
 * The database and the engine that deletes from it.
 *
 * @module
 */
import type { Database } from 'better-sqlite3'
import {
  type Clock,
  definePolicy,
  type ExternalEraser,
  type Logger,
  UserDeletionEngine,
} from 'user-deletion-engine'
import { helloJohnPolicy, helloJohnSchema, soleOwner } from 'user-deletion-engine/presets/hellojohn'
import { sqliteStore } from 'user-deletion-engine/sqlite'

/** The built-in policy, and a rule for the one table that this server adds. */
const policy = definePolicy({
  ...helloJohnPolicy,
  name: 'example-server',
  tables: {
    ...helloJohnPolicy.tables,
    // Not `grantsAccess`: a password has to be there again when a disabled user is enabled.
    passwords: { match: 'user_id', action: 'delete' },
  },
  // For the deletion of a whole tenant: its passwords went with the users.
  tenant: { tables: { ...helloJohnPolicy.tenant.tables, passwords: 'unrelated' } },
})

/** Creates the tables in a database that has none. */
export function createTables(db: Database): void {
  if (db.pragma('user_version', { simple: true }) !== 0) return
  const create = db.transaction(() => {
    db.exec(helloJohnSchema)
    db.exec(`
      CREATE TABLE passwords (
        user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
        hash TEXT NOT NULL
      );
    `)
    db.pragma('user_version = 1')
  })
  create()
}

export interface EngineParts {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly externalErasers: readonly ExternalEraser[]
}

export type Engine = ReturnType<typeof createEngine>

const RECENT_MS = 5 * 60_000

export function createEngine({ db, clock, logger, externalErasers }: EngineParts) {
  const signedInAt = db
    .prepare<[string], string>('SELECT created_at FROM sessions WHERE id = ?')
    .pluck()
  return new UserDeletionEngine({
    store: sqliteStore(db),
    policy,
    clock,
    logger,
    externalErasers,
    blockers: [soleOwner],
    selfService: {
      requiresToken: true,
      coolingOff: 'P30D',
      isRecentlyAuthenticated: ({ id }) => {
        const at = signedInAt.get(id)
        return at !== undefined && clock.now().getTime() - Date.parse(at) <= RECENT_MS
      },
    },
  })
}
