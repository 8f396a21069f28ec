/**
 * The demo's database in SQLite: the built-in schema, a table of the application, and rows in all of them.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy, helloJohnSchema, soleOwner } from '../../src/presets/hellojohn/index.ts'
import type { DemoDatabase, DemoPolicy } from './database.ts'
import { sqliteOutside } from './outside-sqlite.ts'
import { type SeededUser, seed } from './seed.ts'

/** The built-in policy, and a rule for a table of the application. */
export const demoPolicy: DemoPolicy = definePolicy({
  ...helloJohnPolicy,
  name: 'demo',
  tables: { ...helloJohnPolicy.tables, notes: { match: 'author_id', action: 'delete' } },
  // In the deletion of a whole tenant its notes have gone with their authors.
  tenant: { tables: { ...helloJohnPolicy.tenant.tables, notes: 'unrelated' } },
}) as DemoPolicy

const TENANTS = { acme: 60, globex: 25, initech: 15 }

export async function openSqlite(): Promise<DemoDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'user-deletion-demo-'))
  const file = join(folder, 'auth.sqlite')
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  const users = fillDemo(db, 5_000)
  const outside = sqliteOutside(file)
  return {
    engine: new UserDeletionEngine({
      store: sqliteStore(db),
      policy: demoPolicy,
      blockers: [soleOwner],
    }),
    users,
    bulk: 2_000,
    outside,
    async close() {
      await outside.close()
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Creates tables and rows, the same on every run. */
export function fillDemo(db: Database.Database, count: number): readonly SeededUser[] {
  db.exec(helloJohnSchema)
  db.exec(`
    CREATE TABLE notes (
      id INTEGER PRIMARY KEY,
      tenant_id TEXT NOT NULL,
      author_id TEXT NOT NULL REFERENCES users (id),
      text TEXT NOT NULL
    );
    CREATE INDEX notes_author_id ON notes (author_id);
  `)
  const users = seed(db, { users: count, tenants: TENANTS, extras: true })
  db.exec(`
    INSERT INTO notes (tenant_id, author_id, text)
    SELECT tenant_id, id, 'Signed, ' || email FROM users ORDER BY substr(id, -2), id
  `)
  return users
}
