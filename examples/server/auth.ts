/**
 * Who calls: a server with its key, or a signed-in user. Nobody else gets further.
 *
 * @module
 */
import { timingSafeEqual } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { type Accounts, type Session, sha256 } from './accounts.ts'
import type { Engine } from './database.ts'
import { HttpError } from './errors.ts'

export type Scope = 'users:read' | 'users:disable' | 'users:delete' | 'users:bulk_delete'

/** A key of one tenant. The key itself is kept nowhere. */
export interface ApiKey {
  readonly id: string
  /** SHA-256, hexadecimal. */
  readonly hash: string
  readonly tenantId: string
  readonly scopes: readonly Scope[]
}

export type Caller =
  | { readonly kind: 'key'; readonly id: string; readonly key: ApiKey }
  | { readonly kind: 'user'; readonly id: string; readonly session: Session }

export type Env = { Variables: { caller: Caller } }

export interface AuthParts {
  readonly keys: readonly ApiKey[]
  readonly accounts: Accounts
  readonly engine: Engine
}

/** Sets the caller, or throws 401; 403 where the tenant header names another tenant than the caller's. */
export function authenticate({ keys, accounts, engine }: AuthParts) {
  return createMiddleware<Env>(async (c, next) => {
    const header = c.req.header('Authorization')
    if (header === undefined) throw unauthorized('missing_token', 'There is no token.')
    const token = /^Bearer ([\w-]{1,256})$/i.exec(header)?.[1]
    if (token === undefined) throw unauthorized('invalid_token', 'This is no bearer token.')
    const caller = token.startsWith('sk_')
      ? keyCaller(keys, token)
      : await userCaller(accounts, engine, token)
    const { tenantId } = caller.kind === 'key' ? caller.key : caller.session
    if ((c.req.header('X-Tenant-ID') ?? tenantId) !== tenantId) {
      throw new HttpError(403, 'tenant_mismatch', 'The token belongs to another tenant.')
    }
    c.set('caller', caller)
    await next()
  })
}

/** The tenant's key with this scope, or 403. */
export function keyWith(scope: Scope, caller: Caller): ApiKey {
  if (caller.kind === 'key' && caller.key.scopes.includes(scope)) return caller.key
  throw forbidden()
}

/** The session of a signed-in user, or 403: a key has no account. */
export function sessionOf(caller: Caller): Session {
  if (caller.kind === 'user') return caller.session
  throw forbidden()
}

function keyCaller(keys: readonly ApiKey[], token: string): Caller {
  const hash = Buffer.from(sha256(token))
  const key = keys.find((candidate) => timingSafeEqual(Buffer.from(candidate.hash), hash))
  if (key === undefined) throw unauthorized('invalid_api_key', 'The API key is not known.')
  return { kind: 'key', id: key.id, key }
}

async function userCaller(accounts: Accounts, engine: Engine, token: string): Promise<Caller> {
  const session = accounts.findSession(token)
  if (session === undefined) throw invalidToken()
  const { userId, tenantId, createdAt } = session
  // A restored backup brings sessions of deleted users back. The ledger still knows better.
  if (await engine.isDeleted(userId, { tenantId, issuedAt: new Date(createdAt) })) {
    throw invalidToken()
  }
  return { kind: 'user', id: userId, session }
}

function forbidden(): HttpError {
  return new HttpError(403, 'insufficient_permissions', 'The token does not allow this.')
}

function invalidToken(): HttpError {
  return unauthorized('invalid_token', 'The token is not valid, or not any more.')
}

function unauthorized(code: string, message: string): HttpError {
  return new HttpError(401, code, message, { 'WWW-Authenticate': 'Bearer' })
}
