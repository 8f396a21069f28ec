import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type PolicyInput,
  type RuleInput,
  type SetInput,
  UserDeletionEngine,
} from '../../../src/index.ts'
import type { Assignment, Selector, Step } from '../../../src/program/program.ts'
import { residueTime } from '../../../src/program/residue.ts'
import { withCommits } from '../../../src/testing/contract/altered-store.ts'
import { openOdd } from '../../worlds/odd-schema.ts'

const ADDRESS = 'ann@example.com'

/** What one rule makes of a history of addresses, and how a row shows that it has had its effect. */
const RULES: readonly (readonly [string, PolicyInput['tables'][string]])[] = [
  ['deletes', { match: 'user_id', action: 'delete' }],
  ['deletes by any of two ways', { match: ['email', 'user_id'], action: 'delete' }],
  ['detaches', { match: 'user_id', action: 'detach' }],
  ['empties a column', anonymizing({ email: null })],
  ['writes a constant', anonymizing({ email: 'gone', user_id: null })],
  ['scrubs a path', anonymizing({ details: { scrub: ['email'] } })],
  ['writes a token', anonymizing({ email: { randomToken: true } })],
  ['takes the user out of an array', anonymizing({ members: { pull: { user: 'id' } } })],
  ['keeps, and empties a column', retaining({ email: null })],
  [
    'keeps, beside a rule that writes another column',
    [retaining({ email: null }), anonymizing({ details: { scrub: ['email'] } })],
  ],
]

function anonymizing(set: SetInput): RuleInput {
  return { match: 'user_id', action: 'anonymize', reason: 'a test', set }
}

function retaining(set: SetInput): RuleInput {
  return { match: 'user_id', action: 'retain', reason: 'a test', set }
}

const TABLES = `
  CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);
  CREATE TABLE history (id INTEGER PRIMARY KEY, user_id TEXT, email TEXT, details TEXT, members TEXT);
  CREATE INDEX history_user ON history (user_id);
  CREATE TABLE devices (id INTEGER PRIMARY KEY, user_id TEXT);
  INSERT INTO users VALUES ('ann', '${ADDRESS}'), ('bob', 'bob@example.com');
  INSERT INTO devices (user_id) VALUES ('ann'), ('bob');`
const COPY = (owner: string) =>
  `INSERT INTO history (user_id, email, details, members)
    VALUES (${owner}, '${ADDRESS}', '{"email":"${ADDRESS}"}', '["' || ${owner} || '"]')`
const devices = { match: 'user_id', action: 'delete' } as const
const NEITHER = ['ann', 'bob']

function open(sql: string, tables: PolicyInput['tables'], user?: PolicyInput['user']) {
  return openOdd({ sql: TABLES + sql, tables, ...(user === undefined ? {} : { user }) })
}

describe('what a trigger copies before a deletion ends', () => {
  const places = [
    ['the user row', 'users', 'old.id'],
    ['a row that another rule deletes', 'devices', 'old.user_id'],
  ] as const
  for (const [what, table, owner] of places) {
    for (const [does, rule] of RULES) {
      it(`takes the deletion back, where it copies ${what} into a table whose rule ${does}`, async () => {
        const { engine, rows } = await open(
          `${COPY("'ann'")};
          CREATE TRIGGER archive AFTER DELETE ON ${table} WHEN ${owner} = 'ann' BEGIN ${COPY(owner)}; END;`,
          { history: rule, devices },
        )
        await assert.rejects(engine.delete('ann', {}), {
          code: 'residue_left',
          details: { table: 'history' },
        })
        assert.deepEqual(rows('SELECT id FROM users ORDER BY id').flat(), NEITHER)
        assert.deepEqual(rows('SELECT email FROM history'), [[ADDRESS]])
        assert.deepEqual(rows('SELECT count(*) FROM user_deletion_ledger'), [[0]])
      })
    }
  }

  it('costs a bulk run that one user', async () => {
    const { engine, rows } = await open(
      `CREATE TRIGGER archive AFTER DELETE ON users WHEN old.id = 'ann' BEGIN ${COPY('old.id')}; END;`,
      { history: anonymizing({ email: null }), devices },
    )
    for (const mode of ['cooperative', 'throughput'] as const) {
      const { failed, failedByCode } = await engine.deleteMany(['ann', 'bob'], { mode })
      assert.deepEqual([failed, failedByCode['residue_left']], [1, 1])
    }
    assert.deepEqual(rows('SELECT id FROM users').flat(), ['ann'])
  })
})

