import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { engineTablesSql, sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, type Trace, UserDeletionEngine } from '../../../src/index.ts'

describe('an identifier that proves nothing by itself', () => {
  it('counts where a foreign key leads to the users', async () => {
    const { db, trace } = world()
    db.exec('INSERT INTO posts (writer) VALUES (7), (77)')
    assert.deepEqual(await trace(), ['posts.writer 1'])
  })

  it('counts where a name says so, as an integer and as its digits', async () => {
    const { db, trace } = world()
    db.exec("INSERT INTO votes (user_id, created_by) VALUES (7, '7'), (70, 'x7'), ('7', NULL)")
    assert.deepEqual(await trace(), ['votes.created_by 1', 'votes.user_id 2'])
  })

  it('counts nowhere else', async () => {
    const { db, trace } = world()
    db.exec(
      "INSERT INTO votes (weight, note, subject_type, subject_id) VALUES (7, '7', 'user', 7), (7, 'ann', 'post', 7)",
    )
    assert.deepEqual(await trace(), [])
  })

  it('counts in documents under a key that says so', async () => {
    const { db, trace } = world()
    const doc = { user_id: 7, n: 7, member_ids: [8, 7], meta: { owner: { id: '7' }, count: '7' } }
    db.prepare('INSERT INTO votes (doc) VALUES (?)').run(JSON.stringify(doc))
    db.prepare('INSERT INTO votes (doc) VALUES (?)').run('[7, {"x": 7}]')
    assert.deepEqual(await trace(), [
      'votes.doc member_ids[] 1',
      'votes.doc meta.owner.id 1',
      'votes.doc user_id 1',
    ])
  })

  it('counts where a rule looks for it, in the form of the rule', async () => {
    const { db, trace } = world()
    db.exec("INSERT INTO settings VALUES ('user-7', 'x'), ('user-77', 'user-7'), ('7', '7')")
    assert.deepEqual(await trace(), ['settings.key 2'])
  })

  it('counts as a name where names of that kind stand', async () => {
    const { db, trace } = world()
    db.exec(
      "INSERT INTO votes (author_name, note) VALUES ('ann', 'ann'), ('ANN', 'by ann'), ('anna', '')",
    )
    db.exec("UPDATE users SET username = 'ann' WHERE id = 7")
    assert.deepEqual(await trace(), ['users.username 1', 'votes.author_name 2'])
  })

  it('counts in all of its forms, as the whole value', async () => {
    const { db, trace } = world()
    const forms = [
      Buffer.from('7').toString('base64'),
      createHash('sha256').update('7').digest('hex'),
      createHash('sha256').update('70').digest('hex'),
    ]
    const insert = db.prepare('INSERT INTO votes (user_id, note) VALUES (?, ?)')
    for (const form of forms) insert.run(form, form)
    assert.deepEqual(await trace(), ['votes.user_id 2'])
  })

  it('is told as one that needs a name', async () => {
    const { engine } = world()
    const { identifiers } = await engine.trace(7, {
      known: { email: 'ann@example.com', pin: '123' },
    })
    assert.deepEqual(
      identifiers.map(({ name, proves }) => `${name} ${proves}`),
      ['id named', 'email alone', 'pin named'],
    )
  })

  it('counts beside others that do prove something', async () => {
    const { db, engine } = world()
    db.prepare('INSERT INTO votes (user_id, note) VALUES (7, ?)').run('to ann@example.com')
    const { places } = await engine.trace(7, { known: { email: 'ann@example.com' } })
    assert.deepEqual(
      places.filter(({ table }) => table === 'votes').map(({ column }) => column),
      ['user_id', 'note'],
    )
  })
})

describe('what of the user row is looked for', () => {
  it('is what tells the person from others', async () => {
    const { db, engine } = world()
    db.exec(`
      ALTER TABLE users ADD COLUMN profile TEXT;
      ALTER TABLE users ADD COLUMN country TEXT;
      ALTER TABLE users ADD COLUMN customer_no TEXT;
      ALTER TABLE users ADD COLUMN last_ip TEXT;
      ALTER TABLE users ADD COLUMN plan TEXT;
      CREATE UNIQUE INDEX users_customer ON users (customer_no);
    `)
    db.prepare(
      'UPDATE users SET profile = ?, country = ?, customer_no = ?, last_ip = ?, plan = ?, username = ? WHERE id = 7',
    ).run(
      JSON.stringify({ phones: [{ phone: '+41 79 555 01 23' }], theme: 'very dark theme' }),
      ...['Switzerland', 'cus_8f3k29ab', '10.20.30.40', 'enterprise', 'ann'],
    )
    const { identifiers } = await engine.trace(7)
    assert.deepEqual(
      identifiers.map(({ name }) => name),
      ['id', 'username', 'profile.phones[].phone', 'customer_no'],
    )
  })

  it('is nothing that is blank', async () => {
    const { db, engine } = world()
    db.exec("UPDATE users SET username = ' ' WHERE id = 7")
    const { identifiers } = await engine.trace(7, { known: { email: '', phone: null } })
    assert.deepEqual(
      identifiers.map(({ name }) => name),
      ['id'],
    )
  })
})

function world(): {
  readonly db: Database.Database
  readonly engine: UserDeletionEngine
  /** Places beside the person's id in the user row, with their rows. */
  readonly trace: () => Promise<readonly string[]>
} {
  const db = new Database(':memory:')
  db.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, writer INTEGER REFERENCES users (id));
    CREATE TABLE votes (id INTEGER PRIMARY KEY, user_id, created_by TEXT, weight INTEGER, note TEXT,
      subject_type TEXT, subject_id INTEGER, doc TEXT, author_name TEXT);
    CREATE TABLE settings (key TEXT, value TEXT);
    INSERT INTO users (id) VALUES (7), (77);
    ${engineTablesSql}
  `)
  const policy = definePolicy({
    ...{ name: 'named', version: 1 },
    user: { table: 'users', id: 'id', fields: {} },
    tables: {
      ...{ posts: 'unrelated', votes: 'unrelated' },
      settings: { match: { column: 'key', prefix: 'user-' }, action: 'delete' },
    },
  })
  const accept = ['posts', 'votes', 'settings'].flatMap((table) =>
    (['value_reference', 'user_reference', 'personal_column'] as const).map((code) => ({
      code,
      table,
    })),
  )
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy, logger: { warn() {} } },
    schemaCheck: { accept },
  })
  return {
    ...{ db, engine },
    trace: async () => placesOf(await engine.trace(7)),
  }
}

function placesOf({ places }: Trace): readonly string[] {
  return places
    .filter(({ table, column }) => table !== 'users' || column !== 'id')
    .map(({ table, column, path, rows }) =>
      [`${table}.${column}`, ...(path === null ? [] : [path]), rows].join(' '),
    )
    .sort()
}
