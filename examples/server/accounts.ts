/**
 * Users, passwords and sessions: what any auth server has, as small as it can be.
 *
 * @module
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Database } from 'better-sqlite3'
import { ulid } from 'ulid'
import type { Clock } from 'user-deletion-engine'
import { HttpError } from './errors.ts'

export interface Credentials {
  readonly tenantId: string
  readonly email: string
  readonly password: string
}

export interface Session {
  readonly id: string
  readonly userId: string
  readonly tenantId: string
  readonly email: string
  readonly createdAt: string
}

export type Accounts = ReturnType<typeof createAccounts>

const SESSION_MS = 24 * 3_600_000

export function createAccounts(db: Database, clock: Clock) {
  const addUser = db.prepare(
    `INSERT INTO users (id, tenant_id, email, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant_id, email) DO NOTHING`,
  )
  const addPassword = db.prepare('INSERT INTO passwords (user_id, hash) VALUES (?, ?)')
  const findPassword = db.prepare<[string, string], { readonly id: string; readonly hash: string }>(
    `SELECT users.id, hash FROM users JOIN passwords ON user_id = users.id
     WHERE tenant_id = ? AND email = ?`,
  )
  // One statement, so that nobody gets a session who was disabled while the password was checked.
  const addSession = db.prepare(
    `INSERT INTO sessions (id, user_id, tenant_id, refresh_token_hash, created_at, expires_at)
     SELECT @id, id, tenant_id, @hash, @now, @expiresAt FROM users
     WHERE id = @userId AND status = 'active'`,
  )
  const findSession = db.prepare<[string, string], Session>(
    `SELECT sessions.id, user_id AS userId, sessions.tenant_id AS tenantId, email,
       sessions.created_at AS createdAt
     FROM sessions JOIN users ON users.id = user_id AND users.tenant_id = sessions.tenant_id
     WHERE refresh_token_hash = ? AND sessions.status = 'active' AND expires_at > ?
       AND users.status = 'active'`,
  )
  const insertUser = db.transaction(
    (id: string, { tenantId, email }: Credentials, hash: string) => {
      const { changes } = addUser.run(id, tenantId, email, clock.now().toISOString())
      if (changes === 0) throw new HttpError(409, 'conflict', 'This address is taken.')
      addPassword.run(id, hash)
    },
  )

  return {
    async signUp(credentials: Credentials): Promise<string> {
      const id = `usr_${ulid()}`
      insertUser(id, credentials, await hashPassword(credentials.password))
      return id
    },

    /** A new session's token, which is kept as a hash only. */
    async signIn({ tenantId, email, password }: Credentials): Promise<string> {
      const found = findPassword.get(tenantId, email)
      const isRight = await verifyPassword(password, found?.hash ?? NOBODYS_HASH)
      const token = randomBytes(32).toString('base64url')
      const now = clock.now()
      const session = {
        id: `ses_${ulid()}`,
        userId: found?.id,
        hash: sha256(token),
        now: now.toISOString(),
        expiresAt: new Date(now.getTime() + SESSION_MS).toISOString(),
      }
      // Whatever is wrong, the answer is the same.
      if (!isRight || addSession.run(session).changes === 0) {
        throw new HttpError(401, 'invalid_credentials', 'Address or password is wrong.')
      }
      return token
    },

    findSession(token: string): Session | undefined {
      return findSession.get(sha256(token), clock.now().toISOString())
    },
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)
const COST = { N: 16_384, r: 8, p: 5 }

/** Checked for an address that nobody has, so that it takes as long as any other. */
const NOBODYS_HASH = `${'0'.repeat(32)}:${'0'.repeat(128)}`

async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, 64, COST)
  return `${salt.toString('hex')}:${key.toString('hex')}`
}

async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [salt = '', key = ''] = stored.split(':')
  const derived = await derive(password, Buffer.from(salt, 'hex'), 64, COST)
  return timingSafeEqual(derived, Buffer.from(key, 'hex'))
}
