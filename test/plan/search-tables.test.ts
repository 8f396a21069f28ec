/** Full-text tables over other tables: what keeps the words of gone rows, and what no rule can read. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PolicyInput } from '../../src/index.ts'
import { openOdd } from '../worlds/odd-schema.ts'

const BASE = `CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT, body TEXT);
  CREATE VIRTUAL TABLE words USING fts5 (body, content='posts', content_rowid='id');`
const ON_DELETE = `CREATE TRIGGER gone AFTER DELETE ON posts BEGIN
  INSERT INTO words (words, rowid, body) VALUES ('delete', old.id, old.body); END;`
const ON_UPDATE = `CREATE TRIGGER changed AFTER UPDATE ON posts BEGIN
  INSERT INTO words (words, rowid, body) VALUES ('delete', old.id, old.body);
  INSERT INTO words (rowid, body) VALUES (new.id, new.body); END;`
const INDEX = { action: 'external', reason: 'an index over posts' }
const DELETED = { match: 'author', action: 'delete' }
const BLANKED = { match: 'author', action: 'anonymize', reason: 'history', set: { body: null } }

async function toldOf(sql: string, tables: object): Promise<readonly string[]> {
  const { engine } = await openOdd({ sql, tables: tables as PolicyInput['tables'] })
  const codes = ['stale_index', 'unreachable_table']
  const { findings } = await engine.checkSchema()
  return findings.flatMap(({ code, severity, table }) =>
    codes.includes(code) ? [`${severity} ${code} ${table}`] : [],
  )
}

describe('an index over a table, whose rows it does not keep', () => {
  it('is told of where no trigger takes the words of deleted or overwritten rows out of it', async () => {
    const told = ['warning stale_index words']
    for (const words of [INDEX, 'unrelated']) {
      assert.deepEqual(await toldOf(BASE, { posts: DELETED, words }), told)
    }
    assert.deepEqual(await toldOf(BASE + ON_UPDATE, { posts: DELETED, words: INDEX }), told)
    assert.deepEqual(await toldOf(BASE + ON_DELETE, { posts: BLANKED, words: INDEX }), told)
  })

  it('does find the words of a deleted row there, and does not under the trigger', async () => {
    for (const [triggers, left] of [
      ['', 1],
      [ON_DELETE, 0],
    ] as const) {
      const { engine, rows } = await openOdd({
        sql: `${BASE}${triggers} INSERT INTO users VALUES ('usr_1');
          INSERT INTO posts VALUES (1, 'usr_1', 'secret'); INSERT INTO words (words) VALUES ('rebuild')`,
        tables: { posts: DELETED, words: INDEX } as PolicyInput['tables'],
      })
      await engine.delete('usr_1')
      assert.equal(rows(`SELECT rowid FROM words ('secret')`).length, left)
    }
  })

  it('is not told of under its triggers, or where the rows stay as they are', async () => {
    assert.deepEqual(await toldOf(BASE + ON_DELETE, { posts: DELETED, words: INDEX }), [])
    assert.deepEqual(await toldOf(BASE + ON_UPDATE, { posts: BLANKED, words: INDEX }), [])
    assert.deepEqual(await toldOf(BASE, { posts: 'unrelated', words: INDEX }), [])
  })
})

describe('an index without content', () => {
  const sql = `CREATE TABLE users (id TEXT PRIMARY KEY);
    CREATE VIRTUAL TABLE words USING fts5 (author, body, content='');`

  it('takes no rule: its columns read as null', async () => {
    const words = { match: 'author', action: 'delete' }
    assert.deepEqual(await toldOf(sql, { words }), ['error unreachable_table words'])
    assert.deepEqual(await toldOf(sql, { words: INDEX }), [])
  })
})
