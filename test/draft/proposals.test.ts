/** Every question answered with yes: the policy is accepted, and fits. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { draftPolicy } from '../../src/draft/index.ts'
import { definePolicy, type Policy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { agreed, dataOf } from '../worlds/presets/drafts.ts'

async function drafted(sql: string, options = {}) {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  db.exec(sql)
  const store = sqliteStore(db)
  const input = agreed(await dataOf(await draftPolicy(store, options)))
  const policy = definePolicy(input) as Policy<PolicyInput>
  const engine = new UserDeletionEngine({ store, policy })
  await engine.migrate()
  return { input, report: await engine.checkSchema() }
}

const USERS = 'CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);'
const OWN = 'user_id TEXT NOT NULL REFERENCES users (id)'

const SCHEMAS: readonly (readonly [string, string])[] = [
  [
    'a parent whose rules differ',
    `${USERS} CREATE TABLE sites (id TEXT PRIMARY KEY, closer_id TEXT REFERENCES users (id));
     CREATE TABLE tales (id TEXT PRIMARY KEY, ${OWN}, site_id TEXT REFERENCES sites (id), merged_tale_id TEXT REFERENCES tales (id));
     CREATE TABLE replies (id TEXT PRIMARY KEY, tale_id TEXT NOT NULL REFERENCES tales (id), ${OWN});`,
  ],
  [
    'several ways into a table with children, some of which are cut',
    `${USERS} CREATE TABLE clubs (id TEXT PRIMARY KEY, ${OWN}); CREATE TABLE halls (id TEXT PRIMARY KEY, ${OWN});
     CREATE TABLE games (id TEXT PRIMARY KEY, editor_id TEXT REFERENCES users (id), club_id TEXT NOT NULL REFERENCES clubs (id), hall_id TEXT NOT NULL REFERENCES halls (id), away_hall_id TEXT NOT NULL REFERENCES halls (id));
     CREATE TABLE goals (id TEXT PRIMARY KEY, game_id TEXT NOT NULL REFERENCES games (id));`,
  ],
  [
    'tables that lead to each other',
    `${USERS} CREATE TABLE rooms (id TEXT PRIMARY KEY, ${OWN}, last_line_id TEXT REFERENCES lines (id));
     CREATE TABLE lines (id TEXT PRIMARY KEY, sender_id TEXT NOT NULL REFERENCES users (id), room_id TEXT NOT NULL REFERENCES rooms (id));`,
  ],
  [
    'a log whose rows a foreign key deletes with others that go',
    `${USERS} CREATE TABLE projects (id TEXT PRIMARY KEY, ${OWN});
     CREATE TABLE audit_log (id TEXT PRIMARY KEY, actor_id TEXT REFERENCES users (id), ip TEXT NOT NULL, project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE);`,
  ],
  [
    'users who refer to users, in a column that takes no null too',
    `CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, created_by TEXT NOT NULL, boss_id TEXT REFERENCES users (id));`,
  ],
  [
    'numbers that stand in texts, and references that are part of the key',
    `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT);
     CREATE TABLE watches (watcher_id INTEGER NOT NULL, thing_id TEXT, PRIMARY KEY (watcher_id, thing_id));`,
  ],
]

describe('a draft whose proposals are all taken', () => {
  for (const [what, sql] of SCHEMAS) {
    it(`is accepted and fits: ${what}`, async () => {
      const { input, report } = await drafted(sql)
      const errors = report.findings.filter(({ severity }) => severity === 'error')
      assert.deepEqual(errors, [], JSON.stringify(input.tables))
      assert.equal(report.fits, true)
    })
  }

  it('goes by the key that a reference is named after, and only by one that is unique', async () => {
    const events = (unique: string) =>
      `${USERS} CREATE TABLE events (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL ${unique}, sender TEXT); CREATE TABLE labels (event_id TEXT)`
    const { input } = await drafted(events('UNIQUE'))
    assert.match(JSON.stringify(input.tables['labels']), /"table":"events","key":"event_id"/)
  })

  it('takes the ids from where keys lead, or asks', async () => {
    const users = 'CREATE TABLE users (name TEXT UNIQUE, hash TEXT UNIQUE);'
    const { input } = await drafted(
      `${users} CREATE TABLE subs (user_id TEXT REFERENCES users (name))`,
    )
    assert.equal(input.user.id, 'name')
    await assert.rejects(drafted(users), { code: 'invalid_argument' })
    const given = await drafted(users, { user: { table: 'users', id: 'hash' } })
    assert.equal(given.input.user.id, 'hash')
    await assert.rejects(drafted(users, { user: { table: 'users', id: 'nick' } }), {
      code: 'invalid_argument',
    })
    await assert.rejects(drafted(users, { user: { table: 'users' } }), { code: 'invalid_argument' })
  })
})
