/** Which rows of an SQLite table are a user's, whatever its columns make of values when they compare them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PolicyInput } from '../../../src/index.ts'
import { type OddSchema, openOdd } from '../../worlds/odd-schema.ts'

const BY_ID = { match: 'author', action: 'delete' } as const
const USERS = 'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);'

/** Deletes the user by every call in turn, each on a database of its own, and tells whose rows are left each time. */
async function leftAfter(
  schema: OddSchema,
  id: string | number | bigint,
  table = 'posts',
): Promise<readonly unknown[]> {
  const outcomes: string[] = []
  for (const way of ['alone', 'in bulk', 'in chunks'] as const) {
    const { db, engine, rows } = await openOdd(
      way === 'in chunks' ? { ...schema, maxRowsPerTransaction: 1 } : schema,
    )
    const { steps } = await engine.plan(id, {})
    const planned = steps.map((step) => step.rows)
    if (way === 'in bulk') {
      const { deleted } = await engine.deleteMany([id], { mode: 'throughput' })
      assert.equal(deleted, 1)
    } else {
      const receipt = await engine.delete(id, {})
      assert.deepEqual(
        receipt.steps.map((step) => step.rows),
        planned,
      )
    }
    assert.notEqual((await engine.verify(id, {})).status, 'residue')
    outcomes.push(JSON.stringify(rows(`SELECT "of" FROM ${table} ORDER BY rowid`)))
    db.close()
  }
  assert.equal(new Set(outcomes).size, 1)
  return (JSON.parse(outcomes[0] ?? '[]') as unknown[][]).flat()
}

describe('a column that compares texts loosely', () => {
  for (const [collation, ann, other] of [
    ['NOCASE', 'usr_A', 'usr_a'],
    ['RTRIM', 'usr_1', 'usr_1 '],
  ]) {
    const people = `${USERS} INSERT INTO users VALUES ('${ann}', 'Ann@x.example'), ('${other}', 'bob@x.example');`
    const posts = `CREATE TABLE posts (author TEXT COLLATE ${collation}, "of" TEXT); CREATE INDEX p ON posts (author);
      INSERT INTO posts VALUES ('${ann}', 'ann'), ('${other}', 'other'), ('${ann}', 'ann too');`

    it(`${collation}: deletes the rows of one and leaves those of the other`, async () => {
      const tables = { posts: BY_ID }
      assert.deepEqual(await leftAfter({ sql: people + posts, tables }, ann ?? ''), ['other'])
    })

    it(`${collation}: both in one slice have their own rows, and no more are counted`, async () => {
      const { engine, rows } = await openOdd({ sql: people + posts, tables: { posts: BY_ID } })
      const planned = await engine.planMany([ann ?? '', other ?? ''], {})
      assert.deepEqual(
        planned.steps.map((step) => step.rows),
        [3],
      )
      await engine.deleteMany([ann ?? '', other ?? ''], { mode: 'throughput' })
      assert.deepEqual(rows('SELECT * FROM posts'), [])
    })

    it(`${collation}: through a parent, past a stronger rule and under a condition`, async () => {
      const sql = `${people} CREATE TABLE posts (id TEXT PRIMARY KEY, author TEXT COLLATE ${collation}, kind TEXT COLLATE ${collation}, editor TEXT COLLATE ${collation}, "of" TEXT);
        CREATE TABLE notes (post TEXT COLLATE ${collation}, "of" TEXT);
        INSERT INTO posts VALUES ('${ann}', '${ann}', '${ann}', '${other}', 'ann'), ('${other}', '${other}', '${ann}', '${ann}', 'other'), ('p', '${ann}', '${other}', NULL, 'of another kind');
        INSERT INTO notes VALUES ('${ann}', 'ann'), ('${other}', 'other');`
      const tables: PolicyInput['tables'] = {
        posts: [
          { match: 'author', where: { kind: ann ?? '' }, action: 'delete', name: 'own' },
          { match: 'editor', action: 'detach' },
        ],
        notes: {
          match: { column: 'post', through: { table: 'posts', key: 'id', rule: 'own' } },
          action: 'delete',
        },
      }
      assert.deepEqual(await leftAfter({ sql, tables }, ann ?? '', 'notes'), ['other'])
      assert.deepEqual(await leftAfter({ sql, tables }, ann ?? ''), ['other', 'of another kind'])
    })
  }

  it('finds no address in another case, and under `ignoreCase` each', async () => {
    const sql = `${USERS} INSERT INTO users VALUES ('u1', 'Ann@x.example'), ('u2', 'bob@x.example');
      CREATE TABLE posts (author TEXT COLLATE NOCASE, "of" TEXT);
      INSERT INTO posts VALUES ('Ann@x.example', 'exact'), ('ann@x.example', 'lower'), ('bob@x.example', 'bob');`
    const user = { table: 'users', id: 'id', fields: { email: 'email' } }
    const match = { column: 'author', equals: { user: 'email' } } as const
    const exact = { sql, user, tables: { posts: { match, action: 'delete' } } } as const
    assert.deepEqual(await leftAfter(exact, 'u1'), ['lower', 'bob'])
    const any = { match: { ...match, ignoreCase: true }, action: 'delete' } as const
    assert.deepEqual(await leftAfter({ ...exact, tables: { posts: any } }, 'u1'), ['bob'])
  })

  it('keeps a sole owner apart from one whose name looks alike', async () => {
    const sql = `${USERS} INSERT INTO users VALUES ('usr_A', NULL), ('usr_a', NULL);
      CREATE TABLE posts (author TEXT COLLATE NOCASE, org TEXT COLLATE NOCASE, "of" TEXT);
      INSERT INTO posts VALUES ('usr_A', 'ORG', 'A'), ('usr_a', 'ORG', 'a'), ('usr_a', 'org', 'a')`
    const checks = {
      owner: { table: 'posts', match: 'author', within: 'org', effect: 'block', remedy: 'r' },
    } as const
    const { engine } = await openOdd({ sql, tables: { posts: BY_ID }, checks })
    const [upper, lower] = [await engine.plan('usr_A', {}), await engine.plan('usr_a', {})]
    assert.deepEqual(upper.blockers, [])
    assert.deepEqual(
      lower.blockers.map(({ name, rows }) => [name, rows]),
      [['owner', 1]],
    )
  })

  it('tells tenants apart', async () => {
    const sql = `CREATE TABLE users (id TEXT, tenant TEXT COLLATE NOCASE, PRIMARY KEY (id));
      CREATE TABLE posts (author TEXT, tenant TEXT COLLATE NOCASE, "of" TEXT);
      INSERT INTO users VALUES ('u1', 'T'), ('u2', 't');
      INSERT INTO posts VALUES ('u1', 'T', 'mine'), ('u1', 't', 'elsewhere');`
    const user = { table: 'users', id: 'id', tenant: 'tenant' } as const
    const tables = { posts: { ...BY_ID, tenant: 'tenant' } }
    const { engine, rows } = await openOdd({ sql, user, tables })
    await engine.delete('u1', { tenantId: 'T' } as never)
    assert.deepEqual(rows('SELECT "of" FROM posts'), [['elsewhere']])
    assert.deepEqual(rows('SELECT id FROM users'), [['u2']])
  })
})

