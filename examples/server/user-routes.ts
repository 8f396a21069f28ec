/**
 * What a tenant's own server asks for its users: `/v1/users`.
 *
 * @module
 */
import { type Context, Hono } from 'hono'
import type { DeleteOptions } from 'user-deletion-engine'
import * as v from 'valibot'
import { type Env, keyWith, type Scope } from './auth.ts'
import { limitBody, readBody } from './body.ts'
import type { Engine } from './database.ts'
import { HttpError } from './errors.ts'
import { userOf } from './present.ts'
import type { RateLimit } from './rate-limit.ts'

export interface UserRouteParts {
  readonly engine: Engine
  readonly limits: { readonly writes: RateLimit; readonly bulk: RateLimit }
}

const INSTANT = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
)
const MAX_IDS = 1_000

export function userRoutes({ engine, limits }: UserRouteParts): Hono<Env> {
  const routes = new Hono<Env>()
  const small = limitBody(8 * 1_024)

  /** The id in the path, with the tenant of the key, which has to have the scope. */
  function read(c: Context<Env, '/:id'>, scope: Scope = 'users:read') {
    const { id: requestedBy, tenantId } = keyWith(scope, c.var.caller)
    return { id: c.req.param('id'), requestedBy, tenantId }
  }

  function write(c: Context<Env, '/:id'>, scope: Scope) {
    const target = read(c, scope)
    limits.writes(target.requestedBy)
    return target
  }

  routes.get('/:id', async (c) => {
    const { caller } = c.var
    // Users may look at themselves.
    const isOwn = caller.kind === 'user' && caller.id === c.req.param('id')
    const { id, tenantId } = isOwn ? { ...caller.session, id: caller.id } : read(c)
    return c.json(userOf(await engine.getStatus(id, { tenantId })))
  })

  routes.get('/:id/plan', async (c) => {
    const { id, tenantId } = read(c)
    return c.json(await engine.plan(id, { tenantId }))
  })

  routes.delete('/:id', async (c) => {
    const { id, ...scope } = write(c, 'users:delete')
    await engine.delete(id, { ...scope, ...idempotencyOf(c) })
    return c.body(null, 204)
  })

  routes.post('/:id/disable', small, async (c) => {
    const { id, tenantId } = write(c, 'users:disable')
    const body = await readBody(c, { revoke_sessions: v.optional(v.boolean(), true) })
    const revokeSessions = body.revoke_sessions
    return c.json(userOf(await engine.disable(id, { tenantId, revokeSessions })))
  })

  routes.post('/:id/enable', async (c) => {
    const { id, tenantId } = write(c, 'users:disable')
    return c.json(userOf(await engine.enable(id, { tenantId })))
  })

  routes.post('/:id/schedule-deletion', small, async (c) => {
    const { id, ...scope } = write(c, 'users:delete')
    const when = await readBody(c, {
      after: v.exactOptional(v.string()),
      at: v.exactOptional(INSTANT),
      reason: v.exactOptional(v.string()),
    })
    return c.json(userOf(await engine.scheduleDeletion(id, { ...scope, ...when })))
  })

  routes.delete('/:id/schedule-deletion', async (c) => {
    const { id, tenantId } = write(c, 'users:delete')
    return c.json(userOf(await engine.cancelDeletion(id, { tenantId })))
  })

  routes.post('/:id/erase', small, async (c) => {
    const { id, ...scope } = write(c, 'users:delete')
    const { requested_at: requestedAt, ...body } = await readBody(c, {
      requested_at: v.exactOptional(INSTANT),
      reason: v.exactOptional(v.string()),
    })
    const asked = requestedAt === undefined ? body : { ...body, requestedAt }
    const result = await engine.erase(id, { ...scope, ...asked, ...idempotencyOf(c) })
    // While an external eraser is not done, the user is shut out but still there.
    return c.json(result, result.status === 'erased' ? 200 : 202)
  })

  routes.post('/bulk-delete', limitBody(1_024 * 1_024), async (c) => {
    const { id: requestedBy, tenantId } = keyWith('users:bulk_delete', c.var.caller)
    limits.bulk(requestedBy)
    const body = await readBody(c, {
      ids: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(MAX_IDS)),
      dry_run: v.optional(v.boolean(), false),
      expect: v.optional(v.string()),
      reason: v.exactOptional(v.string()),
    })
    const { ids, dry_run: isDryRun, expect: digest, ...asked } = body
    if (isDryRun) return c.json(await engine.planMany(ids, { tenantId }))
    if (digest === undefined) {
      throw new HttpError(
        422,
        'invalid_argument',
        'Send `dry_run` first, then `expect` its digest.',
      )
    }
    const { errors, ...counts } = await engine.deleteMany(ids, {
      tenantId,
      requestedBy,
      expect: { digest },
      ...asked,
    })
    const { requested, deleted, alreadyDeleted, duplicates, failed, stopped } = counts
    return c.json({
      requested,
      deleted,
      already_deleted: alreadyDeleted,
      duplicates,
      failed,
      // The place in the list says who; at most the first 100.
      errors: errors.map(({ index, error }) => ({ index, ...error.toJSON() })),
      stopped: stopped !== null,
    })
  })

  routes.get('/:id/holds', async (c) => {
    const { id, tenantId } = read(c)
    await engine.getUser(id, { tenantId })
    return c.json(await engine.holds(id, { tenantId }))
  })

  routes.post('/:id/holds', small, async (c) => {
    const { id, tenantId } = write(c, 'users:delete')
    const terms = await readBody(c, { reason: v.string(), until: v.exactOptional(INSTANT) })
    return c.json(await engine.placeHold(id, { tenantId, ...terms }), 201)
  })

  routes.delete('/:id/holds/:hold', async (c) => {
    const { id, tenantId } = write(c, 'users:delete')
    await engine.releaseHold(id, { tenantId, holdId: c.req.param('hold') })
    return c.body(null, 204)
  })

  return routes
}

/** With the same key a call that is made again gives the same answer. */
function idempotencyOf(c: Context): Pick<DeleteOptions, 'idempotencyKey'> {
  const key = c.req.header('Idempotency-Key')
  return key === undefined ? {} : { idempotencyKey: key }
}
