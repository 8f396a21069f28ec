import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine, type UserId } from '../../src/index.ts'
import { acmePolicy, count, openAcme, snapshot } from '../worlds/acme.ts'

const tenantId = 'tnt_a'

const BAD_IDS: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['an empty text', ''],
  ['spaces', '   '],
  ['NaN', Number.NaN],
  ['a fraction', 1.5],
  ['infinity', Number.POSITIVE_INFINITY],
  ['true', true],
  ['an array', ['usr_a1']],
  ['an object', {}],
  ['an operator object', { $ne: null }],
  ['a boxed text', Object('usr_a1')],
  ['a regular expression', /usr/],
  ['a symbol', Symbol('usr_a1')],
  ['a function', () => 'usr_a1'],
  ['an object that turns into text', { toString: () => 'usr_a1' }],
  ['1 MB', 'x'.repeat(1_000_000)],
  ['1,025 bytes', 'x'.repeat(1_025)],
  ['a NUL', 'usr\0a1'],
  ['half a surrogate pair', 'usr\ud800'],
]

describe('a wrong id', () => {
  for (const [name, id] of BAD_IDS) {
    it(`is invalid_id with nothing changed: ${name}`, async () => {
      const { db, engine } = await openAcme()
      const before = snapshot(db)
      for (const method of ['delete', 'plan', 'getUser', 'isDeleted', 'verify'] as const) {
        await assert.rejects(engine[method](id as UserId, { tenantId }), { code: 'invalid_id' })
      }
      const result = await engine.deleteMany([id as UserId], { tenantId })
      assert.deepEqual(result.failedByCode, { invalid_id: 1 })
      assert.equal(snapshot(db), before)
    })
  }

  for (const id of ['__proto__', 'constructor', "'; DROP TABLE users; --", 'u\u202e1', '%']) {
    it(`is plain text: ${JSON.stringify(id)}`, async () => {
      const { db, engine } = await openAcme()
      const before = snapshot(db)
      await assert.rejects(engine.delete(id, { tenantId }), { code: 'resource_not_found' })
      assert.equal(snapshot(db), before)
      db.prepare("INSERT INTO users (id, tenant_id) VALUES (?, 'tnt_a')").run(id)
      assert.equal((await engine.delete(id, { tenantId })).userId, id)
      assert.equal(snapshot(db), before)
    })
  }
})

describe('a user who is not there', () => {
  it('is not found when unknown, and when of another tenant, in the same words', async () => {
    const { db, engine } = await openAcme()
    const before = snapshot(db)
    for (const id of ['usr_zz', 'usr_b1']) {
      await assert.rejects(engine.delete(id, { tenantId }), (error: Error) => {
        assert.equal(
          JSON.stringify(error),
          '{"error":"resource_not_found","message":"User not found."}',
        )
        return true
      })
    }
    assert.equal(snapshot(db), before)
  })

  it('is never found by an id of another type, where the column holds both', async () => {
    const db = new Database(':memory:')
    db.exec("CREATE TABLE users (id PRIMARY KEY); INSERT INTO users VALUES (1), (2), ('3')")
    const policy = definePolicy({
      name: 'n',
      version: 1,
      user: { table: 'users', id: 'id' },
      tables: {},
    })
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    await engine.migrate()
    await assert.rejects(engine.delete('1', {}), { code: 'invalid_id' })
    assert.equal((await engine.delete(1, {})).userId, 1)
    assert.equal(await engine.isDeleted(1, {}), true)
    await assert.rejects(engine.isDeleted('1', {}), { code: 'invalid_id' })
    assert.equal(count(db, 'SELECT count(*) FROM users'), 2)
  })
})

describe('wrong options', () => {
  const wrong: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['an unknown option', { tenantId, force: true }, 'force'],
    ['no tenant', {}, 'tenantId'],
    ['an empty tenant', { tenantId: '' }, 'tenantId'],
    ['a tenant that is no text', { tenantId: { $ne: 1 } }, 'tenantId'],
    ['a reason in free text', { tenantId, reason: 'Ann asked me to' }, 'reason'],
    ['an e-mail as requester', { tenantId, requestedBy: 'ann@example.com' }, 'requestedBy'],
    ['an empty idempotency key', { tenantId, idempotencyKey: '' }, 'idempotencyKey'],
    ['an expectation of nothing', { tenantId, expect: {} }, 'expect'],
  ]
  for (const [name, options, path] of wrong) {
    it(`are invalid_argument naming the path with nothing changed: ${name}`, async () => {
      const { db, engine } = await openAcme()
      const before = snapshot(db)
      await assert.rejects(engine.delete('usr_a1', options as { tenantId: string }), {
        code: 'invalid_argument',
        details: { path },
      })
      assert.equal(snapshot(db), before)
    })
  }

  it('of deleteMany reject before anything is deleted', async () => {
    const { db, engine } = await openAcme()
    const before = snapshot(db)
    await assert.rejects(
      engine.deleteMany(['usr_a1'], { tenantId, mode: 'fast' as 'throughput' }),
      { code: 'invalid_argument' },
    )
    await assert.rejects(engine.deleteMany('usr_a1' as unknown as string[], { tenantId }), {
      code: 'invalid_argument',
    })
    await assert.rejects(engine.deleteMany(null as unknown as string[], { tenantId }), {
      code: 'invalid_argument',
    })
    assert.equal(snapshot(db), before)
  })
})

