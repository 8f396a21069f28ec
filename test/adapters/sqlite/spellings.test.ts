import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PolicyInput } from '../../../src/index.ts'
import { type OddSchema, openOdd } from '../../worlds/odd-schema.ts'

type Tables = PolicyInput['tables']

const NOCASE = 'TEXT COLLATE NOCASE'

async function open(
  sql: string,
  tables: object,
  more: object = {},
  options: OddSchema['options'] = {},
) {
  const { db, engine } = await openOdd({ sql, options, ...more, tables: tables as Tables })
  const left = (column: string, table: string): readonly unknown[] =>
    db.prepare(`SELECT ${column} FROM ${table} ORDER BY rowid`).pluck().all()
  const told = async (): Promise<readonly string[]> =>
    (await engine.checkSchema()).findings
      .filter(({ code }) => code === 'other_case')
      .map(({ table, column }) => `${table}.${column}`)
  return { db, engine, left, told }
}

function people(id: string, posts: string): string {
  return `CREATE TABLE users (id ${id} PRIMARY KEY, name TEXT); INSERT INTO users (id) VALUES ('u1'), ('u2');
    CREATE TABLE posts (n INTEGER PRIMARY KEY, uid ${posts}, body TEXT); CREATE INDEX p ON posts (uid);
    INSERT INTO posts (uid, body) VALUES ('u1', 'a'), ('U1', 'b'), ('u2', 'c'), ('U2', 'd');`
}

const RULES = {
  delete: { match: 'uid', action: 'delete' },
  detach: { match: 'uid', action: 'detach' },
  anonymize: { match: 'uid', action: 'anonymize', reason: 'kept', set: { body: null, uid: null } },
} as const

