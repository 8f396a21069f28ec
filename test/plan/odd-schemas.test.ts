import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deleteOdd, openOdd } from '../worlds/odd-schema.ts'

const sessions = { match: 'user_id', action: 'delete', grantsAccess: true } as const

describe('ids of every kind, in SQLite', () => {
  it('integers: deletes 1, in either type where a column says nothing of types, and not 11', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
          CREATE TABLE sessions (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id));
          CREATE TABLE notes (owner);
          INSERT INTO users VALUES (1, 'Ann'), (11, 'Bob'), (-1, 'Cat');
          INSERT INTO sessions VALUES (1, 1), (2, 11), (3, -1), (4, 1);
          INSERT INTO notes VALUES (1), (11), ('1'), ('01'), ('11');`,
        tables: { sessions, notes: { match: 'owner', action: 'delete' } },
      },
      1,
    )
    assert.deepEqual(rows('SELECT * FROM users ORDER BY id'), [
      [-1, 'Cat'],
      [11, 'Bob'],
    ])
    assert.deepEqual(rows('SELECT * FROM sessions'), [
      [2, 11],
      [3, -1],
    ])
    assert.deepEqual(rows('SELECT * FROM notes'), [[11], ['01'], ['11']])
  })

  it('bigints: tells ids apart that are one and the same number', async () => {
    const [ann, bob] = [9007199254740993n, 9007199254740992n]
    assert.equal(Number(ann), Number(bob))
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id BIGINT PRIMARY KEY);
          CREATE TABLE sessions (user_id BIGINT REFERENCES users (id));
          CREATE TABLE rooms (members TEXT);
          CREATE TABLE settings (key TEXT);
          INSERT INTO users VALUES (${ann}), (${bob});
          INSERT INTO sessions VALUES (${ann}), (${bob}), (${ann});
          INSERT INTO rooms VALUES ('[${ann},${bob}]');
          INSERT INTO settings VALUES ('user:${ann}'), ('user:${bob}');`,
        tables: {
          sessions,
          rooms: { match: { array: 'members' }, action: 'detach' },
          settings: { match: { column: 'key', prefix: 'user:' }, action: 'delete' },
        },
      },
      ann,
    )
    assert.deepEqual(rows('SELECT id FROM users'), [[bob]])
    assert.deepEqual(rows('SELECT user_id FROM sessions'), [[bob]])
    assert.deepEqual(rows('SELECT members FROM rooms'), [[`[${bob}]`]])
    assert.deepEqual(rows('SELECT key FROM settings'), [[`user:${bob}`]])
  })

  it('UUIDs as text: compared as they are written', async () => {
    const ann = '6f1c2f0e-8a3b-4d5c-9e7f-001122334455'
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id TEXT PRIMARY KEY);
          CREATE TABLE sessions (user_id TEXT);
          INSERT INTO users VALUES ('${ann}'), ('${ann.toUpperCase()}');
          INSERT INTO sessions VALUES ('${ann}'), ('${ann.toUpperCase()}');`,
        tables: { sessions },
      },
      ann,
    )
    assert.deepEqual(rows('SELECT id FROM users'), [[ann.toUpperCase()]])
    assert.deepEqual(rows('SELECT user_id FROM sessions'), [[ann.toUpperCase()]])
  })

  it('ObjectIds as text, with a reference behind a prefix', async () => {
    const [ann, bob] = ['65f0aa000000000000000001', '65f0aa000000000000000002']
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (_id TEXT PRIMARY KEY);
          CREATE TABLE keys (owner TEXT);
          INSERT INTO users VALUES ('${ann}'), ('${bob}');
          INSERT INTO keys VALUES ('user:${ann}'), ('user:${bob}'), ('${ann}');`,
        user: { table: 'users', id: '_id' },
        tables: { keys: { match: { column: 'owner', prefix: 'user:' }, action: 'delete' } },
      },
      ann,
    )
    assert.deepEqual(rows('SELECT _id FROM users'), [[bob]])
    assert.deepEqual(rows('SELECT owner FROM keys'), [[`user:${bob}`], [ann]])
  })
})

