import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { mongoStore } from '../adapters/mongodb/index.ts'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { definePolicy, type PolicyInput, UserDeletionEngine } from '../src/index.ts'
import { simulate } from '../src/testing/index.ts'
import { fixedClock } from './support/fixed-clock.ts'
import { describeMongo } from './support/mongo-server.ts'

const user = { table: 'users', id: 'id', fields: { email: 'email', phone: 'phone' } }
const equals = { user: 'email' } as const

const policy = definePolicy({
  name: 'codes',
  version: 1,
  user,
  tables: {
    codes: [
      { match: { column: 'key', equals, prefix: 'sign-in:' }, action: 'delete' },
      { match: { column: 'key', equals, suffix: ':reset' }, action: 'delete' },
      { match: { column: 'key', equals, prefix: '<', suffix: '>' }, action: 'delete' },
      { match: { column: 'key', equals: { user: 'phone' }, suffix: ':reset' }, action: 'delete' },
    ],
  },
})

const HERS = ['sign-in:ann@x', 'ann@x:reset', '<ann@x>']
const KEPT = [
  'ann@x',
  'sign-in:bob@x',
  'sign-in:ann@x.org',
  '<ann@x',
  'bob@x:reset',
  ':reset',
  'null:reset',
]

const rows = {
  users: [
    { id: 1, email: 'ann@x', phone: null },
    { id: 2, email: 'bob@x', phone: null },
  ],
  codes: [...HERS, ...KEPT].map((key) => ({ key })),
}

const refusalOf = (match: object): unknown => {
  const tables = { codes: { match, action: 'delete' } }
  try {
    definePolicy({ name: 'x', version: 1, user, tables } as unknown as PolicyInput)
  } catch (error) {
    return (error as { details: { path: string } }).details.path
  }
  return null
}

describe('a field between fixed texts', () => {
  it('matches that text alone in memory', async () => {
    const { tables } = await simulate(policy, rows, 1)
    assert.deepEqual(keysOf(tables['codes']?.deleted), HERS)
    assert.deepEqual(keysOf(tables['codes']?.kept), KEPT)
  })

  it('matches that text alone in SQLite', async () => {
    const db = new Database(':memory:')
    db.exec(
      'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, phone TEXT); CREATE TABLE codes (key TEXT)',
    )
    for (const { id, email } of rows.users) {
      db.prepare('INSERT INTO users (id, email) VALUES (?, ?)').run(id, email)
    }
    for (const { key } of rows.codes) db.prepare('INSERT INTO codes VALUES (?)').run(key)
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, clock: fixedClock() })
    await engine.migrate()
    await engine.delete(1, {})
    assert.deepEqual(db.prepare('SELECT key FROM codes').pluck().all(), KEPT)
  })

  it('is refused around the id, rows of other tables, and in another spelling', () => {
    assert.equal(refusalOf({ column: 'key', suffix: 'x' }), 'tables.codes.match.suffix')
    assert.equal(refusalOf({ column: 'key', equals, form: 'string' }), 'tables.codes.match.form')
  })
})

describeMongo('a field between fixed texts, in MongoDB', 'replica set', ({ it, server }) => {
  it('matches that text alone', async () => {
    await server().withDatabase(async (db) => {
      await db.collection('users').insertMany(rows.users.map((row) => ({ ...row })))
      await db.collection('codes').insertMany(rows.codes.map((row) => ({ ...row })))
      const engine = new UserDeletionEngine({ store: mongoStore(db), policy, clock: fixedClock() })
      await engine.migrate()
      await engine.delete(1, {})
      assert.deepEqual(keysOf(await db.collection('codes').find().toArray()), KEPT)
    })
  })
})

function keysOf(found: readonly object[] = []): readonly unknown[] {
  return found.map((row) => Object.entries(row).find(([name]) => name === 'key')?.[1])
}
