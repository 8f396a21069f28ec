import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  type Store,
  type TableSchema,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { openOdd } from '../../worlds/odd-schema.ts'

type Value = string | number | bigint | null
type Rows = readonly (readonly Value[])[]
type Left = (table: string) => readonly unknown[]

interface World {
  readonly engine: UserDeletionEngine
  readonly left: Left
  set(at: string): void
}

/** Users and one table of two columns, each with its declared type. */
interface Given {
  readonly id: string
  readonly ref: string
  readonly users: readonly Value[]
  readonly posts: Rows
  readonly rule?: object
  readonly more?: object
  /** Of the first user. */
  readonly name?: string
  /** A document of the first user: the type of its key, and the key. */
  readonly docs?: { readonly key: string; readonly held: Value }
  readonly options?: object
}

const STORES = ['sqlite', 'memory'] as const

async function open(kind: (typeof STORES)[number], given: Given): Promise<World> {
  const { id, ref, users, posts, rule = { match: 'uid', action: 'delete' } } = given
  const [store, left] = kind === 'sqlite' ? inSqlite(given) : inMemory(given)
  const { name = null, docs } = given
  for (const [place, one] of users.entries()) {
    left.insert('users', { id: one, ...(place === 0 ? { name } : {}) })
  }
  if (docs !== undefined) left.insert('docs', { id: docs.held, owner: users[0] ?? null })
  for (const [uid = null, body = null] of posts) left.insert('posts', { uid, body })
  const policy = definePolicy({
    ...{ name: 'either', version: 1, user: { table: 'users', id: 'id' }, tables: { posts: rule } },
    ...given.more,
  } as PolicyInput)
  let now = new Date('2026-03-01T12:00:00.000Z')
  const engine = new UserDeletionEngine({
    ...{ store, policy: policy as unknown as Policy<PolicyInput>, logger: { warn() {} } },
    clock: { now: () => now },
    ...given.options,
  }) as unknown as UserDeletionEngine
  await engine.migrate()
  assert.ok(id !== ref || id === '')
  return { engine, left: left.rows, set: (at) => (now = new Date(at)) }
}

interface Filled {
  insert(table: string, row: Readonly<Record<string, Value>>): void
  rows(table: string): readonly unknown[]
}

