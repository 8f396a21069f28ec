/**
 * better-auth whose users leave through the engine, whichever of its routes they leave by: their own, the
 * one in a mail, and the administrators'. One deletion, one veto, one receipt.
 *
 * The anonymous plugin deletes guests past all of these; a server that has it on sees to them itself.
 *
 * @module
 */
import { type BetterAuthOptions as AuthOptions, betterAuth, type User } from 'better-auth'
import { APIError, createAuthMiddleware, getAuthoritativeSessionFromCtx } from 'better-auth/api'
import { admin, organization } from 'better-auth/plugins'
import { defaultRoles } from 'better-auth/plugins/admin/access'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { type Hooks, UserDeletionEngine, UserDeletionError } from '../src/index.ts'
import { type BetterAuthPolicy, betterAuthPolicy } from '../src/presets/better-auth/index.ts'

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
    policy: betterAuthPolicy({ plugins: ['organization', 'admin'] }),
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
    plugins: [organization(), admin()],
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
    hooks: { before: removeThrough(engine) },
  } satisfies AuthOptions
}

export function createAuth(db: Database.Database, engine: Engine, options: LeavingOptions) {
  return betterAuth(authOptions(db, engine, options))
}

/**
 * The administrators' route has no hook of its own and deletes sessions before it asks anybody, so the
 * engine answers in its place. What it would refuse anyway goes on to it, and is refused there.
 */
function removeThrough(engine: Engine) {
  return createAuthMiddleware(async (ctx) => {
    if (ctx.path !== '/admin/remove-user') return
    const session = await getAuthoritativeSessionFromCtx(ctx)
    const userId: unknown = ctx.body?.userId
    if (session === null || typeof userId !== 'string' || userId === session.user.id) return
    if (!mayDelete(String(session.user['role'] ?? ''))) return
    if ((await ctx.context.internalAdapter.findUserById(userId)) === null) return
    await leave(engine, userId, { requestedBy: session.user.id })
    return ctx.json({ success: true })
  })
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
