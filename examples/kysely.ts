/**
 * Kysely and the engine on one better-sqlite3 handle: one connection, and a policy that Kysely's own types check.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import { type Generated, Kysely, SqliteDialect } from 'kysely'
import { type DeletionReceipt, definePolicy, UserDeletionEngine } from 'user-deletion-engine'
import { sqliteStore } from 'user-deletion-engine/sqlite'

export interface Tables {
  users: { id: string; email: string | null }
  sessions: { id: Generated<number>; user_id: string }
  posts: { id: Generated<number>; author_id: string | null; title: string }
}

// A table without a rule, a wrong column or a null where none may be does not compile.
const policy = definePolicy<Tables>()({
  name: 'blog',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
    posts: { match: 'author_id', action: 'detach', reason: 'a post outlives its author' },
  },
})

export function openDatabase(handle: Database.Database) {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: handle }) })
  const engine = new UserDeletionEngine({ store: sqliteStore(handle), policy })
  return {
    db,
    engine,
    /**
     * A transaction of Kysely spans several turns of the event loop. While one is open on the handle, the engine
     * answers `connection_busy`; in Kysely's own queue the deletion waits for it. Hooks must not ask Kysely then.
     */
    deleteUser: (id: string): Promise<DeletionReceipt> =>
      db.connection().execute(() => engine.delete(id, {})),
  }
}
