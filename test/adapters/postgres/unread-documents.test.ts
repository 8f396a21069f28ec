/**
 * Documents that are JSON and that the database cannot read, as anybody may write one into a column of theirs.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { openBothDatabases } from '../../worlds/postgres/test-database.ts'

type Tables = Parameters<typeof definePolicy>[0]['tables']

/** Each as what stands beside the name of a user. */
const UNREAD = {
  'a zero byte': String.raw`"a\u0000"`,
  'a zero byte behind a backslash': String.raw`"\\\u0000"`,
  'the first half of a surrogate': String.raw`"\uD83D"`,
  'a second half before a first': String.raw`"\ude00\ud83d"`,
  'halves that something parts': String.raw`"\ud83d\n\ude00"`,
  'a number without end': '1e999999',
  'a number of no size': '-1e-999999',
  'very many digits': `1${'0'.repeat(140_000)}`,
  'nesting without end': `${'['.repeat(2_500)}${']'.repeat(2_500)}`,
  'a zero byte in a key': String.raw`{"\u0000": 1}`,
}

/** What only looks like it. */
const READ = {
  'a backslash before the letters of a zero byte': String.raw`"\\u0000 \\ud83d"`,
  'both halves of a surrogate': String.raw`"\ud83d\ude00"`,
  'a text with the letters of a number': '"3e99999 [[[[ \\" 1e999999"',
  'very many lists side by side': `[${'[],'.repeat(1_500)}[]]`,
  'very many brackets in a text': `"${'['.repeat(1_500)}"`,
  'many digits': '1e99',
}

