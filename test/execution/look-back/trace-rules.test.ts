import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { engineTablesSql, sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type PolicyInput,
  type Trace,
  type TracedPlace,
  UserDeletionEngine,
} from '../../../src/index.ts'

const ID = 'usr_2f8d1c9b'
const EMAIL = 'zoe@example.com'
const KNOWN = { known: { email: EMAIL } }

describe('the rule that covers a place', () => {
  it('is one that finds the very row, and not one of the table', async () => {
    const { db, engine } = world({ notes: { match: 'owner', action: 'delete' } })
    note(db, { owner: ID, body: `mine, ${EMAIL}` })
    note(db, { owner: 'usr_of_bob', body: `his, ${EMAIL}` })
    const body = placeIn(await engine.trace(ID), 'notes.body')
    assert.deepEqual(body.rules, [{ rule: 'notes#0', action: 'delete', keeps: false, rows: 1 }])
    assert.deepEqual([body.rows, body.unexplained], [2, 1])
  })

  it('covers the columns that it overwrites, and the id by which the row stays', async () => {
    const { db, engine } = world({
      notes: {
        ...{ match: 'owner', action: 'anonymize', reason: 'counted' },
        set: { title: null, doc: { scrub: ['to.email'] } },
      },
    })
    const doc = JSON.stringify({ to: { email: EMAIL, name: EMAIL }, cc: EMAIL })
    note(db, { owner: ID, title: EMAIL, body: EMAIL, doc })
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'notes.owner'), ['notes#0 keeps'])
    assert.deepEqual(told(trace, 'notes.title'), ['notes#0'])
    assert.deepEqual(told(trace, 'notes.doc to.email'), ['notes#0'])
    assert.deepEqual(told(trace, 'notes.doc to.name'), ['unexplained'])
    assert.deepEqual(told(trace, 'notes.doc cc'), ['unexplained'])
    assert.deepEqual(told(trace, 'notes.body'), ['unexplained'])
    // A column that is computed from another goes with it.
    assert.deepEqual(told(trace, 'notes.loud'), ['notes#0'])
  })

  it('keeps a whole row that is retained, less what it overwrites at once', async () => {
    const { db, engine } = world({
      notes: { match: 'owner', action: 'retain', reason: 'tax law', set: { title: null } },
    })
    note(db, { owner: ID, title: EMAIL, body: EMAIL })
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'notes.owner'), ['notes#0 keeps'])
    assert.deepEqual(told(trace, 'notes.title'), ['notes#0'])
    assert.deepEqual(told(trace, 'notes.body'), ['notes#0 keeps'])
    assert.equal(trace.status, 'explained')
  })

  for (const action of ['external', 'block'] as const) {
    it(`tells of rows that are of kind ${action}`, async () => {
      const rule =
        action === 'block'
          ? ({ match: 'owner', action } as const)
          : ({ match: 'owner', action, reason: 'elsewhere' } as const)
      const { db, engine } = world({ notes: rule })
      note(db, { owner: ID, body: EMAIL })
      const trace = await engine.trace(ID)
      assert.deepEqual(told(trace, 'notes.body'), ['notes#0 keeps'])
      assert.equal(placeIn(trace, 'notes.body').rules[0]?.action, action)
    })
  }

  it('covers of a reference that is cut the reference alone', async () => {
    const { db, engine } = world({
      notes: { match: { array: 'doc', path: 'to' }, action: 'detach' },
    })
    note(db, { owner: 'x', doc: JSON.stringify({ to: [ID, 'b'], by: ID }), body: EMAIL })
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'notes.doc to[]'), ['notes#0'])
    assert.deepEqual(told(trace, 'notes.doc by'), ['unexplained'])
    assert.deepEqual(told(trace, 'notes.body'), ['unexplained'])
  })

  it('is the one by which it goes, where another one keeps it', async () => {
    const { db, engine } = world({
      notes: [
        { match: 'owner', action: 'retain', reason: 'tax law' },
        { match: 'title', action: 'anonymize', reason: 'counted', set: { body: null } },
      ],
    })
    note(db, { owner: ID, title: ID, body: EMAIL })
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'notes.body'), ['notes#1'])
    assert.deepEqual(told(trace, 'notes.owner'), ['notes#0 keeps'])
  })

  it('reaches through rows of other tables', async () => {
    const { db, engine } = world({
      notes: { match: 'owner', action: 'delete' },
      replies: {
        match: { column: 'note', through: { table: 'notes', key: 'id' } },
        action: 'delete',
      },
    })
    const { lastInsertRowid: mine } = note(db, { owner: ID })
    const { lastInsertRowid: his } = note(db, { owner: 'bob' })
    for (const id of [mine, his])
      db.prepare('INSERT INTO replies VALUES (NULL, ?, ?)').run(id, EMAIL)
    const body = placeIn(await engine.trace(ID), 'replies.body')
    assert.deepEqual(body.rules, [{ rule: 'replies#0', action: 'delete', keeps: false, rows: 1 }])
    assert.equal(body.unexplained, 1)
  })

  it('is looked for over as many rows as there are', async () => {
    const { db, engine } = world({ notes: { match: 'owner', action: 'delete' } })
    db.transaction(() => {
      for (let number = 0; number < 6_000; number += 1) {
        note(db, { owner: number % 2 === 0 ? ID : 'bob', body: number % 3 === 0 ? EMAIL : null })
      }
    })()
    const body = placeIn(await engine.trace(ID), 'notes.body')
    assert.deepEqual([body.rows, body.rules[0]?.rows, body.unexplained], [2_000, 1_000, 1_000])
  })

  it('covers rows that an index shows by the rules of their own table', async () => {
    const { db, engine } = world(
      { notes: { match: 'owner', action: 'delete' }, search: 'unrelated', people: 'unrelated' },
      "CREATE VIRTUAL TABLE search USING fts5(body, content='notes', content_rowid='id')",
      "CREATE VIRTUAL TABLE people USING fts5(email, content='users', content_rowid='rowid')",
    )
    note(db, { owner: ID, body: EMAIL })
    note(db, { owner: 'bob', body: EMAIL })
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'search.body'), ['notes#0', 'unexplained'])
    assert.deepEqual(told(trace, 'people.email'), ['user'])
  })

  it('says what a blank user row keeps', async () => {
    const { db, engine } = world({}, { action: 'anonymize', reason: 'keys', set: { email: null } })
    db.prepare('UPDATE users SET phone = ?').run('+41 79 555 01 23')
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'users.id'), ['user keeps'])
    assert.deepEqual(told(trace, 'users.email'), ['user'])
    assert.deepEqual(told(trace, 'users.phone'), ['unexplained'])
  })

  it('leaves a row unexplained that was found through what is gone', async () => {
    const { db, engine } = world({
      notes: {
        match: { column: 'title', equals: { user: 'email' } },
        acrossTenants: true,
        action: 'delete',
      },
    })
    note(db, { owner: 'x', title: EMAIL })
    db.exec('DELETE FROM users')
    // Nobody knows any more what the rule looks for; what is known tells.
    assert.deepEqual((await engine.trace(ID)).places, [])
    assert.deepEqual(told(await engine.trace(ID, KNOWN), 'notes.title'), ['notes#0'])
    assert.deepEqual(told(await engine.trace(ID, { known: { former: EMAIL } }), 'notes.title'), [
      'unexplained',
    ])
  })

  it('is none for a value that another user holds too', async () => {
    const { db, engine } = world({
      notes: {
        match: { column: 'title', equals: { user: 'email' } },
        acrossTenants: true,
        action: 'delete',
      },
    })
    db.prepare('INSERT INTO users VALUES (?, ?, NULL)').run('usr_of_the_twin', EMAIL)
    note(db, { owner: 'x', title: EMAIL, body: ID })
    const trace = await engine.trace(ID)
    assert.deepEqual(told(trace, 'notes.title'), ['shared'])
    assert.deepEqual(told(trace, 'users.email'), ['user', 'shared'])
    assert.deepEqual(told(trace, 'notes.body'), ['unexplained'])
  })
})