describe('what a trigger keeps from being written', () => {
  const cases = [
    ['reverts an anonymized column', `AFTER UPDATE ON history`, anonymizing({ email: null })],
    ['reverts a kept row', `AFTER UPDATE ON history`, retaining({ email: null })],
  ] as const
  for (const [what, event, rule] of cases) {
    it(`takes the deletion back: ${what}`, async () => {
      const { engine, rows } = await open(
        `${COPY("'ann'")};
        CREATE TRIGGER keep ${event} WHEN new.email IS NULL
        BEGIN UPDATE history SET email = old.email WHERE id = old.id; END;`,
        { history: rule, devices },
      )
      await assert.rejects(engine.delete('ann', {}), { code: 'residue_left' })
      assert.deepEqual(rows('SELECT id FROM users ORDER BY id').flat(), NEITHER)
    })
  }

  it('takes the deletion back: an update that is ignored without a word', async () => {
    const { engine } = await open(
      `${COPY("'ann'")};
      CREATE TRIGGER ignore BEFORE UPDATE ON history BEGIN SELECT RAISE(IGNORE); END;`,
      { history: anonymizing({ email: null }), devices },
    )
    await assert.rejects(engine.delete('ann', {}), { code: 'residue_left' })
  })

  it('takes the deletion back: a blank user row that is filled again', async () => {
    const { engine, rows } = await open(
      `CREATE TRIGGER fill AFTER UPDATE ON users WHEN new.email IS NULL
      BEGIN UPDATE users SET email = old.email WHERE id = old.id; END;`,
      { history: devices, devices },
      { table: 'users', id: 'id', action: 'anonymize', reason: 'a test', set: { email: null } },
    )
    await assert.rejects(engine.delete('ann', {}), {
      code: 'residue_left',
      details: { table: 'users' },
    })
    assert.deepEqual(rows(`SELECT email FROM users WHERE id = 'ann'`), [[ADDRESS]])
  })

  it('takes the deletion back: a user row that comes again', async () => {
    const { engine } = await open(
      `CREATE TRIGGER again AFTER DELETE ON users BEGIN INSERT INTO users VALUES (old.id, old.email); END;`,
      { history: devices, devices },
    )
    await assert.rejects(engine.delete('ann', {}), {
      code: 'residue_left',
      details: { table: 'users' },
    })
  })

  it('leaves nobody let in: a session that is written back as access is cut', async () => {
    const { engine, rows } = await open(
      `CREATE TRIGGER again AFTER DELETE ON devices BEGIN INSERT INTO devices (user_id) VALUES (old.user_id); END;`,
      { history: devices, devices: { ...devices, grantsAccess: true } },
    )
    await assert.rejects(engine.disable('ann', { revokeSessions: true }), { code: 'residue_left' })
    assert.equal((await engine.getStatus('ann', {})).state, 'active')
    assert.deepEqual(rows('SELECT user_id FROM devices').flat(), NEITHER)
  })
})

