/**
 * What a host says about its better-auth.
 *
 * @module
 */
import type { NativeIdType, TableInput } from '../../policy/policy.ts'
import { type Names, namesOf, type Rename } from '../names.ts'

/** Plugins by the name they are imported under. `teams` and `dynamicAccessControl` are options of `organization`. */
export type BetterAuthPlugin =
  | 'admin'
  | 'anonymous'
  | 'apiKey'
  | 'bearer'
  | 'captcha'
  | 'customSession'
  | 'deviceAuthorization'
  | 'dynamicAccessControl'
  | 'emailOTP'
  | 'genericOAuth'
  | 'haveIBeenPwned'
  | 'jwt'
  | 'lastLoginMethod'
  | 'magicLink'
  | 'multiSession'
  | 'oAuthProxy'
  | 'oauthPopup'
  | 'oneTap'
  | 'oneTimeToken'
  | 'openAPI'
  | 'organization'
  | 'passkey'
  | 'phoneNumber'
  | 'siwe'
  | 'teams'
  | 'twoFactor'
  | 'username'

export interface BetterAuthOptions {
  /** The plugins that are on. */
  readonly plugins?: readonly BetterAuthPlugin[]
  /** By better-auth's own model: `{ user: { modelName: 'people', fields: { email: 'mail' } } }`. */
  readonly rename?: Rename
  /** As in the adapter's option of this name. */
  readonly usePlural?: boolean
  /** `mongodb`: the id stands in `_id`, an ObjectId where `generateId` does not say otherwise. Default `sql`. */
  readonly database?: 'sql' | 'mongodb'
  /** As in better-auth's `advanced.database.generateId`; `custom` for a function of the host. */
  readonly generateId?: 'serial' | 'uuid' | 'custom'
  /** Rate limits are kept in the database (`rateLimit.storage`). */
  readonly rateLimit?: boolean
  /** The last owner of an organization: refused (default), or only shown in the plan. */
  readonly soleOwner?: 'block' | 'warn'
  /** The role that owns an organization (the plugin's `creatorRole`). Default `owner`. */
  readonly ownerRole?: string
  /** Other roles a member may hold beside it. Default `admin` and `member`. */
  readonly otherRoles?: readonly string[]
  /** A user who takes over the invitations of users who go. Without it those invitations are deleted. */
  readonly ghost?: { readonly id: string }
  /** The host's own tables, and those of plugins that are not listed here. */
  readonly tables?: Readonly<Record<string, TableInput>>
}

/** The options, each with its default. */
export interface Setup {
  readonly names: Names
  readonly isMongo: boolean
  /** What the user table holds. Where better-auth declares no reference, ids are text. */
  readonly ids: 'text' | 'number' | NativeIdType
  readonly options: BetterAuthOptions
  has(plugin: BetterAuthPlugin): boolean
}

export function setupOf(options: BetterAuthOptions): Setup {
  const plugins = new Set(options.plugins ?? [])
  return {
    options,
    names: pluralOf(
      namesOf(options.rename ?? {}, (model) => model),
      options.usePlural ?? false,
    ),
    isMongo: options.database === 'mongodb',
    ids: idsOf(options),
    has: (plugin) => plugins.has(plugin),
  }
}

function idsOf({ database, generateId }: BetterAuthOptions): Setup['ids'] {
  if (database !== 'mongodb') return generateId === 'serial' ? 'number' : 'text'
  if (generateId === 'uuid') return 'uuid'
  return generateId === 'custom' ? 'text' : 'objectId'
}

/** The plural stands behind own names too. */
function pluralOf(names: Names, usePlural: boolean): Names {
  return usePlural ? { ...names, table: (model) => `${names.table(model)}s` } : names
}