describe('keys of several columns, in SQLite', () => {
  it('deletes memberships by one part of their key, with and without row ids', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY);
          CREATE TABLE members (org TEXT, user_id INTEGER REFERENCES users (id), PRIMARY KEY (org, user_id));
          CREATE TABLE votes (
            poll TEXT, user_id INTEGER, choice TEXT, PRIMARY KEY (user_id, poll)
          ) WITHOUT ROWID;
          INSERT INTO users VALUES (1), (2);
          INSERT INTO members VALUES ('a', 1), ('a', 2), ('b', 1);
          INSERT INTO votes VALUES ('p', 1, 'yes'), ('p', 2, 'no'), ('q', 1, 'no');`,
        tables: { members: sessions, votes: { match: 'user_id', action: 'delete' } },
      },
      1,
    )
    assert.deepEqual(rows('SELECT * FROM members'), [['a', 2]])
    assert.deepEqual(rows('SELECT * FROM votes'), [['p', 2, 'no']])
  })

  it('tells users apart whose id is the same in two tenants', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (tenant TEXT, id INTEGER, name TEXT, PRIMARY KEY (tenant, id));
          CREATE TABLE sessions (
            id INTEGER PRIMARY KEY, tenant TEXT, user_id INTEGER,
            FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id)
          );
          INSERT INTO users VALUES ('a', 1, 'Ann'), ('b', 1, 'Bob'), ('a', 2, 'Cat');
          INSERT INTO sessions VALUES (1, 'a', 1), (2, 'b', 1), (3, 'a', 2), (4, 'a', 1);`,
        user: { table: 'users', id: 'id', tenant: 'tenant' },
        tables: { sessions: { ...sessions, tenant: 'tenant' } },
      },
      1,
      'a',
    )
    assert.deepEqual(rows('SELECT * FROM users ORDER BY tenant, id'), [
      ['a', 2, 'Cat'],
      ['b', 1, 'Bob'],
    ])
    assert.deepEqual(rows('SELECT * FROM sessions'), [
      [2, 'b', 1],
      [3, 'a', 2],
    ])
  })
})