for (const [place, db] of await openBothDatabases()) {
  const [{ v } = { v: 0 }] = (
    await db.query<{ v: number }>(`SELECT current_setting('server_version_num')::integer AS v`)
  ).rows
  const types = v >= 160_000 ? ['json', 'text'] : ['json']
  let count = 0

  async function open(sql: string, tables: Tables) {
    count += 1
    const schema = `unread_${count}`
    await db.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${sql}`)
    const policy = definePolicy({
      ...{ name: 'unread', version: 1, user: { table: 'users', id: 'id' }, tables },
    })
    const store = postgresStore(db.handle, { schema })
    const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
    await engine.migrate()
    const all = async (table: string): Promise<readonly unknown[]> =>
      (await db.query(`SELECT * FROM ${schema}.${table} ORDER BY 1`)).rows
    const ids = async (table: string): Promise<readonly unknown[]> =>
      (await db.query<{ id: unknown }>(`SELECT id FROM ${schema}.${table} ORDER BY 1`)).rows.map(
        ({ id }) => id,
      )
    return { engine, all, ids, schema }
  }

  const insert = (schema: string, table: string, id: number, document: string): Promise<unknown> =>
    db.query(`INSERT INTO ${schema}.${table} VALUES ($1, $2)`, [id, document])

  const asText = async (schema: string, table: string): Promise<readonly unknown[]> =>
    (
      await db.query<{ x: string }>(`SELECT data::text AS x FROM ${schema}.${table} ORDER BY id`)
    ).rows.map(({ x }) => x)

  const blockersOf = async (
    { engine }: { readonly engine: UserDeletionEngine },
    id: string | number,
  ): Promise<readonly unknown[]> =>
    (await engine.plan(id)).blockers.map(({ name, table, column, rows }) => [
      ...[name, table, column, rows],
    ])

  describe(`documents that PostgreSQL cannot read, ${place}`, () => {
    after(() => db.close())

    for (const type of types) {
      const users = `CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('ann'), ('bob'), ('eve');`

      it(`keeps nobody from going by an odd ${type} of somebody else's, and them whom it may name`, async () => {
        const world = await open(
          `${users} CREATE TABLE logs (id integer PRIMARY KEY, data ${type});`,
          { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
        )
        const { engine, schema, ids } = world
        await insert(schema, 'logs', 0, '{"by": "ann"}')
        const hostile = Object.entries(UNREAD).map(([what, odd], place) => ({
          ...{ what, id: `e${place}`, document: `{"by": "e${place}", "x": ${odd}}` },
        }))
        for (const [place, { id, document }] of hostile.entries()) {
          await db.query(`INSERT INTO ${schema}.users VALUES ($1)`, [id])
          await insert(schema, 'logs', place + 1, document)
        }
        assert.deepEqual(await blockersOf(world, 'ann'), [])
        await engine.delete('ann')
        for (const { what, id } of hostile) {
          assert.deepEqual(await blockersOf(world, id), [['unread', 'logs', 'data', 1]], what)
        }
        const names = hostile.map(({ id }) => id)
        const all = await engine.planMany(['bob', ...names])
        assert.deepEqual([all.found, all.blocked], [names.length + 1, names.length])
        const result = await engine.deleteMany(['bob', ...names])
        assert.deepEqual([result.deleted, result.failed], [1, names.length])
        assert.deepEqual(
          result.errors.map(({ code }) => code),
          names.map(() => 'deletion_blocked'),
        )
        assert.deepEqual(await ids('users'), [...names, 'eve'])
        assert.deepEqual(
          await asText(schema, 'logs'),
          hostile.map(({ document }) => document),
        )
      })

      it(`reads a ${type} that only looks odd as any other`, async () => {
        const { engine, schema, ids } = await open(
          `${users} CREATE TABLE logs (id integer PRIMARY KEY, data ${type});`,
          { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
        )
        const odd = Object.values(READ)
        for (const [place, one] of odd.entries()) {
          await insert(schema, 'logs', place, `{"by": "ann", "x": ${one}}`)
          await insert(schema, 'logs', odd.length + place, `{"by": "bob", "x": ${one}}`)
        }
        await engine.delete('ann')
        assert.deepEqual(
          await ids('logs'),
          odd.map((_, place) => odd.length + place),
        )
      })

      it(`finds whom such a ${type} may name wherever and however it is written`, async () => {
        const world = await open(
          `CREATE TABLE users (id text PRIMARY KEY);
           INSERT INTO users VALUES ('ann'), ('bob'), ('cy'), ('dan'), ('eve'), ('7'), ('say "h"'), ('😀');
           CREATE TABLE logs (id integer PRIMARY KEY, data ${type});`,
          { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
        )
        const { engine, schema } = world
        await insert(
          schema,
          'logs',
          1,
          String.raw`{"x": "\u0000bob", "y": [{"\u0061nn": ""}, "annual", "dan\\", "cy\n"], "n": 7, "q": "say \"h\"", "s": "\ud83d\ude00"}`,
        )
        for (const id of ['ann', '7', 'bob', 'say "h"', '😀']) {
          assert.deepEqual(await blockersOf(world, id), [['unread', 'logs', 'data', 1]], id)
        }
        for (const id of ['cy', 'dan', 'eve']) await engine.delete(id)
      })

      it(`finds numbers in such a ${type}, and none in its texts`, async () => {
        const world = await open(
          `CREATE TABLE users (id bigint PRIMARY KEY);
           INSERT INTO users VALUES (7), (8), (9), (10), (12);
           CREATE TABLE logs (id integer PRIMARY KEY, data ${type});`,
          { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
        )
        await insert(
          world.schema,
          'logs',
          1,
          String.raw`{"x": "\u0000", "a": [7,8.0,-9], "b": "10 12"}`,
        )
        for (const id of [7, 8]) {
          assert.deepEqual(await blockersOf(world, id), [['unread', 'logs', 'data', 1]])
        }
        for (const id of [9, 10, 12]) await world.engine.delete(id)
      })

      it(`keeps to the conditions of the rule, and asks nothing where another eraser cleans a ${type}`, async () => {
        const world = await open(
          `${users} CREATE TABLE logs (id integer PRIMARY KEY, data ${type}, kind text);
           CREATE TABLE crm (id integer PRIMARY KEY, data ${type});`,
          {
            logs: { match: { json: 'data', path: 'by' }, where: { kind: 'a' }, action: 'delete' },
            crm: {
              ...{ match: { json: 'data', path: 'by' }, action: 'external' },
              reason: 'cleaned elsewhere',
            },
          },
        )
        const hostile = String.raw`{"by": "ann", "x": "\u0000"}`
        await db.query(`INSERT INTO ${world.schema}.logs VALUES (1, $1, 'b')`, [hostile])
        await insert(world.schema, 'crm', 1, hostile)
        await world.engine.delete('ann')
        await db.query(`UPDATE ${world.schema}.logs SET kind = 'a', data = $1`, [
          hostile.replace('ann', 'bob'),
        ])
        await assert.rejects(world.engine.delete('bob'), { code: 'deletion_blocked' })
      })

      it(`takes nobody out of a list in a ${type} that cannot be read, and says so`, async () => {
        const world = await open(
          `${users} CREATE TABLE rooms (id integer PRIMARY KEY, data ${type});
           CREATE TABLE notes (id integer PRIMARY KEY, data ${type}, author text);`,
          {
            rooms: { match: { array: 'data', path: 'in', element: 'id' }, action: 'detach' },
            notes: {
              ...{ match: 'author', action: 'anonymize', reason: 'kept' },
              set: { author: null, data: { pull: { user: 'id' } } },
            },
          },
        )
        const { engine, schema } = world
        const hostile = String.raw`{"in": [{"id": "eve"}, {"id": "ann"}], "x": "\u0000"}`
        await insert(schema, 'rooms', 1, '{"in": [{"id": "bob"}, {"id": "ann"}]}')
        await insert(schema, 'rooms', 2, hostile)
        await engine.delete('bob')
        assert.deepEqual(await blockersOf(world, 'ann'), [['unread', 'rooms', 'data', 1]])
        await db.query(`DELETE FROM ${schema}.rooms WHERE id = 2`)
        await db.query(`INSERT INTO ${schema}.notes VALUES (1, $1, 'ann'), (2, $2, 'eve')`, [
          String.raw`["\u0061nn", "\ud800"]`,
          String.raw`["bob", "\ud800"]`,
        ])
        assert.deepEqual(await blockersOf(world, 'ann'), [['unread', 'notes', 'data', 1]])
        await assert.rejects(engine.delete('ann'), { code: 'deletion_blocked' })
        await engine.delete('eve')
        assert.deepEqual(await asText(schema, 'notes'), [
          String.raw`["\u0061nn", "\ud800"]`,
          String.raw`["bob", "\ud800"]`,
        ])
      })

      it(`overwrites a ${type} that cannot be scrubbed as a whole`, async () => {
        const { engine, schema } = await open(
          `${users} CREATE TABLE notes (id integer PRIMARY KEY, data ${type}, other ${type} NOT NULL, author text);`,
          {
            notes: {
              ...{ match: 'author', action: 'anonymize', reason: 'kept' },
              set: { author: null, data: { scrub: ['ip'] }, other: { scrub: ['ip'] } },
            },
          },
        )
        const odd = String.raw`{"ip": "10.0.0.1", "x": "\u0000"}`
        await db.query(
          `INSERT INTO ${schema}.notes VALUES (1, $1, $1, 'ann'), (2, $1, $1, 'bob')`,
          [odd],
        )
        await engine.delete('ann')
        const { rows } = await db.query(
          `SELECT id, data::text, other::text FROM ${schema}.notes ORDER BY id`,
        )
        assert.deepEqual(rows, [
          { id: 1, data: null, other: '{}' },
          { id: 2, data: odd, other: odd },
        ])
      })

      it(`takes what came back in a ${type} that cannot be read for residue`, async () => {
        const { engine, schema } = await open(
          `${users} CREATE TABLE notes (id integer PRIMARY KEY, data ${type}, author text);`,
          {
            notes: {
              ...{ match: 'author', action: 'anonymize', reason: 'kept' },
              set: { data: { scrub: ['ip'] } },
            },
          },
        )
        await db.query(`INSERT INTO ${schema}.notes VALUES (1, $1, 'ann')`, ['{"ip": "10.0.0.1"}'])
        await engine.delete('ann')
        assert.equal((await engine.verify('ann')).status, 'clean')
        await db.query(`UPDATE ${schema}.notes SET data = $1`, [String.raw`{"ip": "\ud800"}`])
        assert.equal((await engine.verify('ann')).status, 'residue')
      })

      it(`says that a ${type} that cannot be read leaves open whether a user is gone`, async () => {
        const { engine, schema } = await open(
          `${users} CREATE TABLE logs (id integer PRIMARY KEY, data ${type});`,
          { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
        )
        await engine.delete('ann')
        assert.equal((await engine.verify('ann')).status, 'clean')
        await insert(schema, 'logs', 1, String.raw`{"by": "ann", "x": "\u0000"}`)
        assert.equal((await engine.verify('ann')).status, 'unverifiable')
      })
    }

    it('takes the last of two keys of one name, as every reader of JSON here does', async () => {
      const { engine, schema, ids } = await open(
        `CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('ann'), ('bob');
         CREATE TABLE logs (id integer PRIMARY KEY, data json);`,
        { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
      )
      await insert(schema, 'logs', 1, '{"by": "ann", "by": "bob"}')
      await engine.delete('ann')
      assert.deepEqual(await ids('logs'), [1])
      await engine.delete('bob')
      assert.deepEqual(await ids('logs'), [])
    })

    if (types.includes('text')) {
      it('finds nothing in a text that is no JSON, however odd it is', async () => {
        const world = await open(
          `CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('ann'), ('bob');
           CREATE TABLE logs (id integer PRIMARY KEY, data text);`,
          { logs: { match: { json: 'data', path: 'by' }, action: 'delete' } },
        )
        const { engine, schema, ids } = world
        await insert(schema, 'logs', 1, String.raw`{"by": "ann", "x": "\u0000"`)
        await insert(schema, 'logs', 2, '['.repeat(50_000))
        await insert(schema, 'logs', 3, `${'['.repeat(50_000)}"bobby\n\\x", "\\u12"`)
        await engine.delete('ann')
        assert.deepEqual(await ids('logs'), [1, 2, 3])
        // Too deep to be told from JSON: whom it names waits.
        await insert(schema, 'logs', 4, `${'['.repeat(50_000)}"bob"`)
        assert.deepEqual(await blockersOf(world, 'bob'), [['unread', 'logs', 'data', 1]])
      })
    }
  })
}