describe('what only looks like residue', () => {
  it('two rules that write one row, the later one over the earlier', async () => {
    const { engine, rows } = await open(`${COPY("'ann'")}; UPDATE history SET email = 'ann'`, {
      history: [
        { match: 'user_id', action: 'anonymize', reason: 'one', set: { details: null } },
        {
          match: { column: 'email', equals: { user: 'id' } },
          action: 'retain',
          reason: 'another',
          set: { members: '[]', email: null },
        },
      ],
      devices,
    })
    const { residue } = await engine.delete('ann', {})
    assert.equal(residue, 0)
    assert.deepEqual(rows('SELECT email, members FROM history'), [[null, '[]']])
  })

  it('a row that two users share, and that holds the token of one of them', async () => {
    const db = new Database(':memory:')
    db.exec(`${TABLES} INSERT INTO history (members, email) VALUES ('["ann","bob"]', '${ADDRESS}')`)
    const store = sqliteStore(db)
    let slices = 0
    const engine = new UserDeletionEngine({
      store: withCommits(store, (unit, commit) => {
        if (unit === 'deletion') slices += 1
        return commit()
      }),
      policy: definePolicy({
        name: 'shared',
        version: 1,
        user: { table: 'users', id: 'id' },
        tables: {
          history: {
            match: { array: 'members' },
            action: 'anonymize',
            reason: 'shared',
            set: { email: { randomToken: true } },
          },
          devices,
        },
      }),
      logger: { warn: () => {} },
    })
    await engine.migrate()
    const { deleted } = await engine.deleteMany(['ann', 'bob'], { mode: 'throughput' })
    // A refusal would have been tried again with one user after the other.
    assert.deepEqual([deleted, slices], [2, 1])
  })

  it('a constant that the column keeps in its own type', async () => {
    const { engine } = await open(
      `CREATE TABLE typed (user_id TEXT, a TEXT, b INTEGER, c REAL, d NUMERIC, e BLOB, f TEXT COLLATE NOCASE);
      INSERT INTO typed VALUES ('ann', 'x', 1, 1, 1, x'00', 'GONE');`,
      {
        history: devices,
        devices,
        typed: anonymizing({ a: 7, b: '12', c: 3, d: '007', e: true, f: 'gone' }),
      },
    )
    const { residue } = await engine.delete('ann', {})
    assert.equal(residue, 0)
  })
})

describe('rows that a trigger writes back for each one that goes', () => {
  it('end a deletion in chunks, which goes on when the trigger is gone', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY);
      CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT);
      CREATE INDEX notes_user ON notes (user_id);
      INSERT INTO users VALUES ('ann');
      CREATE TRIGGER back AFTER DELETE ON notes WHEN old.id < 2000
        BEGIN INSERT INTO notes (user_id) VALUES (old.user_id); END`)
    for (let count = 0; count < 50; count += 1)
      db.exec(`INSERT INTO notes (user_id) VALUES ('ann')`)
    const engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: definePolicy({
        name: 'back',
        version: 1,
        user: { table: 'users', id: 'id' },
        tables: { notes: { match: 'user_id', action: 'delete' } },
      }),
      maxRowsPerTransaction: 10,
      logger: { warn: () => {} },
    })
    await engine.migrate()
    await assert.rejects(engine.delete('ann', {}), { code: 'residue_left' })
    const written = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'notes'`).pluck().get()
    assert.ok(Number(written) < 250, `${written} rows were written`)
    db.exec('DROP TRIGGER back')
    const receipt = await engine.delete('ann', {})
    assert.equal(receipt.residue, 0)
    assert.equal(db.prepare('SELECT count(*) FROM notes').pluck().get(), 0)
  })
})

