/**
 * Lists and documents in columns of every type that hosts keep them in.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'

type Tables = Parameters<typeof definePolicy>[0]['tables']

const UUID = '0b6f2a4e-1111-4222-8333-444455556666'
const OTHER = '0b6f2a4e-1111-4222-8333-444455556667'

const db = await PGlite.create({ extensions: { citext } })
await db.exec('CREATE EXTENSION citext')
let count = 0

async function open(sql: string, tables: Tables, fields: Readonly<Record<string, string>> = {}) {
  count += 1
  const schema = `forms_${count}`
  await db.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}, public; ${sql}`)
  const policy = definePolicy({
    ...{ name: 'forms', version: 1, user: { table: 'users', id: 'id', fields } },
    tables,
  })
  const store = postgresStore(db, { schema })
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
  await engine.migrate()
  const all = async (table: string): Promise<readonly unknown[]> =>
    (await db.query(`SELECT * FROM ${schema}.${table} ORDER BY 1`)).rows
  const errors = async (): Promise<readonly string[]> =>
    (await engine.checkSchema()).findings.flatMap(({ severity, code, table, column }) =>
      severity === 'error' ? [`${code} ${table}.${column}`] : [],
    )
  return { engine, all, errors, schema }
}

const KEPT = { action: 'anonymize', reason: 'kept' } as const

describe('lists and documents in PostgreSQL', () => {
  after(() => db.close())

  for (const [type, ann, bob, held] of [
    ['uuid', UUID, OTHER, 'uuid'],
    ['text', UUID, OTHER, 'uuid'],
    ['integer', 7, 8, 'bigint'],
    ['bigint', 7, 8, 'text'],
    ['numeric', 7, 8, 'integer'],
    ['varchar(40)', 'ann', 'bob', 'text'],
    ['name', 'ann', 'bob', 'varchar(9)'],
    ['citext', 'ann', 'ANN', 'text'],
    ['char(6)', 'ann', 'ANN', 'text'],
  ] as const) {
    it(`finds a user of type ${held} in a list of type ${type}[], and takes that element alone out of it`, async () => {
      const { engine, all, errors } = await open(
        `CREATE TABLE users (id ${held} PRIMARY KEY);
         CREATE TABLE rooms (id integer PRIMARY KEY, members ${type}[], kind text);
         CREATE TABLE drafts (id integer PRIMARY KEY, seen ${type}[] NOT NULL);
         INSERT INTO users VALUES ('${ann}'), ('${bob}');
         INSERT INTO rooms VALUES (1, '{${ann},${bob},NULL,${ann}}'), (2, '{${bob}}'), (3, NULL), (4, '{}'), (5, '{${ann}}');
         INSERT INTO drafts VALUES (1, '{${bob},${ann}}'), (2, '{${bob}}');`,
        {
          rooms: { match: { array: 'members' }, action: 'detach' },
          drafts: { match: { array: 'seen' }, action: 'delete' },
        },
      )
      assert.deepEqual(await errors(), [])
      const { steps } = await engine.plan(ann)
      assert.deepEqual(Object.fromEntries(steps.map((step) => [step.table, step.rows])), {
        ...{ rooms: 2, drafts: 1 },
      })
      await engine.delete(ann)
      const lists = (
        await db.query<{ m: string | null }>(
          `SELECT array_to_string(members, ' ', '-') AS m FROM forms_${count}.rooms ORDER BY id`,
        )
      ).rows.map(({ m }) => m?.replaceAll(/ {2,}/g, ' ').trim() ?? null)
      assert.deepEqual(lists, [`${bob} -`.replace(/ +/, ' '), `${bob}`, null, '', ''])
      assert.deepEqual((await all('drafts')).length, 1)
    })
  }

  it('pulls a user out of the list of a row that stays for another reason', async () => {
    const { engine, all } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE notes (id integer PRIMARY KEY, author text, readers text[]);
       INSERT INTO users VALUES ('ann'), ('bob');
       INSERT INTO notes VALUES (1, 'ann', '{bob,ann}'), (2, 'bob', '{ann}');`,
      {
        notes: {
          ...{ match: 'author', ...KEPT },
          set: { author: null, readers: { pull: { user: 'id' } } },
        },
      },
    )
    await engine.delete('ann')
    assert.deepEqual(await all('notes'), [
      { id: 1, author: null, readers: ['bob'] },
      { id: 2, author: 'bob', readers: ['ann'] },
    ])
  })

  it('finds a user in a list of lists, and never says that an element is out of it', async () => {
    const { engine, all } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE rooms (id integer PRIMARY KEY, members text[]);
       INSERT INTO users VALUES ('ann'), ('bob'), ('eve');
       INSERT INTO rooms VALUES (1, '{{ann,x},{bob,y}}'), (2, '{eve}');`,
      { rooms: { match: { array: 'members' }, action: 'detach' } },
    )
    await assert.rejects(engine.delete('ann'), { code: 'residue_left' })
    // Nobody else has to wait for that.
    await engine.delete('eve')
    assert.deepEqual((await all('users')).length, 2)
  })

  for (const type of ['json', 'jsonb', 'text', 'varchar(200)'] as const) {
    it(`finds and changes what stands inside a document of type ${type}`, async () => {
      const { engine, all, errors, schema } = await open(
        `CREATE TABLE users (id text PRIMARY KEY, email text);
         CREATE TABLE events (id integer PRIMARY KEY, data ${type});
         CREATE TABLE logs (id integer PRIMARY KEY, data ${type});
         CREATE TABLE rooms (id integer PRIMARY KEY, data ${type});
         CREATE TABLE notes (id integer PRIMARY KEY, author text, data ${type}, other ${type});
         INSERT INTO users VALUES ('ann', 'a@x'), ('bob', 'b@x');
         INSERT INTO events VALUES (1, '{"user":{"id":"ann"}}'), (2, '{"user":{"id":"bob"}}'), (3, NULL), (4, '"ann"');
         INSERT INTO logs VALUES (1, '{"by":"ann","n":1}'), (2, '{"by":"bob","n":1}');
         INSERT INTO rooms VALUES (1, '{"in":["bob","ann"]}'), (2, '{"in":["bob"]}');
         INSERT INTO notes VALUES (1, 'ann', '{"ip":"1","n":[1]}', '{"a":1}'), (2, 'bob', '{"ip":"2"}', '{"a":2}');`,
        {
          events: { match: { json: 'data', path: 'user.id' }, action: 'delete' },
          logs: { match: { json: 'data', path: 'by' }, action: 'detach' },
          rooms: { match: { array: 'data', path: 'in' }, action: 'detach' },
          notes: {
            ...{ match: 'author', ...KEPT },
            set: { author: null, data: { scrub: ['ip'] }, other: '{"gone": true}' },
          },
        },
      )
      assert.deepEqual(await errors(), [])
      await engine.delete('ann')
      const said = async (table: string, column = 'data') =>
        (
          await db.query<{ x: string | null }>(
            `SELECT ${column}::text AS x FROM ${schema}.${table} ORDER BY id`,
          )
        ).rows.map(({ x }) => (x === null ? null : JSON.parse(x)))
      assert.deepEqual(await said('events'), [{ user: { id: 'bob' } }, null, 'ann'])
      assert.deepEqual(await said('logs'), [
        { by: null, n: 1 },
        { by: 'bob', n: 1 },
      ])
      assert.deepEqual(await said('rooms'), [{ in: ['bob'] }, { in: ['bob'] }])
      assert.deepEqual(await said('notes'), [{ n: [1] }, { ip: '2' }])
      assert.deepEqual(await said('notes', 'other'), [{ gone: true }, { a: 2 }])
      assert.equal((await all('users')).length, 1)
    })
  }

  it('finds nothing in a text that is no JSON, leaves it, and overwrites it as a whole where it is to be scrubbed', async () => {
    const { engine, all } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE logs (id integer PRIMARY KEY, data text);
       CREATE TABLE notes (id integer PRIMARY KEY, author text, data text);
       INSERT INTO users VALUES ('ann'), ('bob');
       INSERT INTO logs VALUES (1, '{"by": "ann"'), (2, 'ann'), (3, ''), (4, '{"by": "ann"}');
       INSERT INTO notes VALUES (1, 'ann', 'ip=1'), (2, 'bob', 'ip=2');`,
      {
        logs: { match: { json: 'data', path: 'by' }, action: 'delete' },
        notes: { match: 'author', ...KEPT, set: { author: null, data: { scrub: ['ip'] } } },
      },
    )
    await engine.delete('ann')
    assert.deepEqual(
      (await all('logs')).map((row) => (row as { id: number }).id),
      [1, 2, 3],
    )
    assert.deepEqual(await all('notes'), [
      { id: 1, author: null, data: null },
      { id: 2, author: 'bob', data: 'ip=2' },
    ])
  })

  it('never passes over a document that it cannot read', async () => {
    for (const type of ['json', 'text']) {
      const { engine, all } = await open(
        `CREATE TABLE users (id text PRIMARY KEY);
         CREATE TABLE logs (id integer PRIMARY KEY, data ${type});
         INSERT INTO users VALUES ('ann');
         INSERT INTO logs VALUES (1, '{"by":"ann","x":"\\u0000"}');`,
        { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
      )
      await assert.rejects(engine.delete('ann'), { code: 'deletion_blocked' })
      assert.equal((await all('users')).length, 1)
    }
  })

  it('refuses a path into a list, and a list of what it finds nothing in', async () => {
    const { errors } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE rooms (id integer PRIMARY KEY, members text[], days date[], docs jsonb[]);
       INSERT INTO users VALUES ('ann');`,
      {
        rooms: [
          { match: { array: 'members', path: 'a' }, action: 'detach' },
          { match: { array: 'days' }, action: 'detach' },
          { match: { array: 'docs', element: 'id' }, action: 'detach' },
          { match: { json: 'members', path: 'x' }, action: 'delete' },
          { match: 'members', action: 'delete' },
        ],
      },
    )
    assert.deepEqual([...new Set(await errors())].sort(), [
      'unsupported_column rooms.days',
      'unsupported_column rooms.docs',
      'unsupported_column rooms.members',
    ])
  })
})
