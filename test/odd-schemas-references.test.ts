import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deleteOdd } from './support/odd-schema.ts'

const PEOPLE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
  INSERT INTO users VALUES (1, 'ann@x'), (2, 'bob@x'), (3, NULL);`

describe('references of a table to itself, in SQLite', () => {
  it('between users: whoever was invited stays, without the inviter', async () => {
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
      [1, '[2,"1",11,null,[1]]', '{"admins":[{"user":2}]}'],
      [2, '[]', '{"admins":[]}'],
      [3, '[2]', null],
      [4, 'not JSON: 1', '{"admins":1}'],
    ])
  })
})
