import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  type BulkOutcome,
  type DeletionReceipt,
  definePolicy,
  type EngineOptions,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { helloJohnPolicy, soleOwner } from '../../../src/presets/hellojohn/index.ts'
import { askedFirst, withCommits } from '../../../src/testing/contract/altered-store.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { acmePolicy, openAcme } from '../../worlds/acme.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'
import { openHelloJohn } from '../../worlds/hosts/hellojohn.ts'

/** Rows of the tenant itself: nobody's who signs in. */
const OWN_ROWS = ['tnt_1', 'tnt_2']
  .map(
    (tenant) => `
INSERT INTO invitations (id, tenant_id, email) VALUES ('${tenant}_i', '${tenant}', 'guest@example.com');
INSERT INTO email_verification_tokens (id, tenant_id, email) VALUES ('${tenant}_v', '${tenant}', 'soon@example.com');
INSERT INTO audit_log (id, tenant_id, type, actor_type) VALUES ('${tenant}_a', '${tenant}', 'key.created', 'system');
INSERT INTO webhook_events (id, tenant_id, type) VALUES ('${tenant}_e', '${tenant}', 'tenant.updated');
INSERT INTO webhook_deliveries (id, event_id, webhook_id) VALUES ('${tenant}_d', '${tenant}_e', 'wh_1');`,
  )
  .join('\n')

const TABLES = `users sessions mfa_factors oauth_connections organizations organization_memberships
  role_assignments invitations email_verification_tokens webhook_events webhook_deliveries audit_log user_consents`
  .trim()
  .split(/\s+/)

async function openTenants(options: Parameters<typeof openHelloJohn>[0] = {}) {
  const world = await openHelloJohn(options)
  world.db.exec(OWN_ROWS)
  world.db.exec(
    "INSERT INTO organizations (id, tenant_id, name) VALUES ('org_3', 'tnt_2', 'Three')",
  )
  const count = (table: string, where = '1'): number =>
    Number(world.rows(`SELECT count(*) FROM ${table} WHERE ${where}`)[0]?.[0])
  /** All rows of the other tenant, as text. */
  const others = (): string =>
    JSON.stringify(
      TABLES.map((table) =>
        table === 'webhook_deliveries'
          ? world.rows("SELECT * FROM webhook_deliveries WHERE event_id LIKE '%2\\_e%' ESCAPE '\\'")
          : world.rows(`SELECT * FROM ${table} WHERE tenant_id = 'tnt_2'`),
      ),
    )
  return { ...world, count, others }
}

