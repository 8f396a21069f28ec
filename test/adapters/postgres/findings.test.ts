/**
 * What PostgreSQL would refuse or hide is found before the first deletion.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { openTestDatabase } from '../../worlds/postgres/test-database.ts'

const USERS = `CREATE TABLE users (id text PRIMARY KEY, email text); INSERT INTO users VALUES ('ann', 'a'), ('bob', 'b');`
const OWN = { match: 'user_id', action: 'delete' } as const
type Tables = Parameters<typeof definePolicy>[0]['tables']

const db = await openTestDatabase()
let count = 0

async function open(sql: string, tables: Tables, role = '') {
  count += 1
  const schema = `found_${count}`
  await db.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${USERS} ${sql}`)
  const policy = definePolicy({
    ...{ name: 'found', version: 1, user: { table: 'users', id: 'id' } },
    tables,
  })
  const store = postgresStore(db.handle, { schema })
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
  await engine.migrate()
  const tell = async (): Promise<readonly string[]> =>
    (await engine.checkSchema()).findings.map(
      ({ severity, code, table, column, message }) =>
        `${severity} ${code} ${[table, column].filter(Boolean).join('.')}: ${message}`,
    )
  if (role !== '') {
    await db.exec(
      `GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${role};`,
    )
  }
  const as = async <T>(work: () => Promise<T>): Promise<T> => {
    await db.exec(`SET ROLE ${role}`)
    return work().finally(() => db.exec('RESET ROLE'))
  }
  return { engine, tell, as, schema }
}

const matchesAll = (found: readonly string[], expected: readonly RegExp[]): void => {
  assert.equal(found.length, expected.length, found.join('\n'))
  for (const [place, pattern] of expected.entries()) assert.match(found[place] ?? '', pattern)
}

describe('findings in PostgreSQL', () => {
  after(() => db.close())

  it('tells of row security, and no longer once the role bypasses it', async () => {
    const role = await db.newRole()
    const { tell, as, engine } = await open(
      `CREATE TABLE posts (id integer PRIMARY KEY, user_id text);
       ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
       INSERT INTO posts VALUES (1, 'ann')`,
      { posts: OWN },
      role,
    )
    assert.deepEqual(await tell(), [])
    await as(async () => {
      matchesAll(await tell(), [/^error hidden_rows posts: row security may hide rows of "posts"/])
      await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
    })
    await db.exec(`ALTER ROLE ${role} BYPASSRLS`)
    await as(async () => {
      assert.deepEqual(await tell(), [])
      await engine.delete('ann')
    })
    assert.deepEqual((await db.query('SELECT id FROM posts')).rows, [])
  })

  it('tells of what the role may not do, and no longer once it may', async () => {
    const role = await db.newRole()
    const { tell, as, engine } = await open(
      `CREATE TABLE posts (id integer PRIMARY KEY, user_id text);
       CREATE TABLE notes (id integer PRIMARY KEY, user_id text, text text);
       INSERT INTO posts VALUES (1, 'ann'); INSERT INTO notes VALUES (1, 'ann', 'x')`,
      {
        posts: OWN,
        notes: {
          match: 'user_id',
          action: 'anonymize',
          reason: 'kept',
          set: { user_id: null, text: null },
        },
      },
      role,
    )
    await db.exec(
      `REVOKE DELETE ON posts FROM ${role}; REVOKE UPDATE ON notes FROM ${role}; GRANT UPDATE (text) ON notes TO ${role}; REVOKE UPDATE ON users FROM ${role}`,
    )
    await as(async () => {
      matchesAll(await tell(), [
        /^error missing_privilege users: .* may not UPDATE in "users"/,
        /^error missing_privilege posts: .* may not DELETE in "posts"/,
        /^error missing_privilege notes.user_id: .* may not UPDATE in "notes" \("user_id"\)/,
      ])
      await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
    })
    await db.exec(`GRANT DELETE ON posts TO ${role}; GRANT UPDATE ON notes, users TO ${role}`)
    await as(async () => {
      assert.deepEqual(await tell(), [])
      await engine.delete('ann')
    })
    assert.deepEqual((await db.query('SELECT id FROM posts')).rows, [])
  })

  it('tells of columns that the role may not read, among them those that tell rows apart', async () => {
    const role = await db.newRole()
    const { tell, as, engine, schema } = await open(
      `CREATE TABLE posts (id integer PRIMARY KEY, user_id text, title text);
       CREATE TABLE lines (id integer PRIMARY KEY, post integer, by text);
       CREATE TABLE notes (id integer PRIMARY KEY, user_id text, text text);
       INSERT INTO posts VALUES (1, 'ann', 'x'); INSERT INTO lines VALUES (1, 1, 'bob');`,
      {
        posts: OWN,
        lines: [
          { match: { column: 'post', through: { table: 'posts', key: 'id' } }, action: 'delete' },
          { match: 'by', action: 'detach', name: 'by' },
        ],
        notes: {
          ...{ match: 'user_id', action: 'anonymize', reason: 'kept' },
          set: { user_id: null, text: null },
        },
      },
      role,
    )
    await db.exec(`REVOKE SELECT ON posts, lines, notes, users FROM ${role};
      GRANT SELECT (id, user_id) ON posts TO ${role}; GRANT SELECT (post, by) ON lines TO ${role};
      GRANT SELECT (id, user_id) ON notes TO ${role}; GRANT SELECT (id) ON users TO ${role};`)
    await as(async () => {
      matchesAll([...(await tell())].sort(), [
        /^error missing_privilege lines.id: .* may not SELECT in "lines" \("id"\)/,
        /^error missing_privilege notes.text: .* may not SELECT in "notes" \("text"\)/,
        /^error missing_privilege users.email: .* may not SELECT in "users" \("email"\)/,
      ])
      await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
    })
    // What no rule names is none of its business.
    await db.exec(
      `GRANT SELECT (id) ON lines TO ${role}; GRANT SELECT (text) ON notes TO ${role}; GRANT SELECT ON users TO ${role}`,
    )
    await as(async () => {
      assert.deepEqual(await tell(), [])
      await engine.delete('ann')
    })
    for (const table of ['posts', 'lines']) {
      assert.deepEqual((await db.query(`SELECT id FROM ${schema}.${table}`)).rows, [])
    }
  })

  it('says what to grant where a privilege goes meanwhile', async () => {
    const role = await db.newRole()
    const { engine, as } = await open(
      `CREATE TABLE posts (id integer PRIMARY KEY, user_id text); INSERT INTO posts VALUES (1, 'ann')`,
      { posts: OWN },
      role,
    )
    await as(() =>
      assert.rejects(engine.migrate(), (error: Error) => {
        assert.match(error.message, /needs a GRANT on (schema|table) \w+/)
        return true
      }),
    )
  })

  it('tells of triggers and rules that may take the place of a deletion, and never says that it is done', async () => {
    const { tell, engine } = await open(
      `CREATE TABLE posts (id integer PRIMARY KEY, user_id text);
       CREATE TABLE notes (id integer PRIMARY KEY, user_id text);
       CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER keeps BEFORE DELETE ON posts FOR EACH ROW EXECUTE FUNCTION keep();
       CREATE RULE stays AS ON DELETE TO notes DO INSTEAD NOTHING;
       INSERT INTO posts VALUES (1, 'ann'); INSERT INTO notes VALUES (1, 'bob')`,
      { posts: OWN, notes: OWN },
    )
    matchesAll(await tell(), [
      /^warning touched_trigger notes: the rule "stays" acts on every delete in "notes"/,
      /^warning touched_trigger posts: the trigger "keeps" acts on every delete in "posts"/,
    ])
    for (const id of ['ann', 'bob'])
      await assert.rejects(engine.delete(id), { code: 'residue_left' })
    assert.equal((await db.query('SELECT id FROM users')).rows.length, 2)
  })

  it('tells of tables of another server', async () => {
    const { tell } = await open(
      `CREATE FOREIGN DATA WRAPPER far; CREATE SERVER far FOREIGN DATA WRAPPER far;
       CREATE FOREIGN TABLE visits (id integer, user_id text) SERVER far;
       CREATE FOREIGN TABLE clicks (id integer, user_id text) SERVER far;`,
      { visits: OWN, clicks: { action: 'external', reason: 'cleaned there' } },
    )
    matchesAll(await tell(), [/^error foreign_table_rule visits: "visits" is a foreign table/])
  })

  it('looks again behind triggers that wait for the end, and knows of keys that do', async () => {
    const { engine, schema } = await open(
      `CREATE TABLE posts (id serial PRIMARY KEY, user_id text);
       CREATE TABLE notes (id integer PRIMARY KEY, owner text REFERENCES users DEFERRABLE INITIALLY DEFERRED);
       INSERT INTO posts (user_id) VALUES ('ann'), ('bob'); INSERT INTO notes VALUES (1, 'bob');
       CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN EXECUTE format(''INSERT INTO %I.posts (user_id) VALUES ($1)'', TG_TABLE_SCHEMA) USING OLD.id; RETURN NULL; END';
       CREATE CONSTRAINT TRIGGER comes_back AFTER DELETE ON users DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (OLD.id = 'ann') EXECUTE FUNCTION back();`,
      { posts: OWN, notes: { action: 'external', reason: 'kept by the books' } },
    )
    await assert.rejects(engine.delete('ann'), {
      code: 'residue_left',
      details: { table: 'posts' },
    })
    await assert.rejects(engine.delete('bob'), { code: 'deletion_blocked' })
    assert.equal((await db.query(`SELECT id FROM ${schema}.users`)).rows.length, 2)
  })

  it('tells of tables without a key', async () => {
    const { tell } = await open(
      `CREATE TABLE posts (user_id text); CREATE TABLE notes (id integer NOT NULL UNIQUE, user_id text)`,
      { posts: OWN, notes: OWN },
    )
    matchesAll(await tell(), [/^error no_row_key posts: nothing tells the rows of "posts" apart/])
  })

  it('tells of columns in which nothing is looked for, by their types', async () => {
    const { tell } = await open(
      `CREATE TYPE mood AS ENUM ('glad', 'sad');
       CREATE TABLE moods (id integer PRIMARY KEY, user_id mood);
       CREATE TABLE lists (id integer PRIMARY KEY, user_id text[]);
       CREATE TABLE measures (id integer PRIMARY KEY, user_id double precision);
       CREATE TABLE days (id integer PRIMARY KEY, user_id date);
       CREATE TABLE texts (id integer PRIMARY KEY, data integer);
       CREATE TABLE docs (id integer PRIMARY KEY, user_id text, data json);`,
      {
        ...{ moods: OWN, lists: OWN, measures: OWN, days: OWN },
        texts: { match: { json: 'data', path: 'user' }, action: 'delete' },
        docs: {
          ...{ match: 'user_id', action: 'anonymize', reason: 'kept' },
          set: { user_id: null, data: { scrub: ['user'] } },
        },
      },
    )
    const errors = (await tell()).filter((one) => one.startsWith('error unsupported_column'))
    matchesAll([...errors].sort(), [
      /days.user_id: .* is of type date/,
      /lists.user_id: .* is of type text\[\].* Match its elements/,
      /measures.user_id: .* is of type double precision/,
      /moods.user_id: .* is of type (found_\d+\.)?mood/,
      /texts.data: .* is of type integer, and no place inside JSON/,
    ])
  })

  it('tells of values that a column does not take', async () => {
    const { tell } = await open(
      `CREATE TYPE mood AS ENUM ('glad', 'sad');
       CREATE TABLE posts (id integer PRIMARY KEY, user_id text, mood mood, count integer, is_open boolean, ref uuid, at timestamptz, data jsonb)`,
      {
        posts: [
          {
            ...{
              match: 'user_id',
              where: { mood: ['glad', 'angry'] },
              action: 'anonymize',
              reason: 'kept',
            },
            set: {
              user_id: null,
              count: true,
              is_open: 'perhaps',
              ref: 'gone',
              at: '$atMs',
              data: '{',
            },
          },
          {
            ...{ match: 'user_id', where: { mood: 'sad' }, action: 'anonymize', reason: 'kept' },
            set: {
              user_id: null,
              mood: 'glad',
              count: 0,
              is_open: false,
              ref: '00000000-0000-0000-0000-000000000000',
              at: '$at',
              data: '{}',
            },
          },
        ],
      },
    )
    const refused = (await tell()).filter((one) => one.includes('value_refused'))
    matchesAll([...refused].sort(), [
      /posts.at: .* is given "\$atMs"/,
      /posts.count: .* is of type integer, and is given true/,
      /posts.data: .* is given "\{"/,
      /posts.is_open: .* is given "perhaps"/,
      /posts.mood: .* takes only "glad", "sad", and is compared with "angry"/,
      /posts.ref: .* is of type uuid, and is given "gone"/,
    ])
  })
})
