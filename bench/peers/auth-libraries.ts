/**
 * better-auth and the adapters of Auth.js on the tables of the benchmark, and after each of their
 * deletions the steps that they leave out, so that all do the same.
 *
 * @module
 */
import { DrizzleAdapter } from '@auth/drizzle-adapter'
import { type Database as AuthTables, KyselyAdapter } from '@auth/kysely-adapter'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { admin } from 'better-auth/plugins'
import type Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import {
  IdentifierNode,
  Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  SqliteDialect,
} from 'kysely'
import { TENANT } from '../support/database.ts'
import type { Contender } from '../support/measure.ts'
import { forEachUser, prepareRest } from './statements.ts'

const ADMIN = 'usr_bench_admin'

/** better-auth on these tables, whichever database holds them. */
export function openBetterAuth(db: NonNullable<BetterAuthOptions['database']>) {
  return betterAuth({
    database: db,
    baseURL: 'http://localhost:3000',
    secret: 'a secret of the benchmark, long enough to be taken',
    logger: { disabled: true },
    telemetry: { enabled: false },
    // The tables are those of the benchmark: what the deletion touches is there.
    advanced: { database: { validateSchema: false } },
    user: {
      modelName: 'users',
      fields: {
        emailVerified: 'email_verified',
        image: 'avatar_url',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'user_id',
        token: 'refresh_token_hash',
        expiresAt: 'expires_at',
        createdAt: 'created_at',
        updatedAt: 'last_active_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
      },
    },
    account: {
      modelName: 'oauth_connections',
      fields: { userId: 'user_id', providerId: 'provider', accountId: 'provider_user_id' },
    },
    plugins: [admin({ adminUserIds: [ADMIN] })],
  })
}

const BETTER_AUTH_CLEANS = ['sessions', 'oauth_connections']

/** `internalAdapter.deleteUser` for one user after the other. */
export const betterAuthDeleteUser: Contender = async (db, ids) => {
  const { internalAdapter } = await openBetterAuth(db).$context
  const rest = prepareRest(db, BETTER_AUTH_CLEANS)
  return () =>
    forEachUser(db, ids, async (user) => {
      await internalAdapter.deleteUser(user.id)
      rest(user)
    })
}

/** `auth.api.removeUser` as an administrator who is signed in. */
export const betterAuthRemoveUser: Contender = async (db, ids) => {
  const auth = openBetterAuth(db)
  db.prepare('INSERT OR IGNORE INTO users (id, tenant_id, email) VALUES (?, ?, ?)').run(
    ADMIN,
    TENANT,
    'admin@bench.example',
  )
  db.prepare(
    "INSERT OR REPLACE INTO sessions (id, user_id, tenant_id, refresh_token_hash, expires_at, last_active_at) VALUES ('ses_admin', ?, ?, 'admin-token', '2100-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z')",
  ).run(ADMIN, TENANT)
  const context = await auth.$context
  const { name } = context.authCookies.sessionToken
  const headers = new Headers({ cookie: `${name}=${await signed('admin-token', context.secret)}` })
  const rest = prepareRest(db, BETTER_AUTH_CLEANS)
  return () =>
    forEachUser(db, ids, async (user) => {
      await auth.api.removeUser({ body: { userId: user.id }, headers })
      rest(user)
    })
}

/** A cookie's value with its signature, as better-auth writes it. */
async function signed(value: string, secret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), algorithm, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', key, bytes.encode(value))
  return encodeURIComponent(`${value}.${Buffer.from(signature).toString('base64')}`)
}

/** Auth.js' Drizzle adapter, on tables of these names. It deletes the user row alone. */
export const authDrizzle: Contender = (db, ids) => {
  const usersTable = sqliteTable('users', {
    id: text('id').primaryKey(),
    name: text('name'),
    email: text('email'),
    emailVerified: integer('email_verified', { mode: 'timestamp_ms' }),
    image: text('avatar_url'),
  })
  const accountsTable = sqliteTable(
    'oauth_connections',
    {
      userId: text('user_id').notNull(),
      type: text('type').$type<'oauth'>().notNull(),
      provider: text('provider').notNull(),
      providerAccountId: text('provider_user_id').notNull(),
      refresh_token: text('refresh_token'),
      access_token: text('access_token'),
      expires_at: integer('expires_at'),
      token_type: text('token_type'),
      scope: text('scope'),
      id_token: text('id_token'),
      session_state: text('session_state'),
    },
    ({ provider, providerAccountId }) => [primaryKey({ columns: [provider, providerAccountId] })],
  )
  const adapter = DrizzleAdapter(drizzle(db), { usersTable, accountsTable })
  return withAdapter(db, ids, adapter)
}

/** Auth.js' Kysely adapter, its table renamed. It deletes the user row alone. */
export const authKysely: Contender = (db, ids) => {
  const kysely = new Kysely<AuthTables>({
    dialect: new SqliteDialect({ database: db }),
    plugins: [renaming({ User: 'users' })],
  })
  return withAdapter(db, ids, KyselyAdapter(kysely))
}

function withAdapter(
  db: Database.Database,
  ids: readonly string[],
  adapter: { deleteUser?: (id: string) => unknown },
): () => Promise<number> {
  const rest = prepareRest(db)
  return () =>
    forEachUser(db, ids, async (user) => {
      rest(user)
      await adapter.deleteUser?.(user.id)
    })
}

function renaming(names: Readonly<Record<string, string>>): KyselyPlugin {
  class Renamer extends OperationNodeTransformer {
    protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
      return IdentifierNode.create(names[node.name] ?? node.name)
    }
  }
  const renamer = new Renamer()
  return {
    transformQuery: ({ node, queryId }) => renamer.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  }
}
