/**
 * What users do with their own account: `/v1/me`. The subject is the session's user, whatever a body says.
 *
 * Sessions come in the Authorization header. With a cookie instead, check `Sec-Fetch-Site` or `Origin` here.
 *
 * @module
 */
import { type Context, Hono } from 'hono'
import { type Logger, UserDeletionError } from 'user-deletion-engine'
import * as v from 'valibot'
import type { Session } from './accounts.ts'
import { type Env, sessionOf } from './auth.ts'
import { limitBody, readBody } from './body.ts'
import type { Engine } from './database.ts'
import { userOf } from './present.ts'
import type { RateLimit } from './rate-limit.ts'

/** Links in it open a page; only a POST or DELETE confirms, because mail scanners follow links. */
export interface Mail {
  readonly to: string
  readonly about: 'confirm_deletion' | 'deletion_scheduled'
  readonly userId: string
  readonly token: string
}

export interface OwnRouteParts {
  readonly engine: Engine
  readonly sendMail: (mail: Mail) => Promise<void>
  readonly writes: RateLimit
  readonly logger: Logger
}

export function ownRoutes({ engine, sendMail, writes, logger }: OwnRouteParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.use(limitBody(8 * 1_024))

  function writer(c: Context<Env>): Session {
    const session = sessionOf(c.var.caller)
    writes(session.userId)
    return session
  }

  routes.get('/', async (c) => {
    const { userId, tenantId } = sessionOf(c.var.caller)
    return c.json(userOf(await engine.getStatus(userId, { tenantId })))
  })

  routes.post('/deletion-token', async (c) => {
    const session = writer(c)
    const { token, expiresAt } = await engine.requestOwnDeletion(session)
    const { email: to, userId } = session
    await sendMail({ to, about: 'confirm_deletion', userId, token })
    return c.json({ expires_at: expiresAt }, 202)
  })

  routes.delete('/', async (c) => {
    const session = writer(c)
    const { confirm, ...rest } = await readBody(c, {
      confirm: v.optional(v.boolean(), false),
      token: v.exactOptional(v.string()),
    })
    // The engine refuses whatever is not `true`.
    const outcome = await engine.deleteOwnAccount(session, { confirm: confirm as true, ...rest })
    if (outcome.status === 'deleted') return c.body(null, 204)
    const { dueAt, cancelToken } = outcome
    const { email: to, userId } = session
    const mail: Mail = { to, about: 'deletion_scheduled', userId, token: cancelToken }
    // The deletion is scheduled, and the answer holds the token too, so a mail that fails changes nothing.
    await sendMail(mail).catch((cause: unknown) => logger.warn('a mail was not sent', { cause }))
    return c.json({ status: 'scheduled', due_at: dueAt, cancel_token: cancelToken })
  })

  return routes
}

export interface CancelParts {
  readonly engine: Engine
  readonly tenantId: string
}

/** Nobody is signed in here any more, so the token alone proves who asks, and every failure looks the same. */
export async function cancelOwnDeletion(c: Context, { engine, tenantId }: CancelParts) {
  const { user_id: userId, token } = await readBody(c, { user_id: v.string(), token: v.string() })
  try {
    return c.json(userOf(await engine.cancelDeletion(userId, { tenantId, cancelToken: token })))
  } catch (error) {
    const tells = ['resource_not_found', 'invalid_transition', 'invalid_id']
    if (!(error instanceof UserDeletionError && tells.includes(error.code))) throw error
    throw new UserDeletionError('confirmation_invalid', 'The token does not cancel this deletion.')
  }
}
