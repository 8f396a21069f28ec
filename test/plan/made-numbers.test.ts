/** Columns of SQLite that make numbers of texts: where they are compared with texts, it is told. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PolicyInput } from '../../src/index.ts'
import { openOdd } from '../worlds/odd-schema.ts'

interface Columns {
  readonly users?: string
  readonly author: string
  readonly strict?: string
  readonly match?: object
}

/** Where the check tells of a mismatch of types: table, column and severity. */
async function toldOf({ users = 'TEXT', author, strict = '', match }: Columns) {
  const rule = { match: match ?? 'author', action: 'delete' }
  const { engine } = await openOdd({
    sql: `CREATE TABLE users (id ${users} PRIMARY KEY); CREATE TABLE posts (id INTEGER PRIMARY KEY, author ${author}) ${strict}`,
    tables: { posts: rule } as unknown as PolicyInput['tables'],
  })
  return mismatchesIn((await engine.checkSchema()).findings)
}

function mismatchesIn(
  findings: readonly { code: string; severity: string; table: string; column?: string }[],
): readonly string[] {
  return findings.flatMap(({ code, severity, table, column }) =>
    code === 'id_type_mismatch' ? [`${severity} ${table}.${column}`] : [],
  )
}

describe('ids that are texts, in a column whose declared type names no text', () => {
  it('are told of: the database makes one number of two of them', async () => {
    for (const author of ['STRING', 'UUID', 'JSON', 'DATETIME', 'BOOLEAN', 'ANY']) {
      assert.deepEqual(await toldOf({ author }), ['warning posts.author'], author)
      const other = await toldOf({ users: author, author: 'TEXT' })
      assert.deepEqual(other, ['warning posts.author'], `${author} of the users`)
    }
  })

  it('are not told of where both columns do the same, or neither makes numbers', async () => {
    for (const [users, author] of [
      ['STRING', 'STRING'],
      ['UUID', 'UUID'],
      ['STRING', 'INTEGER'],
      ['INTEGER', 'STRING'],
      ['TEXT', 'VARCHAR(36)'],
      ['TEXT', ''],
    ] as const) {
      assert.deepEqual(await toldOf({ users, author }), [], `${users} and ${author}`)
    }
    assert.deepEqual(await toldOf({ author: 'ANY', strict: 'STRICT' }), [], 'ANY in a STRICT table')
  })

  it('are not told of inside JSON, which keeps the type that is written', async () => {
    const match = { json: 'author', path: 'id' }
    assert.deepEqual(await toldOf({ author: 'JSON', match }), [])
  })

  it('are told of once, where the types themselves say number and text', async () => {
    assert.deepEqual(await toldOf({ author: 'NUMERIC' }), ['warning posts.author'])
  })
})

describe('tenants that are texts, in a column that makes numbers', () => {
  async function tenants(users: string, posts: string) {
    const { engine } = await openOdd({
      sql: `CREATE TABLE users (id TEXT PRIMARY KEY, org ${users} NOT NULL); CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT, org ${posts})`,
      user: { table: 'users', id: 'id', tenant: 'org' },
      tables: { posts: { match: 'author', tenant: 'org', action: 'delete' } },
    })
    return mismatchesIn((await engine.checkSchema()).findings)
  }

  it('are told of: rows of tenant 01 would be those of tenant 1', async () => {
    for (const posts of ['INTEGER', 'NUMERIC', 'STRING', 'JSON']) {
      assert.deepEqual(await tenants('TEXT', posts), ['warning posts.org'], posts)
    }
  })

  it('are told of where the column is declared to hold bytes, in which no text is found', async () => {
    assert.deepEqual(await tenants('TEXT', 'BLOB'), ['warning posts.org'])
  })

  it('are not told of where both columns are alike, or the text is on the side of the rows', async () => {
    for (const [users, posts] of [
      ['TEXT', 'TEXT'],
      ['INTEGER', 'INTEGER'],
      ['INTEGER', 'TEXT'],
      ['TEXT', ''],
    ] as const) {
      assert.deepEqual(await tenants(users, posts), [], `${users} and ${posts}`)
    }
  })
})