function inSqlite({ id, ref, docs }: Given): readonly [Store, Filled] {
  const db = new Database(':memory:')
  const strict = /^any$/i.test(ref) ? ' STRICT' : ''
  db.exec(`CREATE TABLE users (id ${id}${id === '' ? '' : ' NOT NULL'} UNIQUE, name TEXT UNIQUE);
    CREATE TABLE posts (uid ${ref}, body TEXT)${strict};${docs === undefined ? '' : `CREATE TABLE docs (id ${docs.key} PRIMARY KEY, owner TEXT);`} CREATE INDEX p ON posts (uid);`)
  const insert: Filled['insert'] = (table, row) => {
    const names = Object.keys(row)
    const places = names.map(() => '?').join(', ')
    // The driver binds a number of JavaScript as a REAL.
    const values = Object.values(row).map((one) => (typeof one === 'number' ? BigInt(one) : one))
    db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`).run(...values)
  }
  const rows = (table: string): readonly unknown[] => {
    const column = table === 'users' ? 'id' : "ifnull(body, '')"
    return db.prepare(`SELECT ${column} FROM ${table} ORDER BY rowid`).pluck().all()
  }
  return [sqliteStore(db), { insert, rows }]
}

function inMemory({ id, ref, docs }: Given): readonly [Store, Filled] {
  const table = (name: string, columns: Readonly<Record<string, string>>): TableSchema => ({
    ...{ name, kind: 'table', primaryKey: name === 'posts' ? [] : ['id'] },
    columns: Object.entries(columns).map(([column, type]) => ({
      ...{ name: column, type, nullable: true, generated: false },
    })),
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  })
  const store = memoryStore({
    schema: [
      table('users', { id, name: 'TEXT' }),
      table('posts', { uid: ref, body: 'TEXT' }),
      ...(docs === undefined ? [] : [table('docs', { id: docs.key, owner: 'TEXT' })]),
    ],
  })
  const rows = (name: string): readonly unknown[] =>
    store.rows(name).map((row) => (name === 'users' ? row['id'] : (row['body'] ?? '')))
  return [store, { insert: (name, row) => store.insert(name, row), rows }]
}

const BIG = 2n ** 53n + 1n
const FORMS: Rows = [
  [5, 'integer'],
  ['5', 'text'],
  ['05', 'spelled otherwise'],
  ['5.0', 'a number'],
  ['55', 'longer'],
  [6, 'other'],
  [null, 'nobody'],
]
const OTHERS = ['spelled otherwise', 'a number', 'longer', 'other', 'nobody']

for (const kind of STORES) {
  describe(`a reference that says nothing of types, in ${kind}`, () => {
    for (const [id, five, six] of [
      ['INTEGER', 5, 6],
      ['BIGINT', 5, 6],
      ['TEXT', '5', '6'],
      ['VARCHAR(20)', '5', '6'],
    ] as const) {
      for (const ref of ['', 'ANY']) {
        const given = { id, ref, users: [five, six], posts: FORMS }

        it(`${id}, ${ref || 'no type'}: holds the user's id as an integer and as its digits`, async () => {
          const { engine, left } = await open(kind, given)
          const { steps } = await engine.plan(five, {})
          assert.deepEqual(
            steps.map(({ rows }) => rows),
            [2],
          )
          assert.equal((await engine.verify(five, {})).steps[0]?.rows, 2)
          const { steps: done } = await engine.delete(five, {})
          assert.deepEqual(
            done.map(({ rows }) => rows),
            [2],
          )
          assert.deepEqual(left('posts'), OTHERS)
          assert.equal((await engine.verify(five, {})).status, 'clean')
        })

        it(`${id}, ${ref || 'no type'}: of many users and of a large one, each has their own rows`, async () => {
          for (const options of [{}, { maxRowsPerTransaction: 1 }]) {
            const { engine, left } = await open(kind, { ...given, options })
            const mode = 'throughput' as const
            assert.equal((await engine.planMany([five, six], {})).steps[0]?.rows, 3)
            assert.equal((await engine.deleteMany([five, six], { mode })).deleted, 2)
            assert.deepEqual(
              left('posts'),
              OTHERS.filter((one) => one !== 'other'),
            )
            assert.deepEqual(left('users'), [])
          }
        })
      }
    }

    it('finds an integer that no number of JavaScript holds', async () => {
      const posts = [[BIG, 'a'] as const, [String(BIG), 'b'] as const, [BIG + 1n, 'c'] as const]
      const { engine, left } = await open(kind, { id: 'INTEGER', ref: '', users: [BIG, 7], posts })
      await engine.delete(BIG, {})
      assert.deepEqual(left('posts'), ['c'])
    })

    it('is detached, overwritten, kept for its time and cut with the access in both forms', async () => {
      const given = { id: 'INTEGER', ref: '', users: [5, 6], posts: FORMS }
      const body = { body: 'blank' }
      const detached = await open(kind, { ...given, rule: { match: 'uid', action: 'detach' } })
      await detached.engine.delete(5, {})
      assert.equal((await detached.engine.verify(5, {})).status, 'clean')
      const anonymize = { match: 'uid', action: 'anonymize', reason: 'kept', set: body }
      const anonymized = await open(kind, { ...given, rule: anonymize })
      await anonymized.engine.delete(5, {})
      assert.deepEqual(anonymized.left('posts'), ['blank', 'blank', ...OTHERS])
      const retain = { match: 'uid', action: 'retain', reason: 'kept', for: 'P1Y', then: 'delete' }
      for (const options of [{}, { keys: { subject: 'a key of more than sixteen bytes' } }]) {
        const retained = await open(kind, { ...given, rule: retain, options })
        await retained.engine.delete(5, {})
        retained.set('2027-03-02T12:00:00.000Z')
        await retained.engine.purgeDue({ confirmClock: true })
        await retained.engine.expireRetained()
        assert.deepEqual(retained.left('posts'), OTHERS)
      }
      const rule = { match: 'uid', action: 'delete', grantsAccess: true }
      const access = await open(kind, { ...given, rule })
      await access.engine.disable(5, { revokeSessions: true })
      assert.deepEqual(access.left('posts'), OTHERS)
    })

    it('keeps a user in both forms, by a block and as the last member of a group', async () => {
      const users = [5, 6]
      const blocked = await open(kind, {
        ...{ id: 'INTEGER', ref: '', users, posts: [['5', 'a']] },
        rule: { match: 'uid', action: 'block', remedy: 'Pay first.' },
      })
      await assert.rejects(blocked.engine.delete(5, {}), { code: 'deletion_blocked' })
      const check = { table: 'posts', match: 'uid', within: 'body', effect: 'block', remedy: 'x' }
      for (const [posts, isLast] of [
        [[['5', 'a']], true],
        [
          [
            ['5', 'a'],
            [6, 'a'],
          ],
          false,
        ],
        [
          [
            ['5', 'a'],
            [5, 'a'],
          ],
          true,
        ],
      ] as const) {
        const more = { checks: { last_owner: check } }
        const { engine } = await open(kind, { id: 'INTEGER', ref: '', users, posts, more })
        const { blockers } = await engine.plan(5, {})
        assert.deepEqual(
          blockers.map(({ name }) => name),
          isLast ? ['last_owner'] : [],
        )
      }
    })

    it('is found inside JSON as an integer and as its digits', async () => {
      const held = (wanted: (value: string) => string): Rows =>
        ['5', '"5"', '"05"', '6', '"55"', 'null'].map((value) => [null, wanted(value)])
      const inPath = (value: string) => `{"by":${value}}`
      const inList = (value: string) => `[7,${value}]`
      const inElement = (value: string) => `[{"by":7},{"by":${value}}]`
      for (const [match, wanted] of [
        [{ json: 'body', path: 'by' }, inPath],
        [{ array: 'body' }, inList],
        [{ array: 'body', element: 'by' }, inElement],
      ] as const) {
        const posts = held(wanted)
        const given = { id: 'INTEGER', ref: '', users: [5], posts }
        const { engine, left } = await open(kind, { ...given, rule: { match, action: 'delete' } })
        const { steps } = await engine.delete(5, {})
        assert.equal(steps[0]?.rows, 2)
        const others = posts.slice(2).map(([, body]) => body)
        assert.deepEqual(left('posts'), others)
        const texts = { ...given, id: 'TEXT', users: ['5'], rule: { match, action: 'delete' } }
        const ofText = await open(kind, texts)
        await ofText.engine.delete('5', {})
        assert.deepEqual(ofText.left('posts'), others)
      }
    })

    it('leaves arrays in both forms, as a whole element and as a part of one', async () => {
      const detached = { match: { array: 'body' }, action: 'detach' }
      const given = { id: 'INTEGER', ref: '', users: [5] }
      const posts: Rows = [[null, '[5,"5",6,"55",true]']]
      const plain = await open(kind, { ...given, posts, rule: detached })
      await plain.engine.delete(5, {})
      assert.deepEqual(plain.left('posts'), ['[6,"55",true]'])
      const inside = { match: { array: 'body', element: 'by' }, action: 'detach' }
      const parts = { ...given, posts: [[null, '[{"by":"5"},{"by":6},{"by":5}]']] as Rows }
      const ofParts = await open(kind, { ...parts, rule: inside })
      await ofParts.engine.delete(5, {})
      assert.deepEqual(ofParts.left('posts'), ['[{"by":6}]'])
    })

    it('is one value in both types, whose row counts once', async () => {
      const rows: Rows = [
        [null, '[5,"5"]'],
        [null, '["5"]'],
        [null, '[6]'],
      ]
      for (const [id, user] of [
        ['INTEGER', 5],
        ['TEXT', '5'],
      ] as const) {
        const rule = { match: { array: 'body' }, action: 'delete' }
        for (const options of [{}, { maxRowsPerTransaction: 1 }]) {
          const given = { id, ref: '', users: [user], posts: rows, rule, options }
          const { engine, left } = await open(kind, given)
          assert.equal((await engine.plan(user, {})).rows, 2)
          assert.equal((await engine.delete(user, {})).steps[0]?.rows, 2)
          assert.deepEqual(left('posts'), ['[6]'])
        }
      }
    })

    it('is pulled in both types at the end of a retention', async () => {
      const pull = { body: { pull: { user: 'id' } } }
      const end = { for: 'P30D', then: 'anonymize', thenSet: pull }
      const rule = { match: { array: 'body' }, action: 'retain', reason: 'kept', ...end }
      for (const [id, user] of [
        ['INTEGER', 5],
        ['TEXT', '5'],
      ] as const) {
        const posts: Rows = [[null, '[5,"5",6]']]
        const given = { id, ref: '', users: [user], posts, rule }
        const { engine, left, set } = await open(kind, given)
        await engine.delete(user, {})
        set('2026-06-01T12:00:00.000Z')
        await engine.expireRetained()
        assert.deepEqual(left('posts'), ['[6]'])
      }
    })

    it('overwrites no boolean on a way through arrays', async () => {
      const rule = { match: { json: 'body', path: 'm[].by' }, action: 'detach' }
      for (const [id, user] of [
        ['INTEGER', 1],
        ['TEXT', '1'],
      ] as const) {
        const posts: Rows = [[null, '{"m":[{"by":true},{"by":"1"},{"by":1},{"by":false}]}']]
        const { engine, left } = await open(kind, { id, ref: '', users: [user], posts, rule })
        await engine.delete(user, {})
        const none = '{"by":null}'
        assert.deepEqual(left('posts'), [`{"m":[{"by":true},${none},${none},{"by":false}]}`])
      }
    })

    it('is no name of digits, where the number is the id of somebody else', async () => {
      const by = { json: 'body', path: 'by' }
      const rule = {
        ...{ match: { ...by, equals: { user: 'name' } }, acrossTenants: true, action: 'delete' },
      }
      const more = { user: { table: 'users', id: 'id', fields: { name: 'name' } } }
      const posts: Rows = [
        [null, '{"by":2}'],
        [null, '{"by":"2"}'],
      ]
      const given = { id: 'INTEGER', ref: '', users: [1], posts, rule, more, name: '2' }
      const { engine, left } = await open(kind, given)
      await engine.delete(1, {})
      assert.deepEqual(left('posts'), ['{"by":2}'])
    })

    it('leads through a key inside JSON in both types, and never through a boolean', async () => {
      for (const [key, held] of [
        ['TEXT', '1'],
        ['INTEGER', 1],
      ] as const) {
        const more = {
          tables: {
            docs: { match: 'owner', action: 'delete' },
            posts: {
              match: { json: 'body', path: 'doc', through: { table: 'docs', key: 'id' } },
              action: 'delete',
            },
          },
        }
        const others = ['{"doc":true}', '{"doc":"01"}', '{"doc":2}']
        const posts = [...others, '{"doc":1}', '{"doc":"1"}'].map((body) => [null, body] as const)
        const given = { id: 'TEXT', ref: '', users: ['u1'], posts, more, docs: { key, held } }
        const { engine, left } = await open(kind, given)
        await engine.delete('u1', {})
        assert.deepEqual(left('posts'), others)
      }
    })

    it('is no boolean inside JSON, which some databases keep as 1 and 0', async () => {
      for (const [match, body] of [
        [{ json: 'body', path: 'by' }, '{"by":true}'],
        [{ array: 'body' }, '[true,false]'],
        [{ array: 'body', element: 'by' }, '[{"by":true},{"by":false}]'],
      ] as const) {
        for (const id of ['INTEGER', 'TEXT', '']) {
          for (const action of ['delete', 'detach'] as const) {
            const people = id === 'TEXT' ? (['1', '0'] as const) : ([1, 0] as const)
            const given = { id, ref: 'BLOB', users: people, posts: [['x', body]] as Rows }
            if (action === 'detach' && 'json' in match) continue
            const { engine, left } = await open(kind, { ...given, rule: { match, action } })
            for (const user of people) {
              const { steps } = await engine.delete(user, {})
              assert.deepEqual(
                steps.map(({ rows }) => rows),
                [0],
                `${body} ${id} ${action} ${user}`,
              )
            }
            assert.deepEqual(left('posts'), [body])
          }
        }
      }
    })

    it('is the very value where the user column does not say what it holds', async () => {
      for (const [id, own] of [
        [5, ['text', ...OTHERS]],
        ['5', ['integer', ...OTHERS]],
      ] as const) {
        const given = { id: '', ref: '', users: [5, '5', 6], posts: FORMS }
        const { engine, left } = await open(kind, given)
        await engine.delete(id, {})
        assert.deepEqual(left('posts'), own)
        assert.deepEqual(left('users').map(String), ['5', '6'])
      }
    })
  })
}