describe('a deep verification', () => {
  const rules = {
    notes: { match: 'owner', action: 'retain', reason: 'tax law', set: { body: null } },
  } as const

  it('is as clean as the whole database', async () => {
    const { db, engine } = world(rules)
    note(db, { owner: ID, body: EMAIL })
    await engine.delete(ID)
    const { status, trace } = await engine.verify(ID, { ...KNOWN, deep: true })
    assert.equal(status, 'clean')
    assert.equal(trace?.status, 'explained')
    note(db, { owner: 'bob', title: EMAIL })
    assert.equal((await engine.verify(ID, KNOWN)).status, 'clean')
    assert.equal((await engine.verify(ID, { ...KNOWN, deep: true })).status, 'residue')
  })

  it('is clean of nothing that was not looked at', async () => {
    const { db, engine } = world(rules)
    await engine.delete(ID)
    db.exec("ATTACH ':memory:' AS side; CREATE TABLE side.notes (body)")
    assert.equal((await engine.verify(ID, { ...KNOWN, deep: true })).status, 'unverifiable')
  })

  it('takes nothing but yes or no', async () => {
    const { engine } = world(rules)
    const odd = engine.verify(ID, { deep: 'yes' } as never)
    await assert.rejects(odd, { code: 'invalid_argument', details: { path: 'deep' } })
  })
})