describe('a policy that does not fit the database', () => {
  const user = acmePolicy.user
  const cases = [
    [
      'an unclassified table',
      { sessions: acmePolicy.tables.sessions, audit_log: acmePolicy.tables.audit_log },
      'unclassified_table',
    ],
    [
      'a column the database lacks',
      { ...acmePolicy.tables, sessions: { match: 'owner', action: 'delete' } },
      'missing_column',
    ],
    [
      'null into NOT NULL',
      { ...acmePolicy.tables, sessions: { match: 'user_id', action: 'detach' } },
      'null_into_not_null',
    ],
    [
      'a change of a key',
      {
        ...acmePolicy.tables,
        audit_log: { match: 'actor_id', action: 'anonymize', reason: 'r', set: { id: 0 } },
      },
      'key_changed',
    ],
  ] as const
  for (const [name, tables, code] of cases) {
    it(`is schema_mismatch with nothing changed: ${name}`, async () => {
      const { db } = await openAcme()
      const before = snapshot(db)
      const policy = definePolicy({ name: 'acme', version: 2, user, tables })
      const engine = new UserDeletionEngine({
        ...{ store: sqliteStore(db), policy },
        schemaCheck: { accept: [{ code: 'value_reference', table: 'audit_log' }] },
      })
      await assert.rejects(
        engine.delete('usr_a1', { tenantId }),
        (error: { code: string; details: { findings: { code: string; path: string }[] } }) => {
          assert.equal(error.code, 'schema_mismatch')
          assert.deepEqual(
            error.details.findings.map((finding) => finding.code),
            [code],
          )
          return true
        },
      )
      assert.equal(snapshot(db), before)
    })
  }

  it('is noticed when the schema changes later', async () => {
    const { db, engine } = await openAcme()
    await engine.delete('usr_a1', { tenantId })
    db.exec('CREATE TABLE devices (user_id TEXT)')
    await assert.rejects(engine.delete('usr_a2', { tenantId }), { code: 'schema_mismatch' })
  })
})

describe('a database that cannot be used', () => {
  it('is store_closed when the handle is closed', async () => {
    const { db, engine } = await openAcme()
    db.close()
    await assert.rejects(engine.delete('usr_a1', { tenantId }), { code: 'store_closed' })
  })

  it('is not_migrated before migrate()', async () => {
    const { db } = await openAcme()
    db.exec('DROP TABLE user_deletion_ledger')
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: acmePolicy })
    const before = snapshot(db)
    await assert.rejects(engine.delete('usr_a1', { tenantId }), { code: 'not_migrated' })
    assert.equal(snapshot(db), before)
  })

  it('is store_full with nothing changed, and works once there is space', async () => {
    const { db, engine } = await openAcme({ users: 200 })
    const pages = Number(db.pragma('page_count', { simple: true }))
    db.pragma(`max_page_count = ${pages}`)
    const before = snapshot(db)
    const ids = Array.from({ length: 200 }, (_, index) => `usr_a${index + 1}`)
    const full = await engine.deleteMany(ids, { tenantId, mode: 'throughput' })
    assert.equal(full.stopped?.by, 'store')
    assert.deepEqual(full.failedByCode, { store_full: 200 })
    assert.equal(snapshot(db), before)
    db.pragma('max_page_count = 1000000')
    assert.equal((await engine.deleteMany(ids, { tenantId, mode: 'throughput' })).deleted, 200)
  })

  it('is connection_busy while the host has a transaction or an iterator open', async () => {
    const { db, engine } = await openAcme()
    const before = snapshot(db)
    db.pragma('secure_delete = OFF')
    db.exec('BEGIN')
    await assert.rejects(engine.delete('usr_a1', { tenantId }), {
      code: 'connection_busy',
      retryable: true,
    })
    assert.equal(db.inTransaction, true)
    db.exec('COMMIT')
    const rows = db.prepare('SELECT * FROM users').iterate()
    rows.next()
    await assert.rejects(engine.delete('usr_a1', { tenantId }), { code: 'connection_busy' })
    rows.return?.()
    assert.equal(snapshot(db), before)
    assert.equal(db.pragma('secure_delete', { simple: true }), 0)
    assert.equal(db.pragma('temp_store', { simple: true }), 0)
    await engine.delete('usr_a1', { tenantId })
  })
})

