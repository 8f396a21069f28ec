import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { chainSql, located } from '../../adapters/sql/selectors/chain-sql.ts'
import { chainsOf, isDirect } from '../../adapters/sql/selectors/chains.ts'
import { anyUser } from '../../adapters/sql/selectors/compare-sql.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { sqliteDialect } from '../../adapters/sqlite/sql/dialect.ts'
import { applySlice } from '../../src/execution/units/delete-unit.ts'
import { checkSchema } from '../../src/plan/check/check-schema.ts'
import { buildProgram } from '../../src/plan/compile/build-program.ts'
import { compileCheck, compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import type { PolicyInput } from '../../src/policy/policy.ts'
import { helloJohnPolicy, helloJohnSchema, soleOwner } from '../../src/presets/hellojohn/index.ts'
import type { Program } from '../../src/program/program.ts'
import type { LedgerEntry } from '../../src/store/records.ts'

/** The list of the domain's records, sorted. */
const DOMAIN_TABLES = `
  audit_log email_verification_tokens invitations mfa_factors oauth_connections organization_memberships
  organizations password_history password_reset_tokens recovery_codes role_assignments sessions
  trusted_devices user_consents users webauthn_credentials webhook_deliveries webhook_events
`
  .trim()
  .split(/\s+/)

const policy: PolicyInput = helloJohnPolicy

type Db = Database.Database

function openDatabase(): Db {
  const db = new Database(':memory:')
  db.exec(helloJohnSchema)
  return db
}

async function programFor(db: Db): Promise<Program> {
  const checks = Object.entries(policy.checks ?? {}).map(([name, check]) =>
    compileCheck(name, check),
  )
  return buildProgram(compilePolicy(policy), checks, 'digest', await sqliteStore(db).describe())
}

const column = (db: Db, sql: string): unknown[] => db.prepare(sql).pluck().all()
const rows = (db: Db, sql: string): unknown[] => db.prepare(sql).raw().all()

/** How SQLite runs a statement. What the parameters hold does not matter for that. */
function queryPlan(db: Db, sql: string): string {
  const named = (sql.match(/@\w+/g) ?? []).map((name) => [name.slice(1), '[]'])
  const parameters = sql.includes('?') ? '[]' : Object.fromEntries(named)
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).raw().all(parameters) as unknown[][]
  return rows.map((row) => row[3]).join('\n')
}

/** Ann goes, Bob stays. */
const PEOPLE = `
INSERT INTO users (id, tenant_id, email) VALUES
  ('usr_ann', 'tnt_1', 'ann@example.com'), ('usr_bob', 'tnt_1', 'bob@example.com');
INSERT INTO audit_log (id, tenant_id, type, actor_id, actor_type, actor_email, resource_type, resource_id, ip_address, metadata) VALUES
  ('own', 'tnt_1', 'session.created', 'usr_ann', 'user', 'ann@example.com', 'session', 'ses_1', 'ip_ann', '{"session_id":"ses_1","email":"old-ann@example.com"}'),
  ('failed', 'tnt_1', 'user.sign_in_failed', NULL, 'user', NULL, NULL, NULL, 'ip_ann', '{"email":"ann@example.com"}'),
  ('unnamed', 'tnt_1', 'user.sign_in_failed', NULL, 'user', 'ann@example.com', NULL, NULL, 'ip_ann', '{}'),
  ('by_bob', 'tnt_1', 'user.disabled', 'usr_bob', 'admin', 'bob@example.com', 'user', 'usr_ann', 'ip_bob', '{"email":"ann@example.com"}'),
  ('invited', 'tnt_1', 'invitation.created', 'usr_bob', 'user', 'bob@example.com', 'invitation', 'inv_1', 'ip_bob', '{"email":"ann@example.com"}'),
  ('by_ann', 'tnt_1', 'user.disabled', 'usr_ann', 'admin', 'ann@example.com', 'user', 'usr_bob', 'ip_ann', '{"email":"bob@example.com"}'),
  ('former', 'tnt_1', 'user.updated', 'usr_bob', 'user', 'ann@example.com', NULL, NULL, 'ip_bob', '{}'),
  ('far', 'tnt_2', 'user.sign_in_failed', NULL, 'user', 'ann@example.com', NULL, NULL, 'ip_far', '{"email":"ann@example.com"}');
INSERT INTO webhook_events (id, tenant_id, type, data) VALUES
  ('evt_1', 'tnt_1', 'user.created', '{"user":{"id":"usr_ann","email":"ann@example.com","name":"Ann","phone":"+1","username":"ann"}}');
INSERT INTO webhook_deliveries (id, event_id, webhook_id) VALUES ('del_1', 'evt_1', 'wh_1');
INSERT INTO invitations (id, tenant_id, email, invited_by) VALUES
  ('inv_far', 'tnt_2', 'ann@example.com', NULL),
  ('inv_other', 'tnt_1', 'carl@example.com', 'usr_ann'),
  ('inv_self', 'tnt_1', 'ann@example.com', 'usr_ann');
INSERT INTO email_verification_tokens (id, tenant_id, user_id, email) VALUES
  ('by_address', 'tnt_1', NULL, 'ann@example.com'), ('by_id', 'tnt_1', 'usr_ann', NULL), ('of_bob', 'tnt_1', 'usr_bob', NULL);
INSERT INTO user_consents (id, tenant_id, user_id, purpose, ip_address, user_agent) VALUES
  ('con_1', 'tnt_1', 'usr_ann', 'newsletter', 'ip_ann', 'browser');
`

