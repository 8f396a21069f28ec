/**
 * Rows as few hosts have them, on stores that keep them as plain objects and on SQLite alike: keys of bytes, integers
 * beyond those that a number holds, two rows under one id, and a row that cannot be written.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import type { Store } from '../../src/store/store.ts'

type Row = Readonly<Record<string, unknown>>
type Data = Readonly<Record<string, readonly Row[]>>

interface Opened {
  readonly store: Store
  rows(table: string): readonly Row[]
}

const STORES: Readonly<Record<string, (sql: string, data: Data) => Promise<Opened>>> = {
  async memory(sql, data) {
    const { tables } = await sqliteStore(new Database(':memory:').exec(sql)).describe()
    const store = memoryStore({ schema: tables, data })
    return { store, rows: (table) => store.rows(table) }
  },
  async SQLite(sql, data) {
    const db = openWith(sql, data)
    const select = (table: string): unknown => db.prepare(`SELECT * FROM ${table}`).all()
    return { store: sqliteStore(db), rows: (table) => select(table) as readonly Row[] }
  },
}

const USERS = { table: 'users', id: 'id' } as const

const WAYS = [
  ['in one transaction', 100],
  ['in chunks', 1],
] as const

const ENDINGS: readonly (readonly [string, PolicyInput['user']])[] = [
  ['deleted', USERS],
  ['left blank', { ...USERS, action: 'anonymize', reason: 'a key', set: { email: null } }],
]

for (const [name, openStore] of Object.entries(STORES)) {
  const open = async (
    sql: string,
    data: Data,
    policy: Partial<PolicyInput>,
    options?: { readonly maxRowsPerTransaction: number },
  ) => {
    const { store, rows } = await openStore(sql, data)
    return { rows, engine: await engineOn(store, policy, options) }
  }

  describe(`odd rows in ${name}`, () => {
    it('rows under parents whose keys are bytes go with them, whatever the bytes read like', async () => {
      const keys = ['00000000000000000000000000000001', '0000410000000001', '2020', '41424344']
      const bytes = keys.map((key) => Uint8Array.from(Buffer.from(key, 'hex')))
      const other = Uint8Array.from([0, 0, 0, 2])
      const { engine, rows } = await open(
        `CREATE TABLE users (id TEXT PRIMARY KEY);
         CREATE TABLE sessions (id BLOB PRIMARY KEY, user_id TEXT);
         CREATE TABLE hints (id INTEGER PRIMARY KEY, session_id BLOB)`,
        {
          users: [{ id: 'usr_ann' }, { id: 'usr_bob' }],
          sessions: [
            ...bytes.map((id) => ({ id, user_id: 'usr_ann' })),
            ...[other, new Uint8Array()].map((id) => ({ id, user_id: 'usr_bob' })),
          ],
          hints: [...bytes, other, new Uint8Array()].map((session_id, id) => ({ id, session_id })),
        },
        {
          tables: {
            sessions: { match: 'user_id', action: 'delete' },
            hints: {
              match: { column: 'session_id', through: { table: 'sessions', key: 'id' } },
              action: 'delete',
            },
          },
        },
      )
      const { steps } = await engine.delete('usr_ann', {})
      assert.deepEqual(
        steps.map(({ rows: count }) => count),
        [4, 4],
      )
      assert.deepEqual(
        rows('hints').map(({ id }) => id),
        [4, 5],
      )
      // Of an empty key nothing is known.
      await engine.delete('usr_bob', {})
      assert.deepEqual(
        rows('hints').map(({ id }) => id),
        [5],
      )
    })

    it('an integer inside JSON text is told apart and kept by all of its digits', async () => {
      const [ann, bob] = [9_007_199_254_740_993n, 9_007_199_254_740_992n]
      const { engine, rows } = await open(
        `CREATE TABLE users (id INTEGER PRIMARY KEY);
         CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT);
         CREATE TABLE lists (id INTEGER PRIMARY KEY, members TEXT);
         CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id INTEGER, body TEXT)`,
        {
          users: [{ id: ann }, { id: bob }],
          docs: [ann, `"${ann}"`, bob].map((by, id) => ({ id, body: `{"by":${by}}` })),
          lists: [{ id: 1, members: `[${ann},${bob},"t${ann}"]` }],
          notes: [{ id: 1, user_id: ann, body: `{"email":"x","sum":${ann},"${bob}":"i${bob}"}` }],
        },
        {
          tables: {
            docs: { match: { json: 'body', path: 'by' }, action: 'delete' },
            lists: { match: { array: 'members' }, action: 'detach' },
            notes: {
              ...{ match: 'user_id', action: 'anonymize', reason: 'sums are counted' },
              set: { body: { scrub: ['email'] } },
            },
          },
        },
      )
      await engine.delete(ann, {})
      assert.deepEqual(
        rows('docs').map(({ body }) => body),
        [`{"by":${bob}}`],
      )
      assert.equal(rows('lists')[0]?.['members'], `[${bob},"t${ann}"]`)
      assert.equal(rows('notes')[0]?.['body'], `{"sum":${ann},"${bob}":"i${bob}"}`)
    })

    for (const [way, maxRowsPerTransaction] of WAYS) {
      it(`where ids are of both types, a text of digits is not the integer ${way}`, async () => {
        const notes = ['2', '2', 'usr_ann'].map((user_id, id) => ({ id, user_id, kind: 'plain' }))
        const { engine, rows } = await open(
          `CREATE TABLE users (id PRIMARY KEY);
           CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT, kind TEXT)`,
          { users: [{ id: 2 }, { id: '2' }, { id: 'usr_ann' }, { id: 'usr_bob' }], notes },
          {
            tables: {
              // Whether a row is kept is told user by user.
              notes: [
                { match: 'user_id', where: { kind: 'kept' }, action: 'retain', reason: 'a law' },
                { match: 'user_id', action: 'delete' },
              ],
            },
          },
          { maxRowsPerTransaction },
        )
        const { steps } = await engine.delete(2, {})
        assert.deepEqual(
          steps.map(({ rows: count }) => count),
          [0, 0],
        )
        assert.deepEqual(rows('notes'), notes)
        assert.equal((await engine.verify(2, {})).status, 'clean')
        await engine.delete('2', {})
        assert.deepEqual(rows('notes'), notes.slice(2))
      })
    }

    for (const [verb, user] of ENDINGS) {
      it(`of two rows under one id none is touched where the row of a user is ${verb}`, async () => {
        const users = ['first', 'second'].map((email) => ({ id: 'usr_ann', email }))
        const { engine, rows } = await open(
          'CREATE TABLE users (id TEXT, email TEXT)',
          { users },
          {
            user,
            tables: {},
          },
        )
        await assert.rejects(engine.delete('usr_ann', {}), { code: 'residue_left' })
        assert.deepEqual(rows('users'), users)
      })
    }

    it('a boolean that disables a user is stored as the table stores booleans', async () => {
      const { engine, rows } = await open(
        'CREATE TABLE users (id TEXT PRIMARY KEY, off INTEGER)',
        { users: [{ id: 'usr_ann', off: 0 }] },
        {
          user: { ...USERS, status: { disabled: { off: true } } },
          tables: {},
        },
      )
      await engine.disable('usr_ann', { revokeSessions: true })
      assert.deepEqual(rows('users'), [{ id: 'usr_ann', off: 1 }])
    })
  })
}

describe('a user row in SQLite that cannot be written', () => {
  it('a user whom a trigger keeps from being disabled is not said to be', async () => {
    const db = openWith(
      `CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT);
       CREATE TRIGGER frozen BEFORE UPDATE ON users BEGIN SELECT RAISE(IGNORE); END`,
      { users: [{ id: 'usr_ann', status: 'active' }] },
    )
    const engine = await engineOn(sqliteStore(db), {
      user: { ...USERS, status: { disabled: { status: 'disabled' } } },
      tables: {},
    })
    const disabling = engine.disable('usr_ann', { revokeSessions: true })
    await assert.rejects(disabling, { code: 'store_failed' })
    assert.deepEqual(db.prepare('SELECT kind FROM user_deletion_ledger').all(), [])
  })
})

function openWith(sql: string, data: Data): Database.Database {
  const db = new Database(':memory:')
  db.exec(sql)
  for (const [table, all] of Object.entries(data)) {
    for (const row of all) {
      const places = Object.keys(row).map(() => '?')
      db.prepare(`INSERT INTO ${table} VALUES (${places.join(', ')})`).run(Object.values(row))
    }
  }
  return db
}

async function engineOn(
  store: Store,
  policy: Partial<PolicyInput>,
  options: { readonly maxRowsPerTransaction?: number } = {},
): Promise<UserDeletionEngine> {
  const engine = new UserDeletionEngine({
    store,
    policy: definePolicy({
      ...{ name: 'odd-rows', version: 1, user: USERS, tables: {} },
      ...policy,
    } as PolicyInput),
    logger: { warn() {} },
    ...options,
  })
  await engine.migrate()
  return engine
}
