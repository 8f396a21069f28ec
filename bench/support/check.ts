/**
 * Whether a measured deletion was right; the speed of a wrong one is worth nothing.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'

const TABLES = [
  'users',
  'sessions',
  'mfa_factors',
  'oauth_connections',
  'organization_memberships',
  'audit_log',
  'webhook_events',
]

export function countAudit(db: Database.Database): number {
  return Number(db.prepare('SELECT count(*) FROM audit_log').pluck().get())
}

/** Throws unless the users are gone and their history is kept without them. */
export function assertDeleted(
  db: Database.Database,
  ids: readonly string[],
  auditBefore: number,
): void {
  const list = JSON.stringify(ids)
  const left = (where: string): unknown =>
    db
      .prepare(`SELECT count(*) FROM ${where} IN (SELECT value FROM json_each(?))`)
      .pluck()
      .get(list)
  assert.equal(left('users WHERE id'), 0, 'users are left')
  for (const table of TABLES.slice(1, 5)) {
    assert.equal(left(`${table} WHERE user_id`), 0, `rows are left in ${table}`)
  }
  assert.equal(countAudit(db), auditBefore, 'audit entries were lost')
  const identifying = 'coalesce(actor_email, ip_address, user_agent, country) IS NOT NULL'
  assert.equal(left(`audit_log WHERE ${identifying} AND actor_id`), 0, 'audit entries identify')
  assert.equal(
    left(
      `webhook_events WHERE json_extract(data, '$.user.email') IS NOT NULL AND json_extract(data, '$.user.id')`,
    ),
    0,
    'webhook events identify',
  )
}

/** A hash over all rows of the host's tables: two ways of deleting have to agree on it. */
export function digestOf(db: Database.Database): string {
  const hash = createHash('sha256')
  for (const table of TABLES) {
    const rows = db.prepare(`SELECT * FROM ${table} ORDER BY rowid`).raw()
    for (const row of rows.iterate()) hash.update(JSON.stringify(row))
  }
  return hash.digest('hex')
}
