import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import type { Store } from '../../src/index.ts'
import type { TableSchema } from '../../src/program/schema.ts'
import {
  emailOf,
  engineOn,
  type Held,
  idOf,
  proveSamples,
  USERS,
} from '../worlds/knowledge/sampled-users.ts'

function inSqlite(held: Held, rows: number): Store {
  const db = new Database(':memory:')
  db.exec(
    'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE, number INTEGER); CREATE TABLE things (id INTEGER PRIMARY KEY, blob7 TEXT, member_id TEXT)',
  )
  const user = db.prepare('INSERT INTO users VALUES (?, ?, ?)')
  for (let one = 0; one < USERS; one += 1) user.run(idOf(one), emailOf(one), one)
  const thing = db.prepare('INSERT INTO things VALUES (?, ?, NULL)')
  for (let one = 0; one < rows; one += 1) thing.run(one, held(one))
  return sqliteStore(db)
}

function inMemory(held: Held, rows: number): Store {
  const column = (name: string) => ({ name, nullable: true, generated: false })
  const none = { kind: 'table', uniqueKeys: [], foreignKeys: [], triggers: [] } as const
  const table = (name: string, columns: readonly string[]): TableSchema => ({
    ...{ name, ...none, primaryKey: ['id'], columns: columns.map(column) },
  })
  const store = memoryStore({
    schema: [
      table('users', ['id', 'email', 'number']),
      table('things', ['id', 'blob7', 'member_id']),
    ],
  })
  for (let one = 0; one < USERS; one += 1) {
    store.insert('users', { id: idOf(one), email: emailOf(one), number: one })
  }
  for (let one = 0; one < rows; one += 1)
    store.insert('things', { id: one, blob7: held(one), member_id: null })
  return store
}

describe('what samples hold of users, in SQLite', () => {
  proveSamples((title, prove) => it(title, () => prove(inSqlite)))
})

describe('what samples hold of users, in memory', () => {
  proveSamples((title, prove) => it(title, () => prove(inMemory)))
})

it('of eight characters is told of, and of fewer is not', async () => {
  for (const [length, expected] of [
    [8, ['value_reference blob7']],
    [7, []],
  ] as const) {
    const db = new Database(':memory:')
    db.exec(
      'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); CREATE TABLE things (id INTEGER PRIMARY KEY, blob7 TEXT)',
    )
    for (let one = 0; one < 30; one += 1) {
      const id = `u${String(one).padStart(length - 1, 'x')}`
      db.prepare('INSERT INTO users VALUES (?, ?)').run(id, emailOf(one))
      db.prepare('INSERT INTO things (blob7) VALUES (?)').run(id)
    }
    const engine = engineOn(sqliteStore(db))
    await engine.migrate()
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      findings.map(({ code, column }) => `${code} ${column}`),
      expected,
    )
  }
})

describe('an error by value', () => {
  const put = () => inSqlite(idOf, 40)

  it('refuses at the first look, and passes once it is accepted', async () => {
    const engine = engineOn(put())
    await engine.migrate()
    await assert.rejects(engine.delete(idOf(1)), { code: 'schema_mismatch' })
    const accept = [{ code: 'value_reference', table: 'things' }] as const
    const accepting = engineOn(put(), 'unrelated', { schemaCheck: { accept } })
    await accepting.migrate()
    await accepting.delete(idOf(1))
  })

  it('that comes in the middle stops no deletion', async () => {
    const db = new Database(':memory:')
    db.exec(
      'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); CREATE TABLE things (id INTEGER PRIMARY KEY, blob7 TEXT)',
    )
    for (let one = 0; one < 40; one += 1)
      db.prepare('INSERT INTO users VALUES (?, ?)').run(idOf(one), emailOf(one))
    const engine = engineOn(sqliteStore(db))
    await engine.migrate()
    await engine.delete(idOf(1))
    for (let one = 2; one < 40; one += 1)
      db.prepare('INSERT INTO things (blob7) VALUES (?)').run(idOf(one))
    await engine.delete(idOf(2))
    const { fits } = await engine.checkSchema()
    assert.equal(fits, false)
  })

  it('is none in rows that go with the very user, and one where they name another', async () => {
    const db = new Database(':memory:')
    db.exec(
      'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); CREATE TABLE things (id INTEGER PRIMARY KEY, user_id TEXT, own TEXT, seen TEXT)',
    )
    for (let one = 0; one < 40; one += 1) {
      db.prepare('INSERT INTO users VALUES (?, ?)').run(idOf(one), emailOf(one))
      db.prepare('INSERT INTO things VALUES (?, ?, ?, ?)').run(
        one,
        idOf(one),
        emailOf(one),
        idOf((one + 1) % 40),
      )
    }
    const engine = engineOn(sqliteStore(db), { match: 'user_id', action: 'delete' })
    await engine.migrate()
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      findings.filter(({ code }) => code === 'value_reference').map(({ column }) => column),
      ['seen'],
    )
  })

  it('takes the place of a warning by name, and a sample without users silences one', async () => {
    const db = new Database(':memory:')
    db.exec(
      'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); CREATE TABLE things (id INTEGER PRIMARY KEY, closer_id TEXT, member_id TEXT, owner_id TEXT)',
    )
    for (let one = 0; one < 40; one += 1) {
      db.prepare('INSERT INTO users VALUES (?, ?)').run(idOf(one), emailOf(one))
      const member = one < 10 ? null : `member-${one}`
      db.prepare('INSERT INTO things VALUES (?, ?, ?, ?)').run(one, idOf(one), member, null)
    }
    const engine = engineOn(sqliteStore(db))
    await engine.migrate()
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      findings.map(({ code, column }) => `${code} ${column}`),
      ['value_reference closer_id', 'user_reference owner_id'],
    )
  })
})
