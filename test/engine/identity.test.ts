import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type EngineOptions,
  UserDeletionEngine,
  type UserIdInput,
} from '../../src/index.ts'
import { readLedger } from '../../src/records/ledger-records.ts'

const KEY = 'a key of more than sixteen bytes'
const UUID = '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b'

const policy = definePolicy({
  name: 'identity',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant' },
  tables: { notes: { match: 'user_id', action: 'delete' } },
})

type Engine = UserDeletionEngine<typeof policy>

interface Columns {
  readonly id?: string
  readonly tenant?: string
  readonly rows: readonly (readonly [id: unknown, tenant: unknown])[]
}

/** Users with a note each, in columns of these types. */
async function open(
  { id = 'TEXT', tenant = 'TEXT', rows }: Columns,
  options: Partial<EngineOptions<typeof policy>> = {},
) {
  const db = new Database(':memory:')
  db.exec(`
    CREATE TABLE users (row INTEGER PRIMARY KEY, id ${id}, tenant ${tenant});
    CREATE TABLE notes (user_id ${id});
    CREATE INDEX by_user ON notes (user_id);
  `)
  for (const [one, of] of rows) {
    db.prepare('INSERT INTO users (id, tenant) VALUES (?, ?)').run(one, of)
    db.prepare('INSERT INTO notes VALUES (?)').run(one)
  }
  const logger = { warn() {} }
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, logger, ...options })
  await engine.migrate()
  const left = (table = 'users', column = 'id'): readonly unknown[] =>
    db.prepare(`SELECT ${column} FROM ${table} ORDER BY rowid`).pluck().all()
  return { db, engine, left }
}

/** How a call ends: with what it answers, or with the code of its error. */
async function endOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => value,
    (error: { readonly code?: unknown }) => error.code,
  )
}

/** A hold under one spelling, a deletion under the other, and what is known afterwards under both. */
async function assertOneUser(
  engine: Engine,
  stored: readonly [UserIdInput, string],
  passed: readonly [UserIdInput, string],
): Promise<void> {
  const [own, other] = [{ tenantId: stored[1] }, { tenantId: passed[1] }]
  const { id: holdId } = await engine.placeHold(passed[0], { ...other, reason: 'a_law' })
  assert.equal(await endOf(engine.delete(stored[0], own)), 'deletion_blocked')
  await engine.releaseHold(stored[0], { ...own, holdId })
  await engine.placeHold(stored[0], { ...own, reason: 'a_law' })
  assert.equal(await endOf(engine.delete(passed[0], other)), 'deletion_blocked')
  const [hold] = await engine.holds(passed[0], other)
  await engine.releaseHold(passed[0], { ...other, holdId: hold?.id ?? '' })
  assert.equal((await engine.planMany([passed[0]], other)).found, 1)
  assert.equal(await engine.isDeleted(passed[0], other), false)
  const receipt = await engine.delete(passed[0], other)
  assert.deepEqual([receipt.userId, receipt.tenantId], [stored[0], stored[1]])
  for (const [id, scope] of [
    [stored[0], own],
    [passed[0], other],
    [passed[0], own],
    [stored[0], other],
  ] as const) {
    assert.equal(await engine.isDeleted(id, scope), true)
    await assert.rejects(engine.delete(id, scope), { details: { receiptId: receipt.id } })
    assert.equal((await engine.deleteMany([id], scope)).alreadyDeleted, 1)
    assert.equal((await engine.verify(id, scope)).receiptId, receipt.id)
  }
  assert.equal((await engine.ledger.verify()).valid, true)
}

