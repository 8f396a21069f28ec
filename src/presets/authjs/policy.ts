/**
 * A policy for the database of an Auth.js server.
 *
 * @module
 */
import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy, PolicyInput, TableInput } from '../../policy/policy.ts'
import { namesOf, type Rename } from '../names.ts'

/** Tables by Auth.js' own word for what they hold. */
export type AuthjsModel = 'User' | 'Account' | 'Session' | 'VerificationToken' | 'Authenticator'

export interface AuthjsOptions {
  /** Whose table names and ids the database has. Default `kysely`. */
  readonly adapter?: 'kysely' | 'drizzle' | 'mongodb' | 'pg'
  /** The database has a table for WebAuthn. Default: no. */
  readonly authenticators?: boolean
  /** `{ User: { modelName: 'people', fields: { email: 'mail' } } }`. */
  readonly rename?: Rename<AuthjsModel>
  /** The host's own tables. */
  readonly tables?: Readonly<Record<string, TableInput>>
}

/** Auth.js has no tenants, so no call names one. */
export type AuthjsPolicy = Policy<PolicyInput & { readonly user: { readonly tenant?: never } }>

const TABLES: Readonly<
  Record<NonNullable<AuthjsOptions['adapter']>, Readonly<Record<AuthjsModel, string>>>
> = {
  kysely: {
    User: 'User',
    Account: 'Account',
    Session: 'Session',
    VerificationToken: 'VerificationToken',
    Authenticator: 'Authenticator',
  },
  drizzle: {
    User: 'user',
    Account: 'account',
    Session: 'session',
    VerificationToken: 'verificationToken',
    Authenticator: 'authenticator',
  },
  mongodb: {
    User: 'users',
    Account: 'accounts',
    Session: 'sessions',
    VerificationToken: 'verification_tokens',
    Authenticator: 'authenticators',
  },
  pg: {
    User: 'users',
    Account: 'accounts',
    Session: 'sessions',
    VerificationToken: 'verification_token',
    Authenticator: 'authenticators',
  },
}

/**
 * A policy for the tables of an Auth.js adapter. Addresses are compared as they are stored: Auth.js writes
 * those of e-mail sign-ins in lower case.
 *
 * @example
 * const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: authjsPolicy() })
 */
export function authjsPolicy(options: AuthjsOptions = {}): AuthjsPolicy {
  const { adapter = 'kysely' } = options
  const { table, column } = namesOf(options.rename ?? {}, (model) => TABLES[adapter][model])
  const isMongo = adapter === 'mongodb'
  const input: PolicyInput = {
    name: 'authjs',
    version: 1,
    user: {
      table: table('User'),
      id: isMongo ? '_id' : column('User', 'id'),
      ...(isMongo ? { idType: 'objectId' } : {}),
      fields: { email: column('User', 'email') },
    },
    tables: {
      [table('Session')]: {
        match: column('Session', 'userId'),
        action: 'delete',
        grantsAccess: true,
        reason: 'a session lets in',
        event: 'session.revoked',
      },
      [table('Account')]: {
        match: column('Account', 'userId'),
        action: 'delete',
        reason: 'the tokens of a linked provider serve this account only',
        event: 'oauth.disconnected',
      },
      [table('VerificationToken')]: {
        match: { column: column('VerificationToken', 'identifier'), equals: { user: 'email' } },
        action: 'delete',
        grantsAccess: true,
        reason: 'a link sent to the address signs in',
      },
      ...(options.authenticators
        ? {
            [table('Authenticator')]: {
              match: column('Authenticator', 'userId'),
              action: 'delete',
              reason: 'a passkey signs in by itself',
              event: 'mfa.removed',
            } as const,
          }
        : {}),
      ...options.tables,
    },
  }
  return definePolicy(input) as AuthjsPolicy
}
