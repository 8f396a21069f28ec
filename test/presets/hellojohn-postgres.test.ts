import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { postgresStore } from '../../adapters/postgres/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import {
  helloJohnPolicy,
  helloJohnPostgresSchema,
  soleOwner,
} from '../../src/presets/hellojohn/index.ts'
import { openTestDatabase } from '../worlds/postgres/test-database.ts'

const ROWS = `
INSERT INTO users (id, tenant_id, email) VALUES
  ('ann', 'acme', 'ann@example.com'), ('bob', 'acme', 'bob@example.com');
INSERT INTO sessions (id, user_id, tenant_id) VALUES ('s1', 'ann', 'acme'), ('s2', 'bob', 'acme');
INSERT INTO audit_log (id, type, actor_type, tenant_id, metadata) VALUES
  ('a1', 'user.sign_in_failed', 'user', 'acme', '{"email": "ann@example.com", "reason": "x", "device": {"name": "Ann’s", "os": "y"}}'),
  ('a2', 'user.sign_in_failed', 'user', 'acme', '{"email": "bob@example.com"}');
INSERT INTO webhook_events (id, type, tenant_id, data) VALUES
  ('w1', 'user.updated', 'acme', '{"user": {"id": "ann", "email": "ann@example.com"}, "changed": ["name"]}'),
  ('w2', 'user.updated', 'acme', '{"user": {"id": "bob", "email": "bob@example.com"}}');
-- So many that a missing index is told of.
INSERT INTO audit_log (id, type, actor_type, tenant_id) SELECT 'n' || n, 'x', 'system', 'acme' FROM generate_series(1, 5000) AS n;
INSERT INTO webhook_events (id, type, tenant_id) SELECT 'n' || n, 'x', 'acme' FROM generate_series(1, 5000) AS n;
ANALYZE;
`

const db = await openTestDatabase()
await db.exec(helloJohnPostgresSchema + ROWS)
const engine = new UserDeletionEngine({
  store: postgresStore(db.handle),
  policy: helloJohnPolicy,
  blockers: [soleOwner],
})
await engine.migrate()

describe('the built-in schema in PostgreSQL', () => {
  after(() => db.close())

  it('fits the policy, with an index for every look-up', async () => {
    assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
    await db.exec('DROP INDEX audit_log_metadata_email; DROP INDEX webhook_events_user_id')
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      [...new Set(findings.map(({ code, table, column }) => `${code} ${table} ${column}`))],
      [
        'unindexed_reference audit_log metadata.email',
        'unindexed_reference webhook_events data.user.id',
      ],
    )
    assert.match(helloJohnPostgresSchema, /\(metadata -> 'email'\), tenant_id, type/)
  })

  it('lets a user go, and keeps what the policy keeps, without the person', async () => {
    await engine.disable('ann', { tenantId: 'acme' })
    const { rows: found } = await db.query("SELECT status, disabled_at FROM users WHERE id = 'ann'")
    assert.equal(found[0]?.['status'], 'disabled')
    assert.ok(found[0]?.['disabled_at'] instanceof Date)
    await engine.delete('ann', { tenantId: 'acme' })
    const ids = async (sql: string) =>
      (await db.query<{ id: string }>(sql)).rows.map(({ id }) => id)
    assert.deepEqual(await ids('SELECT id FROM users'), ['bob'])
    assert.deepEqual(await ids('SELECT id FROM sessions'), ['s2'])
    const kept = await db.query(
      "SELECT metadata FROM audit_log WHERE id IN ('a1', 'a2') ORDER BY id",
    )
    assert.deepEqual(
      kept.rows.map(({ metadata }) => metadata),
      [{ reason: 'x', device: { os: 'y' } }, { email: 'bob@example.com' }],
    )
    const events = await db.query("SELECT data FROM webhook_events WHERE id ~ 'w' ORDER BY id")
    assert.deepEqual(
      events.rows.map(({ data }) => data),
      [
        { user: { id: 'ann' }, changed: ['name'] },
        { user: { id: 'bob', email: 'bob@example.com' } },
      ],
    )
  })
})