describe('names that SQL has to quote, in SQLite', () => {
  it('tables order, Group and weird"name, a table user, and a column from', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE "user" ("select" INTEGER PRIMARY KEY);
          CREATE TABLE "order" (id INTEGER PRIMARY KEY, "from" INTEGER REFERENCES "user" ("select"), "to" TEXT);
          CREATE TABLE "Group" ("order" INTEGER PRIMARY KEY, "where" INTEGER);
          CREATE TABLE "weird""name" ("co""l'umn" INTEGER REFERENCES "user" ("select"), "a b" TEXT);
          CREATE TABLE "names with. dots" ("äöü" INTEGER, "" TEXT);
          INSERT INTO "user" VALUES (1), (2);
          INSERT INTO "order" VALUES (10, 1, 'x'), (20, 2, 'y');
          INSERT INTO "Group" VALUES (10, 7), (20, 8);
          INSERT INTO "weird""name" VALUES (1, 'ann'), (2, 'bob');
          INSERT INTO "names with. dots" VALUES (1, 'ann'), (2, 'bob');`,
        user: { table: 'user', id: 'select' },
        tables: {
          order: {
            match: 'from',
            action: 'retain',
            reason: 'tax law',
            set: { from: null, to: null },
          },
          Group: {
            match: { column: 'order', through: { table: 'order', key: 'id' } },
            action: 'delete',
          },
          'weird"name': {
            match: 'co"l\'umn',
            action: 'anonymize',
            reason: 'statistics',
            set: { 'a b': "o'clock", 'co"l\'umn': null },
          },
          'names with. dots': { match: 'äöü', action: 'delete' },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT * FROM "user"'), [[2]])
    assert.deepEqual(rows('SELECT * FROM "order"'), [
      [10, null, null],
      [20, 2, 'y'],
    ])
    assert.deepEqual(rows('SELECT * FROM "Group"'), [[20, 8]])
    assert.deepEqual(rows('SELECT * FROM "weird""name"'), [
      [null, "o'clock"],
      [2, 'bob'],
    ])
    assert.deepEqual(rows('SELECT * FROM "names with. dots"'), [[2, 'bob']])
  })
})

describe('tables of other kinds, in SQLite', () => {
  it('STRICT ones, whose columns take one type only', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT) STRICT;
          CREATE TABLE log (id INTEGER PRIMARY KEY, actor INTEGER, seen INTEGER, ip TEXT, data TEXT, raw BLOB) STRICT;
          INSERT INTO users VALUES (1, 'ann@x'), (2, 'bob@x');
          INSERT INTO log VALUES
            (1, 1, 1, '1.1.1.1', '{"email":"ann@x","ok":true}', x'00'),
            (2, 2, 1, '2.2.2.2', '{"email":"bob@x"}', x'01');`,
        tables: {
          log: {
            match: 'actor',
            action: 'anonymize',
            reason: 'SOC 2',
            set: { seen: false, ip: 'removed', data: { scrub: ['email'] }, raw: null },
          },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT id, actor, seen, ip, data, hex(raw) FROM log'), [
      [1, 1, 0, 'removed', '{"ok":true}', ''],
      [2, 2, 1, '2.2.2.2', '{"email":"bob@x"}', '01'],
    ])
  })

  it('generated columns: found by one, and refused where one would be written', async () => {
    const schema = {
      sql: `
        CREATE TABLE users (id INTEGER PRIMARY KEY);
        CREATE TABLE events (
          data TEXT,
          user_id INTEGER GENERATED ALWAYS AS (json_extract(data, '$.user')) VIRTUAL,
          name TEXT GENERATED ALWAYS AS (json_extract(data, '$.name')) STORED
        );
        CREATE INDEX events_user ON events (user_id);
        INSERT INTO users VALUES (1), (2);
        INSERT INTO events (data) VALUES ('{"user":1,"name":"Ann"}'), ('{"user":2,"name":"Bob"}');`,
      tables: {
        events: {
          match: 'user_id',
          action: 'anonymize',
          reason: 'statistics',
          set: { data: { scrub: ['name'] } },
        },
      },
    } as const
    const { rows } = await deleteOdd(schema, 1)
    assert.deepEqual(rows('SELECT user_id, name FROM events'), [
      [1, null],
      [2, 'Bob'],
    ])
    const { events } = schema.tables
    const wrong = { ...schema, tables: { events: { ...events, set: { name: null } } } }
    await assert.rejects(deleteOdd(wrong, 1), {
      code: 'schema_mismatch',
      message:
        'tables.events[0].set.name: "events.name" is computed by the database: overwrite what it is computed from.',
    })
  })

  it('views need no rule, and show nothing of the user once the tables have none', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
          CREATE TABLE sessions (user_id INTEGER);
          CREATE VIEW who_is_here AS SELECT name FROM users JOIN sessions ON user_id = users.id;
          INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob');
          INSERT INTO sessions VALUES (1), (2), (1);`,
        tables: { sessions },
      },
      1,
    )
    assert.deepEqual(rows('SELECT * FROM who_is_here'), [['Bob']])
  })
})

describe('virtual tables, in SQLite', () => {
  const ofAnn = { match: 'user_id', action: 'delete' } as const

  it('a full-text table of its own: wants a rule, and forgets the words', async () => {
    const schema = {
      sql: `
        CREATE TABLE users (id INTEGER PRIMARY KEY);
        CREATE VIRTUAL TABLE notes USING fts5(body, user_id UNINDEXED);
        INSERT INTO users VALUES (1), (2);
        INSERT INTO notes VALUES ('zebra of ann', 1), ('zebra of bob', 2);`,
      tables: { notes: ofAnn },
    }
    await assert.rejects(deleteOdd({ ...schema, tables: {} }, 1), {
      code: 'schema_mismatch',
      message: `tables.notes: the table "notes" has no rule: say what happens to its rows, or 'unrelated'. Its rows seem to belong to the user in "user_id".`,
    })
    const { rows } = await deleteOdd(schema, 1)
    assert.deepEqual(rows("SELECT body FROM notes WHERE notes MATCH 'zebra'"), [['zebra of bob']])
  })

  it('a full-text index over another table: its triggers follow the deletion', async () => {
    const { db, rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY);
          CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER, body TEXT);
          CREATE VIRTUAL TABLE posts_fts USING fts5(body, content = 'posts', content_rowid = 'id');
          CREATE TRIGGER posts_in AFTER INSERT ON posts BEGIN
            INSERT INTO posts_fts (rowid, body) VALUES (new.id, new.body);
          END;
          CREATE TRIGGER posts_out AFTER DELETE ON posts BEGIN
            INSERT INTO posts_fts (posts_fts, rowid, body) VALUES ('delete', old.id, old.body);
          END;
          INSERT INTO users VALUES (1), (2);
          INSERT INTO posts VALUES (1, 1, 'zebra'), (2, 2, 'zebra'), (3, 1, 'a zebra');`,
        tables: {
          posts: ofAnn,
          posts_fts: { action: 'external', reason: 'follows posts by its triggers' },
        },
      },
      1,
    )
    assert.deepEqual(rows("SELECT rowid FROM posts_fts WHERE posts_fts MATCH 'zebra'"), [[2]])
    db.exec("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
  })

  it('an R*Tree, reached through the table that it indexes', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `
          CREATE TABLE users (id INTEGER PRIMARY KEY);
          CREATE TABLE places (id INTEGER PRIMARY KEY, user_id INTEGER);
          CREATE VIRTUAL TABLE boxes USING rtree(id, min_x, max_x);
          INSERT INTO users VALUES (1), (2);
          INSERT INTO places VALUES (10, 1), (20, 2);
          INSERT INTO boxes VALUES (10, 0, 1), (20, 0, 1);`,
        tables: {
          places: ofAnn,
          boxes: {
            match: { column: 'id', through: { table: 'places', key: 'id' } },
            action: 'delete',
          },
        },
      },
      1,
    )
    assert.deepEqual(rows('SELECT id FROM boxes'), [[20]])
    assert.deepEqual(rows('SELECT id FROM places'), [[20]])
  })
})

