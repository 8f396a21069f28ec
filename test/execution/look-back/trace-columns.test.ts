import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type Trace,
  type TracedPlace,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { LOOKALIKES, PERSON, PLANTS } from '../../worlds/traces/planted-forms.ts'

interface Kind {
  readonly name: string
  readonly sql: string
  /** Writes the text into the table `held`, and something into other columns. */
  readonly insert: string
  readonly value: (text: string) => unknown
  /** Where it stands then. */
  readonly place: string
  /** Forms that do not outlive what the column makes of them. */
  readonly loses?: RegExp
}

const asIs = (text: string): string => text
const inDocument = (text: string): string =>
  JSON.stringify({ a: { list: [1, { to: text }] }, b: 2 })
const escapedDocument = (text: string): string =>
  `{"a":"${[...text].map((one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`).join('')}"}`

const KINDS: readonly Kind[] = [
  { name: 'text', sql: 'body TEXT', insert: 'body', value: asIs, place: 'body' },
  { name: 'no declared type', sql: 'body', insert: 'body', value: asIs, place: 'body' },
  {
    name: 'bytes',
    sql: 'body BLOB',
    insert: 'body',
    value: (text) => Buffer.from(text),
    place: 'body',
  },
  {
    ...{
      name: 'bytes around it that are no text',
      sql: 'body BLOB',
      insert: 'body',
      place: 'body',
    },
    value: (text) =>
      Buffer.concat([Buffer.from([0, 255]), Buffer.from(text), Buffer.from([255, 0])]),
  },
  { name: 'JSON', sql: 'doc TEXT', insert: 'doc', value: inDocument, place: 'doc a.list[].to' },
  {
    name: 'JSON with escapes',
    sql: 'doc TEXT',
    insert: 'doc',
    value: escapedDocument,
    place: 'doc a',
  },
  {
    ...{ name: 'JSON in JSON', sql: 'doc TEXT', insert: 'doc', place: 'doc in.a.list[].to' },
    value: (text) => JSON.stringify({ in: inDocument(text) }),
  },
  {
    ...{ name: 'JSON as bytes', sql: 'doc BLOB', insert: 'doc', place: 'doc a.list[].to' },
    value: (text) => Buffer.from(inDocument(text)),
  },
  {
    ...{ name: 'an array', sql: 'list TEXT', insert: 'list', place: 'list []' },
    value: (text) => JSON.stringify(['x', text]),
  },
  {
    ...{ name: 'a key', sql: 'doc TEXT', insert: 'doc', place: 'doc by.*' },
    value: (text) => JSON.stringify({ by: { [text]: 1 } }),
  },
  {
    ...{ name: 'a key that stands twice', sql: 'doc TEXT', insert: 'doc', place: 'doc' },
    value: (text) => `{"a":${JSON.stringify(text)},"a":"x"}`,
  },
  {
    name: 'a generated column',
    sql: "body TEXT, made TEXT GENERATED ALWAYS AS ('to ' || body) VIRTUAL",
    ...{ insert: 'body', value: asIs, place: 'made' },
  },
  {
    name: 'a stored generated column in capitals',
    sql: 'body TEXT, made TEXT GENERATED ALWAYS AS (upper(body)) STORED',
    ...{ insert: 'body', value: asIs, place: 'made', loses: /base64/ },
  },
]

const NO_ROWS = 'hold_id INTEGER PRIMARY KEY'