it('is pulled out of the own row in both types', async () => {
  for (const [id, user] of [
    ['INTEGER', 5],
    ['TEXT', '5'],
  ] as const) {
    const { engine, rows } = await openOdd({
      sql: `CREATE TABLE users (id ${id} PRIMARY KEY, friends TEXT); INSERT INTO users VALUES (5, '[5,"5",6]')`,
      user: {
        ...{ table: 'users', id: 'id', action: 'anonymize', reason: 'kept' },
        set: { friends: { pull: { user: 'id' } } },
      },
      tables: {},
    })
    await engine.delete(user, {})
    assert.deepEqual(rows('SELECT friends FROM users'), [['[6]']])
  }
})

it('an index on the reference serves, in both forms', async () => {
  const said: string[] = []
  const verbose = (sql: unknown): void => void said.push(String(sql))
  const db = new Database(':memory:', { verbose })
  db.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE posts (uid, body TEXT);
    CREATE INDEX p ON posts (uid); INSERT INTO users VALUES (5); INSERT INTO posts VALUES ('5', 'a');`)
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: definePolicy({
      ...{ name: 'either', version: 1, user: { table: 'users', id: 'id' } },
      tables: {
        posts: [
          { match: 'uid', where: { body: 'a' }, action: 'retain', reason: 'kept' },
          { match: 'uid', action: 'delete' },
        ],
      },
    }),
  })
  await engine.migrate()
  await engine.checkSchema()
  said.length = 0
  await engine.delete(5)
  const queries = said.filter((sql) => /"posts"/.test(sql) && /^(WITH|SELECT|DELETE)/.test(sql))
  assert.ok(queries.length >= 2)
  for (const sql of queries) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as readonly { detail: string }[]
    const reads = plan.map(({ detail }) => detail).filter((detail) => /\bt0\b/.test(detail))
    for (const read of reads) assert.match(read, /^SEARCH t0 USING /)
  }
})