/** A database from which Ann was deleted through the store, without an engine around it. */
async function withoutAnn(): Promise<Db> {
  const db = openDatabase()
  db.exec(PEOPLE)
  const store = sqliteStore(db)
  await store.migrate()
  const [outcome] = await applySlice(store, await programFor(db), {
    tenantId: 'tnt_1',
    users: [{ id: 'usr_ann', subject: 'usr_ann' }],
    keepsEntries: true,
    decide: ({ users }) => users.map(() => ({ kind: 'proceed', derived: [] })),
    seal: () => ({ entries: [ENTRY], events: [], head: { seq: 1, hash: 'h', signature: null } }),
  })
  assert.equal(outcome?.kind, 'deleted')
  return db
}

const ENTRY: LedgerEntry = {
  seq: 1,
  kind: 'user.deleted',
  at: '2026-01-01T00:00:00.000Z',
  userTable: 'users',
  tenantId: 'tnt_1',
  subject: 'usr_ann',
  idempotencyKey: null,
  body: '{}',
  hash: 'h',
}

describe('helloJohnSchema', () => {
  it('creates every table of the domain and no other', () => {
    const tables = column(
      openDatabase(),
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
    )
    assert.deepEqual(tables, DOMAIN_TABLES)
  })

  it('refuses a second run rather than taking over tables that exist', () => {
    const db = openDatabase()
    assert.throws(() => db.exec(helloJohnSchema), /already exists/)
  })

  it('lets no foreign key of kept rows point at the user', async () => {
    const db = openDatabase()
    const { steps } = await programFor(db)
    const kept = steps.filter(({ action }) => action === 'anonymize' || action === 'retain')
    for (const { table } of kept) {
      const parents = column(db, `SELECT "table" FROM pragma_foreign_key_list('${table}')`)
      assert.ok(!parents.includes('users'), table)
    }
  })

  it('has an index behind every foreign key', () => {
    const db = openDatabase()
    for (const table of DOMAIN_TABLES) {
      for (const from of column(db, `SELECT "from" FROM pragma_foreign_key_list('${table}')`)) {
        const plan = queryPlan(db, `SELECT 1 FROM ${table} WHERE ${from} = ?`)
        assert.match(plan, /SEARCH/, `${table}.${from}`)
      }
    }
  })
})

