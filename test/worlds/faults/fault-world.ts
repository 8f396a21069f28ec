/** The rows of the fault worlds in SQLite: two tenants with the same addresses, and rows of every kind for each user. */
import Database from 'better-sqlite3'
import {
  engineTablesSql,
  type SqliteDatabase,
  sqliteStore,
} from '../../../adapters/sqlite/index.ts'
import { type EngineOptions, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../fixed-clock.ts'
import { faultPolicy } from './fault-policy.ts'
import type { Row } from './invariants.ts'

const schema = `
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT, status TEXT NOT NULL);
CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), ip TEXT);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE TABLE session_hints (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE RESTRICT);
CREATE INDEX session_hints_session ON session_hints (session_id);
CREATE TABLE invitations (id INTEGER PRIMARY KEY, tenant_id TEXT, email TEXT, invited_by TEXT REFERENCES users (id));
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, tenant_id TEXT, actor_id TEXT, actor_type TEXT, resource_id TEXT, resource_type TEXT, actor_name TEXT, ip_address TEXT, type TEXT, metadata TEXT);
CREATE TABLE groups (id INTEGER PRIMARY KEY, tenant_id TEXT, members TEXT);
CREATE TABLE documents (id INTEGER PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES users (id), title TEXT);
CREATE TABLE comments (id INTEGER PRIMARY KEY, user_id TEXT REFERENCES users (id), parent_id INTEGER REFERENCES comments (id), body TEXT);
CREATE TABLE members (org TEXT, user_id TEXT REFERENCES users (id), role TEXT, PRIMARY KEY (org, user_id)) WITHOUT ROWID;
CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, amount INTEGER, buyer_email TEXT);
CREATE TABLE countries (code TEXT PRIMARY KEY);
`

/** Every user's number; 5 is in the way of its own deletion, because 6 has answered its comment. */
const USERS = [1, 2, 3, 4, 5, 6] as const

/** Fills an empty database: two tenants with the same e-mail addresses, and rows of every kind for each user. */
export function fillFaultWorld(db: Database.Database): void {
  db.exec(schema)
  db.exec(engineTablesSql)
  const insert = (table: string, row: Row): void => {
    const columns = Object.keys(row)
    const places = columns.map(() => '?').join(', ')
    db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(
      ...Object.values(row),
    )
  }
  db.transaction(() => {
    insert('countries', { code: 'NL' })
    insert('users', { id: 'usr_ghost', tenant_id: 'a', email: null, status: 'ghost' })
    for (const tenant of ['a', 'b']) {
      for (const number of USERS) {
        const email = `canary${number}@example.com`
        insert('users', { id: `${tenant}${number}`, tenant_id: tenant, email, status: 'active' })
      }
      for (const number of USERS) fillUser(insert, tenant, number)
      insert('groups', {
        tenant_id: tenant,
        members: JSON.stringify([
          `${tenant}1`,
          true,
          `${tenant}2`,
          { name: `${tenant}1` },
          `${tenant}4`,
        ]),
      })
      insert('groups', { tenant_id: tenant, members: JSON.stringify([`${tenant}3`, `${tenant}5`]) })
      const [comment] = db
        .prepare('SELECT min(id) FROM comments WHERE user_id = ?')
        .raw()
        .all(`${tenant}5`) as [[number]]
      insert('comments', { user_id: `${tenant}6`, parent_id: comment[0], body: 'an answer' })
    }
  })()
}

function fillUser(insert: (table: string, row: Row) => void, tenant: string, number: number): void {
  const id = `${tenant}${number}`
  const email = `canary${number}@example.com`
  const next = `${tenant}${(number % USERS.length) + 1}`
  for (const part of [1, 2, 3, 4]) {
    insert('sessions', { id: `ses_${id}_${part}`, user_id: id, ip: '192.0.2.1' })
    insert('session_hints', { session_id: `ses_${id}_${part}` })
    const metadata = { email, device: { name: 'my phone', os: 'x' }, part }
    insert('audit_log', {
      tenant_id: tenant,
      actor_id: id,
      actor_type: 'user',
      actor_name: email,
      ip_address: '192.0.2.1',
      type: 'signed_in',
      metadata: part === 4 ? null : JSON.stringify(metadata),
    })
    insert('documents', { owner_id: id, title: `document ${part}` })
  }
  insert('audit_log', { tenant_id: tenant, actor_id: id, actor_type: 'key', actor_name: 'a key' })
  insert('audit_log', {
    tenant_id: tenant,
    resource_id: id,
    resource_type: 'user',
    type: 'invited',
    metadata: JSON.stringify({ email, role: 'admin' }),
  })
  insert('audit_log', {
    tenant_id: tenant,
    ip_address: '192.0.2.9',
    type: 'sign_in_failed',
    metadata: JSON.stringify({ email, attempt: 3 }),
  })
  insert('invitations', { tenant_id: tenant, email, invited_by: null })
  insert('invitations', { tenant_id: tenant, email: 'nobody@example.com', invited_by: id })
  insert('invitations', { tenant_id: tenant, email: 'somebody@example.com', invited_by: next })
  for (const part of [0, 1, 2, 3]) {
    const first = (tenant === 'a' ? 0 : 100) + number * 10
    insert('comments', {
      id: first + part,
      user_id: id,
      parent_id: part === 0 ? null : first + part - 1,
      body: 'a comment',
    })
  }
  for (const org of ['one', 'two']) insert('members', { org, user_id: id, role: 'owner' })
  for (const amount of [10, 20]) insert('invoices', { user_id: id, amount, buyer_email: email })
}

let template: Buffer | undefined

/** A filled database in memory, with settings that are not the usual ones. */
export function openFaultWorld(): Database.Database {
  if (template === undefined) {
    const db = new Database(':memory:')
    fillFaultWorld(db)
    template = db.serialize()
  }
  const db = new Database(template)
  db.pragma('busy_timeout = 1234')
  return db
}

/** Writes the same world to a file that keeps a write-ahead log. */
export function writeFaultWorld(file: string): void {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  fillFaultWorld(db)
  db.close()
}

export type FaultEngineOptions = Partial<EngineOptions<typeof faultPolicy>>

/** An engine on a handle whose engine tables are there already. */
export function faultEngine(db: SqliteDatabase, options: FaultEngineOptions = {}) {
  return new UserDeletionEngine({
    store: sqliteStore(db),
    policy: faultPolicy,
    clock: fixedClock(),
    ...options,
  })
}

/** How the child that is killed, and the parent that cleans up after it, delete. */
export const KILL_OPTIONS: FaultEngineOptions = { maxRowsPerTransaction: 3 }