describe('deleteTenant with the built-in schema', () => {
  it('leaves the rows of the tenant while rows of somebody who is gone are held', async () => {
    const { engine, count } = await openTenants()
    const scope = { tenantId: 'tnt_1' }
    await engine.delete('usr_ann', scope)
    const hold = { ...scope, reason: 'court_order', tables: ['webhook_events'] }
    const { id: holdId } = await engine.placeHold('usr_ann', hold)
    const before = count('webhook_events', "tenant_id = 'tnt_1'")
    const { tenant } = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
    assert.deepEqual(
      [tenant.status, tenant.status === 'kept' && tenant.because],
      ['kept', 'blocked'],
    )
    assert.equal(count('webhook_events', "tenant_id = 'tnt_1'"), before)
    await engine.releaseHold('usr_ann', { ...scope, holdId })
    const again = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
    assert.equal(again.tenant.status, 'deleted')
  })

  it('deletes every user, then the rows of the tenant, and nothing of another', async () => {
    const { engine, count, others } = await openTenants()
    const before = others()
    const outcomes: BulkOutcome[] = []
    const { users, tenant } = await engine.deleteTenant('tnt_1', {
      ...{ expect: { max: 2 }, reason: 'contract_ended', requestedBy: 'adm_1' },
      onOutcome: (outcome) => void outcomes.push(outcome),
    })
    assert.deepEqual([users.deleted, users.failed, users.stopped], [2, 0, null])
    assert.deepEqual(
      outcomes.map(({ id, status }) => [id, status]),
      [
        ['usr_ann', 'deleted'],
        ['usr_bob', 'deleted'],
      ],
    )
    assert.equal(tenant.status, 'deleted')
    for (const table of TABLES.slice(0, -3)) {
      if (table !== 'webhook_events') assert.equal(count(table, "tenant_id = 'tnt_1'"), 0, table)
    }
    assert.equal(count('webhook_events', "tenant_id = 'tnt_1'"), 0)
    assert.equal(count('webhook_deliveries'), 2)
    assert.equal(count('audit_log', "tenant_id = 'tnt_1'"), 3)
    assert.equal(count('audit_log', "tenant_id = 'tnt_1' AND actor_email IS NOT NULL"), 0)
    assert.equal(others(), before)
    assert.equal((await engine.ledger.verify()).valid, true)
  })

  it('leaves a receipt with the counts of the rows, an entry of its own kind, and an event', async () => {
    const { db, engine } = await openTenants()
    const { tenant } = await engine.deleteTenant('tnt_1', {
      ...{ expect: { max: 2 }, reason: 'contract_ended', requestedBy: 'adm_1' },
    })
    assert.equal(tenant.status, 'deleted')
    const receipt: DeletionReceipt | null = tenant.status === 'deleted' ? tenant.receipt : null
    assert.deepEqual(
      [receipt?.subject, receipt?.tenantId, receipt?.reason, receipt?.requestedBy],
      ['tnt_1', 'tnt_1', 'contract_ended', 'adm_1'],
    )
    const listed = async (of: 'users' | 'tenants') => {
      const subjects: unknown[] = []
      for await (const { subject } of engine.ledger.receipts({ of })) subjects.push(subject)
      return subjects
    }
    assert.deepEqual(await listed('tenants'), ['tnt_1'])
    assert.deepEqual(await listed('users'), ['usr_ann', 'usr_bob'])
    const counted = receipt?.steps
      .filter(({ rows }) => rows > 0)
      .map(({ action, table, rows }) => `${action} ${rows} of ${table}`)
    assert.deepEqual(counted?.sort(), [
      'delete 1 of email_verification_tokens',
      'delete 1 of invitations',
      'delete 2 of organizations',
      'delete 3 of webhook_deliveries',
      'delete 3 of webhook_events',
      'retain 3 of audit_log',
    ])
    const kinds = db.prepare('SELECT kind FROM user_deletion_ledger ORDER BY seq').pluck().all()
    assert.deepEqual(kinds, [
      ...['user.deleted', 'user.deleted', 'storage.sanitized', 'tenant.deleted'],
    ])
    const events: string[] = []
    for await (const { type, subject } of engine.outbox.pending()) events.push(`${type} ${subject}`)
    assert.equal(events.at(-1), 'tenant.deleted tnt_1')
    assert.equal(await engine.isDeleted('tnt_1', { tenantId: 'tnt_1' }), false)
  })

  it('takes members from other tenants out of its organizations, and lets the users be', async () => {
    const { db, engine, count } = await openTenants()
    db.exec(
      "INSERT INTO organization_memberships (organization_id, user_id, tenant_id) VALUES ('org_1', 'usr_ann2', 'tnt_2')",
    )
    const { tenant } = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
    const steps = tenant.status === 'deleted' ? tenant.receipt.steps : []
    const rows = steps.find(({ table }) => table === 'organization_memberships')?.rows
    assert.equal(rows, 1)
    assert.equal(count('organization_memberships'), 0)
    assert.equal(count('users'), 1)
    assert.equal(count('sessions', "user_id = 'usr_ann2'"), 2)
  })

  it('keeps the rows while a sole owner blocks, says why, and goes on once nobody does', async () => {
    const { db, engine, count } = await openTenants({ blockers: [soleOwner] })
    const { users, tenant } = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
    assert.deepEqual([users.deleted, users.failedByCode], [1, { deletion_blocked: 1 }])
    assert.deepEqual(tenant, { status: 'kept', because: 'users_left', error: null })
    assert.equal(count('organizations', "tenant_id = 'tnt_1'"), 2)
    assert.equal(count('invitations', "tenant_id = 'tnt_1'"), 1)
    db.exec("UPDATE organization_memberships SET role = 'member'")
    const again = await engine.deleteTenant('tnt_1', { expect: { max: 1 } })
    assert.deepEqual([again.users.deleted, again.tenant.status], [1, 'deleted'])
    assert.equal(count('organizations', "tenant_id = 'tnt_1'"), 0)
  })

  it('keeps the rows after a veto, and after an abort; a second call goes on', async () => {
    const { db, engine, count } = await openTenants({
      hooks: {
        beforeDelete: ({ userId, reason }) =>
          userId !== 'usr_bob' || reason === 'sure' ? undefined : false,
      },
    })
    const first = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
    assert.deepEqual(first.tenant, { status: 'kept', because: 'users_left', error: null })
    const aborted = await engine.deleteTenant('tnt_1', {
      ...{ expect: { max: 1 }, reason: 'sure', signal: AbortSignal.abort('later') },
    })
    assert.deepEqual(aborted.tenant, { status: 'kept', because: 'stopped', error: null })
    assert.equal(count('organizations', "tenant_id = 'tnt_1'"), 2)
    const last = await engine.deleteTenant('tnt_1', { expect: { max: 1 }, reason: 'sure' })
    assert.deepEqual([last.users.deleted, last.tenant.status], [1, 'deleted'])
    assert.equal(count('organizations', "tenant_id = 'tnt_1'"), 0)
    assert.equal(db.prepare('SELECT count(*) FROM user_deletion_spool').pluck().get(), 0)
  })

  it('looks once more inside the transaction: who signs up at the last moment keeps the rows', async () => {
    const { db, count } = await openTenants()
    const store = sqliteStore(db)
    let listed = 0
    const late = withMethods(store, {
      read: async (inquiry) => {
        const result = await store.read(inquiry)
        if (askedFirst(inquiry)[0]?.kind === 'user_ids') listed += 1
        // The second list is the last look before the tenant's own rows.
        if (listed === 2) {
          listed += 1
          db.exec("INSERT INTO users (id, tenant_id) VALUES ('usr_late', 'tnt_1')")
        }
        return result
      },
    })
    const other = new UserDeletionEngine({
      store: late,
      policy: helloJohnPolicy,
      clock: fixedClock(),
    })
    const { tenant } = await other.deleteTenant('tnt_1', { expect: { max: 2 } })
    assert.equal(tenant.status === 'kept' && tenant.because, 'users_left')
    assert.equal(tenant.status === 'kept' && tenant.error?.code, 'deletion_blocked')
    assert.equal(count('organizations', "tenant_id = 'tnt_1'"), 2)
  })

  it('refuses unless the expectation holds, with nothing changed', async () => {
    const { db, engine, count } = await openTenants()
    const { digest } = await engine.planTenant('tnt_1')
    await assert.rejects(engine.deleteTenant('tnt_1', { expect: { max: 1 } }), {
      code: 'expectation_failed',
    })
    db.exec("INSERT INTO users (id, tenant_id) VALUES ('usr_new', 'tnt_1')")
    await assert.rejects(engine.deleteTenant('tnt_1', { expect: { digest } }), {
      code: 'expectation_failed',
    })
    for (const options of [{}, { expect: {} }, { expect: { max: 1 }, mode: 'fast' }]) {
      await assert.rejects(engine.deleteTenant('tnt_1', options as never), {
        code: 'invalid_argument',
      })
    }
    for (const tenantId of ['', ' ', null, 7, undefined]) {
      await assert.rejects(engine.deleteTenant(tenantId as never, { expect: { max: 9 } }), {
        code: 'invalid_argument',
      })
    }
    assert.equal(count('users'), 4)
    const again = await engine.planTenant('tnt_1')
    const result = await engine.deleteTenant('tnt_1', { expect: { digest: again.digest } })
    assert.deepEqual([result.users.deleted, result.tenant.status], [3, 'deleted'])
  })

  it('is planned without a change: users, own rows with counts, and what is in the way', async () => {
    const { engine, count } = await openTenants({ blockers: [soleOwner] })
    const plan = await engine.planTenant('tnt_1')
    assert.deepEqual([plan.users.found, plan.users.blocked], [2, 1])
    const counts = plan.own?.steps
      .filter(({ rows }) => rows > 0)
      .map(({ table, rows }) => [table, rows])
    assert.deepEqual(Object.fromEntries(counts ?? []), {
      ...{ organizations: 2, organization_memberships: 3, invitations: 1 },
      ...{ email_verification_tokens: 1, webhook_events: 3, webhook_deliveries: 3, audit_log: 3 },
    })
    assert.deepEqual([plan.own?.blockers, plan.own?.table], [[], null])
    assert.deepEqual([count('users'), count('organizations')], [3, 3])
  })

  it('is not found for a tenant that never was, nor a second time', async () => {
    const { engine } = await openTenants()
    await assert.rejects(engine.deleteTenant('tnt_9', { expect: { max: 0 } }), {
      ...{ code: 'resource_not_found', message: 'Tenant not found.', details: {} },
    })
    const { tenant } = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
    const receiptId = tenant.status === 'deleted' ? tenant.receipt.id : ''
    await assert.rejects(engine.deleteTenant('tnt_1', { expect: { max: 0 } }), {
      ...{ code: 'resource_not_found', details: { receiptId } },
    })
  })
})

