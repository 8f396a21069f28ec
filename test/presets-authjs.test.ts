import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Auth, type AuthConfig } from '@auth/core'
import { type Database as AuthDatabase, KyselyAdapter } from '@auth/kysely-adapter'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { authjsPolicy } from '../src/presets/authjs/index.ts'
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

const ORIGIN = 'http://localhost:3000/auth'
const ANN = 'ann@example.com'

/** Auth.js with sign-in by a mailed link, whose last link is kept instead of being sent. */
function openAuthjs() {
  const db = new Database(':memory:')
  db.exec(SCHEMA)
  const kysely = new Kysely<AuthDatabase>({ dialect: new SqliteDialect({ database: db }) })
  const adapter = KyselyAdapter(kysely)
  let mailed = ''
  const config: AuthConfig = {
    adapter,
    secret: 'a secret of the tests, long enough to be taken',
    trustHost: true,
    logger: { error: () => {} },
    basePath: '/auth',
    providers: [
      {
        id: 'email',
        type: 'email',
        name: 'Email',
        from: 'no-reply@example.com',
        maxAge: 3600,
        options: {},
        sendVerificationRequest: ({ url }) => {
          mailed = url
        },
      },
    ],
  }
  const ask = (path: string, init: RequestInit = {}) =>
    Auth(new Request(path.startsWith('http') ? path : `${ORIGIN}${path}`, init), config)
  const requestLink = async (email: string) => {
    const answer = await ask('/csrf')
    const { csrfToken } = (await answer.json()) as { csrfToken: string }
    await ask('/signin/email', {
      method: 'POST',
      headers: { cookie: cookiesOf(answer) },
      body: new URLSearchParams({ email, csrfToken }),
    })
    return mailed
  }
  const signIn = async (email: string) => cookiesOf(await ask(await requestLink(email)))
  const userOf = async (cookie: string) =>
    ((await (await ask('/session', { headers: { cookie } })).json()) as Session | null)?.user.email
  return { db, adapter, ask, requestLink, signIn, userOf }
}

interface Session {
  readonly user: { readonly email: string }
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

describe("a user of Auth.js, deleted through the engine from its SQL adapter's tables", () => {
  const world = openAuthjs()
  const { db, adapter, ask, requestLink, signIn, userOf } = world
  let [ann, bob, openLink, annId] = ['', '', '', '']
  let placesBefore: readonly string[] = []

  before(async () => {
    ann = await signIn(ANN)
    bob = await signIn('bob@example.com')
    openLink = await requestLink(ANN)
    annId = (await adapter.getUserByEmail?.(ANN))?.id ?? ''
    const linked = { type: 'oauth', provider: 'github', providerAccountId: '7' } as const
    await adapter.linkAccount?.({ ...linked, userId: annId, access_token: 'secret' })
    assert.deepEqual([await userOf(ann), await userOf(bob)], [ANN, 'bob@example.com'])
    placesBefore = placesOf(db, [annId, ANN])
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: authjsPolicy() })
    await engine.migrate()
    await engine.delete(annId, {})
  })
  after(() => db.close())

  it('stood in every table, and stands in none', () => {
    assert.deepEqual(placesBefore, [
      'Account.userId',
      'Session.userId',
      'User.email',
      'User.id',
      'VerificationToken.identifier',
    ])
    assert.deepEqual(placesOf(db, [annId, ANN]), [])
  })

  it('is refused with the old cookie and with a link that was still open', async () => {
    assert.equal(await userOf(ann), undefined)
    const answer = await ask(openLink)
    assert.match(answer.headers.get('location') ?? '', /error=Verification/)
    assert.equal(await adapter.getUserByEmail?.(ANN), null)
  })

  it('leaves others signed in', async () => {
    assert.equal(await userOf(bob), 'bob@example.com')
  })

  it('can sign up again under the address, as somebody new', async () => {
    assert.equal(await userOf(await signIn(ANN)), ANN)
    assert.notEqual((await adapter.getUserByEmail?.(ANN))?.id, annId)
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
