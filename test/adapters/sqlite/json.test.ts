/** JSON in SQLite in each form that it is kept in, and what stands beside what is written. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, type PolicyInput, UserDeletionEngine } from '../../../src/index.ts'
import { openOdd } from '../../worlds/odd-schema.ts'

const USERS =
  "CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('u1'), ('u2'), ('u3');"

async function open(sql: string, tables: PolicyInput['tables']) {
  const user = { table: 'users', id: 'id', ghost: { id: 'ghost' } }
  const { db, engine } = await openOdd({ sql: USERS + sql, tables, user })
  const all = (query: string): unknown[] => db.prepare(query).pluck().all()
  return { db, engine, all }
}

async function openScrubbed(...path: readonly string[]) {
  return open(
    'CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT, j TEXT); CREATE INDEX t_uid ON t (uid)',
    { t: { match: 'uid', action: 'anonymize', reason: 'r', set: { j: { scrub: [path] } } } },
  )
}

const text = (json: string): string => `'${json.replaceAll("'", "''")}'`

const FORMS: readonly (readonly [string, string, (json: string) => string])[] = [
  ['text', 'text', text],
  ['bytes', 'blob', (json) => `CAST(${text(json)} AS BLOB)`],
  ['JSONB', 'blob', (json) => `jsonb(${text(json)})`],
]

/** What the column holds, as JSON text, and the type of its value. */
const HELD =
  "SELECT typeof(j) || ' ' || CASE WHEN json_valid(j, 8) THEN 'jsonb ' || json(j) ELSE CAST(j AS TEXT) END FROM t ORDER BY id"