const input = {
  name: 'shop',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant_id' },
  tables: {
    tenants: 'unrelated',
    domains: 'unrelated',
    invoices: { match: 'user_id', action: 'detach' },
    shared: 'unrelated',
  },
  tenant: {
    table: 'tenants',
    id: 'id',
    tables: {
      domains: { match: 'tenant_id', action: 'delete' },
      invoices: {
        match: 'tenant_id',
        action: 'anonymize',
        reason: 'tax law',
        set: { note: null },
      },
      shared: 'unrelated',
    },
  },
} as const satisfies PolicyInput

const shopPolicy = definePolicy(input)

const shopSchema = `
CREATE TABLE tenants (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants (id));
CREATE TABLE domains (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants (id));
CREATE TABLE invoices (id TEXT PRIMARY KEY, tenant_id TEXT, user_id TEXT, note TEXT);
CREATE TABLE shared (id TEXT PRIMARY KEY, tenant_id TEXT);
INSERT INTO tenants VALUES ('tnt_a', 'A'), ('tnt_b', 'B');
INSERT INTO users VALUES ('usr_1', 'tnt_a'), ('usr_2', 'tnt_a'), ('usr_3', 'tnt_b');
INSERT INTO domains VALUES ('dom_1', 'tnt_a'), ('dom_2', 'tnt_b');
INSERT INTO invoices VALUES ('bill_1', 'tnt_a', 'usr_1', 'x'), ('bill_2', 'tnt_b', 'usr_3', 'x');
INSERT INTO shared VALUES ('sh_1', 'tnt_a');
`

