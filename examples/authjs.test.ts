// Auth.js, and the one way out of it: what the browser is answered, and what is left in the database.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { type AuthOptions, authConfig, createEngine, createServer } from './authjs.ts'

/** As Auth.js' documentation has it. */
const TABLES = `
CREATE TABLE User (id TEXT PRIMARY KEY, name TEXT, email TEXT UNIQUE, emailVerified TEXT, image TEXT);
CREATE TABLE Account (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  type TEXT NOT NULL, provider TEXT NOT NULL, providerAccountId TEXT NOT NULL
);
CREATE TABLE Session (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  sessionToken TEXT NOT NULL UNIQUE, expires TEXT NOT NULL
);
CREATE TABLE VerificationToken (identifier TEXT NOT NULL, token TEXT NOT NULL UNIQUE, expires TEXT NOT NULL);
`

const ORIGIN = 'http://localhost:3000'
const ANN = 'ann@example.com'
const BOB = 'bob@example.com'

async function open(more: Partial<AuthOptions> = {}) {
  const db = new Database(':memory:')
  db.exec(TABLES)
  const mails = new Map<string, string>()
  const options: AuthOptions = {
    secret: 'a secret of the tests, long enough to be taken',
    origin: ORIGIN,
    sendMail: async (to, text) => void mails.set(to, text),
    ...more,
  }
  const engine = createEngine(db, options)
  await engine.migrate()
  const handle = createServer(db, engine, options)
  const send = (path: string, cookie: string, init: RequestInit = {}) => {
    const url = path.startsWith('http') ? path : `${ORIGIN}${path}`
    return handle(new Request(url, { ...init, headers: { cookie, origin: ORIGIN } }))
  }
  const askForLink = async (email: string) => {
    const answer = await send('/auth/csrf', '')
    const { csrfToken } = (await answer.json()) as { csrfToken: string }
    const body = new URLSearchParams({ email, csrfToken })
    return send('/auth/signin/email', cookiesOf(answer), { method: 'POST', body })
  }
  const signIn = async (email: string) => {
    await askForLink(email)
    return cookiesOf(await send(mails.get(email) ?? '', ''))
  }
  const userOf = async (cookie: string) => {
    const session = (await (await send('/auth/session', cookie)).json()) as Session | null
    return session?.user.email
  }
  const leave = (cookie: string, token: string) =>
    send('/account', cookie, { method: 'DELETE', body: JSON.stringify({ token }) })
  const users = () => db.prepare('SELECT email FROM User ORDER BY email').pluck().all()
  const idOf = (email: string) =>
    db.prepare<[string], string>('SELECT id FROM User WHERE email = ?').pluck().get(email) ?? ''
  /** Who asked for each deletion. */
  const requesters = async () => {
    const found: unknown[] = []
    for await (const { requestedBy } of engine.ledger.receipts()) found.push(requestedBy)
    return found
  }
  return {
    db,
    engine,
    handle,
    options,
    requesters,
    send,
    mails,
    askForLink,
    signIn,
    userOf,
    leave,
    users,
    idOf,
  }
}

interface Session {
  readonly user: { readonly email: string }
}

function cookiesOf(answer: Response): string {
  const pairs = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  return pairs.join('; ')
}

describe('a user of Auth.js', () => {
  for (const strategy of ['database', 'jwt'] as const) {
    it(`leaves by a mailed token, and is signed out (${strategy} sessions)`, async () => {
      const { send, mails, signIn, userOf, leave, users, idOf, requesters } = await open({
        strategy,
      })
      const [ann, bob] = [await signIn(ANN), await signIn(BOB)]
      const annId = idOf(ANN)
      assert.deepEqual([await userOf(ann), await userOf(bob)], [ANN, BOB])
      const asked = await send('/account/deletion-token', ann, { method: 'POST' })
      assert.equal(asked.status, 202)
      assert.equal((await leave(bob, mails.get(ANN) ?? '')).status, 403)
      assert.equal((await leave(ann, mails.get(ANN) ?? '')).status, 204)
      assert.deepEqual(users(), [BOB])
      assert.deepEqual([await userOf(ann), await userOf(bob)], [undefined, BOB])
      assert.deepEqual(await requesters(), [annId])
      // A user who signs up under the address now is somebody else, and is let in.
      assert.equal(await userOf(await signIn(ANN)), ANN)
    })
  }

  it('does not leave without the token, from elsewhere, or against a veto', async () => {
    const beforeDelete = () => ({ veto: 'open_invoice' })
    const { handle, send, mails, signIn, leave, users } = await open({ beforeDelete })
    const ann = await signIn(ANN)
    assert.equal((await leave(ann, 'a guess')).status, 403)
    assert.equal((await leave('', 'a guess')).status, 401)
    const elsewhere = new Request(`${ORIGIN}/account`, {
      method: 'DELETE',
      headers: { cookie: ann },
    })
    assert.equal((await handle(elsewhere)).status, 403)
    await send('/account/deletion-token', ann, { method: 'POST' })
    const answer = await leave(ann, mails.get(ANN) ?? '')
    assert.equal(answer.status, 409)
    assert.equal(((await answer.json()) as { error: string }).error, 'deletion_vetoed')
    assert.deepEqual(users(), [ANN])
  })

  it('stays out while disabled', async () => {
    const { engine, askForLink, signIn, userOf, idOf } = await open()
    const ann = await signIn(ANN)
    await engine.disable(idOf(ANN), {})
    assert.equal(await userOf(ann), undefined)
    const refused = await askForLink(ANN)
    assert.match(refused.headers.get('location') ?? '', /error=AccessDenied/)
    await engine.enable(idOf(ANN), {})
    assert.equal(await userOf(await signIn(ANN)), ANN)
  })

  it("leaves through the engine when Auth.js' adapter is asked", async () => {
    const { db, engine, options, signIn, users, idOf, requesters } = await open()
    await signIn(ANN)
    await authConfig(db, engine, options).adapter?.deleteUser?.(idOf(ANN))
    assert.deepEqual([users(), await requesters()], [[], [null]])
  })
})
