import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type Plan, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { withAnswers } from '../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { type OddSchema, type OddWorld, openOdd } from '../worlds/odd-schema.ts'

interface World {
  readonly db: Database.Database
  readonly engine: OddWorld['engine']
  /** The database as text, the engine's own tables included. */
  dump(): string
}

async function open(
  sql: string,
  tables: PolicyInput['tables'],
  more: Record<string, unknown> = {},
  options: OddSchema['options'] = {},
): Promise<World> {
  const user = { table: 'users', id: 'id', ...more } as PolicyInput['user']
  const { db, engine } = await openOdd({ sql, tables, user, options })
  const dump = (): string => {
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    return JSON.stringify(names.map((name) => db.prepare(`SELECT * FROM "${name}"`).all()))
  }
  return { db, engine, dump }
}

function told({ blockers }: Plan): readonly unknown[] {
  return blockers.map(({ name, table, column, rows }) => `${name} ${table}.${column} ${rows}`)
}

/** What the plan says, the deletion does, and nothing is changed by a refusal. */
async function assertBlocked(world: World, id: string, expected: readonly string[]): Promise<void> {
  const plan = await world.engine.plan(id, {})
  assert.deepEqual(told(plan), expected)
  const many = await world.engine.planMany([id], {})
  assert.deepEqual(many.blockers[0]?.blockers, plan.blockers)
  const before = world.dump()
  await assert.rejects(world.engine.delete(id, {}), (error: Record<string, unknown>) => {
    assert.equal(error['code'], 'deletion_blocked')
    assert.deepEqual(error['details'], { blockers: plan.blockers })
    return true
  })
  assert.equal(world.dump(), before)
}

async function assertFree({ engine }: World, id: string): Promise<void> {
  assert.deepEqual((await engine.plan(id, {})).blockers, [])
  await engine.delete(id, {})
}

const USERS =
  "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE); INSERT INTO users VALUES ('u1', 'a'), ('u2', 'b'), ('u3', 'c');"
const KEEP = { match: 'uid', action: 'retain', reason: 'tax law' } as const

for (const [what, column] of [
  ['NO ACTION', 'uid TEXT REFERENCES users (id)'],
  ['RESTRICT', 'uid TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT'],
  ['DEFERRABLE INITIALLY DEFERRED', 'uid TEXT REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED'],
  ['SET NULL into NOT NULL', 'uid TEXT NOT NULL REFERENCES users (id) ON DELETE SET NULL'],
  [
    'SET DEFAULT without a default into NOT NULL',
    'uid TEXT NOT NULL REFERENCES users (id) ON DELETE SET DEFAULT',
  ],
] as const) {
  test(`a kept row holds the user by a foreign key with ${what}, and no other user`, async () => {
    const world = await open(
      `${USERS} CREATE TABLE bills (id INTEGER PRIMARY KEY, ${column}); INSERT INTO bills (uid) VALUES ('u1'), ('u1'), ('u2')`,
      { bills: KEEP },
    )
    await assertBlocked(world, 'u1', ['foreign_key bills.uid 2'])
    await assertFree(world, 'u3')
  })
}

test('a key of two columns, and one to a column that is not the id, hold the user', async () => {
  const world = await open(
    `CREATE TABLE users (id TEXT PRIMARY KEY, org TEXT, nick TEXT UNIQUE, UNIQUE (org, id)); INSERT INTO users VALUES ('u1', 'o', 'ann'), ('u2', 'o', 'bob');
     CREATE TABLE bills (id INTEGER PRIMARY KEY, org TEXT, uid TEXT, FOREIGN KEY (org, uid) REFERENCES users (org, id));
     CREATE TABLE walls (id INTEGER PRIMARY KEY, nick TEXT REFERENCES users (nick));
     INSERT INTO bills (org, uid) VALUES ('o', 'u1'), (NULL, 'u1'); INSERT INTO walls (nick) VALUES ('bob')`,
    { bills: KEEP, walls: 'unrelated' },
    {},
    {
      schemaCheck: {
        accept: [
          { code: 'user_reference', table: 'walls' },
          { code: 'personal_column', table: 'walls' },
        ],
      },
    },
  )
  await assertBlocked(world, 'u1', ['foreign_key bills.org 1'])
  await assertBlocked(world, 'u2', ['foreign_key walls.nick 1'])
})

