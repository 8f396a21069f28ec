import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { draftPolicy } from '../../src/draft/index.ts'
import { definePolicy, type Policy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { dataOf } from '../worlds/presets/drafts.ts'

const USERS = 'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);'

/** What check and draft say of a table that the policy calls unrelated. */
async function saidOf(table: string, others = '') {
  const db = new Database(':memory:')
  try {
    db.exec(`${USERS}${others}CREATE TABLE things (${table})`)
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    const tables = names.filter((name) => name !== 'users').map((name) => [name, 'unrelated'])
    const user = { table: 'users', id: 'id', fields: { email: 'email' } }
    const input = { name: 'p', version: 1, user, tables: Object.fromEntries(tables) }
    const policy = definePolicy(input as PolicyInput) as Policy<PolicyInput>
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    const { findings } = await engine.checkSchema()
    const drafted = await dataOf(await draftPolicy(sqliteStore(db)))
    return {
      check: findings
        .filter((one) => one.table === 'things')
        .map(({ code, column }) => `${code} ${column}`),
      isDrafted: drafted.tables['things'] !== 'unrelated',
    }
  } finally {
    db.close()
  }
}

const MEMBERS = 'CREATE TABLE members (id INTEGER PRIMARY KEY, plan TEXT);'
const PROFILES = 'CREATE TABLE profiles (user_id INTEGER PRIMARY KEY REFERENCES users (id));'

describe('what schema check and draft both know of a column', () => {
  for (const [what, column, others] of [
    ['a flag', 'deleted_by_author BOOLEAN'],
    ['a flag of one digit', 'created_by TINYINT(1)'],
    ['a date', 'invited_by DATETIME'],
    ['a key into another table', 'member_id INTEGER REFERENCES members (id)', MEMBERS],
    ['a key under a word for somebody', 'owner_id INTEGER REFERENCES members (id)', MEMBERS],
    ['the name of another table', 'member_id INTEGER', MEMBERS],
    ['a number that cannot be an address', 'email_quota INTEGER'],
    ['a number under the name of a question', 'has_password INTEGER'],
  ] as const) {
    it(`names nobody: ${what} (${column})`, async () => {
      const { check, isDrafted } = await saidOf(`id INTEGER PRIMARY KEY, ${column}`, others)
      assert.deepEqual([check, isDrafted], [[], false])
    })
  }

  for (const [what, column, found, others] of [
    [
      'a key that leads to the users through another',
      'who INTEGER REFERENCES profiles (user_id)',
      'user_reference who',
      PROFILES,
    ],
    ['a word for somebody', 'member_id INTEGER', 'user_reference member_id'],
    ['what somebody does', 'closer_id INTEGER', 'user_reference closer_id'],
    ['a name that leaves it open', 'target_id TEXT', 'user_reference target_id'],
    ['an address', 'email VARCHAR(255)', 'personal_column email'],
    ['a document', 'payload TEXT CHECK (json_valid(payload))', 'user_reference payload'],
  ] as const) {
    it(`names somebody: ${what} (${column})`, async () => {
      const { check, isDrafted } = await saidOf(`id INTEGER PRIMARY KEY, ${column}`, others)
      assert.deepEqual([check, isDrafted], [[found], true])
    })
  }
})