describe('a column that makes numbers of texts', () => {
  const LOOKALIKES = ['1', '1e0', '01', '1.0', ' 1', '+1', '1 ']

  for (const type of ['INTEGER', 'REAL', 'NUMERIC', 'STRING', 'DATETIME']) {
    it(`${type}: the digits of the number are the id, and nothing else that becomes it`, async () => {
      const people = LOOKALIKES.map((id) => `('${id}', NULL)`).join(', ')
      const sql = `${USERS} INSERT INTO users VALUES ${people}, ('x', NULL);
        CREATE TABLE posts (author ${type}, "of" TEXT); CREATE INDEX p ON posts (author);
        INSERT INTO posts VALUES (1, 'one'), (2, 'two'), ('x', 'x')`
      const tables = { posts: BY_ID }
      assert.deepEqual(await leftAfter({ sql, tables }, '1'), ['two', 'x'])
      assert.deepEqual(await leftAfter({ sql, tables }, 'x'), ['one', 'two'])
      for (const id of ['1e0', '01', '1.0', ' 1', '+1', '1 ']) {
        assert.deepEqual(await leftAfter({ sql, tables }, id), ['one', 'two', 'x'])
      }
    })
  }

  it('keeps ids apart that are one number beyond 2^53, and 64-bit ones whole', async () => {
    const [ann, bob] = ['9007199254740993', '9007199254740992']
    const sql = `${USERS} INSERT INTO users VALUES ('${ann}', NULL), ('${bob}', NULL), ('92233720368547758080', NULL);
      CREATE TABLE posts (author INTEGER, "of" TEXT);
      INSERT INTO posts VALUES (${ann}, 'ann'), (${bob}, 'bob'), ('92233720368547758081', 'too long')`
    const tables = { posts: BY_ID }
    assert.deepEqual(await leftAfter({ sql, tables }, ann), ['bob', 'too long'])
    assert.deepEqual(await leftAfter({ sql, tables }, bob), ['ann', 'too long'])
    const longer = await leftAfter({ sql, tables }, '92233720368547758080')
    assert.deepEqual(longer, ['ann', 'bob', 'too long'])
  })

  it('finds the id of a number in a text, and a number in a REAL column', async () => {
    const sql = `CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (7), (70);
      CREATE TABLE posts (author TEXT, "of" TEXT); CREATE TABLE marks (author REAL, "of" TEXT);
      INSERT INTO posts VALUES (7, 'seven'), ('07', 'text'), ('7.0', 'text'), (70, 'seventy');
      INSERT INTO marks VALUES (7, 'seven'), (7.5, 'more'), (70, 'seventy')`
    const posts = { match: { column: 'author', form: 'string' }, action: 'delete' } as const
    const tables = { posts, marks: BY_ID }
    assert.deepEqual(await leftAfter({ sql, tables }, 7), ['text', 'text', 'seventy'])
    assert.deepEqual(await leftAfter({ sql, tables }, 7, 'marks'), ['more', 'seventy'])
  })

  it('compares a literal condition and the key of a parent as they are stored', async () => {
    const sql = `${USERS} INSERT INTO users VALUES ('u1', NULL);
      CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT, kind NUMERIC, "of" TEXT);
      CREATE TABLE notes (post TEXT, "of" TEXT);
      INSERT INTO posts VALUES (1, 'u1', 1, 'one'), (2, 'u1', 2, 'two');
      INSERT INTO notes VALUES ('1', 'own'), ('1e0', 'text'), (' 1', 'text'), ('2', 'kept')`
    const post = { match: 'author', where: { kind: ['1', '2e0'] }, action: 'delete' } as const
    const tables = {
      posts: post,
      notes: {
        match: { column: 'post', through: { table: 'posts', key: 'id' } },
        action: 'delete',
      },
    } as const
    assert.deepEqual(await leftAfter({ sql, tables }, 'u1', 'notes'), ['text', 'text', 'kept'])
    assert.deepEqual(await leftAfter({ sql, tables }, 'u1'), ['two'])
  })
})