test('a row that a rule deletes only under a condition holds the user where it stays', async () => {
  const world = await open(
    `${USERS} CREATE TABLE notes (id INTEGER PRIMARY KEY, uid TEXT REFERENCES users (id), kind TEXT); INSERT INTO notes (uid, kind) VALUES ('u1', 'draft'), ('u2', 'draft'), ('u2', 'public')`,
    { notes: { match: 'uid', where: { kind: 'draft' }, action: 'delete' } },
  )
  await assertFree(world, 'u1')
  await assertBlocked(world, 'u2', ['foreign_key notes.uid 1'])
})

test('rows of others hold a post, through several tables too, unless a cascade takes them along', async () => {
  const sql = (act: string): string => `${USERS}
    CREATE TABLE posts (id TEXT PRIMARY KEY, uid TEXT REFERENCES users (id)); CREATE TABLE parts (id TEXT PRIMARY KEY, post TEXT REFERENCES posts (id) ON DELETE CASCADE);
    CREATE TABLE likes (id INTEGER PRIMARY KEY, part TEXT REFERENCES parts (id) ${act}, uid TEXT REFERENCES users (id));
    INSERT INTO posts VALUES ('p1', 'u1'); INSERT INTO parts VALUES ('q1', 'p1'); INSERT INTO likes (part, uid) VALUES ('q1', 'u1'), ('q1', 'u2')`
  const tables = {
    posts: { match: 'uid', action: 'delete' },
    parts: { match: { column: 'post', through: { table: 'posts', key: 'id' } }, action: 'delete' },
    likes: { match: 'uid', action: 'delete' },
  } as const
  await assertBlocked(await open(sql(''), tables), 'u1', ['foreign_key likes.part 1'])
  await assertFree(await open(sql('ON DELETE CASCADE'), tables), 'u1')
  const together = await open(sql(''), tables)
  const plan = await together.engine.planMany(['u2', 'u1'], {})
  const done = await together.engine.deleteMany(['u2', 'u1'], { mode: 'throughput' })
  assert.deepEqual([plan.blocked, done.deleted], [0, 2])
})

test('replies of others hold a comment, and own replies do not', async () => {
  const world = await open(
    `${USERS} CREATE TABLE comments (id INTEGER PRIMARY KEY, uid TEXT REFERENCES users (id), parent INTEGER REFERENCES comments (id)); CREATE INDEX c ON comments (parent);
     INSERT INTO comments VALUES (1, 'u1', NULL), (2, 'u1', 1), (3, 'u2', NULL), (4, 'u3', 3)`,
    { comments: { match: 'uid', action: 'delete' } },
  )
  await assertFree(world, 'u1')
  await assertBlocked(world, 'u2', ['foreign_key comments.parent 1'])
  await assertFree(world, 'u3')
  await assertFree(world, 'u2')
})

test('a user who is the boss of another stays, and goes together with them', async () => {
  const sql = `CREATE TABLE users (id TEXT PRIMARY KEY, boss TEXT REFERENCES users (id)); INSERT INTO users VALUES ('u1', NULL), ('u2', 'u1'), ('u3', NULL)`
  const accept = [{ code: 'user_reference', table: 'users' }] as const
  const options = { schemaCheck: { accept } }
  await assertBlocked(await open(sql, {}, {}, options), 'u1', ['foreign_key users.boss 1'])
  const world = await open(sql, {}, {}, options)
  const done = await world.engine.deleteMany(['u1', 'u2'], { mode: 'throughput' })
  assert.equal(done.deleted, 2)
})

test('a file to which the own row refers goes, of a large user too', async () => {
  const sql = `CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE users (id TEXT PRIMARY KEY, avatar INTEGER UNIQUE REFERENCES files (id)); CREATE TABLE posts (id INTEGER PRIMARY KEY, uid TEXT); CREATE INDEX p ON posts (uid);
    INSERT INTO files VALUES (1, 'ann.jpg'), (2, 'bob.jpg'); INSERT INTO users VALUES ('u1', 1), ('u2', 2), ('u3', NULL); INSERT INTO posts (uid) VALUES ('u1'), ('u1'), ('u1')`
  const tables = {
    files: {
      match: { column: 'id', equals: { user: 'avatar' } },
      acrossTenants: true,
      action: 'delete',
    },
    posts: { match: 'uid', action: 'delete' },
  } as const
  for (const maxRowsPerTransaction of [2_000, 1]) {
    const world = await open(
      sql,
      tables,
      { fields: { avatar: 'avatar' } },
      { maxRowsPerTransaction },
    )
    assert.deepEqual((await world.engine.checkSchema()).findings, [])
    await assertFree(world, 'u1')
    await assertFree(world, 'u3')
    assert.deepEqual(world.db.prepare('SELECT id FROM files').pluck().all(), [2])
    assert.equal(world.db.prepare("SELECT avatar FROM users WHERE id = 'u2'").pluck().get(), 2)
  }
})

