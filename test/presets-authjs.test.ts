import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Database as AuthDatabase, KyselyAdapter } from '@auth/kysely-adapter'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { authjsPolicy } from '../src/presets/authjs/index.ts'
import { type AuthjsHost, annLeaves } from './support/authjs-world.ts'
import { placesOf } from './support/raw-scan.ts'

/** As the adapter's documentation has it. */
const SCHEMA = `
CREATE TABLE User (id TEXT PRIMARY KEY, name TEXT, email TEXT UNIQUE, emailVerified TEXT, image TEXT);
CREATE TABLE Account (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  type TEXT NOT NULL, provider TEXT NOT NULL, providerAccountId TEXT NOT NULL,
  refresh_token TEXT, access_token TEXT, expires_at INTEGER, token_type TEXT, scope TEXT, id_token TEXT, session_state TEXT
);
CREATE TABLE Session (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  sessionToken TEXT NOT NULL UNIQUE, expires TEXT NOT NULL
);
CREATE TABLE VerificationToken (identifier TEXT NOT NULL, token TEXT NOT NULL UNIQUE, expires TEXT NOT NULL);
`

async function openKysely(): Promise<AuthjsHost> {
  const db = new Database(':memory:')
  db.exec(SCHEMA)
  const kysely = new Kysely<AuthDatabase>({ dialect: new SqliteDialect({ database: db }) })
  return {
    adapter: KyselyAdapter(kysely),
    store: sqliteStore(db),
    places: async (texts) => placesOf(db, texts),
    close: async () => void db.close(),
  }
}

describe("a user of Auth.js, deleted through the engine from its SQL adapter's tables", () => {
  annLeaves(it, openKysely, {
    options: {},
    places: [
      ...['Account.userId', 'Session.userId', 'User.email', 'User.id'],
      'VerificationToken.identifier',
    ],
  })
})

describe('authjsPolicy', () => {
  it('has the names of each adapter, and ObjectIds for MongoDB', () => {
    const namesOf = (adapter: 'drizzle' | 'mongodb') => {
      const { user, tables } = authjsPolicy({ adapter, authenticators: adapter === 'drizzle' })
      return [user.table, user.id, user.idType, ...Object.keys(tables)]
    }
    assert.deepEqual(namesOf('drizzle'), [
      'user',
      'id',
      undefined,
      'session',
      'account',
      'verificationToken',
      'authenticator',
    ])
    assert.deepEqual(namesOf('mongodb'), [
      'users',
      '_id',
      'objectId',
      'sessions',
      'accounts',
      'verification_tokens',
    ])
  })

  it('takes own names and own tables', () => {
    const { user, tables } = authjsPolicy({
      rename: { User: { modelName: 'people', fields: { email: 'mail' } } },
      tables: { countries: 'unrelated' },
    })
    assert.deepEqual([user.table, user.fields], ['people', { email: 'mail' }])
    assert.equal(tables['countries'], 'unrelated')
  })
})
