import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { openTestDatabase } from '../../worlds/postgres/test-database.ts'

const UUID = '0b6f2a4e-1111-4222-8333-444455556666'
const OTHER = '0b6f2a4e-1111-4222-8333-444455556667'
const BIG = 9007199254740993n

const db = await openTestDatabase()
await db.exec('CREATE EXTENSION citext')
let count = 0

/** A schema of its own with these tables, and an engine by this policy. */
async function open(tables: string, policy: ReturnType<typeof definePolicy>) {
  count += 1
  const schema = `types_${count}`
  await db.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}, public; ${tables}`)
  const store = postgresStore(db.handle, { schema })
  // What the sample finds at other places of the documents is no matter here.
  const accept = [{ code: 'value_reference', table: 'events' }] as const
  const engine = new UserDeletionEngine({
    ...{ store, policy, logger: { warn() {} } },
    schemaCheck: { accept },
  })
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

  it('takes a domain for the type below it, and a citext for what is written in it', async () => {
    const { engine, schema } = await open(
      `CREATE DOMAIN handle AS citext; CREATE DOMAIN name AS handle;
       CREATE DOMAIN short AS varchar(8) CHECK (value <> 'eve');
       CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id name);
       CREATE TABLE notes (id serial PRIMARY KEY, user_id short);
       INSERT INTO users VALUES ('ann'), ('ANN'), ('eve');
       INSERT INTO logs (user_id) VALUES ('ann'), ('ANN'), ('eve');
       INSERT INTO notes (user_id) VALUES ('ann'), ('ANN');`,
      policyOf({
        logs: { match: 'user_id', action: 'delete' },
        notes: { match: 'user_id', action: 'delete' },
      }),
    )
    // No note can hold her, and none is asked whether it might.
    await engine.delete('eve', {})
    await engine.delete('ann', {})
    for (const table of ['logs', 'notes']) {
      const { rows } = await db.query(`SELECT user_id::text AS id FROM ${schema}.${table}`)
      assert.deepEqual(rows, [{ id: 'ANN' }])
    }
  })

  it('finds a user by any spelling that the key takes for one, with the rows that a key ties to it', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id citext PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id citext REFERENCES users);
       INSERT INTO users VALUES ('Ann'), ('bob');
       INSERT INTO logs (user_id) VALUES ('ann'), ('ANN'), ('bob');`,
      policyOf({ logs: { match: 'user_id', action: 'delete' } }),
    )
    const { steps } = await engine.plan('ann')
    assert.deepEqual(
      steps.map(({ rows }) => rows),
      [2],
    )
    assert.equal((await engine.delete('ANN', {})).userId, 'Ann')
    assert.deepEqual(await ids('users'), ['bob'])
    assert.deepEqual(await ids('logs'), ['3'])
  })

  it('takes no notice of the spaces that fill up a char(n)', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id char(8) PRIMARY KEY);
       CREATE TABLE logs (id char(4) PRIMARY KEY, user_id char(12));
       CREATE TABLE lines (id serial PRIMARY KEY, log char(4), user_id text);
       INSERT INTO users VALUES ('ann'), ('bob');
       INSERT INTO logs VALUES ('1', 'ann'), ('2', 'bob');
       INSERT INTO lines (log, user_id) VALUES ('1', NULL), ('2', NULL), (NULL, 'ann'), (NULL, 'ann ');`,
      policyOf({
        logs: { match: 'user_id', action: 'delete' },
        lines: [
          { match: 'user_id', action: 'delete' },
          {
            match: { column: 'log', through: { table: 'logs', key: 'id' } },
            action: 'delete',
          },
        ],
      }),
    )
    const { steps } = await engine.plan('ann')
    assert.deepEqual(
      steps.map(({ rows }) => rows),
      [1, 1, 1],
    )
    await engine.delete('ann', {})
    assert.deepEqual(await ids('users'), ['bob'])
    assert.deepEqual(await ids('logs'), ['2'])
    assert.deepEqual(await ids('lines'), ['2', '4'])
  })

  it('finds an integer in a numeric column, whatever its scale', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id numeric(30, 2) PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id numeric(30, 4));
       INSERT INTO users VALUES (7), (8.5), (${BIG}), (${BIG - 1n});
       INSERT INTO logs (user_id) VALUES (7), (7.5), (${BIG}), (${BIG - 1n});`,
      policyOf({ logs: { match: 'user_id', action: 'delete' } }),
    )
    await engine.delete(7, {})
    await engine.delete(BIG, {})
    assert.deepEqual(await ids('users'), ['8.50', `${BIG - 1n}.00`])
    assert.deepEqual(await ids('logs'), ['2', '4'])
  })

  it('refuses ids that a column keeps only about as they are', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id bigint PRIMARY KEY);
       CREATE TABLE logs (id bigint PRIMARY KEY, user_id bigint);
       CREATE TABLE lines (id serial PRIMARY KEY, log real);
       INSERT INTO users VALUES (16777217), (16777216);
       INSERT INTO logs VALUES (16777217, 16777217), (16777216, 16777216);
       INSERT INTO lines (log) VALUES (16777216);`,
      policyOf({
        logs: { match: 'user_id', action: 'delete' },
        lines: {
          match: { column: 'log', through: { table: 'logs', key: 'id' } },
          action: 'delete',
        },
      }),
    )
    await assert.rejects(engine.delete(16777217, {}), { code: 'schema_mismatch' })
    assert.deepEqual(await ids('lines'), ['1'])
  })

  it('writes an instant into columns of its type, of the user and of others', async () => {
    const at = new Date('2026-05-04T03:02:01.987Z')
    const kept = { action: 'anonymize', reason: 'kept' } as const
    const { schema } = await open(
      `CREATE TABLE users (id text PRIMARY KEY, gone_at timestamptz(0), day date);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id text, at timestamp, ms bigint, text text);
       INSERT INTO users VALUES ('ann');
       INSERT INTO logs (user_id) VALUES ('ann');`,
      policyOf({ logs: 'unrelated' }),
    )
    const engine = new UserDeletionEngine({
      store: postgresStore(db.handle, { schema }),
      policy: definePolicy({
        ...{ name: 'instants', version: 1 },
        user: { table: 'users', id: 'id', ...kept, set: { gone_at: '$at', day: '$at' } },
        tables: {
          logs: {
            ...{ match: 'user_id', ...kept },
            set: { user_id: null, at: '$at', ms: '$atMs', text: '$at' },
          },
        },
      }),
      clock: { now: () => at },
      logger: { warn() {} },
    })
    await engine.delete('ann', {})
    const { rows } = await db.query(
      `SELECT extract(epoch FROM gone_at)::int AS gone, day::text, at::text, ms, text FROM ${schema}.users, ${schema}.logs`,
    )
    assert.deepEqual(rows, [
      {
        ...{ gone: Date.UTC(2026, 4, 4, 3, 2, 2) / 1000, day: '2026-05-04' },
        ...{ at: '2026-05-04 03:02:01.987', ms: at.getTime(), text: at.toISOString() },
      },
    ])
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