describe('hooks that misbehave', () => {
  const misbehaving = [
    [
      'throws',
      () => {
        throw new Error('ann@example.com must stay')
      },
      'deletion_vetoed',
    ],
    ['answers false', () => false as const, 'deletion_vetoed'],
    ['answers a veto', () => ({ veto: 'open_invoices' }), 'deletion_vetoed'],
    ['never answers', () => new Promise<undefined>(() => {}), 'hook_timeout'],
  ] as const
  for (const [name, beforeDelete, code] of misbehaving) {
    it(`refuse before the first write: one that ${name}`, async () => {
      const { db, engine } = await openAcme({ hooks: { beforeDelete }, hookTimeoutMs: 20 })
      const before = snapshot(db)
      await assert.rejects(
        engine.delete('usr_a1', { tenantId }),
        (error: Error & { code: string }) => {
          assert.equal(error.code, code)
          assert.doesNotMatch(error.message, /ann@/)
          return true
        },
      )
      const result = await engine.deleteMany(['usr_a1', 'usr_a2'], { tenantId })
      assert.deepEqual(result.failedByCode, { [code]: 2 })
      assert.equal(snapshot(db), before)
    })
  }

  it('are refused when they delete the same user again', async () => {
    const codes: string[] = []
    const { engine, db } = await openAcme({
      hooks: {
        beforeDelete: async ({ userId }) => {
          await engine
            .delete(userId, { tenantId })
            .catch((error: { code: string }) => codes.push(error.code))
        },
      },
    })
    await engine.delete('usr_a1', { tenantId })
    assert.deepEqual(codes, ['in_progress'])
    assert.equal(
      count(db, "SELECT count(*) FROM user_deletion_ledger WHERE kind = 'user.deleted'"),
      1,
    )
  })

  it('cannot undo anything after the commit, and their failure is reported', async () => {
    const warnings: string[] = []
    const { db, engine } = await openAcme({
      hooks: {
        afterDelete: () => {
          throw new Error('no mail server')
        },
      },
      logger: { warn: (message) => warnings.push(message) },
    })
    await engine.delete('usr_a1', { tenantId })
    assert.equal(count(db, "SELECT count(*) FROM users WHERE id = 'usr_a1'"), 0)
    assert.deepEqual(warnings, ['afterDelete threw'])
  })
})

describe('odd lists of ids', () => {
  it('of nothing do nothing', async () => {
    const { db, engine } = await openAcme()
    const before = snapshot(db)
    const result = await engine.deleteMany([], { tenantId })
    assert.deepEqual([result.requested, result.stopped], [0, null])
    assert.equal(snapshot(db), before)
  })

  it('with the same id twice delete once and say so', async () => {
    const { engine } = await openAcme()
    const result = await engine.deleteMany(['usr_a1', 'usr_a1', 'usr_a2'], {
      tenantId,
      mode: 'throughput',
    })
    assert.deepEqual([result.deleted, result.duplicates, result.failed], [2, 1, 0])
    const later = await engine.deleteMany(['usr_a1'], { tenantId })
    assert.deepEqual([later.alreadyDeleted, later.failed], [1, 0])
  })

  it('that throw half-way keep what was done and say where it stopped', async () => {
    const { db, engine } = await openAcme()
    async function* ids(): AsyncGenerator<string> {
      yield 'usr_a1'
      yield 'usr_a2'
      throw new Error('upstream')
    }
    const result = await engine.deleteMany(ids(), { tenantId, mode: 'throughput' })
    assert.deepEqual([result.deleted, result.stopped?.by], [2, 'source'])
    assert.equal(count(db, "SELECT count(*) FROM users WHERE tenant_id = 'tnt_a'"), 1)
  })

  it('that hold a promise find in it no user: in the plan, as expected, or without', async () => {
    const { engine } = await openAcme()
    const ids = [Promise.resolve('usr_a1')] as never
    const { requested, found, invalid } = await engine.planMany(ids, { tenantId })
    assert.deepEqual([requested, found, invalid], [1, 0, 1])
    for (const options of [{ tenantId }, { tenantId, expect: { max: 1 } }]) {
      const result = await engine.deleteMany(ids, options)
      assert.deepEqual([result.deleted, result.failedByCode], [0, { invalid_id: 1 }])
    }
  })

  it('longer than expected delete nothing', async () => {
    const { db, engine } = await openAcme()
    const before = snapshot(db)
    await assert.rejects(
      engine.deleteMany(['usr_a1', 'usr_a2'], { tenantId, expect: { max: 1 } }),
      { code: 'expectation_failed' },
    )
    assert.equal(snapshot(db), before)
    assert.equal(count(db, 'SELECT count(*) FROM user_deletion_spool'), 0)
  })

  it('with a signal that has fired already delete nothing', async () => {
    const { db, engine } = await openAcme()
    const before = snapshot(db)
    const result = await engine.deleteMany(['usr_a1'], { tenantId, signal: AbortSignal.abort() })
    assert.deepEqual([result.requested, result.stopped?.by], [0, 'signal'])
    assert.equal(snapshot(db), before)
  })
})
