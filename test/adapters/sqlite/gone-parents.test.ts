import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const SCHEMA = `
  CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);
  CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT, email TEXT); CREATE INDEX s ON sessions (user_id);
  CREATE TABLE hints (id INTEGER PRIMARY KEY, session_id TEXT, owner TEXT, body TEXT); CREATE INDEX h ON hints (session_id);
  CREATE TABLE gone (id TEXT, body TEXT);
  CREATE TABLE marks (id INTEGER PRIMARY KEY, hint INTEGER); CREATE INDEX m ON marks (hint);
  INSERT INTO users VALUES ('u1', 'ann'), ('u2', 'bob');
  INSERT INTO sessions VALUES ('s1', 'u1', 'ann'), ('s2', 'u2', 'bob');
  INSERT INTO hints (session_id, body) VALUES ('s1', 'ann'), ('s2', 'bob');
  INSERT INTO marks (hint) VALUES (1), (2);`

const SESSIONS = { match: 'user_id', action: 'delete' } as const
const THROUGH = { column: 'session_id', through: { table: 'sessions', key: 'id' } } as const
const MARKS = {
  match: { column: 'hint', through: { table: 'hints', key: 'id' } },
  action: 'delete',
}
const HINTS = {
  delete: { match: THROUGH, action: 'delete' },
  anonymize: { match: THROUGH, action: 'anonymize', reason: 'kept', set: { body: null } },
} as const

async function open(triggers: string, hints: unknown, options: object = {}, more: object = {}) {
  const db = new Database(':memory:')
  db.exec(`${SCHEMA} ${triggers}`)
  const policy = definePolicy({
    ...{ name: 'gone', version: 1, user: { table: 'users', id: 'id' } },
    tables: { sessions: SESSIONS, hints, marks: MARKS, gone: 'unrelated', ...more },
  } as unknown as PolicyInput)
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy: policy as unknown as Policy<PolicyInput> },
    ...{ clock: fixedClock(), logger: { warn() {} }, ...options },
  }) as unknown as UserDeletionEngine
  await engine.migrate()
  const dump = (): string =>
    JSON.stringify(
      ['users', 'sessions', 'hints', 'marks'].map((name) =>
        db.prepare(`SELECT * FROM ${name}`).raw().all(),
      ),
    )
  return { db, engine, dump }
}

const COPY = 'INSERT INTO hints (session_id, body) VALUES (old.id, old.email)'
const WRITING = {
  'once the parent is gone': `CREATE TRIGGER t AFTER DELETE ON sessions BEGIN ${COPY}; END;`,
  'before the parent goes': `CREATE TRIGGER t BEFORE DELETE ON sessions BEGIN ${COPY}; END;`,
  'by another trigger': `CREATE TRIGGER t AFTER DELETE ON sessions BEGIN INSERT INTO gone VALUES (old.id, old.email); END;
    CREATE TRIGGER g AFTER INSERT ON gone BEGIN INSERT INTO hints (session_id, body) VALUES (new.id, new.body); END;`,
}

describe('rows that a trigger writes under a parent which goes', () => {
  for (const [when, triggers] of Object.entries(WRITING)) {
    for (const [action, hints] of Object.entries(HINTS)) {
      it(`are residue: ${when}, ${action}`, async () => {
        for (const options of [{}, { maxRowsPerTransaction: 1 }]) {
          const { engine, dump, db } = await open(triggers, hints, options)
          const before = dump()
          await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' })
          if (Object.keys(options).length === 0) assert.equal(dump(), before)
          const sessions = db.prepare('SELECT id FROM sessions ORDER BY id').pluck().all()
          assert.deepEqual(sessions, ['s1', 's2'])
          db.exec('DROP TRIGGER t')
          await engine.resume()
          await engine.delete('u1', {}).catch(() => undefined)
          assert.deepEqual(db.prepare('SELECT id FROM users').pluck().all(), ['u2'])
        }
      })
    }
  }

  it('are residue by one of several ways, also by the second through parents', async () => {
    const more = { accounts: { match: 'user_id', action: 'delete' } }
    const second = { column: 'owner', through: { table: 'accounts', key: 'id' } }
    const under = 'INSERT INTO hints (owner, body) VALUES (old.id, old.user_id)'
    for (const options of [{}, { maxRowsPerTransaction: 1 }]) {
      const hints = { match: [THROUGH, second, 'id'], action: 'delete' }
      const table = `CREATE TABLE accounts (id TEXT PRIMARY KEY, user_id TEXT); INSERT INTO accounts VALUES ('a1', 'u1');`
      const writes = `CREATE TRIGGER t AFTER DELETE ON accounts BEGIN ${under}; END;`
      const { engine, db } = await open(`${table} ${writes}`, hints, options, more)
      await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' })
      db.exec('DROP TRIGGER t')
      await engine.resume()
      await engine.delete('u1', {}).catch(() => undefined)
      assert.deepEqual(db.prepare('SELECT id FROM users').pluck().all(), ['u2'])
    }
  })

  it('are residue where the user row sets the trigger off', async () => {
    const triggers =
      "CREATE TRIGGER t AFTER DELETE ON users BEGIN INSERT INTO hints (session_id, body) VALUES ('s1', old.email); END;"
    const { engine, dump } = await open(triggers, HINTS.delete)
    const before = dump()
    await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' })
    const { failed, failedByCode, deleted } = await engine.deleteMany(['u1', 'u2'], {
      mode: 'throughput',
    })
    assert.deepEqual([deleted, failed, failedByCode], [1, 1, { residue_left: 1 }])
    assert.equal((await engine.plan('u1', { rehearse: true })).rehearsal, 'refused')
    assert.deepEqual(JSON.parse(dump())[0], [JSON.parse(before)[0][0]])
  })

  it('are residue where the trigger is a temporary one that came after the first deletion', async () => {
    const { engine, db } = await open('', HINTS.delete)
    await engine.delete('u2', {})
    db.exec(`CREATE TEMP TRIGGER t AFTER DELETE ON main.sessions BEGIN ${COPY}; END`)
    await assert.rejects(engine.delete('u1', {}), { code: 'residue_left' })
    assert.deepEqual(db.prepare('SELECT id FROM users').pluck().all(), ['u1'])
  })

  it('are residue where only the access is cut', async () => {
    const sessions = { ...SESSIONS, grantsAccess: true }
    const { engine, dump } = await open(
      WRITING['once the parent is gone'],
      HINTS.delete,
      {},
      { sessions },
    )
    const before = dump()
    await assert.rejects(engine.disable('u1', { revokeSessions: true }), { code: 'residue_left' })
    assert.equal(dump(), before)
  })

  it('are none where the rows of another parent are written, or what is kept by a stronger rule', async () => {
    const other = 'INSERT INTO hints (session_id, body) VALUES (old.id || 0, old.email)'
    const kept = "INSERT INTO hints (session_id, owner, body) VALUES (old.id, 'u1', old.email)"
    const stronger = { match: 'owner', action: 'retain', reason: 'kept' }
    for (const [write, hints] of [
      [other, HINTS.delete],
      [kept, [stronger, HINTS.delete]],
    ] as const) {
      const { engine, db } = await open(
        `CREATE TRIGGER t AFTER DELETE ON sessions BEGIN ${write}; END;`,
        hints,
        {},
        { marks: 'unrelated' },
      )
      await engine.delete('u1', {})
      assert.equal(db.prepare("SELECT count(*) FROM hints WHERE body = 'ann'").pluck().get(), 1)
    }
  })
})