describe('values of an unusual kind', () => {
  it('a UTF-16 database compares as any other', async () => {
    const sql = `PRAGMA encoding = 'UTF-16le'; ${USERS} INSERT INTO users VALUES ('Ä1', NULL), ('ä1', NULL);
      CREATE TABLE posts (author TEXT COLLATE NOCASE, "of" TEXT); INSERT INTO posts VALUES ('Ä1', 'one'), ('ä1', 'other'), ('ÄL', 'l')`
    assert.deepEqual(await leftAfter({ sql, tables: { posts: BY_ID } }, 'Ä1'), ['other', 'l'])
    const where = { of: ['one', 'a\0b'] }
    const more = `${sql}, ('Ä1', 'a' || char(0) || 'b'), ('Ä1', 'a'), ('Ä1', 'ab')`
    assert.deepEqual(await leftAfter({ sql: more, tables: { posts: { ...BY_ID, where } } }, 'Ä1'), [
      'other',
      'l',
      'a',
      'ab',
    ])
  })

  it('a NUL is a part of the value, and a view tells nothing of its columns', async () => {
    const user = { table: 'users', id: 'id', fields: { email: 'email' } }
    const match = { column: 'author', equals: { user: 'email' } } as const
    const sql = `${USERS} INSERT INTO users VALUES ('u1', CAST(x'610062' AS TEXT)), ('u2', 'a');
      CREATE TABLE posts (author TEXT COLLATE NOCASE, "of" TEXT);
      INSERT INTO posts VALUES ('a', 'of u2'), (CAST(x'610062' AS TEXT), 'of u1'), (CAST(x'610042' AS TEXT), 'upper')`
    const left = await leftAfter(
      { sql, user, tables: { posts: { match, action: 'delete' } } },
      'u1',
    )
    assert.deepEqual(left, ['of u2', 'upper'])
  })

  it('a blank key of a parent leads to no row', async () => {
    const sql = `${USERS} INSERT INTO users VALUES ('u1', NULL);
      CREATE TABLE orders (owner TEXT, guest TEXT); CREATE TABLE posts (guest TEXT, "of" TEXT);
      INSERT INTO orders VALUES ('u1', ''), ('u1', ' '), ('u1', char(160, 8195)), ('u1', 'g1');
      INSERT INTO posts VALUES ('', 'empty'), (' ', 'blank'), (char(160, 8195), 'no break'), ('g1', 'own')`
    const tables = {
      orders: { match: 'owner', action: 'delete' },
      posts: {
        match: { column: 'guest', through: { table: 'orders', key: 'guest' } },
        action: 'delete',
      },
    } as const
    const schemaCheck = { accept: [{ code: 'shared_parent_key', table: 'orders' }] } as const
    const left = await leftAfter({ sql, tables, schemaCheck }, 'u1')
    assert.deepEqual(left, ['empty', 'blank', 'no break'])
  })
})
