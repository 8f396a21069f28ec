import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deleteOdd, openOdd } from '../worlds/odd-schema.ts'

const PEOPLE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
  INSERT INTO users VALUES (1, 'ann@x'), (2, 'bob@x'), (3, NULL);`

describe('references of a table to itself, in SQLite', () => {
  it('between users: an invited user stays, without the inviter', async () => {
    const schema = {
      sql: `
        CREATE TABLE users (id INTEGER PRIMARY KEY, invited_by INTEGER REFERENCES users (id));
        INSERT INTO users VALUES (1, 1), (2, 1), (3, 2);`,
      tables: { users: { match: 'invited_by', action: 'detach' } },
    } as const
    const { rows } = await deleteOdd(schema, 1)
    assert.deepEqual(rows('SELECT * FROM users'), [
      [2, null],
      [3, 2],
    ])
    const other = await deleteOdd(schema, 2)
    assert.deepEqual(other.rows('SELECT * FROM users'), [
      [1, 1],
      [3, null],
    ])
  })

  it('between rows: answers of others stay, cut loose from what they answered', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `${PEOPLE}
          CREATE TABLE comments (
            id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES comments (id), author INTEGER REFERENCES users (id)
          );
          INSERT INTO comments VALUES (10, NULL, 1), (11, 10, 2), (12, 11, 1), (13, 12, 1), (14, 13, 2), (15, 11, 2);`,
        tables: {
          comments: {
            rules: [
              { match: 'author', action: 'delete', name: 'own' },
              {
                match: {
                  column: 'parent_id',
                  through: { table: 'comments', key: 'id', rule: 'own' },
                },
                action: 'detach',
              },
            ],
            precedence: ['delete', 'detach'],
          },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT * FROM comments'), [
      [11, null, 2],
      [14, null, 2],
      [15, 11, 2],
    ])
  })
})

describe('a table that belongs to two users, in SQLite', () => {
  const schema = {
    sql: `${PEOPLE}
      CREATE TABLE messages (id INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, text TEXT);
      INSERT INTO messages VALUES (1, 1, 2, 'by ann'), (2, 2, 1, 'to ann'), (3, 2, 3, 'no part of it'), (4, 1, 1, 'to herself');`,
    tables: {
      messages: {
        rules: [
          {
            match: 'sender',
            action: 'anonymize',
            reason: 'the receiver keeps that there was a message',
            set: { sender: null, text: null },
          },
          { match: 'receiver', action: 'delete' },
        ],
        precedence: ['delete', 'anonymize'],
      },
    },
  } as const

  it('treats what was sent and what was received by a rule of its own', async () => {
    const { rows } = await deleteOdd(schema, 1)
    assert.deepEqual(rows('SELECT * FROM messages'), [
      [1, null, 2, null],
      [3, 2, 3, 'no part of it'],
    ])
  })

  it('treats both in one run as one after the other', async () => {
    const { engine, rows } = await deleteOdd(schema, 3)
    await engine.deleteMany([1, 2], {})
    assert.deepEqual(rows('SELECT * FROM messages'), [])
    assert.deepEqual(rows('SELECT id FROM users'), [])
  })
})

describe('references by type and id, in SQLite', () => {
  it('deletes what the user owns, and not what a team of the same id does', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `${PEOPLE}
          CREATE TABLE files (id INTEGER PRIMARY KEY, owner_type TEXT, owner_id INTEGER);
          CREATE TABLE versions (file INTEGER, text TEXT);
          INSERT INTO files VALUES (10, 'User', 1), (20, 'Team', 1), (30, 'User', 2), (40, NULL, 1);
          INSERT INTO versions VALUES (10, 'ann'), (20, 'the team'), (30, 'bob');`,
        tables: {
          files: { match: 'owner_id', where: { owner_type: 'User' }, action: 'delete' },
          versions: {
            match: { column: 'file', through: { table: 'files', key: 'id' } },
            action: 'delete',
          },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT id FROM files'), [[20], [30], [40]])
    assert.deepEqual(rows('SELECT file FROM versions'), [[20], [30]])
  })
})

describe('lists of user ids in one column, in SQLite', () => {
  it('JSON arrays: takes the user out and leaves everything else as it is', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `${PEOPLE}
          CREATE TABLE rooms (id INTEGER PRIMARY KEY, member_ids TEXT, data TEXT);
          INSERT INTO rooms VALUES
            (1, '[1,2,"1",11,null,[1]]', '{"admins":[{"user":1},{"user":2}]}'),
            (2, '[1]', '{"admins":[]}'), (3, '[2]', NULL), (4, 'not JSON: 1', '{"admins":1}');`,
        tables: {
          rooms: [
            { match: { array: 'member_ids' }, action: 'detach' },
            { match: { array: 'data', path: 'admins', element: 'user' }, action: 'detach' },
          ],
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT * FROM rooms'), [
      [1, '[2,11,null,[1]]', '{"admins":[{"user":2}]}'],
      [2, '[]', '{"admins":[]}'],
      [3, '[2]', null],
      [4, 'not JSON: 1', '{"admins":1}'],
    ])
  })
})

describe('references by an address, in SQLite', () => {
  const user = { table: 'users', id: 'id', fields: { email: 'email' } }
  const match = { column: 'email', equals: { user: 'email' }, ignoreCase: true } as const

  it('in another case: finds it whichever side wrote it how, and only A to Z count as a to z', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
          CREATE TABLE invitations (email TEXT);
          CREATE TABLE guests (email TEXT COLLATE NOCASE);
          CREATE INDEX invitations_email ON invitations (lower(email));
          INSERT INTO users VALUES (1, 'Ann.Ö@Example.com'), (2, 'bob@example.com');
          INSERT INTO invitations VALUES ('ann.Ö@example.COM'), ('ann.ö@example.com'), ('BOB@example.com'), (NULL);
          INSERT INTO guests VALUES ('ANN.Ö@EXAMPLE.COM'), ('Bob@Example.com');`,
        user,
        tables: { invitations: { match, action: 'delete' }, guests: { match, action: 'delete' } },
      },
      1,
    )
    assert.deepEqual(rows('SELECT email FROM invitations'), [
      ['ann.ö@example.com'],
      ['BOB@example.com'],
      [null],
    ])
    assert.deepEqual(rows('SELECT email FROM guests'), [['Bob@Example.com']])
  })

  it('wants an index on the column in lower case', async () => {
    const findings = async (indexed: string) => {
      const sql = `
        CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
        CREATE TABLE invitations (email TEXT);
        CREATE INDEX invitations_email ON invitations (${indexed});`
      const tables = { invitations: { match, action: 'delete' } } as const
      const world = await openOdd({ sql, user, tables, schemaCheck: { minUnindexedRows: 0 } })
      const all = (await world.engine.checkSchema()).findings
      return all.flatMap(({ code, table, column }) => (table === 'users' ? [] : [[code, column]]))
    }
    assert.deepEqual(await findings('lower(email)'), [])
    assert.deepEqual(await findings('lower("email")'), [])
    assert.deepEqual(await findings('email'), [['unindexed_reference', 'email']])
  })

  it('leaves rows to a later user who has the address in another case', async () => {
    const schema = {
      sql: `
        CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
        CREATE TABLE invitations (email TEXT);
        INSERT INTO users VALUES (1, 'ann@example.com');
        INSERT INTO invitations VALUES ('ann@example.com');`,
      user,
      tables: { invitations: { match, action: 'delete' } },
    } as const
    const { db, engine, rows } = await deleteOdd(schema, 1)
    db.exec(`
      INSERT INTO users VALUES (1, 'ann@example.com'), (2, 'Ann@Example.com');
      INSERT INTO invitations VALUES ('ANN@example.com');`)
    const { deletedAgain } = await engine.replay()
    assert.equal(deletedAgain, 1)
    assert.deepEqual(rows('SELECT id FROM users'), [[2]])
    assert.deepEqual(rows('SELECT email FROM invitations'), [['ANN@example.com']])
  })
})

