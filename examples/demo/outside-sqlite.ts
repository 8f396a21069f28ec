/**
 * The questions of the proof in SQL, over a connection that cannot write.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import { holdsAddress, type Outside } from './proof.ts'

export const OWNED = {
  users: 'id',
  sessions: 'user_id',
  mfa_factors: 'user_id',
  oauth_connections: 'user_id',
  organization_memberships: 'user_id',
  password_history: 'user_id',
  notes: 'author_id',
}

export const OF_EVERY_TENANT: readonly string[] = [
  ...Object.keys(OWNED),
  'audit_log',
  'webhook_events',
  'user_consents',
  'invitations',
]

const THESE = '(SELECT value FROM json_each(?))'

const IDENTIFYING = `SELECT count(*) FROM audit_log WHERE actor_id IN ${THESE} AND (actor_email IS NOT NULL OR ip_address IS NOT NULL OR user_agent IS NOT NULL OR country IS NOT NULL OR json_extract(metadata, '$.device.name') IS NOT NULL)`

const CONSENTS = `SELECT count(*) FROM user_consents WHERE user_id IN ${THESE} AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)`

const ONLY_OWNER =
  "SELECT max(user_id) FROM organization_memberships WHERE tenant_id = ? AND role = 'owner' GROUP BY organization_id HAVING count(*) = 1 LIMIT 1"

export function sqliteOutside(file: string): Outside {
  const db = new Database(file, { readonly: true })
  const value = (sql: string, ...parameters: readonly string[]): unknown =>
    db
      .prepare(sql)
      .pluck()
      .get(...parameters)
  const count = (sql: string, ids: readonly string[]): number =>
    Number(value(sql, JSON.stringify(ids)))
  const rowsOf: Outside['rowsOf'] = async (table, column, ids) =>
    count(`SELECT count(*) FROM ${table} WHERE ${column} IN ${THESE}`, ids)
  return {
    manner: 'plain SQL over a second connection',
    owned: OWNED,
    rowsOf,
    invitationsFrom: (ids) => rowsOf('invitations', 'invited_by', ids),
    auditEntries: async () => Number(value("SELECT count(*) FROM audit_log WHERE id GLOB 'aud_*'")),
    webhookEvents: async () => Number(value('SELECT count(*) FROM webhook_events')),
    identifyingEntries: async (ids) => count(IDENTIFYING, ids),
    consentsWithAddress: async (ids) => count(CONSENTS, ids),
    async valuesWith(emails) {
      let values = 0
      for (const row of allRows(db)) {
        for (const cell of row) if (holdsAddress(cell, emails)) values += 1
      }
      return values
    },
    async hashOfOthers(tenantId) {
      const hash = createHash('sha256')
      for (const table of OF_EVERY_TENANT) {
        const query = `SELECT * FROM ${table} WHERE tenant_id <> ? ORDER BY rowid`
        for (const row of rows(db, query, tenantId)) hash.update(JSON.stringify(row))
      }
      return hash.digest('hex')
    },
    onlyOwner: async (tenantId) => String(value(ONLY_OWNER, tenantId)),
    close: async () => {
      db.close()
    },
  }
}

function* allRows(db: Database.Database): Generator<readonly unknown[]> {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  for (const table of tables) yield* rows(db, `SELECT * FROM "${table}"`)
}

function rows(
  db: Database.Database,
  sql: string,
  ...parameters: readonly string[]
): IterableIterator<readonly unknown[]> {
  return db
    .prepare<unknown[], readonly unknown[]>(sql)
    .raw()
    .iterate(...parameters)
}
