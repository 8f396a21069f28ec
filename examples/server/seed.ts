/**
 * A small database to try the server on.
 *
 * @module
 */
import type { Database } from 'better-sqlite3'

/** Ann owns an organization alone, Bob and Cem own another one together. */
export function seed(db: Database, tenantId: string): void {
  const user = db.prepare('INSERT INTO users (id, tenant_id, email, name) VALUES (?, ?, ?, ?)')
  const session = db.prepare('INSERT INTO sessions (id, user_id, tenant_id) VALUES (?, ?, ?)')
  const entry = db.prepare(
    `INSERT INTO audit_log (id, type, actor_id, actor_email, actor_type, tenant_id, ip_address)
     VALUES (?, 'user.signed_in', ?, ?, 'user', ?, '192.0.2.7')`,
  )
  const organization = db.prepare(
    'INSERT INTO organizations (id, tenant_id, name) VALUES (?, ?, ?)',
  )
  const owner = db.prepare(
    `INSERT INTO organization_memberships (organization_id, user_id, tenant_id, role)
     VALUES (?, ?, ?, 'owner')`,
  )
  db.transaction(() => {
    for (const name of ['Ann', 'Bob', 'Cem']) {
      const id = `usr_${name.toLowerCase()}`
      const email = `${name.toLowerCase()}@example.com`
      user.run(id, tenantId, email, name)
      session.run(`ses_${id}`, id, tenantId)
      entry.run(`evt_audit_${id}`, id, email, tenantId)
    }
    organization.run('org_solo', tenantId, 'Solo')
    organization.run('org_pair', tenantId, 'Pair')
    owner.run('org_solo', 'usr_ann', tenantId)
    owner.run('org_pair', 'usr_bob', tenantId)
    owner.run('org_pair', 'usr_cem', tenantId)
  })()
}
