/**
 * Checks a deletion from outside: plain SQL over a connection of its own, which cannot write. Nothing of
 * the engine is used here.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import type { SeededUser } from './seed.ts'

/** One thing that was checked. */
export interface Finding {
  readonly claim: string
  readonly observed: string
  readonly holds: boolean
}

/** What is compared with the state after. */
export interface Snapshot {
  readonly auditEntries: number
  readonly lastAuditRow: number
  readonly webhookEvents: number
  readonly others: string
}

/** Tables whose rows go with the user, and the column that names the user. */
const OWNED = {
  users: 'id',
  sessions: 'user_id',
  mfa_factors: 'user_id',
  oauth_connections: 'user_id',
  organization_memberships: 'user_id',
  password_history: 'user_id',
  notes: 'author_id',
} as const

/** Tables of the demo that hold rows of every tenant. */
const SHARED = [
  ...Object.keys(OWNED),
  'audit_log',
  'webhook_events',
  'user_consents',
  'invitations',
]

export function openReadOnly(file: string): Database.Database {
  return new Database(file, { readonly: true })
}

export function takeSnapshot(db: Database.Database, tenantId: string): Snapshot {
  return {
    auditEntries: number(db, 'SELECT count(*) FROM audit_log'),
    lastAuditRow: number(db, 'SELECT max(rowid) FROM audit_log'),
    webhookEvents: number(db, 'SELECT count(*) FROM webhook_events'),
    others: hashOfOtherTenants(db, tenantId),
  }
}

/** Compares the database with what it was before, given the users who are said to be gone. */
export function findings(
  db: Database.Database,
  tenantId: string,
  gone: readonly SeededUser[],
  before: Snapshot,
): readonly Finding[] {
  const ids = JSON.stringify(gone.map(({ id }) => id))
  const owned = Object.entries(OWNED).map(([table, column]): Finding => {
    const list = 'SELECT value FROM json_each(?)'
    const rows = number(db, `SELECT count(*) FROM ${table} WHERE ${column} IN (${list})`, ids)
    return finding(`rows left of deleted users in ${table}`, rows, 0)
  })
  const entries = 'SELECT count(*) FROM audit_log WHERE rowid <= ?'
  const isSame = hashOfOtherTenants(db, tenantId) === before.others
  return [
    ...owned,
    finding('invitations that still name them', number(db, INVITATIONS, ids), 0),
    finding('audit entries kept', number(db, entries, before.lastAuditRow), before.auditEntries),
    finding('audit entries of theirs with personal data', number(db, IDENTIFYING, ids), 0),
    finding(
      'webhook events kept',
      number(db, 'SELECT count(*) FROM webhook_events'),
      before.webhookEvents,
    ),
    finding('consents kept that hold an IP address', number(db, CONSENTS, ids), 0),
    finding('cells anywhere that hold one of their e-mail addresses', cellsWith(db, gone), 0),
    {
      claim: 'rows of the other tenants, as a hash',
      observed: isSame ? 'unchanged' : 'CHANGED',
      holds: isSame,
    },
  ]
}

const INVITATIONS =
  'SELECT count(*) FROM invitations WHERE invited_by IN (SELECT value FROM json_each(?))'

const CONSENTS =
  'SELECT count(*) FROM user_consents WHERE user_id IN (SELECT value FROM json_each(?)) AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)'

const IDENTIFYING =
  "SELECT count(*) FROM audit_log WHERE actor_id IN (SELECT value FROM json_each(?)) AND (actor_email IS NOT NULL OR ip_address IS NOT NULL OR user_agent IS NOT NULL OR country IS NOT NULL OR json_extract(metadata, '$.device.name') IS NOT NULL)"

function finding(claim: string, observed: number, expected: number): Finding {
  const text = observed.toLocaleString('en-US')
  const holds = observed === expected
  return { claim, observed: holds ? text : `${text}, expected ${expected}`, holds }
}

/** Reads every cell of every table, the engine's own included. */
function cellsWith(db: Database.Database, users: readonly SeededUser[]): number {
  const addresses = new Set(users.map(({ email }) => email))
  let cells = 0
  for (const row of allRows(db)) {
    for (const cell of row) {
      if (typeof cell !== 'string' || !cell.includes('@')) continue
      const found = cell.match(/[\w.]+@[\w.]+/g) ?? []
      if (found.some((address) => addresses.has(address))) cells += 1
    }
  }
  return cells
}

function* allRows(db: Database.Database): Generator<readonly unknown[]> {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  for (const table of tables) yield* rows(db, `SELECT * FROM "${table}"`)
}

function hashOfOtherTenants(db: Database.Database, tenantId: string): string {
  const hash = createHash('sha256')
  for (const table of SHARED) {
    const query = `SELECT * FROM ${table} WHERE tenant_id <> ? ORDER BY rowid`
    for (const row of rows(db, query, tenantId)) hash.update(JSON.stringify(row))
  }
  return hash.digest('hex')
}

function rows(
  db: Database.Database,
  sql: string,
  ...parameters: readonly string[]
): IterableIterator<readonly unknown[]> {
  const statement = db.prepare<unknown[], readonly unknown[]>(sql)
  return statement.raw().iterate(...parameters)
}

function number(
  db: Database.Database,
  sql: string,
  ...parameters: readonly (string | number)[]
): number {
  return Number(
    db
      .prepare(sql)
      .pluck()
      .get(...parameters),
  )
}