forEachTables(({ name, describe, it, open }) => {
  describe(`deleteTenant with a table of tenants on ${name}`, () => {
    it("deletes children before the tenant's row, which goes last", async () => {
      const { store, rows } = await open(shopSchema)
      const engine = shopEngine(store)
      await engine.migrate()
      const { users, tenant } = await engine.deleteTenant('tnt_a', { expect: { max: 2 } })
      assert.deepEqual([users.deleted, tenant.status], [2, 'deleted'])
      const receipt = tenant.status === 'deleted' ? tenant.receipt : null
      assert.deepEqual(receipt?.userRow, { table: 'tenants', action: 'delete' })
      assert.deepEqual(await rows('tenants'), [{ id: 'tnt_b', name: 'B' }])
      assert.deepEqual(await rows('users'), [{ id: 'usr_3', tenant_id: 'tnt_b' }])
      assert.deepEqual(await rows('domains'), [{ id: 'dom_2', tenant_id: 'tnt_b' }])
      assert.deepEqual(await rows('invoices'), [
        { id: 'bill_1', tenant_id: 'tnt_a', user_id: null, note: null },
        { id: 'bill_2', tenant_id: 'tnt_b', user_id: 'usr_3', note: 'x' },
      ])
      assert.deepEqual(await rows('shared'), [{ id: 'sh_1', tenant_id: 'tnt_a' }])
      await assert.rejects(engine.deleteTenant('tnt_a', { expect: { max: 0 } }), {
        details: { receiptId: receipt?.id },
      })
      await assert.rejects(engine.deleteTenant('tnt_x', { expect: { max: 0 } }), { details: {} })
    })

    it('keeps the rows while a user is left, and deletes them with the last one', async () => {
      const { store, rows } = await open(shopSchema)
      const { engine, refuse } = vetoingEngine(store)
      await engine.migrate()
      refuse('usr_2')
      const first = await engine.deleteTenant('tnt_a', { expect: { max: 2 } })
      assert.deepEqual([first.users.deleted, first.users.failed], [1, 1])
      assert.deepEqual(first.tenant, { status: 'kept', because: 'users_left', error: null })
      assert.equal((await rows('tenants')).length, 2)
      assert.equal((await rows('domains')).length, 2)
      refuse(null)
      const { users, tenant } = await engine.deleteTenant('tnt_a', { expect: { max: 1 } })
      assert.deepEqual([users.deleted, tenant.status], [1, 'deleted'])
      assert.deepEqual(await rows('domains'), [{ id: 'dom_2', tenant_id: 'tnt_b' }])
    })

    it('keeps the rows when somebody signs up at the last moment, and says so', async () => {
      const host = await open(shopSchema)
      const late = withCommits(host.store, async (unit, commit, [first]) => {
        const isOfTenants = first?.kind === 'users' && first.program.user.table === 'tenants'
        if (unit === 'deletion' && isOfTenants) {
          await host.insert('users', { id: 'usr_late', tenant_id: 'tnt_a' })
        }
        return commit()
      })
      const engine = shopEngine(late)
      await engine.migrate()
      const { users, tenant } = await engine.deleteTenant('tnt_a', { expect: { max: 2 } })
      assert.deepEqual([users.deleted, tenant.status], [2, 'kept'])
      assert.equal(tenant.status === 'kept' && tenant.error?.code, 'deletion_blocked')
      assert.equal((await host.rows('tenants')).length, 2)
      assert.equal((await host.rows('domains')).length, 2)
    })
  })
})

