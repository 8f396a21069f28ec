/** References that may stand for things of several kinds, whose numbers are those of users too. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePolicy, type PolicyInput } from '../../src/index.ts'
import { checkKinds } from '../../src/plan/check/values/check-kinds.ts'
import { compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import type { TableSchema } from '../../src/program/schema.ts'
import { openOdd } from '../worlds/odd-schema.ts'

const USER = { table: 'users', id: 'id' } as const

/** What the check tells of a table of these columns and rows, on SQLite. */
async function kindsIn(
  columns: string,
  rule: object,
  rows: readonly unknown[] = [],
  id = 'INTEGER PRIMARY KEY',
): Promise<readonly (string | undefined)[]> {
  const { engine, db } = await openOdd({
    sql: `CREATE TABLE users (id ${id}); CREATE TABLE posts (id INTEGER PRIMARY KEY, ${columns})`,
    user: USER,
    tables: { posts: rule },
  } as never)
  for (const row of rows) db.prepare('INSERT INTO posts (body) VALUES (?)').run(row)
  const { findings } = await engine.checkSchema()
  return findings.flatMap(({ code, column }) => (code === 'other_kind' ? [column] : []))
}

const byOwner = { match: 'owner_id', action: 'delete' } as const

describe('a column of numbers with its kind beside it', () => {
  it('is reported where the rule does not look at the kind', async () => {
    for (const kind of ['owner_type TEXT', 'ownerKind TEXT', 'OWNER_CLASS TEXT']) {
      assert.deepEqual(await kindsIn(`owner_id INTEGER, ${kind}`, byOwner), ['owner_id'], kind)
    }
    const through = {
      match: { column: 'owner_id', through: { table: 'posts', key: 'id' } },
      action: 'delete',
    }
    const { engine } = await openOdd({
      sql: `CREATE TABLE users (id TEXT PRIMARY KEY); CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT);
        CREATE TABLE tags (owner_id INTEGER, owner_type TEXT)`,
      user: USER,
      tables: { posts: { match: 'author', action: 'delete' }, tags: through },
    } as never)
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      findings.flatMap(({ code, table }) => (code === 'other_kind' ? [table] : [])),
      ['tags'],
    )
  })

  it('is not reported where the rule does, ids are texts, or the kind is that of something else', async () => {
    const kind = 'owner_id INTEGER, owner_type TEXT'
    assert.deepEqual(await kindsIn(kind, { ...byOwner, where: { owner_type: 'User' } }), [])
    assert.deepEqual(
      await kindsIn('owner_id TEXT, owner_type TEXT', byOwner, [], 'TEXT PRIMARY KEY'),
      [],
    )
    for (const other of [
      'type TEXT',
      'kind TEXT',
      'post_type TEXT',
      'owner TEXT',
      'owner_name TEXT',
    ]) {
      assert.deepEqual(await kindsIn(`owner_id INTEGER, ${other}`, byOwner), [], other)
    }
    const prefixed = { match: { column: 'owner_id', prefix: 'user:' }, action: 'delete' }
    assert.deepEqual(await kindsIn('owner_id TEXT, owner_type TEXT', prefixed), [])
  })
})

describe('an element of an array with its kind beside it', () => {
  const inArray = { match: { array: 'body', element: 'ref' }, action: 'detach' } as const

  it('is reported where the sample shows one', async () => {
    for (const row of [
      '[{"kind":"users","ref":5}]',
      '[{"ref":1},{"relationTo":"media","ref":5}]',
    ]) {
      assert.deepEqual(await kindsIn('body TEXT', inArray, ['[]', row]), ['body.ref'], row)
    }
    const nested = { match: { json: 'body', path: 'about.user_id' }, action: 'delete' } as const
    const row = '{"about":{"user_id":5,"user_type":"member"}}'
    assert.deepEqual(await kindsIn('body TEXT', nested, [row]), ['body.about.user_id'])
  })

  it('is reported for numbers where ids are texts, for they are found too', async () => {
    for (const [row, told] of [
      ['[{"kind":"team","ref":5}]', ['body.ref']],
      ['[{"kind":"team","ref":"5"}]', []],
      ['[{"ref":5}]', []],
    ] as const) {
      assert.deepEqual(await kindsIn('body TEXT', inArray, [row], 'TEXT PRIMARY KEY'), told, row)
    }
  })

  it('is not reported for elements without one', async () => {
    for (const row of [
      '[{"ref":5}]',
      '[{"ref":5,"kind":7},{"kind":"x"}]',
      '[{"ref":5,"label":"x"}]',
      'no JSON',
    ]) {
      assert.deepEqual(await kindsIn('body TEXT', inArray, [row]), [], row)
    }
  })
})

describe('documents with a kind beside a number', () => {
  const policy = definePolicy({
    ...{ name: 'kinds', version: 1, user: USER },
    tables: { posts: { match: { array: 'related', element: 'ref' }, action: 'detach' } },
  } as PolicyInput as never)
  const table: Omit<TableSchema, 'name'> = {
    ...{ kind: 'table', columns: null, primaryKey: ['_id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
  const toldOf = (paths: Readonly<Record<string, string>>, idType: string) => {
    const sampled = { path: 'id', where: [], rows: 1, types: { [idType]: 1 } }
    const tables: readonly TableSchema[] = [
      { ...table, name: 'users', sampledTypes: [sampled] },
      {
        ...{ ...table, name: 'posts' },
        sampledPaths: Object.entries(paths).map(([path, type]) => ({ path, types: [type] })),
      },
    ]
    const program = { ...compilePolicy(policy as never), digest: '', checks: [] }
    return checkKinds(program, new Map(tables.map((one) => [one.name, one]))).map(
      ({ column }) => column,
    )
  }

  it('are reported', () => {
    const paths = { 'related.ref': 'number', 'related.kind': 'string', kind: 'string' }
    assert.deepEqual(toldOf(paths, 'number'), ['related.ref'])
  })

  it('are not reported where ids are no numbers, or the kind stands elsewhere', () => {
    assert.deepEqual(toldOf({ 'related.ref': 'number', 'related.kind': 'string' }, 'objectId'), [])
    assert.deepEqual(toldOf({ 'related.ref': 'number', kind: 'string' }, 'number'), [])
    assert.deepEqual(toldOf({ 'related.ref': 'number', 'related.kind': 'number' }, 'number'), [])
  })
})