type Tables = PolicyInput['tables']
type Blank = Pick<
  Extract<PolicyInput['user'], { readonly action: 'anonymize' }>,
  'action' | 'reason' | 'set'
>

function world(
  tables: Tables,
  ...more: readonly (string | Blank)[]
): { readonly db: Database.Database; readonly engine: UserDeletionEngine } {
  const db = new Database(':memory:')
  db.exec(`
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, phone TEXT);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, title TEXT, body TEXT, doc TEXT,
      loud TEXT GENERATED ALWAYS AS (upper(title)) VIRTUAL);
    CREATE TABLE replies (id INTEGER PRIMARY KEY, note INTEGER, body TEXT);
    CREATE INDEX notes_owner ON notes (owner);
    ${engineTablesSql}
  `)
  db.prepare('INSERT INTO users VALUES (?, ?, NULL)').run(ID, EMAIL)
  for (const sql of more) if (typeof sql === 'string') db.exec(sql)
  const [blank = {}] = more.filter((one) => typeof one !== 'string')
  const policy = definePolicy({
    ...{ name: 'rules', version: 1 },
    user: { table: 'users', id: 'id', fields: { email: 'email' }, ...blank },
    tables: { notes: 'unrelated', replies: 'unrelated', ...tables },
  })
  const found = ['users', 'notes', 'replies', 'search', 'people'].flatMap((table) => [
    { code: 'value_reference' as const, table },
    { code: 'stale_index' as const, table },
  ])
  const store = sqliteStore(db)
  const engine = new UserDeletionEngine({
    ...{ store, policy, logger: { warn() {} }, schemaCheck: { accept: found } },
  })
  return { db, engine }
}

function note(
  db: Database.Database,
  row: Readonly<Record<string, string | null>>,
): Database.RunResult {
  const { owner = null, title = null, body = null, doc = null } = row
  return db
    .prepare('INSERT INTO notes (owner, title, body, doc) VALUES (?, ?, ?, ?)')
    .run(owner, title, body, doc)
}

function placeIn({ places }: Trace, name: string): TracedPlace {
  const isMeant = ({ table, column, path }: TracedPlace): boolean =>
    `${table}.${column}${path === null ? '' : ` ${path}`}` === name
  return places.find(isMeant) ?? assert.fail(`${name} was not found`)
}

function told(trace: Trace, name: string): readonly string[] {
  const { rules, shared, unexplained } = placeIn(trace, name)
  return [
    ...rules.map(({ rule, keeps }) => (keeps ? `${rule} keeps` : rule)),
    ...(shared > 0 ? ['shared'] : []),
    ...(unexplained > 0 ? ['unexplained'] : []),
  ]
}