function shopEngine(store: Store, options: Partial<EngineOptions<typeof shopPolicy>> = {}) {
  const quiet = { clock: fixedClock(), logger: { warn: () => {} } }
  return new UserDeletionEngine({ store, policy: shopPolicy, ...quiet, ...options })
}

function vetoingEngine(store: Store) {
  let refused: string | null = null
  const beforeDelete = ({ userId }: { readonly userId: unknown }) =>
    userId === refused ? false : undefined
  return {
    engine: shopEngine(store, { hooks: { beforeDelete } }),
    refuse(id: string | null) {
      refused = id
    },
  }
}

describe('deleteTenant with a table of tenants', () => {
  it('fails as a value where a table that no rule names keeps the tenant', async () => {
    const db = new Database(':memory:')
    db.exec(shopSchema)
    const engine = shopEngine(sqliteStore(db))
    await engine.migrate()
    db.exec('CREATE TABLE extra (id TEXT PRIMARY KEY)')
    await assert.rejects(engine.deleteTenant('tnt_a', { expect: { max: 2 } }), {
      code: 'schema_mismatch',
    })
    db.exec('DROP TABLE extra; DROP TABLE shared')
    db.exec('CREATE TABLE shared (id TEXT PRIMARY KEY, tenant_id TEXT REFERENCES tenants (id))')
    db.exec("INSERT INTO shared VALUES ('sh_1', 'tnt_a')")
    const { users, tenant } = await engine.deleteTenant('tnt_a', { expect: { max: 2 } })
    assert.equal(users.deleted, 2)
    assert.equal(tenant.status === 'failed' && tenant.error.code, 'constraint_violation')
    assert.equal(db.prepare('SELECT count(*) FROM domains').pluck().get(), 2)
  })
})