describe('an id as a column of SQLite holds it', () => {
  const SAME: readonly (readonly [string, unknown, UserIdInput, UserIdInput])[] = [
    ['INTEGER', 9, 9, '9'],
    ['INTEGER', 9, 9, '09'],
    ['BIGINT', 9, 9, ' 9'],
    ['INT UNSIGNED', 9, 9, '9.0'],
    ['INTEGER', 9, 9, 9n],
    ['INTEGER', -1n, -1, '-1'],
    ['INTEGER', 2n ** 63n - 1n, String(2n ** 63n - 1n), String(2n ** 63n - 1n)],
    ['TEXT', '9', '9', 9],
    ['VARCHAR(9)', '9', '9', 9n],
    ['NUMERIC', 9, 9, '9'],
    ['REAL', 9, 9, '9'],
    ['STRING', '007', 7, '007'],
    ['STRING', 'usr_1', 'usr_1', 'usr_1'],
    ['', 9n, 9, '9'],
    ['ANY', '9', 9, '9'],
    ['BIGINT', 2 ** 53 - 1, 2 ** 53 - 1, BigInt(2 ** 53 - 1)],
    ['UUID', UUID, UUID, UUID.toUpperCase()],
    ['GUID', UUID.toUpperCase(), UUID.toUpperCase(), UUID],
    ['TEXT COLLATE NOCASE', 'Usr_1', 'Usr_1', 'uSR_1'],
    ['TEXT COLLATE RTRIM', 'usr_1', 'usr_1', 'usr_1  '],
  ]
  for (const [id, value, stored, passed] of SAME) {
    it(`${id || 'no type'}: ${String(passed)} is the user ${String(value)}`, async () => {
      const { engine, left } = await open({
        id,
        rows: [
          [value, 'a'],
          [typeof value === 'string' ? '99' : 99, 'a'],
        ],
      })
      if (typeof value === 'bigint' && value > 2n ** 53n) {
        const receipt = await engine.delete(passed, { tenantId: 'a' })
        assert.equal(receipt.userId, stored)
        assert.equal(await engine.isDeleted(value, { tenantId: 'a' }), true)
        assert.equal(await engine.isDeleted(value - 1n, { tenantId: 'a' }), false)
      } else await assertOneUser(engine, [stored, 'a'], [passed, 'a'])
      assert.equal(left().length, 1)
      assert.equal(left('notes', 'user_id').length, 1)
    })
  }

  const NOBODY: readonly (readonly [string, UserIdInput, RegExp])[] = [
    ['INTEGER', '9abc', /an integer/],
    ['INTEGER', 'usr_1', /an integer/],
    ['INTEGER', '0x9', /an integer/],
    ['INTEGER', '9.5', /an integer/],
    ['INTEGER', String(2n ** 63n), /an integer/],
    ['NUMERIC', '9.5', /an integer of 64 bits/],
    ['NUMERIC', '1e999', /an integer of 64 bits/],
  ]
  for (const [id, passed, wanted] of NOBODY) {
    it(`${id}: ${String(passed)} is named as a wrong id by every call, and the type by its name`, async () => {
      const { engine, left } = await open({ id, rows: [[9, 'a']] })
      const scope = { tenantId: 'a' }
      const refusal = { code: 'invalid_id', message: wanted }
      for (const call of [
        () => engine.getUser(passed, scope),
        () => engine.plan(passed, scope),
        () => engine.delete(passed, scope),
        () => engine.erase(passed, scope),
        () => engine.disable(passed, scope),
        () => engine.placeHold(passed, { ...scope, reason: 'a_law' }),
        () => engine.scheduleDeletion(passed, scope),
        () => engine.getStatus(passed, scope),
        () => engine.verify(passed, scope),
        () => engine.isDeleted(passed, scope),
      ]) {
        await assert.rejects(call(), refusal)
        await assert.rejects(call(), (error: Error) => !error.message.includes(String(passed)))
      }
      const { failedByCode } = await engine.deleteMany([passed, 9], scope)
      assert.deepEqual([failedByCode, left()], [{ invalid_id: 1 }, []])
      assert.equal((await engine.planMany([passed], scope)).invalid, 1)
    })
  }

  it('that no column of the type can hold stays another user where the column compares byte by byte', async () => {
    const { engine, left } = await open({
      rows: [
        ['Usr_1', 'a'],
        [UUID, 'a'],
        ['09', 'a'],
      ],
    })
    for (const id of ['usr_1', UUID.toUpperCase(), 9, '9']) {
      assert.equal(await endOf(engine.delete(id, { tenantId: 'a' })), 'resource_not_found')
    }
    assert.equal(left().length, 3)
  })

  it('is refused where the table holds it in several other spellings', async () => {
    const rows = [
      ['Usr_1', 'a'],
      ['USR_1', 'a'],
    ] as const
    const { engine, left } = await open({ id: 'TEXT COLLATE NOCASE', rows })
    const scope = { tenantId: 'a' }
    assert.equal(await endOf(engine.delete('usr_1', scope)), 'invalid_id')
    const { failedByCode } = await engine.deleteMany(['usr_1'], scope)
    assert.deepEqual(failedByCode, { invalid_id: 1 })
    assert.equal((await engine.planMany(['usr_1'], scope)).invalid, 1)
    assert.deepEqual(left(), ['Usr_1', 'USR_1'])
  })

  it('is one in a list that spells it in several ways', async () => {
    const rows = [
      ['Usr_1', 'a'],
      ['usr_2', 'a'],
    ] as const
    const { engine, left } = await open({ id: 'TEXT COLLATE NOCASE', rows })
    const { deleted, duplicates } = await engine.deleteMany(['usr_1', 'USR_1', 'Usr_1'], {
      ...{ tenantId: 'a', mode: 'throughput' },
    })
    assert.deepEqual([deleted, duplicates, left()], [1, 2, ['usr_2']])
  })

  it('tells the stored form to hooks, events and the listener of a bulk run', async () => {
    const told: unknown[] = []
    const hooks: EngineOptions<typeof policy>['hooks'] = {
      beforeDelete: ({ userId, tenantId }) => void told.push(userId, tenantId),
      afterDelete: ({ userId, tenantId }) => void told.push(userId, tenantId),
    }
    const columns = { id: 'INTEGER', tenant: 'INTEGER', rows: [[9, 1]] } as const
    const { engine } = await open(columns, { hooks })
    const onOutcome = ({ id }: { readonly id: unknown }): void => void told.push(id)
    await engine.deleteMany(['09'], { tenantId: '01', onOutcome })
    assert.deepEqual(told, [9, '1', 9, '1', 9])
    for await (const { subject, tenantId } of engine.outbox.pending()) {
      assert.deepEqual([subject, tenantId], [9, '1'])
    }
  })
})