test('a file goes although a crash came between cutting the reference and deleting it', async () => {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  db.exec(
    `CREATE TABLE files (id INTEGER PRIMARY KEY); CREATE TABLE users (id TEXT PRIMARY KEY, avatar INTEGER UNIQUE REFERENCES files (id)); CREATE TABLE posts (id INTEGER PRIMARY KEY, uid TEXT); CREATE INDEX p ON posts (uid);
     INSERT INTO files VALUES (1), (2); INSERT INTO users VALUES ('u1', 1), ('u2', 2); INSERT INTO posts (uid) VALUES ('u1'), ('u1')`,
  )
  const policy = definePolicy({
    name: 'crash',
    version: 1,
    user: { table: 'users', id: 'id', fields: { avatar: 'avatar' } },
    tables: {
      files: {
        match: { column: 'id', equals: { user: 'avatar' } },
        acrossTenants: true,
        action: 'delete',
      },
      posts: { match: 'uid', action: 'delete' },
    },
  })
  const whole = sqliteStore(db)
  let isDown = true
  const store = withAnswers(whole, (question, own, unit) => {
    if (isDown && unit === 'chunk' && question.kind === 'step_rows') {
      const { program, step } = question
      if (program.steps[step]?.table === 'files') throw new Error('a crash')
    }
    return own
  })
  const clock = fixedClock()
  const engine = new UserDeletionEngine({ store, policy, clock, maxRowsPerTransaction: 1 })
  await engine.migrate()
  await assert.rejects(engine.delete('u1', {}))
  assert.equal(db.prepare("SELECT avatar FROM users WHERE id = 'u1'").pluck().get(), null)
  isDown = false
  await engine.delete('u1', {})
  assert.deepEqual(db.prepare('SELECT id FROM files').pluck().all(), [2])
  assert.deepEqual(db.prepare('SELECT id FROM users').pluck().all(), ['u2'])
})

test('the check reports a file that the own row of the user cannot do without', async () => {
  const world = await open(
    `CREATE TABLE files (id INTEGER PRIMARY KEY); CREATE TABLE users (id TEXT PRIMARY KEY, avatar INTEGER NOT NULL REFERENCES files (id)); INSERT INTO files VALUES (1); INSERT INTO users VALUES ('u1', 1)`,
    {
      files: {
        match: { column: 'id', equals: { user: 'avatar' } },
        acrossTenants: true,
        action: 'delete',
      },
    },
    { fields: { avatar: 'avatar' } },
  )
  const { fits, findings } = await world.engine.checkSchema()
  assert.equal(fits, false)
  assert.ok(
    findings.some(
      ({ code, severity, table }) =>
        code === 'foreign_key_blocks' && severity === 'error' && table === 'users',
    ),
  )
})

test('a parent that is found through its child goes where the key gives way, and is reported where it does not', async () => {
  const sql = (act: string): string =>
    `${USERS} CREATE TABLE flows (id TEXT PRIMARY KEY); CREATE TABLE codes (id TEXT PRIMARY KEY, uid TEXT REFERENCES users (id), flow TEXT UNIQUE REFERENCES flows (id) ${act}); INSERT INTO flows VALUES ('f1'), ('f2'); INSERT INTO codes VALUES ('c1', 'u1', 'f1'), ('c2', 'u2', 'f2')`
  const tables = {
    codes: { match: 'uid', action: 'delete' },
    flows: { match: { column: 'id', through: { table: 'codes', key: 'flow' } }, action: 'delete' },
  } as const
  for (const act of ['ON DELETE CASCADE', 'ON DELETE SET NULL']) {
    const world = await open(sql(act), tables)
    await assertFree(world, 'u1')
    assert.deepEqual(world.db.prepare('SELECT id FROM flows').pluck().all(), ['f2'])
    assert.deepEqual(world.db.prepare('SELECT id FROM codes').pluck().all(), ['c2'])
  }
  const { engine } = await open(sql(''), tables)
  assert.equal((await engine.checkSchema()).fits, false)
})

