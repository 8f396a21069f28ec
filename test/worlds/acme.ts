/**
 * Acme: two tenants in SQLite, whose users have sessions and audit entries.
 *
 * A test of the engine's calls that needs no tables of its own begins here; one that does begins with `odd-schema.ts`.
 *
 * @module
 */
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type EngineOptions, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from './fixed-clock.ts'
import type { TablesGroup } from './hosts/each-tables.ts'

/** A small auth database: two tenants, sessions, an audit log, and an unrelated table. */
export const acmeSchema = `
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT, status TEXT NOT NULL DEFAULT 'active');
CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, actor_id TEXT, actor_email TEXT, action TEXT);
CREATE INDEX audit_log_actor ON audit_log (actor_id);
CREATE TABLE countries (code TEXT PRIMARY KEY);
`

export const acmePolicy = definePolicy({
  name: 'acme',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    fields: { email: 'email' },
    status: { disabled: { status: 'disabled' } },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    audit_log: {
      match: 'actor_id',
      action: 'anonymize',
      reason: 'who did what, without the person',
      set: { actor_email: null },
    },
    countries: 'unrelated',
  },
})

export type AcmeOptions = Partial<EngineOptions<typeof acmePolicy>>

/** Opens the database with `users` users in each of the tenants tnt_a and tnt_b, two sessions and three audit entries each. */
export async function openAcme(options: AcmeOptions & { users?: number; file?: string } = {}) {
  const { users = 3, file = ':memory:', ...engineOptions } = options
  const db = new Database(file)
  db.exec(acmeSchema)
  for (const tenant of ['a', 'b']) {
    for (let index = 1; index <= users; index += 1) addUser(db, tenant, index)
  }
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: acmePolicy,
    clock: fixedClock(),
    ...engineOptions,
  })
  await engine.migrate()
  return { db, engine }
}

/** The same on a store of any kind. */
export async function openAcmeOn(
  open: TablesGroup['open'],
  { users = 3, ...options }: AcmeOptions & { users?: number } = {},
) {
  const rows = ['a', 'b'].flatMap((tenant) =>
    Array.from({ length: users }, (_, index) => {
      const id = `usr_${tenant}${index + 1}`
      return `INSERT INTO users (id, tenant_id) VALUES ('${id}', 'tnt_${tenant}');
        INSERT INTO sessions VALUES ('ses_${id}_1', '${id}'), ('ses_${id}_2', '${id}');`
    }),
  )
  const host = await open(`${acmeSchema} ${rows.join('\n')}`)
  const engineWith = (more: AcmeOptions = {}) =>
    new UserDeletionEngine({
      ...{ store: host.store, policy: acmePolicy, clock: fixedClock() },
      ...{ logger: { warn: () => {} } },
      ...options,
      ...more,
    })
  const engine = engineWith()
  await engine.migrate()
  return { host, engine, engineWith }
}

function addUser(db: Database.Database, tenant: string, index: number): void {
  const id = `usr_${tenant}${index}`
  const email = `user${index}@example.com`
  db.prepare('INSERT INTO users (id, tenant_id, email) VALUES (?, ?, ?)').run(
    id,
    `tnt_${tenant}`,
    email,
  )
  for (const part of [1, 2])
    db.prepare('INSERT INTO sessions VALUES (?, ?)').run(`ses_${id}_${part}`, id)
  for (const action of ['signed_in', 'changed_email', 'signed_out']) {
    db.prepare('INSERT INTO audit_log (actor_id, actor_email, action) VALUES (?, ?, ?)').run(
      id,
      email,
      action,
    )
  }
}

/** Every row of the host's tables as text: equal before and after means that nothing has changed. */
export function snapshot(db: Database.Database): string {
  return JSON.stringify(
    ['users', 'sessions', 'audit_log', 'countries'].map((table) =>
      db.prepare(`SELECT * FROM ${table}`).all(),
    ),
  )
}

export function count(db: Database.Database, sql: string, ...parameters: unknown[]): number {
  return Number(
    db
      .prepare(sql)
      .pluck()
      .get(...parameters),
  )
}