describe('JSON in SQLite', () => {
  for (const [form, type, stored] of FORMS) {
    const kept = (json: string): string => `${type} ${form === 'JSONB' ? 'jsonb ' : ''}${json}`
    const tableOf = (...documents: string[]): string =>
      `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT, j); INSERT INTO t (uid, j) VALUES ${documents.map((json) => `('u1', ${stored(json)})`).join(', ')}`

    it(`${form}: rows are found by a path, by an element, and through arrays`, async () => {
      for (const match of [
        { json: 'j', path: 'user.id' },
        { array: 'j', path: 'ids' },
        { json: 'j', path: 'rows[].user' },
        { column: 'j', inText: true, prefix: '"id":"', suffix: '"' },
      ] as const) {
        const { engine, all } = await open(
          tableOf(
            '{"user":{"id":"u1"},"ids":["u2","u1"],"rows":[{"user":"u2"},{"user":"u1"}]}',
            '{"user":{"id":"u2"},"ids":["u2"],"rows":[{"user":"u2"}]}',
          ),
          { t: { match, action: 'delete' } },
        )
        assert.equal((await engine.plan('u1', {})).steps[0]?.rows, 1)
        await engine.delete('u1', {})
        assert.deepEqual(all('SELECT id FROM t'), [2])
        assert.equal((await engine.verify('u1', {})).status, 'clean')
      }
    })

    it(`${form}: stays in its form where paths are scrubbed, and keeps what stands beside them`, async () => {
      const { engine, all } = await open(
        tableOf(
          '{"user":{"id":"u1","email":"a"},"n":1.50,"big":12345678901234567890,"far":1e400,"items":[{"to":"a","x":1.0},1.50,1e400,"b",true,null,[]]}',
        ),
        {
          t: {
            ...{ match: 'uid', action: 'anonymize', reason: 'r' },
            set: { j: { scrub: ['user.email', 'items[].to'] } },
          },
        },
      )
      await engine.delete('u1', {})
      assert.deepEqual(all(HELD), [
        kept(
          '{"user":{"id":"u1"},"n":1.50,"big":12345678901234567890,"far":1e400,"items":[{"x":1.0},1.50,1e400,"b",true,null,[]]}',
        ),
      ])
    })

    it(`${form}: a user leaves an array, and a detached value is overwritten`, async () => {
      const { engine, all } = await open(
        tableOf('{"ids":["u1",7,"u2",true,{"a":"u1"}],"by":"u1"}'),
        {
          t: [
            { match: { array: 'j', path: 'ids' }, action: 'detach' },
            { match: { json: 'j', path: 'by' }, action: 'detach', to: 'ghost' },
          ],
        },
      )
      await engine.delete('u1', {})
      assert.deepEqual(all(HELD), [kept('{"ids":[7,"u2",true,{"a":"u1"}],"by":"ghost"}')])
    })

    it(`${form}: a value that was scrubbed and comes back is residue`, async () => {
      const { db, engine } = await open(tableOf('{"items":[{"to":"a"}]}'), {
        t: {
          ...{ match: 'uid', action: 'anonymize', reason: 'r' },
          set: { j: { scrub: ['items[].to'] } },
        },
      })
      await engine.delete('u1', {})
      assert.equal((await engine.verify('u1', {})).status, 'clean')
      db.exec(`UPDATE t SET j = ${stored('{"items":[{},{"t\\u006f":"a"}]}')}`)
      assert.equal((await engine.verify('u1', {})).status, 'residue')
    })
  }

  it('an index on JSON text finds rows of it, and those that it leaves out are found as well', async () => {
    for (const index of [
      `CASE WHEN json_valid("j") THEN json_extract("j", '$."user"."id"') END`,
      `CASE WHEN json_valid("j", 9) THEN json_extract("j", '$."user"."id"') END`,
    ]) {
      const { engine, all } = await open(
        `CREATE TABLE t (id INTEGER PRIMARY KEY, j); CREATE INDEX i ON t (${index}); INSERT INTO t (j) VALUES ${FORMS.map(([, , stored]) => `(${stored('{"user":{"id":"u1"}}')}), (${stored('{"user":{"id":"u2"}}')})`).join(', ')}`,
        { t: { match: { json: 'j', path: 'user.id' }, action: 'delete' } },
      )
      await engine.delete('u1', {})
      assert.deepEqual(all(`SELECT json_extract(j, '$.user.id') FROM t`), ['u2', 'u2', 'u2'])
    }
  })

  it('a key that stands twice goes twice, or is residue', async () => {
    const { engine, all } = await open(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT, j TEXT); INSERT INTO t (uid, j) VALUES ('u1', '{"a":1,"a":2,"b":{"c":1},"b":{"c":2}}')`,
      {
        t: { match: 'uid', action: 'anonymize', reason: 'r', set: { j: { scrub: ['a', 'b.c'] } } },
      },
    )
    await engine.delete('u1', {}).catch(() => undefined)
    const isGone = all(`SELECT j FROM t WHERE j LIKE '%"a"%' OR j LIKE '%"c"%'`).length === 0
    assert.ok(isGone || (await engine.verify('u1', {})).status !== 'clean')
  })

  it('a key behind an array that no path opens is residue, however it is spelt', async () => {
    for (const [key, left] of [
      ['a', '[{"a":1}]'],
      ['a', '[{"\\u0061":1}]'],
      ['[a]*?', '[{"[a]*?":1}]'],
      ['ä', '[{"ä":1}]'],
    ] as const) {
      const { db, engine } = await openScrubbed(key)
      db.prepare("INSERT INTO t (uid, j) VALUES ('u1', ?), ('u2', ?)").run(left, `["${key}"]`)
      await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' }, left)
      assert.equal((await engine.delete('u2', {})).residue, 0)
    }
  })

  it('a key that a trigger writes back is residue, with blanks behind it too', async () => {
    for (const back of ['{"a":1}', '{"a" :1}', '{"a"\n\t:1}', '{"b":"a","a"\r:1}']) {
      const { db, engine } = await openScrubbed('a')
      db.exec(`INSERT INTO t (uid, j) VALUES ('u1', '{"a":0}');
        CREATE TRIGGER back AFTER UPDATE ON t BEGIN UPDATE t SET j = '${back}' WHERE id = new.id; END`)
      await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' }, back)
      const inside = `{"o":${back}}`
      const nested = await openScrubbed('o', 'a')
      nested.db.exec(`INSERT INTO t (uid, j) VALUES ('u1', '{"o":{"a":0}}');
        CREATE TRIGGER back AFTER UPDATE ON t BEGIN UPDATE t SET j = '${inside}' WHERE id = new.id; END`)
      await assert.rejects(nested.engine.delete('u1', {}), { code: 'residue_left' }, inside)
    }
  })

  it('what a trigger writes back behind a zero byte is residue', async () => {
    const { db, engine } = await openScrubbed('a')
    db.exec(`INSERT INTO t (uid, j) VALUES ('u1', '{"a":0}');
      CREATE TRIGGER back AFTER UPDATE ON t BEGIN
        UPDATE t SET j = '{"b":1}' || char(0) || '{"a":1}' WHERE id = new.id; END`)
    await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' })
  })

  it('keys with dots, digits, stars and blanks are keys in a list', async () => {
    const { engine, all } = await open(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT, j TEXT); INSERT INTO t (uid, j) VALUES ('u1', '{"a.b":1,"0":[{" x ":1,"y":2}],"*":1,"$at":1,"a":{"b":3}}')`,
      {
        t: {
          ...{ match: 'uid', action: 'anonymize', reason: 'r' },
          set: { j: { scrub: [['a.b'], ['0', '[]', ' x '], ['*'], ['$at']] } },
        },
      },
    )
    await engine.delete('u1', {})
    assert.deepEqual(all('SELECT j FROM t'), ['{"0":[{"y":2}],"a":{"b":3}}'])
  })

  it('two users of one slice leave elements that hold them, and no others', async () => {
    const { engine, all } = await open(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, j TEXT); INSERT INTO t (j) VALUES ('{"rows":[{"u":"u1"},{"u":"u2"},{"u":"u3"}]}'), ('{"rows":[{"u":"u2"}]}')`,
      { t: { match: { json: 'j', path: 'rows[].u' }, action: 'detach' } },
    )
    await engine.deleteMany(['u1', 'u2'], {})
    assert.deepEqual(all('SELECT j FROM t'), [
      '{"rows":[{"u":null},{"u":null},{"u":"u3"}]}',
      '{"rows":[{"u":null}]}',
    ])
  })

  it('a user too large for one transaction leaves arrays in chunks', async () => {
    const db = new Database(':memory:')
    db.exec(USERS)
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, j TEXT, at)')
    for (let row = 0; row < 5; row += 1) {
      db.exec(`INSERT INTO t (j) VALUES ('{"rows":[{"u":"u1","to":"a"},{"u":"u2"}]}')`)
    }
    const engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: definePolicy({
        ...{ name: 'json', version: 1, user: { table: 'users', id: 'id' } },
        tables: {
          t: {
            match: { json: 'j', path: 'rows[].u' },
            ...{ action: 'anonymize', reason: 'r' },
            set: {
              at: '$atMs',
              j: { pull: { user: 'id' }, path: 'rows', element: 'u' },
            },
          },
        },
      }),
      clock: { now: () => new Date('2026-03-01T12:00:00.000Z') },
      logger: { warn() {} },
      maxRowsPerTransaction: 2,
    })
    await engine.migrate()
    await engine.delete('u1', {})
    assert.deepEqual(db.prepare('SELECT DISTINCT j, at FROM t').raw().all(), [
      ['{"rows":[{"u":"u2"}]}', Date.parse('2026-03-01T12:00:00.000Z')],
    ])
  })
})

describe('the schema check of paths into JSON', () => {
  const check = async (
    json: string,
    ...scrub: (string | string[])[]
  ): Promise<readonly string[]> => {
    const { engine } = await open(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT, j TEXT); INSERT INTO t (uid, j) VALUES ('u1', ${text(json)})`,
      { t: { match: 'uid', action: 'anonymize', reason: 'r', set: { j: { scrub } } } },
    )
    const { findings } = await engine.checkSchema()
    return findings.map(({ code, message }) => `${code} ${message}`)
  }

  it('tells the way through an array, and the key that is meant', async () => {
    for (const [json, path, instead] of [
      ['{"items":[{"to":1}]}', 'items.to', 'items[].to'],
      ['[{"to":1}]', 'to', '[].to'],
      ['{"a":[{"b":[{"c":1}]}]}', 'a.b.c', 'a[].b[].c'],
      ['{"a.b":1}', 'a.b', '["a.b"]'],
      ['{"giftTo":1}', 'gift_to', 'giftTo'],
    ] as const) {
      const [finding = '', ...others] = await check(json, path)
      assert.ok(finding.startsWith('path_not_found ') && finding.includes(instead), finding)
      assert.deepEqual(others, [])
    }
  })

  it('tells of a path that no row has', async () => {
    assert.equal((await check('{"plain":{"to":1}}', 'plian.to')).length, 1)
  })

  it('tells nothing where a path is found, is rare beside others, or where there is nothing to look into', async () => {
    assert.deepEqual(await check('{"plain":{"to":1}}', 'plain.to'), [])
    assert.deepEqual(await check('{"email":1}', 'email', 'device.name'), [])
    assert.deepEqual(await check('{"items":[{"to":1},{}],"x":1}', 'items[].to'), [])
    for (const empty of ['{}', '[]', 'no JSON', '{"items":[]}', '{"items":null}']) {
      assert.deepEqual(await check(empty, 'items[].to'), [])
    }
  })
})