describe('more than one database behind a handle, in SQLite', () => {
  const main = `
    CREATE TABLE users (id INTEGER PRIMARY KEY);
    CREATE TABLE sessions (user_id INTEGER);
    INSERT INTO users VALUES (1), (2);
    INSERT INTO sessions VALUES (1), (2);`
  const attached = `
    ATTACH ':memory:' AS stats;
    CREATE TABLE stats.events (user_id INTEGER);
    INSERT INTO stats.events VALUES (1), (2);`

  it('refuses a rule for a table of an attached database, which it never looks into', async () => {
    for (const table of ['events', 'stats.events']) {
      const tables = { sessions, [table]: { match: 'user_id', action: 'delete' } as const }
      const world = await openOdd({ sql: main + attached, tables })
      await assert.rejects(world.engine.delete(1, {}), {
        code: 'schema_mismatch',
        message: `tables.${table}: the database has no table "${table}": it is one of an attached or temporary database, which is never looked into. Clean it by an external eraser, or in an engine of its own, and leave it out here.`,
      })
      assert.deepEqual(world.rows('SELECT id FROM users'), [[1], [2]])
    }
  })

  it('cleans an attached database by an external eraser', async () => {
    const schema = { sql: main + attached, tables: { sessions } }
    const { engine, rows } = await openOdd(schema, (db) => {
      const remove = db.prepare('DELETE FROM stats.events WHERE user_id = ?')
      return [{ name: 'stats', page: ({ userId }) => ({ removed: remove.run(userId).changes }) }]
    })
    assert.equal((await engine.erase(1, {})).status, 'erased')
    assert.deepEqual(rows('SELECT user_id FROM stats.events'), [[2]])
    assert.deepEqual(rows('SELECT id FROM users'), [[2]])
  })

  it('means its own tables where temporary or attached ones have the same names', async () => {
    const { rows } = await deleteOdd(
      {
        sql: `${main}
          CREATE TEMP TABLE users AS SELECT * FROM main.users;
          CREATE TEMP TABLE sessions AS SELECT * FROM main.sessions;
          ATTACH ':memory:' AS copy;
          CREATE TABLE copy.sessions AS SELECT * FROM main.sessions;`,
        tables: { sessions },
      },
      1,
    )
    assert.deepEqual(rows('SELECT id FROM main.users'), [[2]])
    assert.deepEqual(rows('SELECT user_id FROM main.sessions'), [[2]])
    for (const other of ['temp.users', 'temp.sessions', 'copy.sessions']) {
      assert.equal(rows(`SELECT * FROM ${other}`).length, 2, other)
    }
  })
})