describe('a tenant as a column of SQLite holds it', () => {
  const SAME: readonly (readonly [string, unknown, string, string])[] = [
    ['INTEGER', 1, '1', '01'],
    ['INTEGER', 1, '1', ' 1'],
    ['INTEGER', 1, '1', '1.0'],
    ['NUMERIC', 1, '1', '+1'],
    ['TEXT COLLATE NOCASE', 'tnt_a', 'tnt_a', 'TNT_A'],
    ['TEXT COLLATE RTRIM', 'tnt_a', 'tnt_a', 'tnt_a '],
    ['UUID', UUID.toUpperCase(), UUID.toUpperCase(), UUID.toUpperCase()],
  ]
  for (const [tenant, value, stored, passed] of SAME) {
    it(`${tenant}: ${JSON.stringify(passed)} is the tenant ${JSON.stringify(value)}`, async () => {
      const { engine, left } = await open({
        tenant,
        rows: [
          ['u1', value],
          ['u2', value],
        ],
      })
      await assertOneUser(engine, ['u1', stored], ['u1', passed])
      assert.deepEqual(left(), ['u2'])
      await engine.scheduleDeletion('u2', { tenantId: passed })
      const jobs: unknown[] = []
      for await (const { userId, tenantId } of engine.jobs({ tenantId: passed })) {
        jobs.push([userId, tenantId])
      }
      assert.deepEqual(jobs, [['u2', stored]])
    })

    it(`${tenant}: as a whole goes under ${JSON.stringify(passed)}, in the stored spelling`, async () => {
      const { engine, left } = await open({
        tenant,
        rows: [
          ['u1', value],
          ['u2', value],
        ],
      })
      const { digest, tenantId } = await engine.planTenant(passed)
      assert.equal(tenantId, stored)
      const { users } = await engine.deleteTenant(passed, { expect: { digest } })
      assert.deepEqual([users.deleted, left()], [2, []])
      const receipts: unknown[] = []
      for await (const receipt of engine.ledger.receipts()) receipts.push(receipt.tenantId)
      assert.deepEqual(receipts, [stored, stored])
    })
  }

  it('is refused by name where the column cannot hold it', async () => {
    const { engine, left } = await open({ tenant: 'INTEGER', rows: [['u1', 1]] })
    const refusal = { code: 'invalid_argument', details: { path: 'tenantId' } }
    for (const call of [
      () => engine.delete('u1', { tenantId: 'tnt_a' }),
      () => engine.deleteMany(['u1'], { tenantId: 'tnt_a' }),
      () => engine.planMany(['u1'], { tenantId: 'tnt_a' }),
      () => engine.isDeleted('u1', { tenantId: 'tnt_a' }),
      () => engine.planTenant('tnt_a'),
    ]) {
      await assert.rejects(call(), refusal)
    }
    assert.deepEqual(left(), ['u1'])
  })

  it('is that of the user row, where rows spell it in two ways', async () => {
    const tenant = 'TEXT COLLATE NOCASE'
    const { engine, left } = await open({
      tenant,
      rows: [
        ['u1', 'tnt_a'],
        ['u2', 'TNT_A'],
      ],
    })
    const scope = { tenantId: 'tnt_a' }
    assert.equal((await engine.planMany(['u1', 'u2'], scope)).found, 2)
    assert.equal((await engine.deleteMany(['u1', 'u2'], scope)).deleted, 2)
    assert.deepEqual(left(), [])
    for (const id of ['u1', 'u2']) assert.equal(await engine.isDeleted(id, scope), true)
    const named: unknown[] = []
    for await (const { subject, tenantId } of engine.ledger.receipts()) {
      named.push([subject, tenantId])
    }
    assert.deepEqual(named, [
      ['u1', 'tnt_a'],
      ['u2', 'TNT_A'],
    ])
  })
})

