/** What is said of rows whose columns hold something else than their rule supposes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'

async function scrubbed(column: string, held: string | Buffer): Promise<unknown> {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('u1');
    CREATE TABLE notes (id INTEGER PRIMARY KEY, uid TEXT, body ${column}); CREATE INDEX n ON notes (uid)`)
  db.prepare("INSERT INTO notes (uid, body) VALUES ('u1', ?)").run(held)
  const set = { body: { scrub: ['name', 'items[].by'] } }
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: definePolicy({
      ...{ name: 'words', version: 1, user: { table: 'users', id: 'id' } },
      tables: { notes: { match: 'uid', action: 'anonymize', reason: 'counted', set } },
    }),
    logger: { warn() {} },
  })
  await engine.migrate()
  assert.equal((await engine.plan('u1', {})).blockers.length, 0)
  await engine.delete('u1', {})
  assert.equal((await engine.verify('u1', {})).status, 'clean')
  const left = db.prepare('SELECT body FROM notes').pluck().get()
  db.close()
  return Buffer.isBuffer(left) ? left.toString() : left
}

describe('a scrub on SQLite', () => {
  for (const [what, held] of [
    ['a text that is JSON', '"ann@example.com"'],
    ['a document that was put into JSON twice', JSON.stringify('{"name":"Ann"}')],
    ['a number', '4915112345678'],
    ['a document with more behind a zero byte', '{"name":"Ann"}\0ann@example.com'],
  ] as const) {
    it(`takes ${what} away as a whole, kept as text or as bytes`, async () => {
      assert.equal(await scrubbed('TEXT', held), null)
      assert.equal(await scrubbed('BLOB', Buffer.from(held)), null)
      assert.equal(await scrubbed('TEXT NOT NULL', held), '{}')
    })
  }

  it('leaves JSON that is null, and documents without the paths, as they are', async () => {
    for (const held of ['null', '{"n":1}', '[]', '[1,"x"]']) {
      assert.equal(await scrubbed('TEXT', held), held)
      assert.equal(await scrubbed('BLOB', Buffer.from(held)), held)
    }
  })
})