describe('deleteTenant where the policy keeps blank user rows', () => {
  it('counts nobody twice, and deletes the rows once', async () => {
    const db = new Database(':memory:')
    db.exec(shopSchema)
    const { shared, invoices } = input.tables
    const policy = definePolicy({
      ...input,
      user: { ...input.user, action: 'anonymize', reason: 'kept rows', set: { name: null } },
      tables: { tenants: 'unrelated', domains: 'unrelated', invoices, shared },
      tenant: {
        tables: {
          tenants: 'unrelated',
          domains: { match: 'tenant_id', action: 'delete' },
          invoices: 'unrelated',
          shared,
        },
      },
    })
    db.exec("ALTER TABLE users ADD COLUMN name TEXT DEFAULT 'somebody'")
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, clock: fixedClock() })
    await engine.migrate()
    const { users, tenant } = await engine.deleteTenant('tnt_a', { expect: { max: 2 } })
    assert.deepEqual([users.deleted, tenant.status], [2, 'deleted'])
    const names = db.prepare('SELECT name FROM users ORDER BY id').pluck().all()
    assert.deepEqual(names, [null, null, 'somebody'])
    assert.deepEqual(db.prepare('SELECT id FROM domains').pluck().all(), ['dom_2'])
    await assert.rejects(engine.deleteTenant('tnt_a', { expect: { max: 0 } }), {
      code: 'resource_not_found',
    })
  })
})

describe('deleteTenant without a tenant part in the policy', () => {
  it('deletes the users and says that nothing is known of the rest', async () => {
    const { engine } = await openAcme()
    const { users, tenant } = await engine.deleteTenant('tnt_a', { expect: { max: 3 } })
    assert.deepEqual([users.deleted, tenant], [3, { status: 'not_in_policy' }])
    assert.equal((await engine.planTenant('tnt_a')).own, null)
  })

  it('needs a policy with tenants', async () => {
    const { tenant: _, ...user } = acmePolicy.user
    const policy = definePolicy({ ...acmePolicy, user })
    const engine = new UserDeletionEngine({ store: memoryStore(), policy })
    await assert.rejects(engine.deleteTenant('tnt_a', { expect: { max: 3 } }), {
      code: 'invalid_argument',
    })
  })
})

describe('the tenant part of a policy is refused', () => {
  const BAD: readonly (readonly [name: string, path: string, change: object])[] = [
    ['with a table and no id', 'tenant.id', { table: 'tenants', tables: {} }],
    ['for the user table', 'tenant.table', { table: 'users', id: 'id', tables: {} }],
    ['with a rule for users', 'tenant.tables.users', { tables: { users: 'unrelated' } }],
    [
      'with an end of a retention',
      'tenant.tables.domains.for',
      {
        tables: {
          domains: {
            match: 'tenant_id',
            action: 'retain',
            reason: 'r',
            for: 'P1D',
            then: 'delete',
          },
        },
      },
    ],
    [
      'with a field that tenants do not have',
      'tenant.tables.domains.match.equals.user',
      {
        tables: {
          domains: { match: { column: 'x', equals: { user: 'email' } }, action: 'delete' },
        },
      },
    ],
    [
      'with a rule that leads nowhere',
      'tenant.tables.domains.match.through.table',
      {
        tables: {
          domains: {
            match: { column: 'x', through: { table: 'none', key: 'id' } },
            action: 'delete',
          },
        },
      },
    ],
    ['with an unknown key', 'tenant.rows', { rows: {}, tables: {} }],
  ]
  for (const [name, path, tenant] of BAD) {
    it(name, () => {
      assert.throws(() => definePolicy({ ...input, tenant } as never), {
        ...{ code: 'invalid_policy', details: { path } },
      })
    })
  }

  it('without user.tenant', () => {
    const { tenant: _, ...user } = input.user
    assert.throws(() => definePolicy({ ...input, user } as never), { details: { path: 'tenant' } })
  })
})
