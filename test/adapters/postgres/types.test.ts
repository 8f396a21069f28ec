import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'

const UUID = '0b6f2a4e-1111-4222-8333-444455556666'
const OTHER = '0b6f2a4e-1111-4222-8333-444455556667'
const BIG = 9007199254740993n

const db = await PGlite.create()
let count = 0

/** A schema of its own with these tables, and an engine by this policy. */
async function open(tables: string, policy: ReturnType<typeof definePolicy>) {
  count += 1
  const schema = `types_${count}`
  await db.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${tables}`)
  const store = postgresStore(db, { schema })
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
  await engine.migrate()
  const ids = async (table: string): Promise<readonly string[]> =>
    (
      await db.query<{ id: string }>(`SELECT id::text FROM ${schema}.${table} ORDER BY id`)
    ).rows.map(({ id }) => id)
  return { engine, ids, schema }
}

const policyOf = (
  tables: Parameters<typeof definePolicy>[0]['tables'],
  fields: Readonly<Record<string, string>> = {},
) =>
  definePolicy({
    name: 'types',
    version: 1,
    user: { table: 'users', id: 'id', ...(Object.keys(fields).length === 0 ? {} : { fields }) },
    tables,
  })

describe('types of columns in PostgreSQL', () => {
  after(() => db.close())

  it('finds a UUID in a column of that type, of text, and inside JSON', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id uuid PRIMARY KEY);
       CREATE TABLE sessions (id serial PRIMARY KEY, user_id uuid);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id varchar(36));
       CREATE TABLE events (id serial PRIMARY KEY, data jsonb);
       INSERT INTO users VALUES ('${UUID}'), ('${OTHER}');
       INSERT INTO sessions (user_id) VALUES ('${UUID}'), ('${OTHER}'), (NULL);
       INSERT INTO logs (user_id) VALUES ('${UUID}'), ('${OTHER}'), ('x');
       INSERT INTO events (data) VALUES ('{"user": {"id": "${UUID}"}}'), ('{"user": ["${UUID}"]}'), ('7'), (NULL);`,
      policyOf({
        sessions: { match: 'user_id', action: 'delete' },
        logs: { match: 'user_id', action: 'delete' },
        events: { match: { json: 'data', path: 'user.id' }, action: 'delete' },
      }),
    )
    await engine.delete(UUID, {})
    assert.deepEqual(await ids('users'), [OTHER])
    assert.deepEqual(await ids('sessions'), ['2', '3'])
    assert.deepEqual(await ids('logs'), ['2', '3'])
    assert.deepEqual(await ids('events'), ['2', '3', '4'])
  })

  it('tells integers beyond 2^53 apart, and digits that are written otherwise', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id bigint PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id text);
       INSERT INTO users VALUES (7), (${BIG}), (${BIG - 1n});
       INSERT INTO logs (user_id) VALUES ('7'), ('07'), ('7.0'), ('${BIG}'), ('${BIG - 1n}');`,
      policyOf({ logs: { match: { column: 'user_id', form: 'string' }, action: 'delete' } }),
    )
    await engine.delete(BIG, {})
    await engine.delete(7, {})
    assert.deepEqual(await ids('users'), [String(BIG - 1n)])
    assert.deepEqual(await ids('logs'), ['2', '3', '5'])
    assert.equal(await engine.isDeleted('7', {}), true)
    assert.equal(await engine.isDeleted(8, {}), false)
  })

  it('refuses an id that no text can hold', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       INSERT INTO users VALUES (E'a\\uFFFD'), ('ab');`,
      policyOf({}),
    )
    for (const id of ['a\ud800', 'a\0b']) {
      await assert.rejects(engine.delete(id, {}), { code: 'invalid_id' })
    }
    assert.equal((await ids('users')).length, 2)
  })

  it('names the table and the column of a key that refuses', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE invoices (id text PRIMARY KEY, payer text REFERENCES users (id));
       INSERT INTO users VALUES ('ann');
       INSERT INTO invoices VALUES ('i1', 'ann');`,
      policyOf({ invoices: { action: 'external', reason: 'kept by the books' } }),
    )
    await assert.rejects(engine.delete('ann', {}), (error: unknown) => {
      const { code, details } = error as { code: string; details: Record<string, unknown> }
      assert.ok(['constraint_violation', 'deletion_blocked'].includes(code), code)
      if (code === 'constraint_violation') {
        assert.deepEqual([details['table'], details['column']], ['invoices', 'payer'])
      }
      return true
    })
    assert.deepEqual(await ids('users'), ['ann'])
  })

  it('leaves rows that differ in their bytes, whatever the column takes for one', async () => {
    const { engine, schema } = await open(
      `CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id text COLLATE anycase);
       INSERT INTO users VALUES ('ann'), ('ANN');
       INSERT INTO logs (user_id) VALUES ('ann'), ('ANN');`,
      policyOf({ logs: { match: 'user_id', action: 'delete' } }),
    )
    await engine.delete('ann', {})
    const { rows } = await db.query(`SELECT user_id FROM ${schema}.logs`)
    assert.deepEqual(rows, [{ user_id: 'ANN' }])
  })

  it('refuses to work inside a transaction of the host', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('ann');`,
      policyOf({}),
    )
    await db.exec('BEGIN')
    await assert.rejects(engine.delete('ann', {}), { code: 'connection_busy' })
    await db.exec('ROLLBACK')
    assert.deepEqual(await ids('users'), ['ann'])
    await engine.delete('ann', {})
  })
})