describe('a trace in columns of every kind', () => {
  for (const kind of KINDS) {
    it(`finds every form in ${kind.name}`, async () => {
      const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, ${kind.sql})`)
      const insert = db.prepare(`INSERT INTO held (${kind.insert}) VALUES (?)`)
      const kept = PLANTS.filter(({ name }) => kind.loses?.test(name) !== true)
      await provesEach(db, kept, (text) => insert.run(kind.value(text)), trace, kind.place)
    })

    it(`finds nothing that only looks like it in ${kind.name}`, async () => {
      const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, ${kind.sql})`)
      const insert = db.prepare(`INSERT INTO held (${kind.insert}) VALUES (?)`)
      for (const text of LOOKALIKES) insert.run(kind.value(text))
      assert.deepEqual(inHeld(await trace()), [])
    })
  }

  it('finds every form in JSONB, by its path and not beside it', async () => {
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, doc BLOB)`)
    const insert = db.prepare('INSERT INTO held (doc) VALUES (jsonb(?))')
    await provesEach(db, PLANTS, (text) => insert.run(inDocument(text)), trace, 'doc a.list[].to')
  })

  it('finds what stands in bytes that are JSONB by chance', async () => {
    // As JSONB it is a text of seven bytes, and its first letter says so.
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, doc BLOB)`)
    db.prepare('INSERT INTO held (doc) VALUES (?)').run(Buffer.from('wabcdefg'))
    const { places } = await trace({ other: 'wabcdefg' })
    assert.deepEqual(places.map(at), ['held.doc'])
  })

  it('finds a UUID and a hash that are kept as their bytes', async () => {
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, key BLOB)`)
    const insert = db.prepare('INSERT INTO held (key) VALUES (?)')
    insert.run(Buffer.from(PERSON.id.replaceAll('-', ''), 'hex'))
    const [hash] = PLANTS.filter(({ name }) => name === 'email as SHA-256')
    insert.run(Buffer.from(hash?.text ?? '', 'hex'))
    const [place] = inHeld(await trace())
    assert.equal(place?.rows, 2)
  })

  for (const [name, sql] of [
    [
      'a table without row ids',
      'CREATE TABLE held (a TEXT, b TEXT, body TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID',
    ],
    ['a STRICT table', 'CREATE TABLE held (a INTEGER PRIMARY KEY, b ANY, body TEXT) STRICT'],
    ['a full-text table', 'CREATE VIRTUAL TABLE held USING fts5(a UNINDEXED, b, body)'],
    ['an older full-text table', 'CREATE VIRTUAL TABLE held USING fts4(a, b, body)'],
  ] as const) {
    it(`finds every form in ${name}`, async () => {
      const { db, trace } = await world(sql)
      const insert = db.prepare('INSERT INTO held (a, b, body) VALUES (?, ?, ?)')
      let number = 0
      const plant = (text: string): void => {
        number += 1
        insert.run(name === 'a STRICT table' ? number : String(number), 'b', text)
      }
      await provesEach(db, PLANTS, plant, trace, 'body')
    })
  }

  it('shows the rows of an index over another table, and says that its words were not looked at', async () => {
    const { db, trace } = await world(
      'CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT)',
      "CREATE VIRTUAL TABLE held USING fts5(body, content='pages', content_rowid='id')",
    )
    db.prepare('INSERT INTO pages VALUES (1, ?)').run(PERSON.email)
    db.prepare("INSERT INTO held (held) VALUES ('rebuild')").run()
    const { places, unread, status } = await trace()
    assert.deepEqual(places.map(at).sort(), ['held.body', 'pages.body'])
    assert.deepEqual(unread, [{ table: 'held', column: null, reason: 'search_words' }])
    assert.equal(status, 'unexplained')
    // The index still has the words when the row is gone, and nobody says that nothing is left.
    db.prepare('DELETE FROM pages').run()
    assert.equal((await trace()).status, 'incomplete')
  })

  it('says that nothing of an index without content was looked at', async () => {
    const { trace } = await world("CREATE VIRTUAL TABLE held USING fts5(body, content='')")
    const { unread, status } = await trace()
    assert.deepEqual(unread, [{ table: 'held', column: null, reason: 'search_words' }])
    assert.equal(status, 'incomplete')
  })

  it('tells of databases beside its own, and of no view', async () => {
    const { db, trace } = await world('CREATE VIEW held AS SELECT * FROM users')
    db.exec("ATTACH ':memory:' AS side; CREATE TABLE side.notes (a); CREATE TEMP TABLE scratch (a)")
    const { unread } = await trace()
    assert.deepEqual(
      unread.map(({ table, reason }) => `${table} ${reason}`),
      ['side.notes outside', 'temp.scratch outside'],
    )
  })

  it('looks through a document that is too large as through a text, and says so', async () => {
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, doc TEXT, other TEXT)`)
    const insert = db.prepare('INSERT INTO held (doc, other) VALUES (?, ?)')
    const filler = 'x'.repeat(1_100_000)
    insert.run(JSON.stringify({ filler, to: PERSON.email }), null)
    insert.run(null, JSON.stringify({ filler, to: `\n${PERSON.email}` }))
    const { places, unread } = await trace()
    assert.deepEqual(places.map(at), ['held.doc', 'held.other'])
    assert.deepEqual(unread, [{ table: 'held', column: 'other', reason: 'too_large' }])
  })

  it('keeps an integer in a document that no number holds', async () => {
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, doc TEXT)`)
    const insert = db.prepare('INSERT INTO held (doc) VALUES (?)')
    insert.run('{"user_id": 9007199254740993, "text": "a: 9007199254740993,"}')
    insert.run('{"user_id": 9007199254740992}')
    assert.deepEqual(inHeld(await trace()), [])
    const { places } = await engineOn(db).trace('9007199254740993')
    assert.deepEqual(places.map(at), ['held.doc user_id'])
    assert.equal(places[0]?.rows, 1)
  })

  it('says no key of a document that is somebody’s', async () => {
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, doc TEXT)`)
    const document = { 'bob@example.com': { invited: PERSON.email }, usr_8f3k29ab: [PERSON.id] }
    db.prepare('INSERT INTO held (doc) VALUES (?)').run(JSON.stringify(document))
    assert.deepEqual((await trace()).places.map(at).sort(), ['held.doc *.invited', 'held.doc *[]'])
  })

  it('finds what stands deeper than anybody looks', async () => {
    const { db, trace } = await world(`CREATE TABLE held (${NO_ROWS}, doc TEXT)`)
    const deep = `${'[{"a":'.repeat(200)}"${PERSON.email}"${'}]'.repeat(200)}`
    db.prepare('INSERT INTO held (doc) VALUES (?)').run(deep)
    assert.equal((await trace()).places.length, 1)
  })
})

