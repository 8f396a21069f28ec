import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DrizzleAdapter } from '@auth/drizzle-adapter'
import { type Database as AuthDatabase, KyselyAdapter } from '@auth/kysely-adapter'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { type SchemaFinding, UserDeletionEngine, type UserDeletionError } from '../../src/index.ts'
import { authjsPolicy } from '../../src/presets/authjs/index.ts'
import { AUTHJS_SCHEMA } from '../worlds/presets/authjs-schema.ts'
import { type AuthjsHost, annLeaves } from '../worlds/presets/authjs-world.ts'
import { placesOf } from '../worlds/sql/raw-scan.ts'

async function openKysely(): Promise<AuthjsHost> {
  const db = new Database(':memory:')
  db.exec(AUTHJS_SCHEMA)
  const kysely = new Kysely<AuthDatabase>({ dialect: new SqliteDialect({ database: db }) })
  return {
    adapter: KyselyAdapter(kysely),
    store: sqliteStore(db),
    places: async (texts) => placesOf(db, texts),
    close: async () => void db.close(),
  }
}

/** As the Drizzle adapter defines its tables. */
const DRIZZLE_SCHEMA = `
CREATE TABLE user (id TEXT PRIMARY KEY, name TEXT, email TEXT UNIQUE, emailVerified INTEGER, image TEXT);
CREATE TABLE account (
  userId TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  type TEXT NOT NULL, provider TEXT NOT NULL, providerAccountId TEXT NOT NULL,
  refresh_token TEXT, access_token TEXT, expires_at INTEGER, token_type TEXT, scope TEXT, id_token TEXT, session_state TEXT,
  PRIMARY KEY (provider, providerAccountId)
);
CREATE TABLE session (
  sessionToken TEXT PRIMARY KEY,
  userId TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  expires INTEGER NOT NULL
);
CREATE TABLE verificationToken (
  identifier TEXT NOT NULL, token TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (identifier, token)
);
`

async function openDrizzle(): Promise<AuthjsHost> {
  const db = new Database(':memory:')
  db.exec(DRIZZLE_SCHEMA)
  return {
    adapter: DrizzleAdapter(drizzle(db)),
    store: sqliteStore(db),
    places: async (texts) => placesOf(db, texts),
    close: async () => void db.close(),
  }
}

describe("a user of Auth.js, deleted through the engine from its Drizzle adapter's tables", () => {
  annLeaves(it, openDrizzle, {
    options: { adapter: 'drizzle' },
    places: [
      ...['account.userId', 'session.userId', 'user.email', 'user.id'],
      'verificationToken.identifier',
    ],
  })
})

describe("a user of Auth.js, deleted through the engine from its Kysely adapter's tables", () => {
  annLeaves(it, openKysely, {
    options: {},
    places: [
      ...['Account.userId', 'Session.userId', 'User.email', 'User.id'],
      'VerificationToken.identifier',
    ],
  })
})

/** As Auth.js' documentation has it. */
const WEBAUTHN = `
CREATE TABLE Authenticator (
  credentialID TEXT NOT NULL UNIQUE, userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  providerAccountId TEXT NOT NULL, credentialPublicKey TEXT NOT NULL, counter INTEGER NOT NULL,
  credentialDeviceType TEXT NOT NULL, credentialBackedUp INTEGER NOT NULL, transports TEXT,
  PRIMARY KEY (userId, credentialID)
);
`

describe('authjsPolicy', () => {
  it('names the table of passkeys while its options leave them out, and deletes from it once they are named', async () => {
    const db = new Database(':memory:')
    db.exec(AUTHJS_SCHEMA + WEBAUTHN)
    db.exec(
      "INSERT INTO User (id, email) VALUES ('ann', 'ann@example.com'), ('bob', 'bob@example.com')",
    )
    const add = db.prepare(
      "INSERT INTO Authenticator VALUES (?, ?, 'p', 'key', 0, 'single', 0, NULL)",
    )
    for (const id of ['ann', 'bob']) add.run(`of ${id}`, id)
    const store = sqliteStore(db)
    const unaware = new UserDeletionEngine({ store, policy: authjsPolicy() })
    await unaware.migrate()
    await assert.rejects(unaware.delete('ann', {}), (error: UserDeletionError) => {
      const findings = error.details['findings'] as readonly SchemaFinding[]
      assert.deepEqual(
        findings.map(({ code, table }) => `${code} ${table}`),
        ['unclassified_table Authenticator'],
      )
      return true
    })
    const policy = authjsPolicy({ authenticators: true })
    const engine = new UserDeletionEngine({ store, policy })
    assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
    const { steps } = await engine.delete('ann', {})
    assert.equal(steps.find(({ table }) => table === 'Authenticator')?.rows, 1)
    assert.deepEqual(db.prepare('SELECT userId FROM Authenticator').pluck().all(), ['bob'])
    db.close()
  })

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