test('rows that a CHECK constraint refuses block the users who have them, and nobody else', async () => {
  const world = await open(
    `${USERS} CREATE TABLE kb (id INTEGER PRIMARY KEY, uid TEXT, scope TEXT, st TEXT CHECK (st IN ('open', 'closed')), CONSTRAINT owned CHECK (scope <> 'private' OR "uid" IS NOT NULL)); CREATE INDEX k ON kb (uid);
     INSERT INTO kb (uid, scope, st) VALUES ('u1', 'private', 'open'), ('u1', 'public', 'open'), ('u2', 'public', 'open')`,
    { kb: { match: 'uid', action: 'detach' } },
  )
  await assertBlocked(world, 'u1', ['check kb.uid 1'])
  await assertFree(world, 'u2')
  for (const [st, expected] of [
    ['gone', ['check kb.st 2']],
    ['closed', []],
  ] as const) {
    const sql = world.db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'kb'").pluck().get()
    const other = await open(
      `${USERS} ${sql}; INSERT INTO kb (uid, scope, st) VALUES ('u1', 'private', 'open'), ('u1', 'public', 'open')`,
      { kb: { match: 'uid', action: 'anonymize', reason: 'r', set: { st } } },
    )
    assert.deepEqual(told(await other.engine.plan('u1', {})), expected)
  }
})

test('a ghost who is a member already, or who is not there, blocks the users who have such rows', async () => {
  const sql = `${USERS} CREATE TABLE members (id INTEGER PRIMARY KEY, org TEXT, uid TEXT REFERENCES users (id), UNIQUE (org, uid)); CREATE INDEX m ON members (uid); INSERT INTO members (org, uid) VALUES ('o1', 'u1'), ('o1', 'u3'), ('o2', 'u2')`
  const tables = { members: { match: 'uid', action: 'detach', to: 'ghost' } } as const
  const world = await open(sql, tables, { ghost: { id: 'u3' } })
  await assertBlocked(world, 'u1', ['unique members.org 1'])
  await assertFree(world, 'u2')
  const without = await open(sql, tables, { ghost: { id: 'nobody' } })
  await assertBlocked(without, 'u1', ['foreign_key members.uid 1'])
})

test('a rehearsal tells of a trigger that refuses, and leaves nothing', async () => {
  const world = await open(
    `${USERS} CREATE TABLE posts (id INTEGER PRIMARY KEY, uid TEXT); CREATE INDEX p ON posts (uid); INSERT INTO posts (uid) VALUES ('u1'), ('u2');
     CREATE TABLE log (text TEXT); CREATE TRIGGER t BEFORE DELETE ON posts WHEN OLD.uid = 'u1' BEGIN SELECT RAISE(ABORT, 'no'); END; CREATE TRIGGER l AFTER DELETE ON posts BEGIN INSERT INTO log VALUES ('gone'); END`,
    { posts: { match: 'uid', action: 'delete' }, log: 'unrelated' },
    {},
    { schemaCheck: { accept: [{ code: 'touched_trigger', table: 'posts' }] } },
  )
  const before = world.dump()
  const refused = await world.engine.plan('u1', { rehearse: true })
  assert.equal(refused.rehearsal, 'refused')
  assert.deepEqual(
    refused.blockers.map(({ name, table }) => [name, table]),
    [['trigger', 'posts']],
  )
  const passed = await world.engine.plan('u2', { rehearse: true })
  assert.deepEqual([passed.rehearsal, passed.blockers], ['passed', []])
  assert.equal(world.dump(), before)
  assert.deepEqual((await world.engine.plan('u1', {})).blockers, [])
  await assert.rejects(world.engine.delete('u1', {}), { code: 'constraint_violation' })
  await world.engine.delete('u2', {})
})

test('what is not asked for as true or false is no rehearsal', async () => {
  const { engine } = await open(USERS, {})
  const rehearse = 'yes' as unknown as boolean
  await assert.rejects(engine.plan('u1', { rehearse }), { code: 'invalid_argument' })
  assert.equal((await engine.plan('u1', { rehearse: false })).rehearsal, undefined)
})
