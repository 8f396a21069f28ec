/** Which tables are the engine's own, and what the names of the host's may be. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { engineCollectionNames, mongoStore } from '../../adapters/mongodb/index.ts'
import {
  engineTableNames,
  engineTablesSql,
  engineTablesSqlFor,
  sqliteStore,
} from '../../adapters/sqlite/index.ts'
import { definePolicy, type Store, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'

const USERS = `CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT); INSERT INTO users VALUES ('u1', 'active'), ('u2', 'active');`
const RULE = { match: 'user_id', action: 'delete' } as const
const SILENT = { warn() {} }

function engineOn(store: Store, tables: Record<string, object | 'unrelated'>) {
  const policy = definePolicy({
    name: 'own-tables',
    version: 1,
    user: { table: 'users', id: 'id', status: { disabled: { status: 'disabled' } } },
    tables: tables as Record<string, typeof RULE>,
  })
  return new UserDeletionEngine({ store, policy, clock: fixedClock(), logger: SILENT })
}

function sqlite(sql: string): Database.Database {
  const db = new Database(':memory:')
  db.exec(`${USERS} ${sql}`)
  return db
}

/** The whole life of the engine: every table of its own is written. */
async function liveWith(store: Store, tables: Record<string, object | 'unrelated'>) {
  const engine = engineOn(store, tables)
  await engine.migrate()
  assert.equal((await engine.checkSchema()).fits, true)
  await engine.scheduleDeletion('u2', { after: 'P1D' })
  const { id } = await engine.placeHold('u2', { reason: 'court_order' })
  await engine.releaseHold('u2', { holdId: id })
  await engine.cancelDeletion('u2', { by: 'administrator' })
  const many = await engine.deleteMany(['u1'], { expect: { max: 1 } })
  assert.equal(many.deleted, 1)
  assert.equal(await engine.isDeleted('u1', {}), true)
  assert.equal((await engine.ledger.verify()).valid, true)
}

describe('the engine’s own tables on SQLite', () => {
  it('are an exact list, and what migrate() makes', async () => {
    const db = new Database(':memory:')
    await sqliteStore(db).migrate()
    assert.deepEqual(tablesOf(db), engineTableNames().toSorted())
    const byHost = new Database(':memory:')
    byHost.exec(engineTablesSql)
    assert.deepEqual(schemaOf(byHost), schemaOf(db))
  })

  it('have a prefix that the host can choose', async () => {
    const db = sqlite(`CREATE TABLE user_deletion_jobs (id INTEGER PRIMARY KEY, user_id TEXT);
      CREATE INDEX j ON user_deletion_jobs (user_id); INSERT INTO user_deletion_jobs VALUES (1, 'u1'), (2, 'u2')`)
    const store = sqliteStore(db, { tablePrefix: 'leaving_' })
    await liveWith(store, { user_deletion_jobs: RULE })
    assert.deepEqual(db.prepare('SELECT user_id FROM user_deletion_jobs').pluck().all(), ['u2'])
    const own = engineTableNames('leaving_')
    assert.deepEqual(tablesOf(db), [...own, 'user_deletion_jobs', 'users'].toSorted())
    const byHost = sqlite(
      'CREATE TABLE user_deletion_jobs (id INTEGER PRIMARY KEY, user_id TEXT); CREATE INDEX j ON user_deletion_jobs (user_id)',
    )
    byHost.exec(engineTablesSqlFor('leaving_'))
    assert.deepEqual(schemaOf(byHost), schemaOf(db))
  })

  it('refuse a prefix that is no name', () => {
    for (const tablePrefix of ['', '1a', 'a b', 'a;b', 'sqlite_', 'ä', 'a'.repeat(41), null]) {
      const open = (): Store => sqliteStore(new Database(':memory:'), { tablePrefix } as object)
      assert.throws(open, { code: 'invalid_argument', details: { path: 'tablePrefix' } })
    }
  })

  for (const name of ['user_deletion_jobs', 'User_Deletion_Jobs', 'user_deletion_marks']) {
    it(`a table of the host that has the name ${name} is refused by name`, async () => {
      const db = sqlite(
        `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, user_id TEXT); INSERT INTO ${name} VALUES (1, 'u1')`,
      )
      const engine = engineOn(sqliteStore(db), {})
      for (const call of [
        () => engine.migrate(),
        () => engine.checkSchema(),
        () => engine.resume(),
      ]) {
        await assert.rejects(call(), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'schema_mismatch')
          assert.match(error.message, /tablePrefix/)
          assert.match(error.message, new RegExp(name, 'i'))
          return true
        })
      }
      assert.deepEqual(tablesOf(db), [name, 'users'].toSorted())
    })
  }

  it('a view of such a name is refused too', async () => {
    const db = sqlite('CREATE VIEW user_deletion_holds AS SELECT id FROM users')
    await assert.rejects(engineOn(sqliteStore(db), {}).migrate(), { code: 'schema_mismatch' })
  })

  it('a table that has some columns of the spool is refused too, and keeps its rows', async () => {
    for (const columns of ['run, position', 'run, position, user_id, note']) {
      const db = sqlite(`CREATE TABLE user_deletion_spool (${columns})`)
      db.exec("INSERT INTO user_deletion_spool (run, position) VALUES ('host', 1)")
      await assert.rejects(engineOn(sqliteStore(db), {}).migrate(), { code: 'schema_mismatch' })
      assert.equal(db.prepare('SELECT count(*) FROM user_deletion_spool').pluck().get(), 1)
    }
  })

  it('a temporary table of such a name is not taken for one of them', async () => {
    const db = sqlite('')
    const store = sqliteStore(db)
    await store.migrate()
    db.exec('CREATE TEMP TABLE user_deletion_ledger (x)')
    await liveWith(store, {})
    assert.equal(db.prepare('SELECT count(*) FROM temp.user_deletion_ledger').pluck().get(), 0)
  })

  it('a table that only begins like them is the host’s', async () => {
    const sql = `CREATE TABLE user_deletion_requests (id INTEGER PRIMARY KEY, user_id TEXT);
      CREATE INDEX r ON user_deletion_requests (user_id); INSERT INTO user_deletion_requests VALUES (1, 'u1'), (2, 'u2')`
    const { findings } = await engineOn(sqliteStore(sqlite(sql)), {}).checkSchema()
    assert.deepEqual(
      findings.map(({ code, table }) => [code, table]),
      [['unclassified_table', 'user_deletion_requests']],
    )
    const db = sqlite(sql)
    await liveWith(sqliteStore(db), { user_deletion_requests: RULE })
    const left = db.prepare('SELECT user_id FROM user_deletion_requests').pluck().all()
    assert.deepEqual(left, ['u2'])
  })
})

