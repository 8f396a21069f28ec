import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type EngineOptions, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from './fixed-clock.ts'

/** E-mails are not unique here, so a later person can have the address of a deleted one who came back. */
const schema = `
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT, created_at, status TEXT DEFAULT 'active');
CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL);
CREATE TABLE invitations (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT);
CREATE TABLE holds (id TEXT PRIMARY KEY, user_id TEXT NOT NULL);
`

const tables = {
  sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
  invitations: {
    match: { column: 'email', equals: { user: 'email' } },
    tenant: 'tenant_id',
    action: 'delete',
  },
  holds: { match: 'user_id', action: 'block' },
} as const

const user = {
  table: 'users',
  id: 'id',
  tenant: 'tenant_id',
  createdAt: 'created_at',
  fields: { email: 'email' },
  status: { disabled: { status: 'disabled' } },
} as const

export const restoredPolicy = definePolicy({ name: 'restored', version: 1, user, tables })

/** The same, but a blank row stays. */
export const blankPolicy = definePolicy({
  name: 'restored-blank',
  version: 1,
  user: {
    ...user,
    action: 'anonymize',
    reason: 'kept rows need it',
    set: { email: null, status: 'x' },
  },
  tables,
})

type Options = Partial<EngineOptions<typeof restoredPolicy>>

/** Tenants tnt_a and tnt_b with four users each; the first of both share an address. */
function fill(db: Database.Database): void {
  db.exec(schema)
  const run = (sql: string, ...values: unknown[]): unknown => db.prepare(sql).run(...values)
  for (const tenant of ['a', 'b']) {
    for (const number of [1, 2, 3, 4]) {
      const id = `usr_${tenant}${number}`
      const email = `user${number}@example.com`
      addUser(db, id, `tnt_${tenant}`, email, '2026-01-01T00:00:00.000Z')
      run('INSERT INTO invitations VALUES (?, ?, ?)', `inv_${id}`, `tnt_${tenant}`, email)
    }
  }
}

/** A user with two sessions. */
export function addUser(
  db: Database.Database,
  id: string,
  tenant: string,
  email: string | null,
  createdAt: unknown,
): void {
  db.prepare('INSERT INTO users (id, tenant_id, email, created_at) VALUES (?, ?, ?, ?)').run(
    id,
    tenant,
    email,
    createdAt,
  )
  for (const part of [1, 2]) {
    db.prepare('INSERT INTO sessions VALUES (?, ?)').run(`ses_${id}_${part}`, id)
  }
}

/**
 * A file of which a copy was made before `work` deleted users, and which was then replaced by that copy;
 * what the ledger held is given as the lines of an export.
 */
export async function restoreBackup(
  t: TestContext,
  options: Options,
  work: (engine: UserDeletionEngine<typeof restoredPolicy>) => Promise<unknown>,
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'restored-'))
  const [live, backup] = [path.join(folder, 'live.sqlite'), path.join(folder, 'backup.sqlite')]
  const open = (file: string) => {
    const db = new Database(file)
    db.pragma('foreign_keys = ON')
    db.pragma('synchronous = OFF')
    return db
  }
  const engineFor = (db: Database.Database, more: Options = {}) =>
    new UserDeletionEngine({
      store: sqliteStore(db),
      policy: restoredPolicy,
      clock: fixedClock(),
      ...options,
      ...more,
    })
  const before = open(live)
  fill(before)
  const engine = engineFor(before)
  await engine.migrate()
  before.pragma('wal_checkpoint(TRUNCATE)')
  copyFileSync(live, backup)
  await work(engine)
  const lines: string[] = []
  for await (const line of engine.ledger.export()) lines.push(line)
  before.close()
  copyFileSync(backup, live)
  const db = open(live)
  t.after(() => {
    db.close()
    rmSync(folder, { recursive: true })
  })
  const later = fixedClock('2026-04-01T00:00:00.000Z')
  const restored = engineFor(db, { clock: later })
  const ids = (table: string): unknown[] =>
    db.prepare(`SELECT id FROM ${table} ORDER BY id`).pluck().all()
  return {
    db,
    lines,
    engine: restored,
    engineWith: (more: Options) => engineFor(db, { clock: later, ...more }),
    ids,
  }
}
