import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { type DeletionReceipt, definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { acmePolicy, acmeSchema, count } from '../../worlds/acme.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'sqlite-file-'))
after(() => rmSync(folder, { recursive: true }))
const tenantId = 'tnt_a'
let files = 0

async function openFile(journal: string) {
  files += 1
  const file = path.join(folder, `${files}.sqlite`)
  const db = new Database(file)
  db.pragma(`journal_mode = ${journal}`)
  db.pragma('secure_delete = OFF')
  db.exec(acmeSchema)
  db.exec('BEGIN')
  for (let index = 0; index < 50; index += 1) {
    const id = `usr_${index}`
    const insert = "INSERT INTO users (id, tenant_id, email) VALUES (?, 'tnt_a', ?)"
    db.prepare(insert).run(id, `canary${index}@example.com`)
    db.prepare('INSERT INTO sessions VALUES (?, ?)').run(`ses_${index}`, id)
    const entry = 'INSERT INTO audit_log (actor_id, actor_email) VALUES (?, ?)'
    db.prepare(entry).run(id, `canary${index}@example.com`)
  }
  db.exec('COMMIT')
  if (journal === 'WAL') db.pragma('wal_checkpoint(TRUNCATE)')
  const engine = engineOn(db)
  await engine.migrate()
  return { db, engine, file }
}

/** An engine on the handle, and every statement that it runs. */
function spyOn(db: Database.Database) {
  const seen: string[] = []
  const prepare = db.prepare.bind(db)
  db.prepare = ((sql: string) => {
    const statement = prepare(sql)
    const run = statement.run.bind(statement)
    statement.run = ((...parameters: unknown[]) => {
      seen.push(sql)
      return run(...parameters)
    }) as typeof statement.run
    return statement
  }) as typeof db.prepare
  return { seen, engine: engineOn(db) }
}

function engineOn(db: Database.Database) {
  return new UserDeletionEngine({ store: sqliteStore(db), policy: acmePolicy, clock: fixedClock() })
}

function bytesOf(file: string): string {
  const parts = [file, `${file}-wal`, `${file}-journal`].filter((name) => existsSync(name))
  return parts.map((name) => readFileSync(name, 'latin1')).join('')
}

const SETTINGS = [
  'secure_delete',
  'journal_size_limit',
  'busy_timeout',
  'foreign_keys',
  'journal_mode',
  'temp_store',
]

describe('a SQLite file', () => {
  for (const journal of ['WAL', 'DELETE', 'TRUNCATE', 'PERSIST']) {
    it(`holds no byte of a deleted user's address afterwards: ${journal}`, async () => {
      const { db, engine, file } = await openFile(journal)
      assert.ok(bytesOf(file).includes('canary7@example.com'))
      await engine.deleteMany(['usr_8', 'usr_9'], { tenantId })
      await engine.delete('usr_7', { tenantId })
      await engine.settle()
      const bytes = bytesOf(file)
      for (const index of [7, 8, 9]) assert.ok(!bytes.includes(`canary${index}@example.com`))
      assert.ok(bytes.includes('canary10@example.com'))
      db.close()
    })

    it(`has its settings as they were: ${journal}`, async () => {
      const { db, engine } = await openFile(journal)
      const read = () => SETTINGS.map((name) => db.pragma(name, { simple: true }))
      const before = read()
      assert.equal(before[0], 0)
      await engine.delete('usr_1', { tenantId })
      assert.deepEqual(read(), before)
      await assert.rejects(engine.delete('usr_1', { tenantId }))
      assert.deepEqual(read(), before)
      db.close()
    })
  }

  it('needs no temporary file for a small slice, and no memory for one for a large slice', async () => {
    const { db } = await openFile('WAL')
    const { seen, engine } = spyOn(db)
    await engine.delete('usr_1', { tenantId })
    const around = ['PRAGMA temp_store = 2', 'BEGIN IMMEDIATE', 'COMMIT', 'PRAGMA temp_store = 0']
    const told = seen.filter((sql) => around.includes(sql))
    assert.deepEqual(told.slice(0, around.length), around)
    seen.length = 0
    const ids = Array.from({ length: 21 }, (_, index) => `usr_${index}`)
    await engine.deleteMany(ids, { tenantId, mode: 'throughput' })
    assert.equal(count(db, 'SELECT count(*) FROM users'), 29)
    assert.ok(!seen.some((sql) => sql.startsWith('PRAGMA temp_store =')))
    db.close()
  })

  for (const [value, what] of [
    [0, 'keeps its temporary tables'],
    [1, 'keeps temporary tables where the host wants them'],
  ] as const) {
    it(`${what} while users are deleted`, async () => {
      const { db } = await openFile('WAL')
      db.pragma(`temp_store = ${value}`)
      db.exec('CREATE TEMP TABLE basket (item TEXT); INSERT INTO basket VALUES (1), (2)')
      if (value === 1) db.exec('DROP TABLE basket')
      const { seen, engine } = spyOn(db)
      await engine.delete('usr_1', { tenantId })
      await engine.deleteMany(['usr_2', 'usr_3'], { tenantId })
      assert.deepEqual(
        seen.filter((sql) => sql.startsWith('PRAGMA temp_store =')),
        [],
      )
      assert.equal(db.pragma('temp_store', { simple: true }), value)
      if (value === 0) assert.equal(count(db, 'SELECT count(*) FROM basket'), 2)
      db.close()
    })
  }

  it('gets no row written again that holds already what is to stand there', async () => {
    const { db, engine } = await openFile('WAL')
    const written: unknown[] = []
    db.function('note', (email) => void written.push(email))
    db.exec(`UPDATE audit_log SET actor_email = NULL WHERE actor_id = 'usr_2';
      CREATE TRIGGER written AFTER UPDATE ON audit_log BEGIN SELECT note(OLD.actor_email); END`)
    const receipts: DeletionReceipt[] = []
    await engine.deleteMany(['usr_1', 'usr_2'], {
      tenantId,
      onOutcome: (outcome) => outcome.status === 'deleted' && receipts.push(outcome.receipt),
    })
    assert.deepEqual(written, ['canary1@example.com'])
    const rows = receipts.map(({ steps }) => steps.find(({ table }) => table === 'audit_log')?.rows)
    assert.deepEqual(rows, [1, 1])
    db.close()
  })

  it('locked by another writer is tried again, then store_busy with nothing changed', async () => {
    const { db, file } = await openFile('WAL')
    const store = sqliteStore(db, { busyTimeoutMs: 30 })
    const engine = new UserDeletionEngine({ store, policy: acmePolicy })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    await assert.rejects(engine.delete('usr_1', { tenantId }), {
      code: 'store_busy',
      retryable: true,
    })
    assert.equal(count(db, 'SELECT count(*) FROM users'), 50)
    const patient = new UserDeletionEngine({ store: sqliteStore(db), policy: acmePolicy })
    const waiting = patient.delete('usr_1', { tenantId })
    setImmediate(() => other.exec('COMMIT'))
    assert.equal((await waiting).userId, 'usr_1')
    other.close()
    db.close()
  })

  it('has its user rows found by their id, whatever index on the tenant there is', async () => {
    const { db } = await openFile('WAL')
    db.exec('CREATE INDEX users_tenant ON users (tenant_id, email)')
    const { seen, engine } = spyOn(db)
    await engine.deleteMany(['usr_1', 'usr_2'], { tenantId })
    const removal = [...new Set(seen)].filter((sql) => sql.startsWith('DELETE FROM main."users"'))
    assert.equal(removal.length, 1)
    const steps = db
      .prepare(`EXPLAIN QUERY PLAN ${removal[0]}`)
      .all({ ids: '[]', tenant: tenantId })
    const plan = steps.map((step) => (step as { detail: string }).detail)
    assert.ok(plan.some((line) => line.includes('sqlite_autoindex_users_1 (id=?)')))
    assert.ok(!plan.some((line) => line.includes('users_tenant')))
    db.close()
  })

  it('opened for reading only is store_readonly', async () => {
    const { db, file } = await openFile('DELETE')
    db.close()
    const readonly = new Database(file, { readonly: true })
    const engine = new UserDeletionEngine({ store: sqliteStore(readonly), policy: acmePolicy })
    await assert.rejects(engine.delete('usr_1', { tenantId }), { code: 'store_readonly' })
    readonly.close()
  })
})

describe('a constraint that refuses', () => {
  function open(child: string, author: string | null = 'u1') {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY); ${child}
      INSERT INTO users VALUES ('u1'), ('u2'); INSERT INTO notes VALUES (1, 'u1');`)
    const policy = definePolicy({
      name: 'n',
      version: 1,
      user: { table: 'users', id: 'id' },
      tables: {
        notes: { match: 'author', action: 'anonymize', reason: 'kept', set: { author } },
      },
    })
    return { db, engine: new UserDeletionEngine({ store: sqliteStore(db), policy }) }
  }

  for (const action of [
    'ON DELETE RESTRICT',
    'ON DELETE NO ACTION',
    'DEFERRABLE INITIALLY DEFERRED',
  ]) {
    it(`names the table and the column: ${action}`, async () => {
      const { db, engine } = open(
        `CREATE TABLE notes (id INTEGER PRIMARY KEY, author TEXT REFERENCES users (id) ${action});`,
      )
      await engine.migrate()
      await assert.rejects(engine.delete('u1', {}), (error: { code: string; details: object }) => {
        assert.equal(error.code, 'constraint_violation')
        assert.deepEqual(error.details, {
          constraint: 'foreignkey',
          table: 'notes',
          column: 'author',
        })
        return true
      })
      const result = await engine.deleteMany(['u1', 'u2'], { mode: 'throughput' })
      assert.deepEqual([result.deleted, result.failedByCode], [1, { constraint_violation: 1 }])
      assert.equal(count(db, 'SELECT count(*) FROM users'), 1)
    })
  }

  it('names the table when it is a trigger, and keeps its words out of the message', async () => {
    const { db, engine } = open('CREATE TABLE notes (id INTEGER PRIMARY KEY, author TEXT);')
    db.exec(
      "CREATE TRIGGER keep BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'ann@example.com stays'); END",
    )
    await engine.migrate()
    await assert.rejects(
      engine.delete('u1', {}),
      (error: Error & { details: { table: string } }) => {
        assert.equal(error.details.table, 'users')
        assert.doesNotMatch(error.message, /ann@/)
        return true
      },
    )
    assert.equal(count(db, 'SELECT count(*) FROM users'), 2)
  })

  it('in the middle of a deletion leaves everything as it was', async () => {
    const { db, engine } = open('CREATE TABLE notes (id INTEGER PRIMARY KEY, author TEXT);', null)
    db.exec(
      "CREATE TRIGGER fixed BEFORE UPDATE ON notes BEGIN SELECT RAISE(ABORT, 'append only'); END",
    )
    await engine.migrate()
    await assert.rejects(engine.delete('u1', {}), {
      code: 'constraint_violation',
      details: { constraint: 'trigger', table: 'notes' },
    })
    assert.equal(count(db, 'SELECT count(*) FROM users'), 2)
    assert.equal(count(db, 'SELECT count(*) FROM user_deletion_ledger'), 0)
  })

  it('notices a trigger that writes rows back', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY); CREATE TABLE sessions (user_id TEXT);
      CREATE TRIGGER back AFTER DELETE ON users BEGIN INSERT INTO sessions VALUES (old.id); END;
      INSERT INTO users VALUES ('u1'); INSERT INTO sessions VALUES ('u1');`)
    const policy = definePolicy({
      name: 'n',
      version: 1,
      user: { table: 'users', id: 'id' },
      tables: { sessions: { match: 'user_id', action: 'delete' } },
    })
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    await engine.migrate()
    await assert.rejects(engine.delete('u1', {}), {
      code: 'residue_left',
      details: { table: 'sessions' },
    })
    assert.equal(count(db, 'SELECT count(*) FROM users'), 1)
  })
})