describe('the calls around a deletion', () => {
  const INTEGERS = { id: 'INTEGER', tenant: 'INTEGER' } as const

  it('know the own account by the session, however it writes the id and the tenant', async () => {
    const selfService = { isRecentlyAuthenticated: () => true, requiresToken: true }
    const columns = { ...INTEGERS, rows: [[9, 1]] } as const
    const { engine } = await open(columns, { selfService })
    const session = { id: 'ses_1', userId: '09', tenantId: ' 1' }
    const { token } = await engine.requestOwnDeletion(session)
    const same = { ...session, userId: 9n, tenantId: '1' }
    const outcome = await engine.deleteOwnAccount(same, { confirm: true, token })
    const cancelToken = outcome.status === 'scheduled' ? outcome.cancelToken : ''
    const { state } = await engine.cancelDeletion('9', { tenantId: '01', cancelToken })
    assert.equal(state, 'active')
    const { digest } = await engine.plan('9', { tenantId: '1' })
    await engine.delete(9, { tenantId: '01', expect: { digest } })
  })

  it('say who is deleted when the table of the users is gone too', async () => {
    const { db, engine } = await open({ id: '', rows: [[9n, 'a']] })
    await engine.delete('9', { tenantId: 'a' })
    db.exec('DROP TABLE users')
    const other = new UserDeletionEngine({ store: sqliteStore(db), policy })
    for (const [id, isDeleted] of [
      ['9', true],
      [9, true],
      ['8', false],
    ] as const) {
      assert.equal(await other.isDeleted(id, { tenantId: 'a' }), isDeleted)
    }
  })

  it('take a list fed again for the same, however it writes its ids', async () => {
    const rows = [
      [9, 1],
      [10, 1],
    ] as const
    const { engine, left } = await open({ ...INTEGERS, rows })
    await engine.deleteMany([9n], { tenantId: '1' })
    const again = await engine.deleteMany(['09', '10'], { tenantId: '01' })
    assert.deepEqual([again.alreadyDeleted, again.deleted, left()], [1, 1, []])
  })

  it('give the stored id to erasers, also when another process goes on with them', async () => {
    const told: unknown[] = []
    const page: NonNullable<EngineOptions['externalErasers']>[number]['page'] = (request) => {
      told.push(request.userId, request.tenantId)
      return { removed: 0 }
    }
    const columns = { ...INTEGERS, rows: [[9, 1]] } as const
    const { engine } = await open(columns, { externalErasers: [{ name: 'crm', page }] })
    const options = { tenantId: '01', idempotencyKey: 'once' }
    const first = await engine.erase('9', options)
    const again = await engine.erase(9n, { ...options, tenantId: '1' })
    assert.deepEqual(told, [9, '1'])
    assert.deepEqual(first, again)
  })

  it('delete the own rows of a tenant whose id is an integer', async () => {
    const db = new Database(':memory:')
    db.exec(`
      CREATE TABLE tenants (id INTEGER PRIMARY KEY);
      CREATE TABLE plans (tenant_id INTEGER);
      CREATE TABLE users (id INTEGER PRIMARY KEY, tenant INTEGER);
      INSERT INTO tenants VALUES (1), (2);
      INSERT INTO plans VALUES (1), (2);
      INSERT INTO users VALUES (9, 1), (10, 2);
    `)
    const engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: definePolicy({
        ...{ name: 'tenants', version: 1 },
        user: { table: 'users', id: 'id', tenant: 'tenant' },
        tables: { tenants: 'unrelated', plans: 'unrelated' },
        tenant: {
          ...{ table: 'tenants', id: 'id' },
          tables: { plans: { match: 'tenant_id', action: 'delete' } },
        },
      }),
    })
    await engine.migrate()
    const { tenant } = await engine.deleteTenant('01', { expect: { max: 1 } })
    assert.equal(tenant.status, 'deleted')
    for (const [table, column] of [
      ['tenants', 'id'],
      ['plans', 'tenant_id'],
      ['users', 'tenant'],
    ]) {
      assert.deepEqual(db.prepare(`SELECT ${column} FROM ${table}`).pluck().all(), [2])
    }
    const again = engine.deleteTenant('1', { expect: { max: 1 } })
    await assert.rejects(again, (error: { readonly details?: { readonly receiptId?: unknown } }) =>
      /^rcp_/.test(String(error.details?.receiptId)),
    )
  })
})

