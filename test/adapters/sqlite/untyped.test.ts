import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const POLICY = {
  ...{ name: 'untyped', version: 1, user: { table: 'users', id: 'id', tenant: 'tenant' } },
  tables: { posts: { match: 'uid', tenant: 'tenant', action: 'delete' } },
} as const

const typed = definePolicy(POLICY)

async function engineOn(store: Store, input: object = POLICY) {
  const policy = definePolicy(input as PolicyInput) as unknown as typeof typed
  const options = { store, policy, clock: fixedClock(), logger: { warn() {} } }
  const engine = new UserDeletionEngine(options)
  await engine.migrate()
  return engine
}

async function open(id: string, tenant: string, rows: string, input?: object) {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (row INTEGER PRIMARY KEY, id ${id} UNIQUE, tenant ${tenant});
    CREATE TABLE posts (row INTEGER PRIMARY KEY, uid ${id}, tenant ${tenant}); CREATE INDEX p ON posts (uid);
    INSERT INTO users (id, tenant) VALUES ${rows}; INSERT INTO posts (uid, tenant) SELECT id, tenant FROM users;`)
  const engine = await engineOn(sqliteStore(db), input)
  const left = (table: string): readonly unknown[] =>
    db.prepare(`SELECT tenant FROM ${table} ORDER BY row`).pluck().all()
  const told = async (): Promise<readonly string[]> =>
    (await engine.checkSchema()).findings.map(
      ({ severity, code, table, column }) => `${severity} ${code} ${table}.${column}`,
    )
  return { db, engine, left, told }
}

describe('a tenant in a column that says nothing of types', () => {
  for (const type of ['', 'ANY']) {
    it(`is the integer that its text says: ${type || 'no type'}`, async () => {
      const users = "('u1', 7), ('u2', 7), ('u3', 8), ('u4', 7)"
      const { engine, left, told } = await open('TEXT', type, users)
      const scope = { tenantId: '7' }
      assert.deepEqual(await told(), [])
      assert.equal((await engine.getUser('u1', scope))['tenant'], 7)
      await assert.rejects(engine.getUser('u3', scope), { code: 'resource_not_found' })
      assert.equal((await engine.plan('u1', scope)).steps[0]?.rows, 1)
      await engine.disable('u1', { ...scope, revokeSessions: true })
      await engine.scheduleDeletion('u1', scope)
      await engine.cancelDeletion('u1', scope)
      assert.equal((await engine.delete('u1', scope)).tenantId, '7')
      assert.equal(await engine.isDeleted('u1', scope), true)
      assert.equal((await engine.verify('u1', scope)).status, 'clean')
      await assert.rejects(engine.delete('u3', scope), { code: 'resource_not_found' })
      const { users: gone } = await engine.deleteTenant('7', { expect: { max: 2 } })
      assert.deepEqual([gone.deleted, left('users'), left('posts')], [2, [8], [8]])
    })
  }

  it('may be a text, and a large integer', async () => {
    const { engine, left } = await open('TEXT', '', "('u1', 'a'), ('u2', 'b')")
    await engine.delete('u1', { tenantId: 'a' })
    assert.deepEqual(left('users'), ['b'])
    const big = await open('TEXT', '', "('u1', 9007199254740993), ('u2', 9007199254740992)")
    await big.engine.delete('u1', { tenantId: '9007199254740993' })
    assert.equal(big.left('users').length, 1)
    await assert.rejects(big.engine.getUser('u2', { tenantId: '9007199254740993' }))
  })

  it('is no text that only begins with its digits', async () => {
    const { engine, left } = await open('TEXT', '', "('u1', 7), ('u2', 8)")
    for (const tenantId of ['7a', '07', '7.0', ' 7']) {
      await assert.rejects(engine.delete('u1', { tenantId }), { code: 'resource_not_found' })
    }
    assert.deepEqual(
      [left('users'), left('posts')],
      [
        [7, 8],
        [7, 8],
      ],
    )
  })

  it('is reported where users have both, which may be two tenants', async () => {
    const { engine, told, left } = await open('TEXT', '', "('u1', 7), ('u2', '7')")
    assert.deepEqual(await told(), ['error mixed_id_types users.tenant'])
    await assert.rejects(engine.delete('u1', { tenantId: '7' }), { code: 'schema_mismatch' })
    assert.equal(left('users').length, 2)
  })
})

describe('a tenant that a column takes for one in two spellings', () => {
  const users = [
    ['u1', 'acme'],
    ['u2', 'ACME'],
    ['u3', 'other'],
  ] as const
  const expected = ['ACME', 'acme'] as const

  it('goes as a whole, in SQLite', async () => {
    for (const tenantId of expected) {
      const rows = users.map(([id, tenant]) => `('${id}', '${tenant}')`).join(', ')
      const { engine, left } = await open('TEXT', 'TEXT COLLATE NOCASE', rows)
      assert.equal((await engine.planTenant(tenantId)).users.found, 2)
      const { users: gone } = await engine.deleteTenant(tenantId, { expect: { max: 2 } })
      assert.deepEqual([gone.deleted, left('users'), left('posts')], [2, ['other'], ['other']])
    }
  })

  it('goes as a whole, in memory', async () => {
    const column = (name: string, collation?: string) => ({
      ...{ name, type: 'TEXT', nullable: true, generated: false },
      ...(collation === undefined ? {} : { collation }),
    })
    const none = { kind: 'table', uniqueKeys: [], foreignKeys: [], triggers: [] } as const
    const table = (name: string, id: string) => ({
      ...{ ...none, name, primaryKey: [id], columns: [column(id), column('tenant', 'NOCASE')] },
    })
    const store = memoryStore({ schema: [table('users', 'id'), table('posts', 'uid')] })
    for (const [id, tenant] of users) {
      store.insert('users', { id, tenant })
      store.insert('posts', { uid: id, tenant })
    }
    const engine = await engineOn(store)
    const { users: gone } = await engine.deleteTenant('acme', { expect: { max: 2 } })
    assert.equal(gone.deleted, 2)
    assert.deepEqual(
      store.rows('posts').map(({ uid }) => uid),
      ['u3'],
    )
  })
})

describe('a column without a type, where the user column has none either', () => {
  const policy = {
    ...{ name: 'untyped', version: 1, user: { table: 'users', id: 'id' } },
    tables: { posts: { match: 'uid', action: 'delete' } },
  }
  for (const [users, more, expected] of [
    ["(5, 't'), (6, 't')", '', []],
    ["('5', 't'), (6, 't')", '', []],
    ["(5, 't'), (6, 't')", "('5')", ['error mixed_id_types posts.uid']],
    ["('a', 't'), ('b', 't')", '(5)', ['warning mixed_id_types posts.uid']],
    ["('a', 't')", "(x'0123')", ['warning mixed_id_types posts.uid']],
  ] as const) {
    it(`is reported where it holds ids in a type that no user has: ${users} ${more}`, async () => {
      const { db, told } = await open('', 'TEXT', users, policy)
      if (more !== '') db.exec(`INSERT INTO posts (uid) VALUES ${more}`)
      assert.deepEqual(await told(), expected)
    })
  }
})
