/**
 * The routes together, and what holds for all of them.
 *
 * @module
 */
import type { Database } from 'better-sqlite3'
import { Hono } from 'hono'
import { type RequestIdVariables, requestId } from 'hono/request-id'
import type { Clock, Logger } from 'user-deletion-engine'
import { accountRoutes, addressOf, tenantOf } from './account-routes.ts'
import { createAccounts } from './accounts.ts'
import { type ApiKey, authenticate } from './auth.ts'
import { limitBody } from './body.ts'
import type { Engine } from './database.ts'
import { answerTo, HttpError } from './errors.ts'
import { cancelOwnDeletion, type Mail, ownRoutes } from './own-routes.ts'
import { rateLimit } from './rate-limit.ts'
import { userRoutes } from './user-routes.ts'

export interface AppParts {
  readonly db: Database
  readonly engine: Engine
  readonly keys: readonly ApiKey[]
  readonly sendMail: (mail: Mail) => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

type AppEnv = { Variables: RequestIdVariables }

export function createApp({ db, engine, keys, sendMail, clock, logger }: AppParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const accounts = createAccounts(db, clock)
  const tenants = new Set(keys.map(({ tenantId }) => tenantId))
  const writes = rateLimit(500, clock)
  const bulk = rateLimit(50, clock)
  const attempts = rateLimit(20, clock)

  app.use(requestId())
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    await next()
  })
  app.onError((error, c) => {
    const response = answerTo(error)
    const { status } = response
    // Who was refused, and what broke; route and request id, never the path, which holds an id.
    if (status >= 500 || status === 401 || status === 403) {
      const request = { id: c.var.requestId, method: c.req.method, status }
      logger.warn('a request failed', status >= 500 ? { ...request, cause: error } : request)
    }
    return c.newResponse(response.body, response)
  })

  app.route('/v1', accountRoutes({ accounts, tenants, attempts }))
  app.post('/v1/me/cancel-deletion', limitBody(8 * 1_024), (c) => {
    attempts(addressOf(c))
    return cancelOwnDeletion(c, { engine, tenantId: tenantOf(c, tenants) })
  })
  const signedIn = authenticate({ keys, accounts, engine })
  app.use('/v1/me/*', signedIn)
  app.use('/v1/users/*', signedIn)
  app.route('/v1/me', ownRoutes({ engine, sendMail, writes, logger }))
  app.route('/v1/users', userRoutes({ engine, limits: { writes, bulk } }))
  refuseOtherMethods(app)
  app.all('*', () => {
    throw new HttpError(404, 'resource_not_found', 'There is nothing here.')
  })
  return app
}

/** A path that is known under another method is 405, not 404. */
function refuseOtherMethods(app: Hono<AppEnv>): void {
  const allowed = new Map<string, Set<string>>()
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue
    allowed.set(path, (allowed.get(path) ?? new Set()).add(method))
  }
  for (const [path, methods] of allowed) {
    app.all(path, () => {
      const headers = { Allow: [...methods].join(', ') }
      throw new HttpError(405, 'method_not_allowed', 'Not with this method.', headers)
    })
  }
}