async function provesEach(
  db: Database.Database,
  plants: typeof PLANTS,
  plant: (text: string) => void,
  trace: () => Promise<Trace>,
  place: string,
): Promise<void> {
  for (const { name, text, identifier, form } of plants) {
    db.exec('DELETE FROM held')
    plant(text)
    const found = inHeld(await trace()).find((one) => at(one) === `held.${place}`)
    const told = found?.found.map((one) => [one.identifier, one.rows])
    assert.deepEqual(told, [[identifier, 1]], `${name} in ${place}`)
    // A column may write it in another way.
    if (!place.includes('made')) assert.equal(found?.found[0]?.form, form, name)
    assert.deepEqual([found?.rows, found?.unexplained], [1, 1])
  }
}

function inHeld({ places }: Trace): readonly TracedPlace[] {
  return places.filter(({ table }) => table === 'held')
}

function at({ table, column, path }: TracedPlace): string {
  return `${table}.${column}${path === null ? '' : ` ${path}`}`
}

function engineOn(db: Database.Database): UserDeletionEngine {
  const tables = db
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'")
    .pluck()
    .all()
    .map(String)
    .filter((name) => !/^(sqlite_|user_deletion_|users$)/.test(name))
  return new UserDeletionEngine({
    store: sqliteStore(db),
    policy: definePolicy({
      ...{ name: 'traces', version: 1 },
      user: { table: 'users', id: 'id', fields: {} },
      tables: Object.fromEntries(tables.map((name) => [name, 'unrelated' as const])),
    }),
    logger: { warn() {} },
    schemaCheck: {
      accept: tables.flatMap((table) => [
        { code: 'value_reference' as const, table },
        { code: 'user_reference' as const, table },
      ]),
    },
  })
}

/** The person is gone: what is known of them is looked for. */
async function world(...sql: readonly string[]): Promise<{
  readonly db: Database.Database
  readonly trace: (known?: Record<string, string>) => Promise<Trace>
}> {
  const db = new Database(':memory:')
  db.exec('CREATE TABLE users (id TEXT PRIMARY KEY)')
  for (const one of sql) db.exec(one)
  const engine = engineOn(db)
  await engine.migrate()
  const { id, ...known } = PERSON
  return { db, trace: (more = {}) => engine.trace(id, { known: { ...known, ...more } }) }
}
