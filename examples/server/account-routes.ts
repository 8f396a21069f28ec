/**
 * Signing up and in: the only routes that need no token.
 *
 * @module
 */
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { Accounts } from './accounts.ts'
import { limitBody, readBody } from './body.ts'
import { HttpError } from './errors.ts'
import type { RateLimit } from './rate-limit.ts'

export interface AccountRouteParts {
  readonly accounts: Accounts
  readonly tenants: ReadonlySet<string>
  readonly attempts: RateLimit
}

const CREDENTIALS = {
  email: v.pipe(v.string(), v.trim(), v.toLowerCase(), v.maxLength(254), v.email()),
  password: v.pipe(v.string(), v.minLength(8), v.maxLength(256)),
}

export function accountRoutes({ accounts, tenants, attempts }: AccountRouteParts): Hono {
  const routes = new Hono()
  const small = limitBody(8 * 1_024)

  async function credentialsOf(c: Context) {
    attempts(addressOf(c))
    const tenantId = tenantOf(c, tenants)
    return { tenantId, ...(await readBody(c, CREDENTIALS)) }
  }

  routes.post('/sign-up', small, async (c) => {
    const id = await accounts.signUp(await credentialsOf(c))
    return c.json({ id }, 201)
  })

  routes.post('/sign-in', small, async (c) => {
    const token = await accounts.signIn(await credentialsOf(c))
    return c.json({ token })
  })

  return routes
}

/** Behind a proxy this is the proxy's address: take the client's from the header that your proxy sets. */
export function addressOf(c: Context): string {
  return getConnInfo(c).remote.address ?? ''
}

/** The tenant of a caller who has no token yet. */
export function tenantOf(c: Context, tenants: ReadonlySet<string>): string {
  const tenantId = c.req.header('X-Tenant-ID') ?? ''
  if (tenants.has(tenantId)) return tenantId
  throw new HttpError(400, 'bad_request', 'X-Tenant-ID names no tenant.')
}