describe('an audit entry of the host that ends the transaction', () => {
  const write: Readonly<Record<string, (db: Database.Database) => void>> = {
    'by ROLLBACK': (db) => db.exec('ROLLBACK'),
    'by a conflict that it catches': (db) => {
      try {
        db.exec(`INSERT OR ROLLBACK INTO log VALUES ('taken')`)
      } catch {
        // As hosts do.
      }
    },
    'and begins one of its own': (db) => db.exec('ROLLBACK; BEGIN'),
  }
  for (const [how, writeEntry] of Object.entries(write)) {
    it(`${how} takes all of the deletion back`, async () => {
      const { db, engine } = await openErasing(writeEntry)
      await assert.rejects(engine.erase('ann', {}), { code: 'store_failed' })
      if (db.inTransaction) db.exec('COMMIT')
      const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
      const tables = [
        'users',
        'user_deletion_ledger',
        `user_deletion_outbox WHERE type = 'user.deleted'`,
      ]
      assert.deepEqual(tables.map(count), [1, 0, 0])
      assert.equal(await engine.isDeleted('ann', {}), false)
    })
  }

  it('by COMMIT leaves a deletion with its receipt', async () => {
    const { db, engine } = await openErasing((handle) => handle.exec('COMMIT'))
    const { status } = await engine.erase('ann', {})
    assert.equal(status, 'erased')
    assert.equal(db.inTransaction, false)
    assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 0)
    assert.equal((await engine.ledger.verify()).valid, true)
    assert.equal(await engine.isDeleted('ann', {}), true)
  })

  async function openErasing(writeEntry: (db: Database.Database) => void) {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('ann');
      CREATE TABLE log (word TEXT UNIQUE); INSERT INTO log VALUES ('taken')`)
    const engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: definePolicy({
        name: 'erasing',
        version: 1,
        user: { table: 'users', id: 'id' },
        tables: { log: 'unrelated' },
      }),
      writeAuditEntry: () => writeEntry(db),
      logger: { warn: () => {} },
    })
    await engine.migrate()
    return { db, engine }
  }
})

describe('a foreign key that cuts what keeps a row', () => {
  const sql = `CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('ann'), ('bob');
    CREATE TABLE papers (owner TEXT REFERENCES users (id) ON DELETE SET NULL, readers TEXT);
    INSERT INTO papers VALUES ('ann', '["ann"]'), ('bob', '["ann"]');`
  const tables: PolicyInput['tables'] = {
    papers: [
      { match: 'owner', action: 'retain', reason: 'a test' },
      { match: { array: 'readers' }, action: 'delete' },
    ],
  }
  const accept = [
    { code: 'foreign_key_changes', table: 'papers' },
    { code: 'user_reference', table: 'papers' },
  ] as const

  it('leaves no residue of the rule that the row was kept from', async () => {
    for (const maxRowsPerTransaction of [2_000, 1]) {
      const options = { schemaCheck: { accept }, maxRowsPerTransaction }
      const { engine, rows } = await openOdd({ sql, tables, ...options })
      assert.equal((await engine.delete('ann', {})).residue, 0)
      assert.deepEqual(rows('SELECT * FROM papers'), [[null, '["ann"]']])
    }
  })
})

describe('a blank user row', () => {
  it('leaves no residue of a rule that wrote into the row before', async () => {
    const sql = `CREATE TABLE users (id TEXT PRIMARY KEY, boss TEXT, note TEXT);
      INSERT INTO users VALUES ('ann', 'ann', 'a'), ('bob', 'ann', 'b')`
    const set = { note: 'blank' } as const
    const user = { table: 'users', id: 'id', action: 'anonymize', reason: 'a test', set } as const
    const own = { match: 'boss', action: 'anonymize', reason: 'a test', set: { note: 'gone' } }
    const { engine, rows } = await openOdd({ sql, user, tables: { users: own } as never })
    assert.equal((await engine.delete('ann', {})).residue, 0)
    assert.deepEqual(rows('SELECT note FROM users ORDER BY id'), [['blank'], ['gone']])
  })
})

describe('when a store looks for what a step has left', () => {
  const selector: Selector = {
    table: 'history',
    locator: { column: 'user_id', path: null, each: false, element: null },
    target: { kind: 'user', field: 'id', form: null },
    where: [],
    tenant: null,
  }
  const step = (id: string, action: Step['action'], set: readonly Assignment[]): Step => ({
    ...{ id, table: 'history', rule: 0, action, ways: [selector], except: [], set, access: false },
    ...{ event: null, reason: null, remedy: null, retention: null, identity: 'kept_id' },
  })
  const emptied = (column: string): Assignment => ({ kind: 'constant', column, value: null })

  it('is the end, where its rows can still be told then', () => {
    const [first, second] = [
      step('first', 'anonymize', [emptied('email')]),
      step('second', 'retain', [emptied('name')]),
    ]
    assert.equal(residueTime(first, [first, second]), 'at_end')
    assert.equal(residueTime(second, [first, second]), 'at_end')
    // What it finds its rows by is its own to overwrite.
    const own = step('own', 'detach', [emptied('user_id')])
    assert.equal(residueTime(own, [own]), 'at_end')
  })

  it('is at once, where another step overwrites what its rows are found by', () => {
    const first = step('first', 'anonymize', [emptied('email')])
    const second = step('second', 'retain', [emptied('user_id')])
    assert.equal(residueTime(first, [first, second]), 'at_once')
    assert.equal(residueTime(second, [first, second]), 'at_end')
  })

  it('is never, where a rule writes nothing', () => {
    for (const action of ['block', 'external', 'unlink'] as const) {
      assert.equal(residueTime(step('one', action, [emptied('a')]), []), null)
    }
    assert.equal(residueTime(step('one', 'retain', []), []), null)
  })
})
