import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import type { TableSchema } from '../../../src/program/schema.ts'

type Tables = Readonly<Record<string, TableSchema>>

async function describeTables(sql: string): Promise<Tables> {
  const db = new Database(':memory:')
  db.exec(sql)
  const { tables } = await sqliteStore(db).describe()
  db.close()
  return Object.fromEntries(tables.map((table) => [table.name, table]))
}

describe('the description of an SQLite schema', () => {
  it('tells of a column its type as written, and whether it takes null, a default, a value at all', async () => {
    const { t } = await describeTables(
      `CREATE TABLE t (a VARCHAR(20) NOT NULL DEFAULT 'x', b, c INT GENERATED ALWAYS AS (b + 1))`,
    )
    assert.deepEqual(t?.columns, [
      { name: 'a', type: 'VARCHAR(20)', nullable: false, hasDefault: true, generated: false },
      { name: 'b', type: '', nullable: true, hasDefault: false, generated: false },
      {
        ...{ name: 'c', type: 'INT', nullable: true, hasDefault: false, generated: true },
        ...{ generatedFrom: ['b'], makesNumbers: true },
      },
    ])
  })

  it('tells of columns that make numbers of texts, by the rules of SQLite', async () => {
    const { t, s } = await describeTables(`
      CREATE TABLE t (a STRING, b UUID, c JSON, d ANY, e REAL, f CHARINT, g VARCHAR(9), h, i BLOB, j CLOB);
      CREATE TABLE s (a ANY, b INTEGER, c TEXT) STRICT
    `)
    const making = [t, s].map((table) =>
      table?.columns?.flatMap(({ name, makesNumbers }) => (makesNumbers ? [name] : [])).join(''),
    )
    assert.deepEqual(making, ['abcdef', 'b'])
  })

  it('tells what a column compares by, where that is not byte by byte', async () => {
    const { t } = await describeTables(`
      CREATE TABLE t (
        id TEXT NOT NULL COLLATE /* any case */ nocase PRIMARY KEY,
        "b COLLATE NOCASE" TEXT,
        c TEXT DEFAULT 'COLLATE NOCASE' CHECK (c COLLATE NOCASE <> 'x'),
        d TEXT COLLATE NOCASE CHECK (d <> '' COLLATE BINARY) COLLATE RTRIM,
        [e] TEXT COLLATE "binary",
        f COLLATE 'rtrim',
        g TEXT COLLATE NOCASE COLLATE BINARY,
        UNIQUE (g COLLATE NOCASE)
      );
      ALTER TABLE t ADD COLUMN h VARCHAR(9) DEFAULT NULL COLLATE NOCASE;
      ALTER TABLE t RENAME COLUMN f TO i;
    `)
    const told = t?.columns?.flatMap(({ name, collation }) =>
      collation === undefined ? [] : [[name, collation]],
    )
    assert.deepEqual(told, [
      ['id', 'NOCASE'],
      ['d', 'RTRIM'],
      ['i', 'RTRIM'],
      ['h', 'NOCASE'],
    ])
  })

  it('spells references as the tables and columns they lead to are spelt', async () => {
    const { Child } = await describeTables(`
      CREATE TABLE "Parent" (Id TEXT UNIQUE, "No" INT, PRIMARY KEY ("No", Id));
      CREATE TABLE Child (
        a, b, c REFERENCES PARENT (ID) ON DELETE CASCADE, d REFERENCES gone,
        FOREIGN KEY (A, B) REFERENCES parent ON DELETE SET DEFAULT
      );
    `)
    const [key, gone, parent] = Child?.foreignKeys ?? []
    assert.deepEqual(key, {
      columns: ['a', 'b'],
      references: { table: 'Parent', columns: ['No', 'Id'] },
      onDelete: 'set_default',
    })
    assert.deepEqual(gone?.references, { table: 'gone', columns: [] })
    assert.deepEqual(parent, {
      columns: ['c'],
      references: { table: 'Parent', columns: ['Id'] },
      onDelete: 'cascade',
    })
  })

  it('tells indexes by their columns, and by the path where they hold a value inside JSON', async () => {
    const { t } = await describeTables(`
      CREATE TABLE t (id TEXT PRIMARY KEY, a, "b,c" UNIQUE, data);
      CREATE INDEX i1 ON t (a DESC, "b,c") WHERE a > 0;
      CREATE INDEX i2 ON t (
        CASE WHEN json_valid("data") THEN json_extract("data", '$."user"."id"') END, -- (the user
        a
      );
      CREATE INDEX i3 ON t (json_extract(data, '$.user.id'), lower(a) /* , */ );
      CREATE UNIQUE INDEX i4 ON t (a);
    `)
    assert.deepEqual(t?.indexes, [
      { name: 'i1', keys: ['a', 'b,c'], partial: true, unique: false },
      { name: 'i2', keys: ['data.user.id', 'a'], partial: false, unique: false },
      {
        name: 'i3',
        keys: ["json_extract(data, '$.user.id')", 'lower(a)'],
        partial: false,
        unique: false,
      },
      { name: 'i4', keys: ['a'], partial: false, unique: true },
      { name: 'sqlite_autoindex_t_1', keys: ['id'], partial: false, unique: true },
      { name: 'sqlite_autoindex_t_2', keys: ['b,c'], partial: false, unique: true },
    ])
  })

  it('takes for unique keys what holds of all rows and of columns alone', async () => {
    const { t } = await describeTables(`
      CREATE TABLE t (id TEXT PRIMARY KEY, a UNIQUE, b, c);
      CREATE UNIQUE INDEX u1 ON t (b, c);
      CREATE UNIQUE INDEX u2 ON t (b) WHERE c = 1;
      CREATE UNIQUE INDEX u3 ON t (lower(b));
    `)
    assert.deepEqual(t?.uniqueKeys, [['a'], ['b', 'c']])
  })

  it('tells triggers with what sets them off, however they are written', async () => {
    const { Posts, v } = await describeTables(`
      CREATE TABLE Posts (a, "b c");
      CREATE VIEW v AS SELECT a FROM Posts;
      CREATE TRIGGER t1 AFTER DELETE ON POSTS BEGIN SELECT 1; END;
      CREATE TRIGGER IF NOT EXISTS "t2 ON" BEFORE UPDATE OF A, "b c" ON posts BEGIN SELECT 1; END;
      CREATE TRIGGER main.t3 -- DELETE
        UPDATE ON posts BEGIN DELETE FROM posts; END;
      CREATE TRIGGER [t4] INSERT ON posts BEGIN SELECT 1; END;
      CREATE TEMP TRIGGER t5 DELETE ON main.posts BEGIN SELECT 1; END;
      CREATE TRIGGER t6 INSTEAD OF DELETE ON v BEGIN SELECT 1; END;
    `)
    assert.deepEqual(Posts?.triggers, [
      { name: 't1', event: 'delete', columns: null },
      { name: 't2 ON', event: 'update', columns: ['A', 'b c'] },
      { name: 't3', event: 'update', columns: null },
      { name: 't4', event: 'insert', columns: null },
      { name: 't5', event: 'delete', columns: null },
    ])
    assert.deepEqual(v?.triggers, [{ name: 't6', event: 'delete', columns: null }])
  })

  it('tells whose rows a full-text table holds: its own, those of another table, none', async () => {
    const { own, other, none, posts } = await describeTables(`
      CREATE TABLE posts (body);
      CREATE VIRTUAL TABLE own USING fts5(body);
      CREATE VIRTUAL TABLE other USING fts5(body, content='posts');
      CREATE VIRTUAL TABLE none USING fts5(body, content='');
    `)
    const tables = [own, other, none, posts]
    assert.deepEqual(
      tables.map((table) => table?.kind),
      ['virtual', 'virtual', 'virtual', 'table'],
    )
    assert.deepEqual(
      tables.map((table) => table?.contentTable),
      [undefined, 'posts', null, undefined],
    )
  })

  it('describes the rest beside a view over a table that is gone', async () => {
    const { t, v } = await describeTables(
      'CREATE TABLE t (a); CREATE TABLE u (a); CREATE VIEW v AS SELECT a FROM u; DROP TABLE u;',
    )
    assert.equal(t?.columns?.length, 1)
    assert.deepEqual([v?.kind, v?.columns], ['view', null])
  })

  it('leaves out what belongs to SQLite, to the engine and to other databases', async () => {
    const db = new Database(':memory:')
    db.exec(`ATTACH ':memory:' AS other; CREATE TABLE other.t (a); CREATE TEMP TABLE u (a);
      CREATE TABLE v (a INTEGER PRIMARY KEY AUTOINCREMENT)`)
    const store = sqliteStore(db)
    await store.migrate()
    assert.deepEqual(
      (await store.describe()).tables.map(({ name }) => name),
      ['v'],
    )
  })
})

