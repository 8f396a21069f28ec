/** What the database writes by itself while a deletion runs: other rules still find their rows, or it is told. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore } from '../../adapters/memory/index.ts'
import { definePolicy, type TableSchema, UserDeletionEngine } from '../../src/index.ts'
import { openOdd } from '../worlds/odd-schema.ts'

const USERS = `CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE);
  INSERT INTO users VALUES ('u1', 'a@x'), ('u2', 'b@x');`
const USER = { table: 'users', id: 'id', fields: { email: 'email' } } as const
const deleted = { match: 'user_id', action: 'delete' } as const
const access = { ...deleted, grantsAccess: true } as const
const blanked = {
  match: 'user_id',
  action: 'anonymize',
  reason: 'kept',
  set: { ip: null },
} as const

describe('a reference that is cut when other rows of the user go', () => {
  const sql = (action: string) => `${USERS}
    CREATE TABLE a (user_id TEXT PRIMARY KEY);
    CREATE TABLE z (id INTEGER PRIMARY KEY, user_id TEXT DEFAULT 'u2' REFERENCES a ON DELETE ${action}, ip TEXT);
    CREATE INDEX z_user ON z (user_id);
    INSERT INTO a VALUES ('u1'), ('u2'); INSERT INTO z (user_id, ip) VALUES ('u1', '1.2.3.4'), ('u2', 'x')`

  for (const action of ['SET NULL', 'SET DEFAULT']) {
    it(`still leads to its rows: ${action}`, async () => {
      for (const a of [deleted, access]) {
        for (const z of [deleted, blanked]) {
          for (const maxRowsPerTransaction of [2_000, 1]) {
            const world = { sql: sql(action), user: USER, tables: { a, z }, maxRowsPerTransaction }
            const { engine, rows } = await openOdd(world)
            const { steps } = await engine.delete('u1', {})
            assert.ok(steps.every((step) => step.rows === 1))
            assert.deepEqual(rows('SELECT ip FROM z WHERE ip IS NOT NULL'), [['x']])
          }
        }
      }
    })

    it(`keeps access from being cut on its own: ${action}`, async () => {
      const { engine, rows } = await openOdd({
        ...{ sql: sql(action), tables: { a: access, z: deleted } },
        user: { ...USER, status: { disabled: { email: null } } },
      })
      const disabling = engine.disable('u1', { revokeSessions: true })
      await assert.rejects(disabling, { code: 'invalid_policy' })
      assert.deepEqual(rows('SELECT user_id FROM a'), [['u1'], ['u2']])
      const scheduling = engine.scheduleDeletion('u1', { after: 'P1D' })
      await assert.rejects(scheduling, { code: 'invalid_policy' })
      assert.deepEqual(rows("SELECT ip FROM z WHERE user_id = 'u1'"), [['1.2.3.4']])
    })
  }

  it('still leads to its rows in memory', async () => {
    const table = (name: string, columns: readonly string[]): TableSchema => ({
      ...{ name, kind: 'table', primaryKey: [columns[0] ?? ''] },
      columns: columns.map((column) => ({
        ...{ name: column, type: 'TEXT', nullable: column !== 'id', generated: false },
      })),
      ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
    })
    const references = { table: 'a', columns: ['user_id'] }
    const key = { columns: ['user_id'], references, onDelete: 'set_null' } as const
    const store = memoryStore({
      schema: [
        ...[table('users', ['id']), table('a', ['user_id'])],
        { ...table('z', ['id', 'user_id', 'ip']), foreignKeys: [key] },
      ],
      data: {
        ...{ users: [{ id: 'u1' }], a: [{ user_id: 'u1' }] },
        z: [{ id: '1', user_id: 'u1', ip: '1.2.3.4' }],
      },
    })
    const user = { table: 'users', id: 'id' } as const
    const policy = definePolicy({ name: 'x', version: 1, user, tables: { a: deleted, z: blanked } })
    const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
    await engine.delete('u1')
    assert.deepEqual(
      store.rows('z').map(({ ip }) => ip),
      [null],
    )
  })

  it('is an error of the check where rows would be found by it at the end of a retention', async () => {
    const z = { match: 'user_id', action: 'retain', reason: 'kept', for: 'P1Y', then: 'delete' }
    const { engine } = await openOdd({
      sql: `${USERS} CREATE TABLE z (id INTEGER PRIMARY KEY, user_id TEXT REFERENCES users ON DELETE SET NULL);
        CREATE INDEX z_user ON z (user_id)`,
      tables: { z } as never,
    })
    const { fits, findings } = await engine.checkSchema()
    assert.equal(fits, false)
    assert.ok(
      findings.some(({ code, severity }) => `${code} ${severity}` === 'foreign_key_changes error'),
    )
    await assert.rejects(engine.delete('u1', {}), { code: 'schema_mismatch' })
  })
})

describe('a reference that follows a key which a rule overwrites', () => {
  const sql = (action: string) => `${USERS}
    CREATE TABLE p (id INTEGER PRIMARY KEY, user_id TEXT UNIQUE);
    CREATE TABLE z (id INTEGER PRIMARY KEY, user_id TEXT REFERENCES p (user_id) ON UPDATE ${action});
    CREATE INDEX z_user ON z (user_id);
    INSERT INTO p (user_id) VALUES ('u1'), ('u2'); INSERT INTO z (user_id) VALUES ('u1'), ('u2')`

  for (const action of ['CASCADE', 'SET NULL']) {
    it(`still leads to its rows: ON UPDATE ${action}`, async () => {
      const p = { match: 'user_id', action: 'detach' } as const
      const { engine, rows } = await openOdd({ sql: sql(action), tables: { p, z: deleted } })
      await engine.delete('u1', {})
      assert.deepEqual(rows('SELECT user_id FROM z'), [['u2']])
    })
  }

  it('is reported where no rule names its rows', async () => {
    const p = { match: 'user_id', action: 'detach' } as const
    const { engine } = await openOdd({ sql: sql('CASCADE'), tables: { p, z: 'unrelated' } })
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      findings.flatMap(({ code, table }) => (code === 'foreign_key_changes' ? [table] : [])),
      ['z'],
    )
  })
})

describe('a generated column whose base a rule overwrites', () => {
  it('still leads to its rows', async () => {
    const { engine, rows } = await openOdd({
      sql: `${USERS} CREATE TABLE t (id INTEGER PRIMARY KEY, j TEXT, actor TEXT, ip TEXT, mail TEXT AS (j ->> 'email'));
        CREATE INDEX t_mail ON t (mail); CREATE INDEX t_actor ON t (actor);
        INSERT INTO t (j, actor, ip) VALUES ('{"email":"a@x"}', 'u1', '1.2.3.4'), ('{"email":"a@x"}', 'u2', '5.6.7.8')`,
      user: USER,
      tables: {
        t: [
          { ...blanked, match: 'actor', set: { j: { scrub: ['email'] } } },
          { ...blanked, match: { column: 'mail', equals: { user: 'email' } } },
        ],
      },
    })
    await engine.delete('u1', {})
    assert.deepEqual(rows('SELECT actor, ip FROM t'), [
      ['u1', null],
      ['u2', null],
    ])
  })

  it('still leads rows of another table through it', async () => {
    const { engine, rows } = await openOdd({
      sql: `${USERS} CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT, user_id TEXT, ref TEXT AS ('r-' || code) UNIQUE);
        CREATE TABLE t (id INTEGER PRIMARY KEY, ref TEXT); CREATE INDEX t_ref ON t (ref);
        INSERT INTO p (code, user_id) VALUES ('c1', 'u1'), ('c2', 'u2'); INSERT INTO t (ref) VALUES ('r-c1'), ('r-c2')`,
      tables: {
        p: { ...blanked, set: { code: null } },
        t: { match: { column: 'ref', through: { table: 'p', key: 'ref' } }, action: 'delete' },
      },
    })
    await engine.delete('u1', {})
    assert.deepEqual(rows('SELECT ref FROM t'), [['r-c2']])
  })
})

describe('a constraint that says what becomes of a conflict', () => {
  for (const action of ['REPLACE', 'IGNORE', 'ROLLBACK', 'FAIL']) {
    it(`takes no row of somebody else and passes none over: ${action}`, async () => {
      const { engine, rows } = await openOdd({
        sql: `${USERS} CREATE TABLE t (id INTEGER PRIMARY KEY, user_id TEXT, j TEXT UNIQUE ON CONFLICT ${action});
          INSERT INTO t VALUES (1, 'u1', '{"e":1}'), (2, 'u2', '{}')`,
        tables: { t: { ...blanked, set: { j: { scrub: ['e'] } } } },
      })
      const before = rows('SELECT * FROM t')
      await assert.rejects(engine.delete('u1', {}), { code: 'constraint_violation' })
      assert.deepEqual(rows('SELECT * FROM t'), before)
    })
  }
})

describe('a function of the host in the place of one of the database', () => {
  it('makes no two addresses one that differ in other letters than A to Z', async () => {
    const match = { column: 'mail', equals: { user: 'email' }, ignoreCase: true } as const
    for (const maxRowsPerTransaction of [2_000, 1]) {
      const { db, engine, rows } = await openOdd({
        sql: `CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE); CREATE TABLE t (mail TEXT);
          INSERT INTO users VALUES ('u1', 'É@x'), ('u2', 'é@x'); INSERT INTO t VALUES ('É@X'), ('é@X')`,
        ...{ user: USER, tables: { t: { match, acrossTenants: true, action: 'delete' } } },
        maxRowsPerTransaction,
      } as never)
      db.function('lower', { deterministic: true }, (text) => String(text).toLowerCase())
      await engine.delete('u1', {})
      assert.deepEqual(rows('SELECT mail FROM t'), [['é@X']])
    }
  })
})

describe('a CHECK constraint', () => {
  it('looks at what is written as its column keeps and compares it', async () => {
    for (const [column, value, kept] of [
      ["k TEXT COLLATE NOCASE CHECK (k IN ('active', 'deleted'))", 'Deleted', 'Deleted'],
      ["k TEXT CHECK (k IN ('0', '1'))", false, '0'],
      ["k VARCHAR(9) CHECK (k = '7')", 7, '7'],
      ['k INTEGER CHECK (k < 5)', 3, 3],
    ] as const) {
      const { engine, rows } = await openOdd({
        sql: `${USERS} CREATE TABLE t (id INTEGER PRIMARY KEY, user_id TEXT, ${column}); INSERT INTO t (user_id) VALUES ('u1')`,
        tables: { t: { ...blanked, set: { k: value } } },
      })
      assert.deepEqual((await engine.plan('u1', {})).blockers, [], column)
      await engine.delete('u1', {})
      assert.deepEqual(rows('SELECT k FROM t'), [[kept]])
    }
  })

  it('still blocks what it refuses', async () => {
    for (const [column, value] of [
      ["k TEXT COLLATE NOCASE CHECK (k IN ('active', 'deleted'))", 'gone'],
      ["k TEXT CHECK (k IN ('active', 'deleted'))", 'Deleted'],
      ["k TEXT CHECK (k IN ('0', '1'))", 2],
    ] as const) {
      const { engine } = await openOdd({
        sql: `${USERS} CREATE TABLE t (id INTEGER PRIMARY KEY, user_id TEXT, ${column}); INSERT INTO t (user_id) VALUES ('u1')`,
        tables: { t: { ...blanked, set: { k: value } } },
      })
      const { blockers } = await engine.plan('u1', {})
      assert.deepEqual(
        blockers.map(({ name }) => name),
        ['check'],
      )
    }
  })
})

describe('how rows are addressed', () => {
  it('is by the primary key where columns have all names of the row id', async () => {
    for (const rule of [deleted, blanked]) {
      for (const maxRowsPerTransaction of [2_000, 1]) {
        const { engine, rows } = await openOdd({
          sql: `${USERS} CREATE TABLE t (k INTEGER PRIMARY KEY, rowid, _rowid_, oid, user_id TEXT, ip TEXT);
            INSERT INTO t VALUES (9, 1, 1, 1, 'u1', 'a'), (8, 1, 1, 1, 'u2', 'b'), (3, 1, 1, 1, 'u1', 'c')`,
          ...{ tables: { t: rule }, maxRowsPerTransaction },
        })
        const { steps } = await engine.delete('u1', {})
        assert.equal(steps[0]?.rows, 2)
        assert.deepEqual(rows('SELECT k, ip FROM t WHERE ip IS NOT NULL'), [[8, 'b']])
      }
    }
  })

  it('is refused where such a table has no key', async () => {
    const { engine, rows } = await openOdd({
      sql: `${USERS} CREATE TABLE t (rowid, _rowid_, oid, user_id TEXT); INSERT INTO t VALUES (1, 1, 1, 'u1')`,
      tables: { t: deleted },
    })
    await assert.rejects(engine.delete('u1', {}), { code: 'schema_mismatch' })
    assert.deepEqual(rows('SELECT user_id FROM t'), [['u1']])
  })

  it('is refused where a key compares otherwise than its column does', async () => {
    for (const maxRowsPerTransaction of [2_000, 1]) {
      const { engine, rows } = await openOdd({
        sql: `${USERS} CREATE TABLE t (k TEXT COLLATE NOCASE, user_id TEXT, PRIMARY KEY (k COLLATE BINARY)) WITHOUT ROWID;
          INSERT INTO t VALUES ('a', 'u1'), ('A', 'u2'), ('b', 'u1')`,
        ...{ tables: { t: deleted }, maxRowsPerTransaction },
      })
      await assert.rejects(engine.delete('u1', {}), { code: 'schema_mismatch' })
      assert.equal(rows('SELECT k FROM t').length, 3)
    }
    const { engine, rows } = await openOdd({
      sql: `${USERS} CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY, user_id TEXT) WITHOUT ROWID;
        INSERT INTO t VALUES ('a', 'u1'), ('b', 'u2')`,
      ...{ tables: { t: deleted }, maxRowsPerTransaction: 1 },
    })
    await engine.delete('u1', {})
    assert.deepEqual(rows('SELECT k FROM t'), [['b']])
  })

  it('takes integers that no number of JavaScript holds, in chunks', async () => {
    const { engine, rows } = await openOdd({
      sql: `${USERS} CREATE TABLE t (id INTEGER PRIMARY KEY, user_id TEXT, ip TEXT);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)
        INSERT INTO t SELECT 1234567890123456789 + i, iif(i % 3, 'u1', 'u2'), 'ip' FROM n`,
      ...{ tables: { t: blanked }, maxRowsPerTransaction: 2 },
    })
    const { steps } = await engine.delete('u1', {})
    assert.equal(steps[0]?.rows, 6)
    assert.deepEqual(rows('SELECT user_id, count(*) FROM t WHERE ip IS NOT NULL GROUP BY 1'), [
      ['u2', 3],
    ])
  })
})