describe('words of SQL as names', () => {
  for (const name of [
    'true',
    'FALSE',
    'null',
    'value',
    'key',
    'type',
    'u',
    't0',
    'pos',
    'k0',
    'e',
    'json',
    'rowid',
    'a"b',
    'ü',
    "it's",
  ]) {
    it(`rows are told apart in a table with a column named ${name}`, async () => {
      const quoted = `"${name.replaceAll('"', '""')}"`
      const { engine, all } = await open(
        `CREATE TABLE t (id INTEGER PRIMARY KEY, uid TEXT, kind TEXT, j TEXT, ${quoted} TEXT);
         INSERT INTO t (uid, kind, j, ${quoted}) VALUES
         ('u1', 'legal', '{"r":[{"u":"u1","x":1}]}', '0'), ('u1', 'other', '{"r":[{"u":"u1"}]}', '0'), ('u2', 'other', '{"r":[{"u":"u2"}]}', '0')`,
        {
          t: [
            {
              ...{ match: 'uid', where: { kind: 'legal' }, action: 'retain', reason: 'a law' },
              set: { [name]: '$at', j: { scrub: ['r[].x'] } },
            },
            { match: { json: 'j', path: 'r[].u' }, action: 'delete' },
          ],
        },
      )
      await engine.delete('u1', {})
      assert.deepEqual(all(`SELECT kind || ' ' || ${quoted} || ' ' || j FROM t ORDER BY id`), [
        'legal 2026-03-01T12:00:00.000Z {"r":[{"u":"u1"}]}',
        'other 0 {"r":[{"u":"u2"}]}',
      ])
      assert.notEqual((await engine.verify('u1', {})).status, 'residue')
    })
  }
})
