/** Users whom nothing keeps from having one id: a call can name neither of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PolicyInput } from '../../src/index.ts'
import { openOdd } from '../worlds/odd-schema.ts'

const posts = { match: 'author', action: 'delete' } as const

async function toldOf(users: string, tenant?: string): Promise<readonly string[]> {
  const { engine } = await openOdd({
    sql: `CREATE TABLE users (${users}); CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT, org TEXT)`,
    user: { table: 'users', id: 'id', ...(tenant === undefined ? {} : { tenant }) },
    tables: {
      posts: tenant === undefined ? posts : { ...posts, tenant },
    } as PolicyInput['tables'],
  })
  const { findings } = await engine.checkSchema()
  return findings.flatMap(({ code, severity, table, column }) =>
    code === 'shared_value' ? [`${severity} ${table}.${column}`] : [],
  )
}

describe('ids of users that no key keeps apart', () => {
  it('are told of, once', async () => {
    assert.deepEqual(await toldOf('id TEXT'), ['warning users.id'])
    assert.deepEqual(await toldOf('key INTEGER PRIMARY KEY, id TEXT, org TEXT', 'org'), [
      'warning users.id',
    ])
    // Without a tenant in the policy a user of any is found by the id alone.
    assert.deepEqual(await toldOf('id TEXT, org TEXT, PRIMARY KEY (org, id)'), ['warning users.id'])
  })

  it('are not told of under a primary key, a unique one, or one with the tenant', async () => {
    for (const users of ['id TEXT PRIMARY KEY', 'id TEXT UNIQUE', 'id INTEGER PRIMARY KEY']) {
      assert.deepEqual(await toldOf(users), [], users)
    }
    assert.deepEqual(await toldOf('id TEXT, org TEXT, PRIMARY KEY (org, id)', 'org'), [])
    assert.deepEqual(await toldOf('id TEXT PRIMARY KEY, org TEXT', 'org'), [])
  })

  it('are those of users who cannot be deleted: both stay, and so do their rows', async () => {
    const { engine, rows } = await openOdd({
      sql: `CREATE TABLE users (id TEXT, name TEXT); CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT);
        INSERT INTO users VALUES ('usr_1', 'Ann'), ('usr_1', 'Bob'), ('usr_2', 'Cat');
        INSERT INTO posts VALUES (1, 'usr_1'), (2, 'usr_2')`,
      tables: { posts },
    })
    await assert.rejects(engine.delete('usr_1'), { code: 'residue_left' })
    await engine.delete('usr_2')
    assert.deepEqual(rows('SELECT name FROM users ORDER BY name'), [['Ann'], ['Bob']])
    assert.deepEqual(rows('SELECT id FROM posts'), [[1]])
  })
})