describe('ids that the engine cannot take', () => {
  for (const type of ['BLOB', 'BINARY(16)', 'VARBINARY(16)', 'BYTEA']) {
    it(`are reported by the check with the way out: ${type}`, async () => {
      const { engine } = await open({ id: type, rows: [[Buffer.from(UUID), 'a']] })
      const { fits, findings } = await engine.checkSchema()
      assert.equal(fits, false)
      const [{ code, path, message } = { code: '', path: '', message: '' }] = findings
      assert.deepEqual([code, path], ['id_type_mismatch', 'user.id'])
      assert.match(message, /Keep it as text/)
    })
  }

  it('are invalid_id with the way out where bytes are passed, for each of a list', async () => {
    const { engine } = await open({ rows: [['u1', 'a']] })
    const bytes = Buffer.from('u1') as unknown as string
    await assert.rejects(engine.delete(bytes, { tenantId: 'a' }), {
      ...{ code: 'invalid_id', message: /as text/ },
    })
    const { deleted, failedByCode } = await engine.deleteMany([bytes, 'u1'], { tenantId: 'a' })
    assert.deepEqual([deleted, failedByCode], [1, { invalid_id: 1 }])
  })

  it('are reported by the check where a hash hides in which spelling they were stored', async () => {
    const columns = { id: 'TEXT COLLATE NOCASE', rows: [['u1', 'a']] } as const
    const told = async (options: Partial<EngineOptions<typeof policy>>) =>
      (await (await open(columns, options)).engine.checkSchema()).findings.map(({ code }) => code)
    // Nothing makes an id one user's here, and the rule names no tenant.
    assert.deepEqual(await told({ keys: { subject: KEY } }), ['shared_value', 'loose_ids'])
    assert.deepEqual(await told({}), ['shared_value'])
  })
})