describe('the number of rows that a look-up without an index would read', () => {
  const PART = 20_000
  const KEYS = {
    'a key of text': ['(id TEXT PRIMARY KEY, owner TEXT)', "printf('k%08d', n)"],
    'a key of two columns, without row ids': [
      '(a INTEGER, b TEXT, owner TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID',
      "n % 3, printf('%08d', n)",
    ],
    'no key': ['(id, owner TEXT)', 'n % 7'],
    'a key that is NULL in most rows': [
      '(id TEXT PRIMARY KEY, owner TEXT)',
      `CASE WHEN n > 5 THEN NULL ELSE n END`,
    ],
  } as const

  async function countIn(table: string, key: string, rows: number): Promise<unknown> {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE t ${table}`)
    db.exec(`WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${rows})
      INSERT INTO t SELECT ${key}, 'x' FROM c`)
    const lookups = [{ table: 't', path: 'owner', inText: false }]
    const { tables } = await sqliteStore(db).describe({ paths: [], lookups })
    db.close()
    return tables[0]?.rows
  }

  for (const [name, [table, key]] of Object.entries(KEYS)) {
    it(`is right on both sides of a part: ${name}`, async () => {
      for (const rows of [1, PART - 1, PART, PART + 1, 2 * PART + 5])
        assert.equal(await countIn(table, key, rows), rows)
    })
  }

  it('is counted while the event loop turns', async () => {
    let turns = 0
    const turn = setImmediate(function again() {
      turns += 1
      next = setImmediate(again)
    })
    let next = turn
    await countIn(...KEYS['a key of text'], 3 * PART + 1)
    clearImmediate(next)
    assert.ok(turns >= 3, `${turns} turns`)
  })
})
