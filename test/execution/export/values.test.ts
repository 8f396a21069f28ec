/**
 * How values of each database stand in an export, and what of documents is left out.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { Binary, Decimal128, Long, ObjectId, UUID } from 'mongodb'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type ExportRecord,
  exportLines,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { openTestDatabase } from '../../worlds/postgres/test-database.ts'

type Tables = PolicyInput['tables']
type User = Partial<PolicyInput['user']>

async function exported(store: Store, id: unknown, tables: Tables, user: User = {}) {
  const policy = definePolicy({
    ...{ name: 'values', version: 1, tables },
    user: { table: 'users', id: 'id', ...user } as { table: 'users'; id: 'id' },
  })
  const engine = new UserDeletionEngine({
    ...{ store, policy, clock: fixedClock(), logger: { warn() {} } },
  })
  await engine.migrate()
  const records: ExportRecord[] = []
  for await (const line of exportLines(engine.export(id as string))) {
    assert.match(line, /^\{.*\}\n$/)
    records.push(JSON.parse(line) as ExportRecord)
  }
  return records.flatMap((one) => (one.kind === 'row' || one.kind === 'user' ? [one] : []))
}

const BIG = 9_007_199_254_740_993n
const OWN = { match: 'user_id', action: 'delete' } as const

describe('values in an export', () => {
  it('of SQLite: integers of 64 bits, bytes, and names of columns that sort like numbers', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE things (user_id INTEGER, n INTEGER, b BLOB, r REAL, "1" TEXT, PRIMARY KEY (n, "1")) WITHOUT ROWID;
      INSERT INTO users VALUES (${BIG}, NULL);
      INSERT INTO things VALUES (${BIG}, ${BIG}, x'00ff', 1.5, 'one'), (${BIG}, 7, NULL, 9e999, 'two');`)
    const rows = await exported(sqliteStore(db), BIG, { things: OWN })
    const id = { $integer: String(BIG) }
    assert.deepEqual(
      rows.map(({ row }) => row),
      [
        { id, name: null },
        { user_id: id, n: 7, b: null, r: 'Infinity', 1: 'two' },
        { user_id: id, n: id, b: { $bytes: 'AP8=' }, r: 1.5, 1: 'one' },
      ],
    )
  })

  it('of a column that is called secret and is not there: the check refuses it', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, password_hash TEXT);
      CREATE TABLE things (user_id TEXT, token TEXT); INSERT INTO users VALUES ('ann', 'x')`)
    const refused = { code: 'schema_mismatch' }
    const store = sqliteStore(db)
    const things = (secret: string) => ({ things: { ...OWN, secret: [secret] } })
    await assert.rejects(exported(store, 'ann', things('tokn')), refused)
    const user = { secret: ['pasword_hash'] }
    await assert.rejects(exported(store, 'ann', things('token'), user), refused)
    assert.throws(
      () =>
        definePolicy({
          name: 'n',
          version: 1,
          user: { table: 'u', id: 'id', secret: [] },
          tables: {},
        }),
      { code: 'invalid_policy', details: { path: 'user.secret' } },
    )
  })

  it('of memory: dates, and lists in JSON', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const data = {
      users: [{ id: 'ann', at, odd: undefined, none: Number.NaN }],
      rooms: [
        { id: 1, members: '["bob","ann",{"x":"ann"}]' },
        { id: 2, members: ['ann'] },
      ],
    }
    const rows = await exported(memoryStore({ data }), 'ann', {
      rooms: { match: { array: 'members' }, action: 'delete' },
    })
    assert.deepEqual(
      rows.map(({ row, omitted }) => [row, omitted]),
      [
        [{ id: 'ann', at: at.toISOString(), odd: null, none: 'NaN' }, []],
        [{ id: 1, members: '["ann"]' }, [{ column: 'members', because: 'others', values: 2 }]],
        [{ id: 2, members: ['ann'] }, []],
      ],
    )
  })

  it('of a list that cannot be looked into: it is left out as a whole', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY);
      CREATE TABLE rooms (id INTEGER PRIMARY KEY, members BLOB, name TEXT);
      INSERT INTO users VALUES ('ann');
      INSERT INTO rooms VALUES (1, jsonb('["bob","ann"]'), 'a room');`)
    const [, room] = await exported(sqliteStore(db), 'ann', {
      rooms: { match: { array: 'members' }, action: 'delete' },
    })
    assert.deepEqual(room?.row, { id: 1, name: 'a room' })
    assert.deepEqual(room?.omitted, [{ column: 'members', because: 'others' }])
  })

  it('of the row of another user: not even the key, which names them', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, boss TEXT);
      CREATE INDEX by_boss ON users (boss);
      INSERT INTO users VALUES ('ann', NULL), ('bob', 'ann');`)
    const rows = await exported(sqliteStore(db), 'ann', {
      users: { match: 'boss', action: 'detach' },
    })
    const [, bob] = rows
    assert.deepEqual(bob?.row, { boss: 'ann' })
    assert.deepEqual(bob?.omitted, [{ column: 'id', because: 'not_theirs' }])
  })

  it('of two people in one row: the other one and their columns are left out', async () => {
    const data = {
      users: [
        { id: 'ann', boss: 'bob' },
        { id: 'bob', boss: 'ann' },
        { id: 'eve', boss: null },
      ],
      messages: [
        { id: 1, sender: 'ann', sender_name: 'Ann', reader: 'bob', reader_name: 'Bob', text: 'hi' },
        { id: 2, sender: 'ann', sender_name: 'Ann', reader: 'ann', reader_name: 'Ann', text: 'me' },
      ],
    }
    const kept = { action: 'anonymize', reason: 'kept' } as const
    const rows = await exported(memoryStore({ data }), 'ann', {
      users: { match: 'boss', action: 'detach' },
      messages: [
        { match: 'sender', ...kept, set: { sender_name: null } },
        { match: 'reader', ...kept, set: { reader_name: null } },
      ],
    })
    const others = (...columns: readonly string[]) =>
      columns.map((column) => ({ column, because: 'others' }))
    const found = rows.filter(({ table }) => table === 'messages')
    assert.deepEqual(found[0]?.row, { id: 1, sender: 'ann', sender_name: 'Ann', text: 'hi' })
    assert.deepEqual(found[0]?.omitted, others('reader', 'reader_name'))
    assert.equal(found.length, 3)
    assert.ok(found.slice(1).every(({ row, omitted }) => omitted.length === 0 && row['id'] === 2))
    const [ann, bob] = rows.filter(({ table }) => table === 'users')
    assert.deepEqual([ann?.row, ann?.omitted], [{ id: 'ann' }, others('boss')])
    assert.deepEqual(bob?.row, { boss: 'ann' })
    assert.deepEqual(bob?.omitted, [{ column: 'id', because: 'not_theirs' }])
  })
})

describe('a row that a rule of several ways finds by one of them', () => {
  it('is shown without the other person, and without what may be theirs', async () => {
    const data = {
      users: [{ id: 'ann' }, { id: 'bob' }],
      transfers: [
        { id: 1, payer: 'ann', payee: 'bob', payee_name: 'Bob', amount: 5 },
        { id: 2, payer: 'bob', payee: 'ann', payee_name: 'Ann', amount: 7 },
        { id: 3, payer: 'ann', payee: 'ann', payee_name: 'Ann', amount: 9 },
        { id: 4, payer: null, payee: 'ann', payee_name: 'Ann', amount: 1 },
      ],
    }
    const rows = await exported(memoryStore({ data }), 'ann', {
      transfers: {
        ...{ match: ['payer', 'payee'], action: 'anonymize', reason: 'kept' },
        set: { payee_name: null },
      },
    })
    const transfers = rows.filter(({ table }) => table === 'transfers').map(({ row }) => row)
    assert.deepEqual(transfers, [
      { id: 1, payer: 'ann', amount: 5 },
      { id: 2, payee: 'ann', amount: 7 },
      { id: 3, payer: 'ann', payee: 'ann', payee_name: 'Ann', amount: 9 },
      { id: 4, payer: null, payee: 'ann', payee_name: 'Ann', amount: 1 },
    ])
  })
})

describe('values in an export of PostgreSQL', async () => {
  const db = await openTestDatabase()
  after(() => db.close())

  it('are those that the database writes down', async () => {
    await db.exec(`CREATE SCHEMA exported; SET search_path = exported;
      CREATE TABLE users (id bigint PRIMARY KEY, at timestamptz, day date, n numeric, u uuid, b bytea, j jsonb, l text[]);
      CREATE TABLE rooms (id integer PRIMARY KEY, members bigint[]);
      SET timezone = 'UTC';
      INSERT INTO users VALUES (${BIG}, '2026-01-02 03:04:05Z', '2026-01-02', 12345678901234567890.5,
        '0B6F2A4E-1111-4222-8333-44445555666A', '\\x00ff', '{"a":[1]}', '{a,b}');
      INSERT INTO rooms VALUES (1, '{5,${BIG}}');`)
    const store = postgresStore(db.handle, { schema: 'exported' })
    const [user, room] = await exported(store, BIG, {
      rooms: { match: { array: 'members' }, action: 'detach' },
    })
    assert.deepEqual(user?.row, {
      ...{ id: { $integer: String(BIG) }, at: '2026-01-02 03:04:05+00', day: '2026-01-02' },
      ...{ n: '12345678901234567890.5', u: '0b6f2a4e-1111-4222-8333-44445555666a' },
      ...{ b: { $bytes: 'AP8=' }, j: '{"a": [1]}', l: '{a,b}' },
    })
    assert.deepEqual(room?.row, { id: 1 })
    assert.deepEqual(room?.omitted, [{ column: 'members', because: 'others' }])
  })
})

describeMongo('values in an export of MongoDB', 'replica set', ({ it, server }) => {
  it('are plain, and secrets deep in documents and lists are left out', async () => {
    await withKeptDatabase(server(), async (db) => {
      const [ann, bob] = [new ObjectId(), new ObjectId()]
      const uuid = '0b6f2a4e-1111-4222-8333-44445555666a'
      await db.collection('users').insertMany([
        {
          ...{ _id: ann, at: new Date(0), big: Long.fromBigInt(BIG), small: Long.fromNumber(5) },
          ...{ money: Decimal128.fromString('1.10'), uuid: new UUID(uuid), nan: Number.NaN },
          bytes: new Binary(Uint8Array.of(0, 255)),
          services: { password: { bcrypt: 'hash' }, tokens: [{ hashed: 'h', when: 1 }] },
        },
        { _id: bob },
      ])
      await db.collection<{ _id: number }>('rooms').insertMany([
        {
          _id: 1,
          members: [
            { user: ann, nick: 'A' },
            { user: bob, nick: 'B' },
          ],
          by: 'Bob',
        },
      ] as never)
      const rows = await exported(
        mongoStore(db),
        ann,
        { rooms: [{ match: { array: 'members', element: 'user' }, action: 'detach' }] },
        {
          ...{ id: '_id', idType: 'objectId' },
          secret: ['services.password', 'services.tokens.hashed'],
        },
      )
      const [user, room] = rows
      assert.deepEqual(user?.row, {
        ...{ _id: ann.toHexString(), at: '1970-01-01T00:00:00.000Z', small: 5, nan: 'NaN' },
        ...{ big: { $integer: String(BIG) }, money: '1.10', uuid, bytes: { $bytes: 'AP8=' } },
        services: { tokens: [{ when: 1 }] },
      })
      assert.deepEqual(
        user?.omitted.map(({ column }) => column),
        ['services.password', 'services.tokens.hashed'],
      )
      assert.deepEqual(room?.row, { _id: 1, members: [{ user: ann.toHexString(), nick: 'A' }] })
      assert.deepEqual(room?.omitted, [
        { column: 'by', because: 'not_theirs' },
        { column: 'members', because: 'others', values: 1 },
      ])
    })
  })
})
