/** The built-in schema of the HelloJohn preset in SQLite, with a few people. */
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { type EngineOptions, UserDeletionEngine } from '../../../src/index.ts'
import { helloJohnPolicy, helloJohnSchema } from '../../../src/presets/hellojohn/index.ts'
import { fixedClock } from '../fixed-clock.ts'

type Options = Partial<EngineOptions<typeof helloJohnPolicy>>

/**
 * The built-in schema with Ann and Bob in tenant tnt_1 and another Ann, with the same address, in tnt_2. Ann
 * owns org_1 alone; she and Bob own org_2.
 */
export async function openHelloJohn(options: Options = {}) {
  const db = new Database(':memory:')
  db.exec(helloJohnSchema)
  db.exec(PEOPLE)
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: helloJohnPolicy,
    clock: fixedClock(),
    ...options,
  })
  await engine.migrate()
  const rows = (sql: string, ...parameters: unknown[]): unknown[][] =>
    db
      .prepare(sql)
      .raw()
      .all(...parameters) as unknown[][]
  return { db, engine, rows }
}

const USERS = [
  ['usr_ann', 'tnt_1', 'ann@example.com'],
  ['usr_bob', 'tnt_1', 'bob@example.com'],
  ['usr_ann2', 'tnt_2', 'ann@example.com'],
] as const

const PEOPLE = [
  "INSERT INTO organizations (id, tenant_id, name) VALUES ('org_1', 'tnt_1', 'One'), ('org_2', 'tnt_1', 'Two');",
  ...USERS.map(([id, tenant, email]) => rowsOf(id, tenant, email)),
  `INSERT INTO organization_memberships (organization_id, user_id, tenant_id, role) VALUES
     ('org_1', 'usr_ann', 'tnt_1', 'owner'), ('org_2', 'usr_ann', 'tnt_1', 'owner'), ('org_2', 'usr_bob', 'tnt_1', 'owner');`,
].join('\n')

function rowsOf(id: string, tenant: string, email: string): string {
  return `
INSERT INTO users (id, tenant_id, email, name) VALUES ('${id}', '${tenant}', '${email}', 'Somebody');
INSERT INTO sessions (id, user_id, tenant_id) VALUES ('${id}_s1', '${id}', '${tenant}'), ('${id}_s2', '${id}', '${tenant}');
INSERT INTO mfa_factors (id, user_id, tenant_id, type) VALUES ('${id}_m1', '${id}', '${tenant}', 'totp');
INSERT INTO oauth_connections (id, user_id, tenant_id, provider, provider_user_id) VALUES ('${id}_o1', '${id}', '${tenant}', 'github', '${id}');
INSERT INTO audit_log (id, tenant_id, type, actor_id, actor_type, actor_email, ip_address, metadata)
  VALUES ('${id}_a1', '${tenant}', 'session.created', '${id}', 'user', '${email}', '10.0.0.1', '{"session_id":"${id}_s1","email":"${email}"}');
INSERT INTO webhook_events (id, tenant_id, type, data)
  VALUES ('${id}_e1', '${tenant}', 'user.created', '{"user":{"id":"${id}","email":"${email}","name":"Somebody"}}');
INSERT INTO webhook_deliveries (id, event_id, webhook_id) VALUES ('${id}_d1', '${id}_e1', 'wh_1');`
}
