/**
 * better-auth whose users leave through the engine, whichever of its routes they leave by: their own, the
 * one in a mail, the administrators', and those by which guests go. One deletion, one veto, one receipt.
 *
 * @module
 */
import {
  type BetterAuthOptions as AuthOptions,
  betterAuth,
  type GenericEndpointContext,
  type User,
} from 'better-auth'
import { APIError, createAuthMiddleware, getAuthoritativeSessionFromCtx } from 'better-auth/api'
import { admin, anonymous, organization } from 'better-auth/plugins'
import { defaultRoles } from 'better-auth/plugins/admin/access'
import type Database from 'better-sqlite3'
import { type Hooks, UserDeletionEngine, UserDeletionError } from 'user-deletion-engine'
import { type BetterAuthPolicy, betterAuthPolicy } from 'user-deletion-engine/presets/better-auth'
import { sqliteStore } from 'user-deletion-engine/sqlite'

type Engine = UserDeletionEngine<BetterAuthPolicy>

export interface LeavingOptions {
  readonly secret: string
  /** Says no: to every route alike. */
  readonly beforeDelete?: Hooks['beforeDelete']
  /** Sends the link that confirms a deletion. Without it users confirm by their password. */
  readonly sendLink?: (user: User, url: string) => Promise<void>
}

/** The engine on the database of better-auth. */
export function createEngine(db: Database.Database, { beforeDelete }: LeavingOptions): Engine {
  return new UserDeletionEngine({
    store: sqliteStore(db),
    policy: betterAuthPolicy({ plugins: ['organization', 'admin', 'anonymous'] }),
    ...(beforeDelete === undefined ? {} : { hooks: { beforeDelete } }),
  })
}

/** What better-auth is made with; its migration takes the same. */
export function authOptions(db: Database.Database, engine: Engine, options: LeavingOptions) {
  const { secret, sendLink } = options
  return {
    database: db,
    secret,
    baseURL: 'http://localhost:3000',
    logger: { disabled: true },
    emailAndPassword: { enabled: true },
    plugins: [organization(), admin(), anonymous()],
    user: {
      deleteUser: {
        enabled: true,
        // Runs before better-auth deletes anything; what it then looks for is gone.
        beforeDelete: (user: User) => leave(engine, user.id, { requestedBy: user.id }),
        ...(sendLink === undefined
          ? {}
          : { sendDeleteAccountVerification: ({ user, url }) => sendLink(user, url) }),
      },
    },
    hooks: { before: beforeRoutes(engine) },
    databaseHooks: {
      user: {
        delete: {
          // Whatever else deletes users, such as guests who have signed up. Not called for users who are gone.
          before: (user: User) => leave(engine, user.id, { requestedBy: user.id }),
        },
      },
    },
  } satisfies AuthOptions
}

export function createAuth(db: Database.Database, engine: Engine, options: LeavingOptions) {
  return betterAuth(authOptions(db, engine, options))
}

function beforeRoutes(engine: Engine) {
  return createAuthMiddleware(async (ctx) => {
    switch (ctx.path) {
      case '/delete-user':
      case '/delete-user/callback':
        return refuseImpersonation(ctx)
      case '/admin/remove-user':
        return removeThrough(engine, ctx)
    }
  })
}

/** Nobody deletes an account by standing in for its user. */
async function refuseImpersonation(ctx: GenericEndpointContext): Promise<void> {
  const session = await getAuthoritativeSessionFromCtx(ctx)
  if (!session?.session['impersonatedBy']) return
  const message = 'Only the user can delete the own account.'
  throw new APIError(403, { code: 'impersonation_refused', message })
}

/**
 * The administrators' route has no hook of its own and deletes sessions before it asks anybody, so the
 * engine answers in its place. What it would refuse anyway goes on to it, and is refused there.
 */
async function removeThrough(engine: Engine, ctx: GenericEndpointContext) {
  const session = await getAuthoritativeSessionFromCtx(ctx)
  const userId: unknown = ctx.body?.userId
  if (session === null || typeof userId !== 'string' || userId === session.user.id) return
  if (!mayDelete(String(session.user['role'] ?? ''))) return
  if ((await ctx.context.internalAdapter.findUserById(userId)) === null) return
  await leave(engine, userId, { requestedBy: session.user.id })
  return ctx.json({ success: true })
}

/** As the plugin asks it of its own roles. */
function mayDelete(roles: string): boolean {
  const held: readonly string[] = roles.split(',')
  return Object.entries(defaultRoles).some(
    ([name, role]) => held.includes(name) && role.authorize({ user: ['delete'] }).success,
  )
}

async function leave(
  engine: Engine,
  userId: string,
  options: { readonly requestedBy: string },
): Promise<void> {
  try {
    await engine.delete(userId, options)
  } catch (error) {
    if (!(error instanceof UserDeletionError)) throw error
    const { code, message, status } = error
    throw new APIError(status as 409, { code, message })
  }
}
