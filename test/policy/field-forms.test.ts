import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'

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
      {
        match: { column: 'key', equals, inText: true, prefix: '(', suffix: '.)' },
        action: 'delete',
      },
      { match: { column: 'key', inText: true, prefix: '#', suffix: '\\' }, action: 'delete' },
    ],
  },
})

const HERS = [
  ...['sign-in:ann@x', 'ann@x:reset', '<ann@x>'],
  ...['(ann@x.)', 'a (bob@x) and\n(ann@x.) in one', 'number #1\\'],
]
const KEPT = [
  'ann@x',
  'sign-in:bob@x',
  'sign-in:ann@x.org',
  '<ann@x',
  'bob@x:reset',
  ':reset',
  // Neither a pattern nor in another case, and nothing that is only longer.
  ...['(ann@xy)', '(ANN@X.)', '(joann@x.)', '(ann@x.org.)', 'number #11\\', 'number #1', '(null.)'],
  'null:reset',
]

const rows = {
  users: [
    { id: 1, email: 'ann@x', phone: null },
    { id: 2, email: 'bob@x', phone: null },
  ],
  codes: [...HERS, ...KEPT].map((key) => ({ key })),
}

const refusalOf = (match: object, what: object = { action: 'delete' }): unknown => {
  const tables = { codes: { match, ...what } }
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

  it('is told that no index helps inside a longer text', async () => {
    const db = new Database(':memory:')
    db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, phone TEXT)')
    db.exec('CREATE TABLE codes (key TEXT)')
    const unindexed = async (bounds: object) => {
      const schemaCheck = { minUnindexedRows: 0, ...bounds }
      const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, schemaCheck })
      const { findings } = await engine.checkSchema()
      return findings.filter(({ table }) => table === 'codes')
    }
    const remedyOf = ({ message }: { readonly message: string }) => message.split('rows. ')[1]
    const remedies = (await unindexed({})).map(remedyOf)
    const text =
      'None helps inside a text: keep the user in a column of its own, or accept the finding.'
    assert.deepEqual(remedies, [...Array(4).fill('Create one.'), text, text])
    db.exec('CREATE INDEX codes_key ON codes (key)')
    assert.deepEqual((await unindexed({})).map(remedyOf), [text, text])
    // It is shorter than the table, so that many rows are no reason to refuse.
    db.exec("INSERT INTO codes VALUES ('a'), ('b')")
    const large = await unindexed({ minUnindexedRows: 2, maxUnindexedRows: 1 })
    assert.deepEqual(
      large.map(({ severity }) => severity),
      ['warning', 'warning'],
    )
    assert.deepEqual(await unindexed({ minUnindexedRows: 3 }), [])
    db.exec('DROP INDEX codes_key')
    const withoutIndex = await unindexed({ minUnindexedRows: 2, maxUnindexedRows: 1 })
    assert.deepEqual(new Set(withoutIndex.map(({ severity }) => severity)), new Set(['error']))
  })

  it('is refused around the id, rows of other tables, and in another spelling', () => {
    assert.equal(refusalOf({ column: 'key', suffix: 'x' }), 'tables.codes.match.suffix')
    assert.equal(refusalOf({ column: 'key', equals, form: 'string' }), 'tables.codes.match.form')
  })

  it('is compared in any case wherever it stands, and an id never is', () => {
    const place = 'tables.codes.match.ignoreCase'
    const whole = { column: 'key', equals, ignoreCase: true }
    assert.equal(refusalOf(whole), null)
    assert.equal(refusalOf({ column: 'key', ignoreCase: true }), place)
    assert.equal(refusalOf({ ...whole, inText: true, prefix: '<', suffix: '>' }), null)
    assert.equal(refusalOf({ array: 'key', equals, ignoreCase: true }, { action: 'detach' }), null)
    assert.equal(refusalOf({ array: 'key', ignoreCase: true }, { action: 'detach' }), place)
    assert.equal(refusalOf({ json: 'key', path: 'by', equals, ignoreCase: true }), null)
  })

  it('is refused within a longer text without its ends, in JSON, and where rows stay', () => {
    const text = { column: 'key', equals, inText: true, prefix: '(', suffix: ')' }
    assert.equal(refusalOf({ ...text, suffix: undefined }), 'tables.codes.match.suffix')
    assert.equal(refusalOf({ ...text, prefix: undefined }), 'tables.codes.match.prefix')
    assert.equal(refusalOf({ ...text, prefix: '' }), 'tables.codes.match.prefix')
    const { column: _, ...ends } = text
    const inJson = refusalOf({ ...ends, json: 'a', path: 'b' })
    assert.equal(inJson, 'tables.codes.match.inText')
    const kept = { action: 'retain', reason: 'support' }
    assert.equal(refusalOf(text, kept), 'tables.codes.match.inText')
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