describe('the inside of a full-text table', () => {
  const CONTENT = `CREATE TABLE notes_content (id INTEGER PRIMARY KEY, user_id TEXT, body TEXT);
    CREATE INDEX n ON notes_content (user_id); INSERT INTO notes_content VALUES (1, 'u1', 'mine'), (2, 'u2', 'theirs');`
  const EXTERNAL = { notes: { action: 'external', reason: 'an index over another table' } }
  const hosts = {
    'an index over it (FTS5)': `${CONTENT} CREATE VIRTUAL TABLE notes USING fts5 (body, content='notes_content', content_rowid='id')`,
    'an index over it (FTS4)': `${CONTENT} CREATE VIRTUAL TABLE notes USING fts4 (body, content='notes_content')`,
    'an index over another table': `${CONTENT} CREATE TABLE texts (id INTEGER PRIMARY KEY, body TEXT); CREATE VIRTUAL TABLE notes USING fts5 (body, content='texts', content_rowid='id')`,
    'an index that keeps nothing': `${CONTENT} CREATE VIRTUAL TABLE notes USING fts5 (body, content='')`,
  }
  for (const [what, sql] of Object.entries(hosts)) {
    it(`is not a table of its name beside ${what}`, async () => {
      const others = { ...EXTERNAL, ...(sql.includes('TABLE texts') ? { texts: 'unrelated' } : {}) }
      const told = await engineOn(sqliteStore(sqlite(sql)), others as typeof EXTERNAL).checkSchema()
      const errors = told.findings.filter(({ severity }) => severity === 'error')
      assert.deepEqual(
        errors.map(({ code, table }) => [code, table]),
        [['unclassified_table', 'notes_content']],
      )
      const db = sqlite(sql)
      const store = sqliteStore(db)
      await liveWith(store, { ...(others as typeof EXTERNAL), notes_content: RULE })
      assert.deepEqual(db.prepare('SELECT user_id FROM notes_content').pluck().all(), ['u2'])
      // The handle is as it was: what it does not let be written, it does not let be written.
      assert.throws(() => db.exec('DELETE FROM notes_content'), /may not be modified/)
    })
  }

  it('is written by its rule on a handle whose host has lifted the defence, and that stays lifted', async () => {
    const db = sqlite(hosts['an index over it (FTS5)'])
    db.unsafeMode(true)
    await liveWith(sqliteStore(db), { ...EXTERNAL, notes_content: RULE })
    assert.deepEqual(db.prepare('SELECT user_id FROM notes_content').pluck().all(), ['u2'])
    assert.equal(db.prepare(`DELETE FROM notes_content WHERE user_id = 'u2'`).run().changes, 1)
  })

  it('is refused in words where the handle cannot lift its defence', async () => {
    const real = sqlite(hosts['an index over it (FTS5)'])
    const db = new Proxy(real, {
      get(target, name) {
        if (name === 'unsafeMode') return undefined
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const engine = engineOn(sqliteStore(db), { ...EXTERNAL, notes_content: RULE })
    await engine.migrate()
    await assert.rejects(engine.delete('u1', {}), { code: 'schema_mismatch', message: /defensive/ })
    assert.equal(real.prepare('SELECT count(*) FROM notes_content').pluck().get(), 2)
  })

  const insides = [
    'CREATE VIRTUAL TABLE notes USING fts5 (body)',
    `CREATE VIRTUAL TABLE notes USING fts5 (body, columnsize=0)`,
    `CREATE VIRTUAL TABLE notes USING fts5 (body, content='', contentless_delete=1)`,
    'CREATE VIRTUAL TABLE notes USING fts4 (body, title, languageid="lid")',
    'CREATE VIRTUAL TABLE notes USING fts3 (body)',
    'CREATE VIRTUAL TABLE notes USING rtree (id, a, b)',
  ]
  for (const sql of insides) {
    it(`needs no rule: ${sql}`, async () => {
      const engine = engineOn(sqliteStore(sqlite(sql)), {
        notes: { action: 'external', reason: 'an index of its own' },
      })
      const { fits, findings } = await engine.checkSchema()
      assert.deepEqual([fits, findings], [true, []])
    })
  }
})

describe('the memory store', () => {
  it('has no tables of its own, so every name is the host’s', async () => {
    const store = memoryStore({
      data: {
        users: [
          { id: 'u1', status: 'active' },
          { id: 'u2', status: 'active' },
        ],
        user_deletion_jobs: [{ id: 1, user_id: 'u1' }],
      },
    })
    await liveWith(store, { user_deletion_jobs: RULE })
    assert.deepEqual(store.rows('user_deletion_jobs'), [])
  })
})

describeMongo('the engine’s own collections', 'replica set', ({ it, server }) => {
  const fill = async (collection: string) => {
    const db = server().newDatabase()
    await db.collection('users').insertMany([
      { id: 'u1', status: 'active' },
      { id: 'u2', status: 'active' },
    ])
    await db.collection('users').createIndex({ id: 1 }, { unique: true })
    await db.collection(collection).insertMany([{ user_id: 'u1' }, { user_id: 'u2' }])
    await db.collection(collection).createIndex({ user_id: 1 })
    const names = async (): Promise<readonly string[]> =>
      (await db.listCollections({}, { nameOnly: true }).toArray())
        .map(({ name }) => name)
        .toSorted()
    return { db, names, left: () => db.collection(collection).distinct('user_id') }
  }

  it('are an exact list with a prefix that the host can choose', async () => {
    const { db, names, left } = await fill('user_deletion_jobs')
    const store = mongoStore(db as never, { tablePrefix: 'leaving_' })
    await liveWith(store, { user_deletion_jobs: RULE })
    assert.deepEqual(await left(), ['u2'])
    const known = new Set([...engineCollectionNames('leaving_'), 'users', 'user_deletion_jobs'])
    assert.deepEqual(
      (await names()).filter((name) => !known.has(name)),
      [],
    )
  })

  it('a collection of the host that has the name of one is refused by name', async () => {
    const { db, names } = await fill('user_deletion_jobs')
    const before = await names()
    const engine = engineOn(mongoStore(db as never), {})
    const told = { code: 'schema_mismatch', message: /"user_deletion_jobs".*tablePrefix/ }
    await assert.rejects(engine.migrate(), told)
    await assert.rejects(engine.checkSchema(), told)
    assert.deepEqual(await names(), before)
  })

  it('a collection that only begins like them is the host’s', async () => {
    const { db, left } = await fill('user_deletion_requests')
    const { findings } = await engineOn(mongoStore(db as never), {}).checkSchema()
    assert.deepEqual(
      findings.map(({ code, table }) => [code, table]),
      [['unclassified_table', 'user_deletion_requests']],
    )
    await liveWith(mongoStore(db as never), { user_deletion_requests: RULE })
    assert.deepEqual(await left(), ['u2'])
  })
})

function tablesOf(db: Database.Database): readonly unknown[] {
  const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
  return db.prepare(sql).pluck().all().toSorted()
}

function schemaOf(db: Database.Database): readonly unknown[] {
  return db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all()
}
