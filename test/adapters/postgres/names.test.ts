/**
 * Names that other names stand in the way of: of tables, schemas, columns, types and functions.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'

const OWN = { match: 'user_id', action: 'delete' } as const
type Input = Parameters<typeof definePolicy>[0]

const db = await PGlite.create({ extensions: { citext } })
let count = 0

async function open(
  sql: (schema: string) => string,
  tables: Input['tables'],
  more: Partial<Input> = {},
  named = `names_${count + 1}`,
) {
  count += 1
  const quoted = `"${named.replaceAll('"', '""')}"`
  await db.exec(`CREATE SCHEMA ${quoted}; SET search_path = ${quoted}; ${sql(quoted)}`)
  const policy = definePolicy({
    ...{ name: 'names', version: 1, user: { table: 'users', id: 'id' }, tables },
    ...more,
  } as Input)
  const store = postgresStore(db, { schema: named })
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
  await engine.migrate()
  const errors = async (): Promise<readonly string[]> =>
    (await engine.checkSchema()).findings.flatMap(({ severity, code, table, column }) =>
      severity === 'error' ? [[code, table, column].join(' ')] : [],
    )
  const rows = async (select: string): Promise<readonly unknown[]> =>
    (await db.query<{ x: unknown }>(`SELECT x FROM (${select}) AS s(x) ORDER BY x`)).rows.map(
      ({ x }) => x,
    )
  return { engine, errors, rows, schema: quoted }
}

describe('names in PostgreSQL', () => {
  after(() => db.close())

  it('keeps to the tables of its schema, whatever stands before them on the search path', async () => {
    const { engine, rows, schema } = await open(
      () => `CREATE TABLE users (id text PRIMARY KEY); CREATE TABLE logs (id integer PRIMARY KEY, user_id text);
        INSERT INTO users VALUES ('ann'), ('bob'); INSERT INTO logs VALUES (1, 'ann'), (2, 'bob');`,
      { logs: OWN },
    )
    await db.exec(`CREATE SCHEMA before; SET search_path = before, ${schema};
      CREATE TABLE before.users (id text PRIMARY KEY); CREATE TABLE before.logs (id integer PRIMARY KEY, user_id text);
      INSERT INTO before.users VALUES ('ann'); INSERT INTO before.logs VALUES (1, 'ann');
      CREATE TEMPORARY TABLE logs (id integer PRIMARY KEY, user_id text); INSERT INTO pg_temp.logs VALUES (1, 'ann');
      CREATE DOMAIN before.text AS varchar(1); CREATE DOMAIN before.jsonb AS integer;`)
    await engine.delete('ann')
    assert.deepEqual(await rows(`SELECT user_id FROM ${schema}.logs`), ['bob'])
    assert.deepEqual(await rows('SELECT user_id FROM before.logs'), ['ann'])
    assert.deepEqual(await rows('SELECT user_id FROM pg_temp.logs'), ['ann'])
    assert.deepEqual(await rows('SELECT id FROM before.users'), ['ann'])
    await db.exec('DROP TABLE pg_temp.logs; DROP SCHEMA before CASCADE')
  })

  it('works with names of quotes, dots, capitals, blanks and words of SQL', async () => {
    const { engine, errors, rows, schema } = await open(
      () => `CREATE TABLE "User" ("Id" text PRIMARY KEY, "e.mail" text, "select" text);
        CREATE TABLE "a.b" ("it's" integer PRIMARY KEY, "user ""id""" text REFERENCES "User", "Data" jsonb, "order" text);
        CREATE TABLE "A.b" ("?" integer PRIMARY KEY, "@ids" text, "$1" text[]);
        INSERT INTO "User" VALUES ('ann', 'a@x', 's'), ('bob', 'b@x', 's');
        INSERT INTO "a.b" VALUES (1, 'ann', '{"a''b": 1}', 'x'), (2, 'bob', '{"a''b": 1}', 'x');
        INSERT INTO "A.b" VALUES (1, 'ann', '{}'), (2, 'bob', '{ann,bob}');`,
      {
        'a.b': {
          ...{ match: 'user "id"', action: 'anonymize', reason: 'kept' },
          set: { 'user "id"': null, Data: { scrub: [["a'b"]] }, order: '@ids ? $1' },
        },
        'A.b': [
          { match: '@ids', action: 'delete' },
          { match: { array: '$1' }, action: 'detach' },
        ],
      },
      { user: { table: 'User', id: 'Id', fields: { email: 'e.mail' } } },
      `it's "my".Schema ü`,
    )
    assert.deepEqual(await errors(), [])
    await engine.delete('ann')
    assert.deepEqual(await rows(`SELECT to_jsonb(t) FROM ${schema}."a.b" AS t`), [
      { "it's": 1, 'user "id"': null, Data: {}, order: '@ids ? $1' },
      { "it's": 2, 'user "id"': 'bob', Data: { "a'b": 1 }, order: 'x' },
    ])
    assert.deepEqual(await rows(`SELECT to_jsonb(t) FROM ${schema}."A.b" AS t`), [
      { '?': 2, '@ids': 'bob', $1: ['bob'] },
    ])
  })

  it('says so where the role does not look into the schema of citext, and finds every spelling where it does', async () => {
    const { engine, errors, rows, schema } = await open(
      () => `CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
        CREATE TABLE users (id ext.citext PRIMARY KEY);
        CREATE TABLE logs (id integer PRIMARY KEY, user_id ext.citext REFERENCES users);
        INSERT INTO users VALUES ('Ann'), ('bob'); INSERT INTO logs VALUES (1, 'Ann');`,
      { logs: OWN },
    )
    assert.deepEqual([...new Set(await errors())].sort(), [
      'unsupported_column logs user_id',
      'unsupported_column users id',
    ])
    await assert.rejects(engine.delete('ANN'), { code: 'schema_mismatch' })
    await db.exec(
      `SET search_path = ${schema}, ext; INSERT INTO logs VALUES (2, 'ann'), (3, 'bob')`,
    )
    assert.deepEqual(await errors(), [])
    await engine.delete('ANN')
    assert.deepEqual(await rows(`SELECT id FROM ${schema}.logs`), [3])
  })

  it('takes children of a key of several columns, and tells rows apart by one', async () => {
    const { engine, errors, rows, schema } = await open(
      () => `CREATE TABLE users (id text PRIMARY KEY);
        CREATE TABLE seats (org integer, no integer, user_id text, note text, PRIMARY KEY (org, no));
        CREATE TABLE bills (id integer PRIMARY KEY, org integer, no integer, user_id text, FOREIGN KEY (org, no) REFERENCES seats DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO users VALUES ('ann'), ('bob');
        INSERT INTO seats VALUES (1, 1, 'ann', 'x'), (1, 2, 'bob', 'x'), (2, 1, 'bob', 'x'), (2, 2, 'ann', 'x');
        INSERT INTO bills VALUES (1, 1, 1, 'ann'), (2, 1, 2, 'bob'), (3, 2, 2, 'ann');`,
      { seats: OWN, bills: OWN },
    )
    assert.deepEqual(await errors(), [])
    await engine.delete('ann')
    assert.deepEqual(await rows(`SELECT org || ' ' || no FROM ${schema}.seats`), ['1 2', '2 1'])
    assert.deepEqual(await rows(`SELECT id FROM ${schema}.bills`), [2])
  })

  for (const [action, left] of [
    ['CASCADE', [2]],
    ['SET NULL', [1, 2]],
    ['SET DEFAULT', [1, 2]],
    ['NO ACTION', [1, 2]],
    ['RESTRICT', [1, 2]],
  ] as const) {
    it(`sees a foreign key of another schema that says ${action}, before it acts`, async () => {
      const { engine, errors, rows } = await open(
        () => `CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('ann'), ('bob');
          CREATE SCHEMA far_${count}; CREATE TABLE far_${count}.bills (id integer PRIMARY KEY, user_id text DEFAULT 'bob' REFERENCES users ON DELETE ${action});
          INSERT INTO far_${count}.bills VALUES (1, 'ann'), (2, 'bob');`,
        {},
      )
      const far = `far_${count}`
      assert.deepEqual(await errors(), [`unclassified_table ${far}.bills `])
      await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
      assert.deepEqual(await rows(`SELECT id FROM ${far}.bills`), [1, 2])
      // What is said of it is done, whatever the key would do.
      const tables = {
        [`${far}.bills`]: { ...OWN, action: left.length === 1 ? 'delete' : 'detach' },
      }
      const policy = definePolicy({
        ...{ name: 'names', version: 2, user: { table: 'users', id: 'id' }, tables },
      } as Input)
      const store = postgresStore(db, { schema: `names_${count}` })
      const second = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
      await second.delete('ann')
      assert.deepEqual(await rows(`SELECT id FROM ${far}.bills`), left)
      assert.deepEqual(await rows(`SELECT user_id FROM ${far}.bills WHERE user_id = 'ann'`), [])
    })
  }
})