describe('helloJohnPolicy', () => {
  it('names every table of the schema and no other', () => {
    const named = [policy.user.table, ...Object.keys(policy.tables)].sort()
    assert.deepEqual(named, DOMAIN_TABLES)
  })

  it('fits the schema: every column exists and may take what is written', async () => {
    const db = openDatabase()
    const findings = checkSchema(
      await programFor(db),
      Object.keys(policy.tables),
      await sqliteStore(db).describe(),
    )
    assert.deepEqual(findings, [])
  })

  it('writes an audit entry that the audit log takes', () => {
    const db = openDatabase()
    const columns = Object.keys(policy.audit?.entry ?? {})
    const values = columns.map((name) => `@${name}`)
    db.prepare(`INSERT INTO audit_log (${columns}) VALUES (${values})`).run(policy.audit?.entry)
    assert.deepEqual(column(db, 'SELECT actor_type FROM audit_log'), ['system'])
  })

  it('finds the rows of every direct match by an index', async () => {
    const db = openDatabase()
    const { steps } = await programFor(db)
    const direct = steps.flatMap(({ ways }) => ways.filter(isDirect))
    assert.ok(direct.length > 0)
    for (const { table, locator } of direct) {
      const value = located(sqliteDialect, 't0', locator)
      const plan = queryPlan(
        db,
        `SELECT 1 FROM ${table} AS t0 WHERE ${value} IN (SELECT value FROM json_each(?))`,
      )
      assert.match(plan, /SEARCH t0 USING (COVERING )?INDEX/, `${table}.${locator.column}`)
    }
  })

  it('scans no table for any step with its side conditions and parents', async () => {
    const db = openDatabase()
    const { steps } = await programFor(db)
    for (const { id, ways } of steps) {
      const chains = ways.flatMap(chainsOf)
      for (const { from, where } of chains.map((chain) =>
        chainSql(sqliteDialect, chain, anyUser(sqliteDialect)),
      )) {
        assert.doesNotMatch(queryPlan(db, `SELECT 1 FROM ${from} WHERE ${where}`), /SCAN t\d/, id)
      }
    }
  })

  it('gives a reason for every rule that keeps rows', () => {
    for (const { id, action, reason } of compilePolicy(policy).steps) {
      if (action !== 'delete') assert.ok(reason, id)
    }
  })

  it('takes from audit entries what is the user, and nothing of anybody else', async () => {
    const sql = 'SELECT id, actor_id, actor_email, ip_address, metadata FROM audit_log ORDER BY id'
    assert.deepEqual(rows(await withoutAnn(), sql), [
      ['by_ann', 'usr_ann', null, null, '{"email":"bob@example.com"}'],
      ['by_bob', 'usr_bob', 'bob@example.com', 'ip_bob', '{}'],
      ['failed', null, null, null, '{}'],
      ['far', null, 'ann@example.com', 'ip_far', '{"email":"ann@example.com"}'],
      ['former', 'usr_bob', 'ann@example.com', 'ip_bob', '{}'],
      ['invited', 'usr_bob', 'bob@example.com', 'ip_bob', '{}'],
      ['own', 'usr_ann', null, null, '{"session_id":"ses_1"}'],
      ['unnamed', null, null, null, '{}'],
    ])
  })

  it('keeps webhook events and their deliveries with the id alone', async () => {
    const db = await withoutAnn()
    assert.deepEqual(column(db, 'SELECT data FROM webhook_events'), ['{"user":{"id":"usr_ann"}}'])
    assert.deepEqual(column(db, 'SELECT id FROM webhook_deliveries'), ['del_1'])
  })

  it('deletes invitations to the user, their own included, and detaches those sent to others', async () => {
    const left = rows(await withoutAnn(), 'SELECT id, invited_by FROM invitations ORDER BY id')
    assert.deepEqual(left, [
      ['inv_far', null],
      ['inv_other', null],
    ])
  })

  it('deletes verification tokens by id and by address', async () => {
    const sql = 'SELECT id FROM email_verification_tokens'
    assert.deepEqual(column(await withoutAnn(), sql), ['of_bob'])
  })

  it('keeps a consent as proof, without address and device', async () => {
    const sql = 'SELECT user_id, purpose, ip_address, user_agent FROM user_consents'
    assert.deepEqual(rows(await withoutAnn(), sql), [['usr_ann', 'newsletter', null, null]])
  })
})

describe('soleOwner', () => {
  it('is the check of the policy under the same name, made to block', () => {
    const { name, effect, ...check } = soleOwner
    assert.equal(effect, 'block')
    assert.deepEqual({ ...check, effect: 'warn' }, policy.checks?.[name])
  })

  it('cannot be changed by code that imports it', () => {
    assert.ok(Object.isFrozen(soleOwner) && Object.isFrozen(soleOwner.where))
  })
})
