/**
 * A policy for the database of a better-auth server.
 *
 * @module
 */
import { definePolicy } from '../../policy/define-policy.ts'
import type { CheckInput, Policy, PolicyInput, UserInput } from '../../policy/policy.ts'
import { type BetterAuthOptions, type Setup, setupOf } from './options.ts'
import { ownerRoles } from './owner-roles.ts'
import { modelRules } from './tables.ts'

/** better-auth has no tenants, so no call names one. */
export type BetterAuthPolicy = Policy<PolicyInput & { readonly user: { readonly tenant?: never } }>

/**
 * A policy for better-auth's own tables with the plugins that are on, under the names that they have in
 * the host's database. A table of a plugin that is not named is refused by the engine at its first use.
 *
 * @example
 * const policy = betterAuthPolicy({ plugins: ['organization', 'twoFactor', 'admin'] })
 * const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
 */
export function betterAuthPolicy(options: BetterAuthOptions = {}): BetterAuthPolicy {
  const setup = setupOf(options)
  const { names } = setup
  const tables = Object.entries(modelRules(setup)).map(([model, rules]) => [
    names.table(model),
    rules,
  ])
  const input: PolicyInput = {
    name: 'better-auth',
    version: 1,
    user: userOf(setup),
    tables: { ...Object.fromEntries(tables), ...options.tables },
    ...(setup.has('organization') ? { checks: { sole_owner: soleOwner(setup) } } : {}),
  }
  return definePolicy(input) as BetterAuthPolicy
}

function userOf({ names, isMongo, ids, options, has }: Setup): UserInput {
  const column = (field: string) => names.column('user', field)
  const phone = has('phoneNumber') ? { phoneNumber: column('phoneNumber') } : {}
  return {
    table: names.table('user'),
    id: isMongo ? '_id' : 'id',
    ...(ids === 'text' || ids === 'number' ? {} : { idType: ids }),
    createdAt: column('createdAt'),
    fields: { email: column('email'), ...phone },
    ...(options.ghost === undefined ? {} : { ghost: options.ghost }),
    ...(has('admin') ? { status: bannedStatus(column) } : {}),
  }
}

/** A ban without an end: the plugin lifts one that has expired at the next sign-in. */
function bannedStatus(column: (field: string) => string): NonNullable<UserInput['status']> {
  const [banned, reason, expires] = [column('banned'), column('banReason'), column('banExpires')]
  return {
    disabled: { [banned]: true, [reason]: 'disabled', [expires]: null },
    active: { [banned]: false, [reason]: null, [expires]: null },
  }
}

function soleOwner({ names, options }: Setup): CheckInput {
  const column = (field: string) => names.column('member', field)
  const { ownerRole = 'owner', otherRoles = ['admin', 'member'], soleOwner: effect } = options
  return {
    table: names.table('member'),
    match: column('userId'),
    where: { [column('role')]: ownerRoles(ownerRole, otherRoles) },
    within: column('organizationId'),
    effect: effect ?? 'block',
    remedy: 'Make another member the owner of the organization, or delete it, first.',
  }
}