describe('what the policy has no words for, and what the database can say for it, in SQLite', () => {
  it('UUIDs in blobs: a generated column holds their text', async () => {
    const [ann, bob] = ['6f1c2f0e8a3b4d5c9e7f001122334455', '6f1c2f0e8a3b4d5c9e7f001122334456']
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id BLOB PRIMARY KEY);
          CREATE TABLE sessions (user_id BLOB REFERENCES users (id));
          ALTER TABLE users ADD COLUMN id_text TEXT GENERATED ALWAYS AS (lower(hex(id))) VIRTUAL;
          ALTER TABLE sessions ADD COLUMN user_id_text TEXT GENERATED ALWAYS AS (lower(hex(user_id))) VIRTUAL;
          CREATE UNIQUE INDEX users_id_text ON users (id_text);
          CREATE INDEX sessions_user_id_text ON sessions (user_id_text);
          INSERT INTO users (id) VALUES (x'${ann}'), (x'${bob}');
          INSERT INTO sessions (user_id) VALUES (x'${ann}'), (x'${bob}'), (x'${ann}');`,
        user: { table: 'users', id: 'id_text' },
        tables: { sessions: { match: 'user_id_text', action: 'delete' } },
        schemaCheck: {
          accept: [{ code: 'user_reference', table: 'sessions', column: 'user_id' }],
        },
      },
      ann,
    )
    assert.deepEqual(rows('SELECT lower(hex(id)) FROM users'), [[bob]])
    assert.deepEqual(rows('SELECT lower(hex(user_id)) FROM sessions'), [[bob]])
  })

  it('lists with commas: a generated column shows them as an array, and a trigger takes the user out', async () => {
    const { receipt, rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY);
          CREATE TABLE rooms (
            id INTEGER PRIMARY KEY,
            members TEXT NOT NULL,
            member_array TEXT GENERATED ALWAYS AS ('[' || members || ']') VIRTUAL
          );
          CREATE TRIGGER users_leave_rooms AFTER DELETE ON users BEGIN
            UPDATE rooms
              SET members = trim(replace(',' || members || ',', ',' || old.id || ',', ','), ',')
              WHERE ',' || members || ',' LIKE '%,' || old.id || ',%';
          END;
          INSERT INTO users VALUES (1), (2), (11);
          INSERT INTO rooms (members) VALUES ('1,2,11'), ('11,1'), ('1'), ('2,11'), ('');`,
        tables: {
          rooms: {
            match: { array: 'member_array' },
            action: 'external',
            reason: 'the trigger users_leave_rooms takes the user out',
          },
        },
      },
      1,
    )
    assert.equal(receipt.steps.find(({ table }) => table === 'rooms')?.rows, 3)
    assert.deepEqual(rows('SELECT members FROM rooms'), [['2,11'], ['11'], [''], ['2,11'], ['']])
  })

  it('lists with commas whose rows go with any of their users', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `${PEOPLE}
          CREATE TABLE calls (id INTEGER PRIMARY KEY, between_users TEXT);
          INSERT INTO calls VALUES (1, ',1,2,'), (2, ',2,3,'), (3, ',11,1,'), (4, ',11,');`,
        tables: {
          calls: {
            match: { column: 'between_users', inText: true, prefix: ',', suffix: ',' },
            action: 'delete',
          },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT id FROM calls'), [[2], [4]])
  })

  it('references in several columns: a generated column joins them on both sides', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `${PEOPLE}
          CREATE TABLE orders (shop TEXT, no INTEGER, user_id INTEGER, key TEXT GENERATED ALWAYS AS (shop || '/' || no) VIRTUAL, PRIMARY KEY (shop, no));
          CREATE TABLE lines (shop TEXT, no INTEGER, item TEXT, order_key TEXT GENERATED ALWAYS AS (shop || '/' || no) VIRTUAL, FOREIGN KEY (shop, no) REFERENCES orders (shop, no));
          CREATE UNIQUE INDEX order_keys ON orders (key);
          INSERT INTO orders VALUES ('a', 1, 1), ('b', 1, 2);
          INSERT INTO lines VALUES ('a', 1, 'of ann'), ('b', 1, 'of bob');`,
        tables: {
          orders: { match: 'user_id', action: 'delete' },
          lines: {
            match: { column: 'order_key', through: { table: 'orders', key: 'key' } },
            action: 'delete',
          },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT item FROM lines'), [['of bob']])
    assert.deepEqual(rows('SELECT shop FROM orders'), [['b']])
  })
})
