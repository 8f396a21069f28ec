/** Whose rows are whose where columns, keys and values are unusual ones. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openOdd } from '../../worlds/odd-schema.ts'

describe('a key by which addresses are unique', () => {
  const inAnyCase = {
    match: { column: 'email', equals: { user: 'email' }, ignoreCase: true },
    acrossTenants: true,
    action: 'delete',
  } as const
  const sql = (column: string, key: string) => `
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT ${column});
    CREATE UNIQUE INDEX own ON users (${key});
    CREATE TABLE invites (email TEXT);
    INSERT INTO users VALUES ('ann', 'Ann@x.example');
    INSERT INTO invites VALUES ('ann@x.example')`
  const user = { table: 'users', id: 'id', fields: { email: 'email' } }

  for (const [column, key] of [
    ['COLLATE NOCASE', 'email COLLATE BINARY'],
    ['COLLATE NOCASE', 'email COLLATE RTRIM'],
    ['', 'email'],
  ] as const) {
    it(`(${key}) in a column ${column} lets another user hold one in another case, whose rows stay`, async () => {
      const { db, engine, rows } = await openOdd({
        ...{ sql: sql(column, key), user, tables: { invites: inAnyCase } },
      })
      db.exec(`INSERT INTO users VALUES ('other', 'ann@x.example')`)
      const { steps } = await engine.delete('ann', {})
      assert.deepEqual([steps[0]?.rows, steps[0]?.shared], [0, 1])
      assert.deepEqual(rows('SELECT email FROM invites'), [['ann@x.example']])
      await engine.delete('other', {})
      assert.deepEqual(rows('SELECT email FROM invites'), [])
    })
  }
})

describe('a key of a parent row that is blank', () => {
  const tables = {
    sessions: { match: 'user_id', action: 'delete' },
    hints: {
      match: { column: 'key', through: { table: 'sessions', key: 'key' } },
      action: 'delete',
    },
  } as const

  for (const type of ['INTEGER', 'NUMERIC', 'REAL', 'TEXT', '']) {
    for (const blank of ["''", "' '", 'char(0xad)', 'char(0x61c)', 'char(0xfe0f)']) {
      it(`leads to nobody's rows where it is ${blank} in a column of the type "${type}"`, async () => {
        const { engine, rows } = await openOdd({
          sql: `CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('ann');
            CREATE TABLE sessions (user_id TEXT, key ${type} UNIQUE); CREATE TABLE hints (key ${type});
            INSERT INTO sessions VALUES ('ann', ${blank}), ('ann', 7); INSERT INTO hints VALUES (${blank}), (7)`,
          tables,
        })
        await engine.delete('ann', {})
        assert.deepEqual(rows('SELECT count(*) FROM sessions'), [[0]])
        assert.deepEqual(rows(`SELECT key = ${blank} FROM hints`), [[1]])
      })
    }
  }
})

describe('what leaves no mark', () => {
  for (const blank of ['\u200b', '\u2800', '\u061c', '\ufe0f', '\u034f', '\u{e0001}']) {
    const code = `U+${blank.codePointAt(0)?.toString(16)}`

    it(`${code} is no address, and no row is found by it`, async () => {
      const { engine, rows } = await openOdd({
        sql: `CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); INSERT INTO users VALUES ('ann', '${blank}');
          CREATE TABLE invites (email TEXT); INSERT INTO invites VALUES ('${blank}')`,
        user: { table: 'users', id: 'id', fields: { email: 'email' } },
        tables: {
          invites: {
            match: { column: 'email', equals: { user: 'email' } },
            acrossTenants: true,
            action: 'delete',
          },
        },
      })
      await engine.delete('ann', {})
      assert.deepEqual(rows('SELECT count(*) FROM invites'), [[1]])
    })

    it(`${code} is no id, alone and in a list, and nothing is written`, async () => {
      const { engine, rows } = await openOdd({
        sql: `CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('${blank}')`,
        tables: {},
      })
      await assert.rejects(engine.delete(blank, {}), { code: 'invalid_id' })
      assert.equal((await engine.deleteMany([blank], {})).errors[0]?.code, 'invalid_id')
      assert.deepEqual(rows('SELECT count(*) FROM users'), [[1]])
    })
  }
})

describe('an id that is a number of any declared type', () => {
  for (const type of ['NUMERIC', 'DECIMAL(10, 0)', 'REAL', 'DOUBLE', 'FLOAT']) {
    it(`${type}: a column of texts is reported where it would not be found`, async () => {
      const { engine } = await openOdd({
        sql: `CREATE TABLE users (id ${type} PRIMARY KEY); CREATE TABLE posts (author TEXT); CREATE INDEX a ON posts (author)`,
        tables: { posts: { match: 'author', action: 'delete' } },
      })
      const { fits, findings } = await engine.checkSchema()
      assert.equal(fits, false)
      assert.deepEqual(
        findings.map(({ code, table, column }) => [code, table, column]),
        [['id_type_mismatch', 'posts', 'author']],
      )
    })

    it(`${type}: a column of numbers is not`, async () => {
      const { engine } = await openOdd({
        sql: `CREATE TABLE users (id ${type} PRIMARY KEY); CREATE TABLE posts (author INTEGER); CREATE INDEX a ON posts (author)`,
        tables: { posts: { match: 'author', action: 'delete' } },
      })
      assert.deepEqual((await engine.checkSchema()).findings, [])
    })
  }
})
