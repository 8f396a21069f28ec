import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

const SQL = `
  CREATE TABLE users (id TEXT PRIMARY KEY, role TEXT REFERENCES roles (name));
  CREATE TABLE roles (name TEXT PRIMARY KEY);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, uid TEXT REFERENCES users (id), role TEXT REFERENCES roles (name), org TEXT);
  CREATE INDEX p ON posts (uid);
  CREATE TABLE log (id TEXT, uid TEXT REFERENCES users (id), body TEXT);
  INSERT INTO roles VALUES ('admin'), ('gone');
  INSERT INTO users VALUES ('u1', 'admin'), ('u2', 'admin');
  INSERT INTO posts (uid, role) VALUES ('u1', 'admin'), ('u2', 'admin');`

const USER = { table: 'users', id: 'id' } as const
const DELETED = { match: 'uid', action: 'delete' } as const
const LOG = { match: 'uid', action: 'delete' } as const

async function open(input: object, enforced = true) {
  const db = new Database(':memory:')
  db.pragma(`foreign_keys = ${enforced ? 'ON' : 'OFF'}`)
  db.exec(SQL)
  return { db, engine: await engineOn(sqliteStore(db), input) }
}

async function engineOn(store: Store, input: object) {
  const policy = definePolicy({ name: 'keys', version: 1, ...input } as PolicyInput)
  const engine = new UserDeletionEngine({
    ...{ store, policy: policy as unknown as Policy<PolicyInput>, clock: fixedClock() },
    ...{ keys: { pseudonym: 'a key of enough bytes' }, logger: { warn() {} } },
  }) as unknown as UserDeletionEngine
  await engine.migrate()
  return engine
}

async function told(engine: UserDeletionEngine): Promise<readonly string[]> {
  const { findings } = await engine.checkSchema()
  return findings
    .filter(({ code }) => code === 'foreign_key_blocks')
    .map(({ severity, table, column, path }) => `${severity} ${table}.${column} ${path}`)
}

function anonymized(set: object, more: object = {}): object {
  const posts = { match: 'uid', action: 'anonymize', reason: 'kept', set }
  return { user: USER, tables: { posts, roles: 'unrelated', log: LOG, ...more } }
}

const PSEUDONYM = { pseudonym: { user: 'id' } }

test('a pseudonym, a token or an instant in an enforced foreign key is an error of the check, and nobody is deleted', async () => {
  for (const value of [PSEUDONYM, { randomToken: true }, '$at']) {
    const { db, engine } = await open(anonymized({ uid: value }))
    assert.deepEqual(await told(engine), ['error posts.uid tables.posts[0].set.uid'])
    await assert.rejects(engine.delete('u1', {}), { code: 'schema_mismatch' })
    await assert.rejects(engine.plan('u1', {}), { code: 'schema_mismatch' })
    assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 2)
  }
})

test('so is one that the end of a retention writes, or the blank user row', async () => {
  const retained = {
    ...{ match: 'uid', action: 'retain', reason: 'kept', for: 'P1Y' },
    ...{ then: 'anonymize', thenSet: { role: PSEUDONYM } },
  }
  const tables = { posts: retained, roles: 'unrelated', log: LOG }
  const kept = { ...USER, action: 'anonymize', reason: 'kept', set: { role: null } }
  assert.deepEqual(await told((await open({ user: kept, tables })).engine), [
    'error posts.role tables.posts[0].thenSet.role',
  ])
  const user = { ...USER, action: 'anonymize', reason: 'kept', set: { role: PSEUDONYM } }
  const blanked = { user, tables: { posts: DELETED, roles: 'unrelated', log: LOG } }
  assert.deepEqual(await told((await open(blanked)).engine), ['error users.role user.set.role'])
})

test('the id of a user who is gone cannot stand in a foreign key of the audit log', async () => {
  const audit = { table: 'log', entry: { id: '$id', uid: '$userId', body: '$action' } }
  const tables = { posts: DELETED, roles: 'unrelated', log: LOG }
  assert.deepEqual(await told((await open({ user: USER, tables, audit })).engine), [
    'error log.uid audit.entry.uid',
  ])
  const user = { ...USER, action: 'anonymize', reason: 'kept', set: { role: null } }
  assert.deepEqual(await told((await open({ user, tables, audit })).engine), [])
})

test('nothing is said of columns without a key, of keys that are not enforced, and of null', async () => {
  assert.deepEqual(await told((await open(anonymized({ org: PSEUDONYM, uid: null }))).engine), [])
  assert.deepEqual(await told((await open(anonymized({ uid: PSEUDONYM }), false)).engine), [])
})

test('a constant of the blank user row that names no row is a blocker of the plan', async () => {
  const column = (name: string) => ({ name, nullable: name !== 'id', generated: false })
  const none = { kind: 'table', uniqueKeys: [], foreignKeys: [], triggers: [] } as const
  for (const [set, expected] of [
    [{ role: 'gone' }, []],
    [{ role: 'nobody' }, ['foreign_key users.role 1']],
  ] as const) {
    const user = { ...USER, action: 'anonymize', reason: 'kept', set }
    const input = { user, tables: { posts: DELETED, roles: 'unrelated', log: LOG } }
    const { db, engine } = await open(input)
    const references = { table: 'roles', columns: ['name'] }
    const memory = memoryStore({
      schema: [
        {
          ...{ ...none, name: 'users', primaryKey: ['id'] },
          columns: ['id', 'role'].map(column),
          foreignKeys: [{ columns: ['role'], references, onDelete: 'no_action' }],
        },
        { ...none, name: 'roles', primaryKey: ['name'], columns: [column('name')] },
        { ...none, name: 'posts', primaryKey: [], columns: [column('uid')] },
        { ...none, name: 'log', primaryKey: [], columns: [column('uid')] },
      ],
    })
    for (const name of ['admin', 'gone']) memory.insert('roles', { name })
    memory.insert('users', { id: 'u1', role: 'admin' })
    memory.insert('users', { id: 'u2', role: 'admin' })
    for (const one of [engine, await engineOn(memory, input)]) {
      const { blockers } = await one.plan('u1', {})
      const found = blockers.map(({ name, table, column, rows }) => [name, table, column, rows])
      assert.deepEqual(
        found.map(([name, table, column, rows]) => `${name} ${table}.${column} ${rows}`),
        expected,
      )
      if (expected.length === 0) await one.delete('u1', {})
      else await assert.rejects(one.delete('u1', {}), { code: 'deletion_blocked' })
    }
    const roles = db.prepare('SELECT role FROM users ORDER BY id').pluck().all()
    assert.deepEqual(roles, [expected.length === 0 ? 'gone' : 'admin', 'admin'])
  }
})
