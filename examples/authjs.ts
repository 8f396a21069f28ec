/**
 * Auth.js whose users leave through the engine. Auth.js has no route for leaving, so this one adds its own:
 * a token comes by mail, and handing it in deletes the account.
 *
 * @module
 */
import { Auth, type AuthConfig } from '@auth/core'
import { type Database as AuthTables, KyselyAdapter } from '@auth/kysely-adapter'
import type Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import {
  type Hooks,
  type OwnSession,
  UserDeletionEngine,
  UserDeletionError,
} from 'user-deletion-engine'
import { authjsPolicy } from 'user-deletion-engine/presets/authjs'
import { sqliteStore } from 'user-deletion-engine/sqlite'

export interface AuthOptions {
  readonly secret: string
  readonly origin: string
  readonly sendMail: (to: string, text: string) => Promise<void>
  readonly strategy?: 'database' | 'jwt'
  readonly beforeDelete?: Hooks['beforeDelete']
}

export function createEngine(db: Database.Database, { beforeDelete }: AuthOptions) {
  return new UserDeletionEngine({
    store: sqliteStore(db),
    policy: authjsPolicy(),
    hooks: beforeDelete === undefined ? {} : { beforeDelete },
    // The token from the mail is the proof of who asks.
    selfService: { isRecentlyAuthenticated: () => true, requiresToken: true, coolingOff: null },
  })
}

type Engine = ReturnType<typeof createEngine>

/** Answers `/auth/*` as Auth.js does, and `/account*` through the engine. */
export function createServer(db: Database.Database, engine: Engine, options: AuthOptions) {
  const config = authConfig(db, engine, options)

  /** Who asks, in the words of Auth.js' own session: never of the request's body. */
  async function sessionOf(request: Request): Promise<(OwnSession & { email: string }) | null> {
    const cookie = request.headers.get('cookie') ?? ''
    const answer = await Auth(
      new Request(`${options.origin}/auth/session`, { headers: { cookie } }),
      config,
    )
    const session = (await answer.json()) as { user: { id: string; email: string } } | null
    if (session === null) return null
    const { id: userId, email } = session.user
    // Auth.js' sessions have no lasting id, so any session of the user may hand the token in.
    return { id: userId, userId, email }
  }

  async function account(request: Request): Promise<Response> {
    if (request.headers.get('origin') !== options.origin) return refuse(403, 'forbidden')
    const session = await sessionOf(request)
    if (session === null) return refuse(401, 'unauthorized')
    const route = `${request.method} ${new URL(request.url).pathname}`
    if (route === 'POST /account/deletion-token') {
      const { token } = await engine.requestOwnDeletion(session)
      await options.sendMail(session.email, token)
      return new Response(null, { status: 202 })
    }
    if (route === 'DELETE /account') {
      const { token } = (await request.json()) as { token: string }
      await engine.deleteOwnAccount(session, { confirm: true, token })
      return new Response(null, { status: 204 })
    }
    return refuse(404, 'not_found')
  }

  return async (request: Request): Promise<Response> => {
    if (!new URL(request.url).pathname.startsWith('/account')) return Auth(request, config)
    return account(request).catch((error: unknown) => {
      if (!(error instanceof UserDeletionError)) throw error
      return Response.json(error, { status: error.status })
    })
  }
}

/** What Auth.js is made with. */
export function authConfig(
  db: Database.Database,
  engine: Engine,
  options: AuthOptions,
): AuthConfig {
  const kysely = new Kysely<AuthTables>({ dialect: new SqliteDialect({ database: db }) })
  return {
    adapter: {
      ...KyselyAdapter(kysely),
      // Every caller of the adapter goes the same way.
      deleteUser: async (id) => {
        await engine.delete(id, {})
      },
    },
    secret: options.secret,
    trustHost: true,
    basePath: '/auth',
    session: { strategy: options.strategy ?? 'database' },
    callbacks: {
      // Users who are disabled, or whose deletion is scheduled, stay out.
      signIn: async ({ user }) => (await stateOf(engine, user.id)) === 'active',
      // A token is good until it expires, so it is asked here whether its user is still there.
      jwt: async ({ token }) =>
        (await engine.isDeleted(token.sub ?? '', { issuedAt: token.iat ?? 0 })) ? null : token,
      session: ({ session, user, token }) => ({
        expires: session.expires,
        user: { id: user?.id ?? token.sub, email: session.user.email },
      }),
    },
    providers: [
      {
        id: 'email',
        type: 'email',
        name: 'Email',
        from: 'no-reply@example.com',
        maxAge: 600,
        options: {},
        sendVerificationRequest: ({ identifier, url }) => options.sendMail(identifier, url),
      },
    ],
  }
}

/** Somebody who signs up has an id, and no row yet. */
async function stateOf(engine: Engine, userId: string | undefined): Promise<string> {
  try {
    return (await engine.getStatus(userId ?? '', {})).state
  } catch (error) {
    if (error instanceof UserDeletionError && error.code === 'resource_not_found') return 'active'
    throw error
  }
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status })
}
