/** Rows by a value that two users hold, in SQLite: they stay until the last of them goes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openOdd } from '../../worlds/odd-schema.ts'

const USER = { table: 'users', id: 'id', tenant: 'tenant', fields: { email: 'email' } } as const
const match = { column: 'email', equals: { user: 'email' } } as const
const A = { tenantId: 'a' } as never

function schemaWith(key: string): string {
  return `CREATE TABLE users (id TEXT PRIMARY KEY, tenant TEXT, email TEXT${key});
    CREATE TABLE tokens (email TEXT, tenant TEXT, note TEXT); CREATE INDEX t ON tokens (email);
    CREATE TABLE sessions (user TEXT, email TEXT, tenant TEXT, note TEXT);`
}

describe('an address that two users of a tenant hold', () => {
  const sql = `${schemaWith('')}
    INSERT INTO users VALUES ('u1', 'a', 'fam@x.example'), ('u2', 'a', 'fam@x.example'), ('u3', 'b', 'fam@x.example');
    INSERT INTO tokens VALUES ('fam@x.example', 'a', 'of both'), ('fam@x.example', 'b', 'of u3');
    INSERT INTO sessions VALUES ('u1', 'fam@x.example', 'a', 'of u1')`
  const tokens = { match, tenant: 'tenant', action: 'delete', grantsAccess: true } as const
  const sessions = [
    { match: 'user', action: 'delete' },
    { match, tenant: 'tenant', action: 'delete' },
  ] as const

  it('leads to rows that stay with the first, and go with the last', async () => {
    const { engine, rows } = await openOdd({ sql, user: USER, tables: { tokens, sessions } })
    const first = await engine.delete('u1', A)
    // A session that the id leads to as well is not left.
    assert.deepEqual(
      first.steps.map(({ id, rows: own, shared }) => [id, own, shared]),
      [
        ['tokens#0', 0, 1],
        ['sessions#0', 1, undefined],
        ['sessions#1', 0, undefined],
      ],
    )
    assert.deepEqual(rows('SELECT note FROM tokens'), [['of both'], ['of u3']])
    assert.deepEqual(rows('SELECT note FROM sessions'), [])
    const last = await engine.delete('u2', A)
    assert.deepEqual([last.steps[0]?.rows, last.steps[0]?.shared], [1, undefined])
    assert.deepEqual(rows('SELECT note FROM tokens'), [['of u3']])
  })

  it('leads to rows that go with both of them in one slice', async () => {
    const { engine, rows } = await openOdd({ sql, user: USER, tables: { tokens, sessions } })
    const result = await engine.deleteMany(['u1', 'u2'], {
      ...(A as object),
      mode: 'throughput',
    } as never)
    assert.equal(result.deleted, 2)
    assert.deepEqual(rows('SELECT note FROM tokens'), [['of u3']])
  })

  it('leads across tenants to rows that stay with anybody', async () => {
    const across = { match, acrossTenants: true, action: 'delete' } as const
    const { engine, rows } = await openOdd({
      ...{ sql, user: USER },
      tables: { tokens: across, sessions },
    })
    await engine.deleteMany(['u1', 'u2'], A)
    assert.equal(rows('SELECT * FROM tokens').length, 2)
    await engine.delete('u3', { tenantId: 'b' } as never)
    assert.equal(rows('SELECT * FROM tokens').length, 0)
  })
})

describe('an address that is unique', () => {
  const sql = `${schemaWith(', UNIQUE (tenant, email)')}
    INSERT INTO users VALUES ('u1', 'a', 'Ann@x.example'), ('u2', 'a', 'ann@x.example');
    INSERT INTO tokens VALUES ('Ann@x.example', 'a', 'of u1'), ('ann@x.example', 'a', 'of u2')`
  const tables = { sessions: 'unrelated' } as const

  it('leads to the rows of the one user', async () => {
    const tokens = { match, tenant: 'tenant', action: 'delete' } as const
    const { engine, rows } = await openOdd({ sql, user: USER, tables: { ...tables, tokens } })
    const receipt = await engine.delete('u1', A)
    assert.equal(receipt.steps[0]?.shared, undefined)
    assert.deepEqual(rows('SELECT note FROM tokens'), [['of u2']])
  })

  it('is shared where case is none', async () => {
    const anyCase = { ...match, ignoreCase: true } as const
    const tokens = { match: anyCase, tenant: 'tenant', action: 'delete' } as const
    const { engine, rows } = await openOdd({ sql, user: USER, tables: { ...tables, tokens } })
    assert.equal((await engine.delete('u1', A)).steps[0]?.shared, 2)
    assert.equal(rows('SELECT * FROM tokens').length, 2)
    await engine.delete('u2', A)
    assert.equal(rows('SELECT * FROM tokens').length, 0)
  })
})

it('an id that two tenants have leads to no row without the tenant', async () => {
  const sql = `CREATE TABLE users (id TEXT, tenant TEXT, PRIMARY KEY (tenant, id));
    CREATE TABLE posts (author TEXT); INSERT INTO posts VALUES ('u1');
    INSERT INTO users VALUES ('u1', 'a'), ('u1', 'b')`
  const { engine, rows } = await openOdd({
    sql,
    user: { table: 'users', id: 'id', tenant: 'tenant' },
    tables: { posts: { match: 'author', action: 'delete' } },
  })
  assert.equal((await engine.delete('u1', A)).steps[0]?.shared, 1)
  assert.equal(rows('SELECT * FROM posts').length, 1)
  await engine.delete('u1', { tenantId: 'b' } as never)
  assert.equal(rows('SELECT * FROM posts').length, 0)
})
