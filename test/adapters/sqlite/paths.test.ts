import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'

const BY_OWNER = { match: 'owner', action: 'anonymize', reason: 'orders are counted' } as const
const PULL = { ...BY_OWNER, set: { body: { pull: { user: 'email' } } } } as const
const PULL_LIST = {
  ...BY_OWNER,
  set: { body: { pull: { user: 'email' }, path: 'list' } },
} as const
const BY_PATH = { match: { json: 'body', path: 'user.id' }, action: 'delete' } as const

function open(docs: typeof PULL | typeof PULL_LIST | typeof BY_PATH, ...bodies: unknown[]) {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE);
    CREATE TABLE docs (id INTEGER PRIMARY KEY, owner TEXT, body);
    CREATE INDEX docs_owner ON docs (owner);
    INSERT INTO users VALUES ('u1', 'ann@x'), ('u2', 'bob@x')`)
  const insert = db.prepare("INSERT INTO docs (owner, body) VALUES ('u1', ?)")
  for (const body of bodies) insert.run(body)
  const policy = definePolicy({
    ...{ name: 'paths', version: 1 },
    user: { table: 'users', id: 'id', fields: { email: 'email' } },
    tables: { docs },
  })
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, logger: { warn() {} } })
  const left = (): unknown[] => db.prepare('SELECT body FROM docs').pluck().all()
  const findings = async () => {
    const { findings: all } = await engine.checkSchema()
    return all.filter(({ code }) => code === 'path_not_found')
  }
  return { db, engine, left, findings }
}

describe('an array that is to lose an element, in SQLite', () => {
  for (const body of ['{"list":["q"],"list":["ann@x"]}', '{"list":["ann@x"],"list":["ann@x"]}']) {
    it(`is residue behind a key that stands twice: ${body}`, async () => {
      const { engine, left } = open(PULL_LIST, body)
      await engine.migrate()
      await assert.rejects(engine.delete('u1'), { code: 'residue_left' })
      assert.deepEqual(left(), [body])
      const { status } = await engine.verify('u1', { known: { email: 'ann@x' } })
      assert.equal(status, 'residue')
    })
  }

  for (const [what, body] of [
    ['bytes of an object', Buffer.from('{"a":"ann@x"}')],
    ['bytes of a text', Buffer.from('a, ann@x')],
    ['a text with a zero byte behind the value', 'ann@x\0b'],
    ['signs of a pattern around it', '[*?ann@x]'],
  ] as const) {
    it(`is residue where ${what} stand in its place`, async () => {
      const { engine } = open(PULL, body)
      await engine.migrate()
      await assert.rejects(engine.delete('u1'), { code: 'residue_left' })
    })
  }

  it('may have signs of a pattern in it', async () => {
    const { db, engine } = open(PULL, 'to a[n]?*@x')
    db.exec("UPDATE users SET email = 'a[n]?*@x' WHERE id = 'u1'")
    await engine.migrate()
    await assert.rejects(engine.delete('u1'), { code: 'residue_left' })
    db.exec("UPDATE docs SET body = 'to an and more@x'")
    await engine.delete('u1')
  })
})

describe('what the check tells of arrays and paths, in SQLite', () => {
  for (const body of ['bob@x', '"bob@x"', '{"list":["bob@x"]}', '[{"email":"bob@x"}]']) {
    it(`a column without an array of values: ${body}`, async () => {
      const { engine, findings } = open(PULL, body)
      await engine.migrate()
      const found = await findings()
      assert.deepEqual(
        found.map(({ code, column }) => [code, column]),
        [['path_not_found', 'body']],
      )
    })
  }

  it('nothing of a column with arrays, empty ones and nothing', async () => {
    for (const bodies of [['["bob@x"]', 'bob@x'], ['[]'], [null], [''], ['["x",{}]']]) {
      const { engine, findings } = open(PULL, ...bodies)
      await engine.migrate()
      assert.deepEqual(await findings(), [])
    }
  })

  it('a key of the path that stands twice in one object', async () => {
    const twice = '{"user":{"id":"u2"},"user":{"id":"u1"}}'
    const { engine, findings } = open(BY_PATH, '{"user":{"id":"u2"}}', twice)
    await engine.migrate()
    const [found, ...others] = await findings()
    assert.equal(found?.code, 'path_not_found')
    assert.match(found?.message ?? '', /the key "user" .* twice/)
    assert.deepEqual(others, [])
  })

  it('nothing of keys that stand twice beside the path, or in two objects', async () => {
    const { engine, findings } = open(BY_PATH, '{"user":{"id":"u2","a":1,"a":2},"by":{"id":1}}')
    await engine.migrate()
    assert.deepEqual(await findings(), [])
  })
})