describe('a user id that is one in several spellings', () => {
  for (const [what, posts] of [
    ['a foreign key', 'TEXT REFERENCES users (id)'],
    ['a foreign key that cascades', 'TEXT REFERENCES users (id) ON DELETE CASCADE'],
    ['a foreign key that restricts', 'TEXT REFERENCES users (id) ON DELETE RESTRICT'],
    ['a foreign key that sets null', 'TEXT REFERENCES users (id) ON DELETE SET NULL'],
    ['the same collation', NOCASE],
  ] as const) {
    for (const [action, rule] of Object.entries(RULES)) {
      it(`by ${what}, ${action} reaches each of them, as the plan says`, async () => {
        for (const options of [{}, { maxRowsPerTransaction: 1 }]) {
          const { engine, left, told, db } = await open(
            people(NOCASE, posts),
            { posts: rule },
            {},
            options,
          )
          assert.deepEqual(await told(), [])
          const plan = await engine.plan('U1', {})
          assert.deepEqual([plan.steps[0]?.rows, plan.blockers], [2, []])
          const { steps } = await engine.delete('u1', {})
          assert.equal(steps[0]?.rows, 2)
          assert.deepEqual(left('id', 'users'), ['u2'])
          const rows = db.prepare('SELECT uid FROM posts ORDER BY n').pluck().all()
          const gone = action === 'delete' ? [] : [null, null]
          assert.deepEqual(rows, [...gone, 'u2', 'U2'])
          assert.equal((await engine.verify('u1', {})).status, 'clean')
        }
      })
    }

    it(`by ${what}, each of many has their own`, async () => {
      const { engine, left } = await open(people(NOCASE, posts), { posts: RULES.delete })
      assert.equal((await engine.planMany(['u1', 'u2'], {})).steps[0]?.rows, 4)
      const result = await engine.deleteMany(['u1', 'u2'], { mode: 'throughput' })
      assert.deepEqual([result.deleted, left('uid', 'posts')], [2, []])
    })
  }

  it('is written into the receipt as it is stored, and so is the block of a row in another one', async () => {
    const sql = people(NOCASE, 'TEXT REFERENCES users (id)')
    const rule = { match: 'uid', where: { body: 'a' }, action: 'delete' }
    const { engine } = await open(sql, { posts: rule })
    const { blockers } = await engine.plan('u1', {})
    assert.deepEqual(
      blockers.map(({ name, rows }) => [name, rows]),
      [['foreign_key', 1]],
    )
    await assert.rejects(engine.delete('u1', {}), { code: 'deletion_blocked' })
  })

  it('rows of one step that several rules write together are counted for their user', async () => {
    const rules = ['a', 'b'].map((body) => ({
      ...{
        match: 'uid',
        where: { body },
        action: 'anonymize',
        reason: 'kept',
        set: { body: null },
      },
    }))
    const user = {
      table: 'users',
      id: 'id',
      action: 'anonymize',
      reason: 'kept',
      set: { name: null },
    }
    const sql = people(NOCASE, 'TEXT REFERENCES users (id)')
    const { engine, left } = await open(sql, { posts: rules }, { user })
    const { steps } = await engine.delete('u1', {})
    assert.deepEqual(
      steps.map(({ rows }) => rows),
      [1, 1],
    )
    assert.deepEqual(left('body', 'posts'), [null, null, 'c', 'd'])
  })

  it('through a parent whose key is one in several spellings', async () => {
    for (const [child, expected] of [
      ['TEXT REFERENCES threads (k)', []],
      ['TEXT REFERENCES threads (k) ON DELETE CASCADE', []],
      [NOCASE, []],
      ['TEXT', ['posts.k']],
    ] as const) {
      const { engine, left, told } = await open(
        `CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('u1'), ('u2');
        CREATE TABLE threads (k ${NOCASE} PRIMARY KEY, uid TEXT); CREATE INDEX t ON threads (uid);
        CREATE TABLE posts (n INTEGER PRIMARY KEY, k ${child}); CREATE INDEX p ON posts (k);
        INSERT INTO threads VALUES ('ka', 'u1'), ('kb', 'u2');
        INSERT INTO posts (k) VALUES ('ka'), ('KA'), ('kb'), ('KB');`,
        {
          threads: { match: 'uid', action: 'delete' },
          posts: {
            match: { column: 'k', through: { table: 'threads', key: 'k' } },
            action: 'delete',
          },
        },
      )
      assert.deepEqual(await told(), expected)
      const isFound = expected.length === 0
      const { steps } = await engine.delete('u1', {})
      assert.equal(steps.find(({ table }) => table === 'posts')?.rows, isFound ? 2 : 1)
      assert.deepEqual(left('k', 'posts'), isFound ? ['kb', 'KB'] : ['KA', 'kb', 'KB'])
    }
  })

  it('is reported where rows in another spelling would stay', async () => {
    for (const [posts, rule, expected] of [
      ['TEXT', RULES.delete, ['posts.uid']],
      ['TEXT CHECK (uid = lower(uid))', RULES.delete, ['posts.uid']],
      ['TEXT REFERENCES users (id)', RULES.delete, []],
      [NOCASE, { match: { json: 'body', path: 'by' }, action: 'delete' }, ['posts.body.by']],
    ] as const) {
      const sql = people(NOCASE, posts).replace(/INSERT INTO posts.*/, '')
      assert.deepEqual(await (await open(sql, { posts: rule })).told(), expected)
    }
    const kept = people(`${NOCASE} CHECK (id = lower(id))`, 'TEXT CHECK (uid = lower(uid))')
    const sql = kept.replace(/INSERT INTO posts.*/, '')
    assert.deepEqual(await (await open(sql, { posts: RULES.delete })).told(), [])
    const exact = people('TEXT', 'TEXT')
    assert.deepEqual(await (await open(exact, { posts: RULES.delete })).told(), [])
  })

  it('is a member of a group in each of them', async () => {
    const check = { table: 'members', match: 'uid', within: 'gid', where: { role: 'owner' } }
    const last_owner = { effect: 'block', remedy: 'Name another.', ...check }
    for (const [owners, blocked] of [
      [['U1'], ['last_owner']],
      [['u1', 'U1'], ['last_owner']],
      [['U1', 'U2'], []],
      [['U2'], []],
    ] as const) {
      const members = owners.map((uid) => `('${uid}', 'g', 'owner')`).join(', ')
      const { engine } = await open(
        `CREATE TABLE users (id ${NOCASE} PRIMARY KEY); INSERT INTO users VALUES ('u1'), ('u2');
        CREATE TABLE members (uid TEXT REFERENCES users (id), gid TEXT, role TEXT);
        CREATE INDEX m ON members (uid); INSERT INTO members VALUES ${members};`,
        { members: { match: 'uid', action: 'delete' } },
        { checks: { last_owner } },
      )
      const { blockers } = await engine.plan('u1', {})
      assert.deepEqual(
        blockers.map(({ name }) => name),
        blocked,
      )
    }
  })

  it('names another user where nothing keeps two spellings apart', async () => {
    for (const users of [
      `CREATE TABLE users (id ${NOCASE}); CREATE INDEX u ON users (id);`,
      `CREATE TABLE users (id ${NOCASE}, PRIMARY KEY (id COLLATE BINARY));`,
      `CREATE TABLE users (id ${NOCASE}); CREATE UNIQUE INDEX u ON users (id COLLATE BINARY);`,
    ]) {
      const { engine, left } = await open(
        `${users} INSERT INTO users VALUES ('u1'), ('U1');
        CREATE TABLE posts (uid ${NOCASE}); INSERT INTO posts VALUES ('u1'), ('U1'), ('u1');`,
        { posts: RULES.delete },
      )
      await engine.delete('u1', {})
      assert.deepEqual([left('id', 'users'), left('uid', 'posts')], [['U1'], ['U1']])
    }
  })
})