describe('a ledger in which an earlier version has hashed a small integer as a bigint', () => {
  it('still verifies, and so does its export', async () => {
    const { entryHash, headFor, GENESIS } = await import('../../src/receipt/chain.ts')
    const { db, engine } = await open({ id: 'INTEGER', rows: [[9, 'a']] })
    await engine.delete(9, { tenantId: 'a' })
    const store = sqliteStore(db)
    const [entry] = await readLedger(store, { afterSeq: 0, limit: 1 })
    assert.ok(entry !== undefined)
    db.exec('DELETE FROM user_deletion_ledger WHERE seq > 1')
    const hash = entryHash(null, GENESIS, { ...entry, subject: 9n })
    db.prepare('UPDATE user_deletion_ledger SET hash = ?, subject = ?').run(hash, 9n)
    db.prepare('UPDATE user_deletion_ledger_head SET seq = 1, hash = ?').run(
      headFor(null, 1, hash).hash,
    )
    assert.equal((await engine.ledger.verify()).valid, true)
    const lines: string[] = []
    for await (const line of engine.ledger.export()) lines.push(line)
    const old = lines.map((line) => line.replace('"subject":9', '"subject":{"bigint":"9"}'))
    for (const exported of [lines, old]) {
      const { engine: other } = await open({ id: 'INTEGER', rows: [] })
      await other.ledger.import(exported)
      assert.equal((await other.ledger.verify()).valid, true)
      assert.equal(await other.isDeleted('9', { tenantId: 'a' }), true)
      assert.deepEqual(await other.ledger.import(lines), { imported: 0, known: 1 })
    }
    db.prepare('UPDATE user_deletion_ledger SET subject = 8').run()
    assert.equal((await engine.ledger.verify()).valid, false)
  })
})

describe('an id and a tenant as a table in memory declares them', () => {
  const column = (name: string, type: string, collation?: string) => ({
    ...{ name, type, nullable: false, generated: false },
    ...(collation === undefined ? {} : { collation }),
  })
  const openMemory = async (types: { id: string; tenant: string; collation?: string }) => {
    const none = { uniqueKeys: [], foreignKeys: [], triggers: [] }
    const store = memoryStore({
      schema: [
        {
          ...{ name: 'users', kind: 'table', primaryKey: ['id'], ...none },
          columns: [
            column('id', types.id, types.collation),
            column('tenant', types.tenant, types.collation),
          ],
        },
        {
          ...{ name: 'notes', kind: 'table', primaryKey: [], ...none },
          columns: [column('user_id', types.id, types.collation)],
        },
      ],
    })
    const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
    await engine.migrate()
    return { store, engine }
  }

  it('are one user in every way to write an integer', async () => {
    const { store, engine } = await openMemory({ id: 'INTEGER', tenant: 'INTEGER' })
    store.insert('users', { id: 9, tenant: 1 })
    await assertOneUser(engine, [9, '1'], [' 09', '01'])
    assert.equal(await endOf(engine.isDeleted('nine', { tenantId: '1' })), 'invalid_id')
  })

  it('are one user in every spelling that the collation takes for one', async () => {
    const types = { id: 'TEXT', tenant: 'TEXT', collation: 'NOCASE' }
    const { store, engine } = await openMemory(types)
    store.insert('users', { id: 'Usr_1', tenant: 'tnt_A' })
    await assertOneUser(engine, ['Usr_1', 'tnt_A'], ['usr_1', 'TNT_a'])
  })
})
