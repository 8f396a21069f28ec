/**
 * What happens to every document of a user: the table of the source document, and what it does not mention.
 *
 * @module
 */
import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy, PolicyInput, TenantInput } from '../../policy/policy.ts'
import { keptCollections } from './kept.ts'
import { tenantCollections } from './tenant.ts'

/** With tenants, so that every call needs a `tenantId`. */
type HelloJohnPolicy = PolicyInput & {
  readonly user: { readonly tenant: string }
  readonly tenant: TenantInput
}

const input: HelloJohnPolicy = {
  name: 'hellojohn-mongodb',
  version: 1,
  user: {
    table: 'users',
    id: '_id',
    idType: 'objectId',
    tenant: 'tenantId',
    createdAt: 'createdAt',
    fields: { email: 'email' },
    status: {
      disabled: { status: 'disabled', disabledAt: '$atDate' },
      active: { status: 'active', disabledAt: null, disabledUntil: null, disabledReason: null },
    },
  },
  audit: {
    table: 'auditLog',
    // The kind of the requester is not known here, so the engine itself stands as the actor's type.
    entry: {
      _id: '$id',
      type: '$action',
      'actor.id': '$requestedBy',
      'actor.type': 'system',
      'resource.id': '$userId',
      'resource.type': 'user',
      tenantId: '$tenantId',
      result: 'success',
      createdAt: '$atDate',
    },
  },
  tables: {
    // What lets the user in.
    sessions: {
      match: 'userId',
      action: 'delete',
      grantsAccess: true,
      event: 'session.revoked',
      reason: 'active sessions are revoked with the account',
    },
    trustedDevices: {
      match: 'userId',
      action: 'delete',
      grantsAccess: true,
      reason: 'a trusted device passes the second factor',
    },
    passwordResetTokens: {
      match: 'userId',
      action: 'delete',
      grantsAccess: true,
      reason: 'an open reset sets a new password',
    },
    emailVerificationTokens: [
      {
        match: 'userId',
        action: 'delete',
        grantsAccess: true,
        reason: 'an open verification confirms an address',
      },
      {
        match: { column: 'email', equals: { user: 'email' } },
        tenant: 'tenantId',
        action: 'delete',
        grantsAccess: true,
        reason: 'sent ahead of the sign-up, a token knows only the address',
      },
    ],
    recoveryCodes: {
      match: 'userId',
      action: 'delete',
      reason: 'a recovery code signs in without the second factor',
    },
    webauthnCredentials: {
      match: 'userId',
      action: 'delete',
      reason: 'a passkey signs in by itself',
    },

    // What else belongs to the account.
    mfaFactors: {
      match: 'userId',
      action: 'delete',
      event: 'mfa.removed',
      reason: 'a second factor guards only the account it belongs to',
    },
    oauthConnections: {
      match: 'userId',
      action: 'delete',
      event: 'oauth.disconnected',
      reason: 'a connection leads to the account elsewhere, with its tokens',
    },
    passwordHistory: {
      match: 'userId',
      action: 'delete',
      reason: 'old hashes serve only the account they guard',
    },

    // Organizations, and the user's part in them.
    organizations: 'unrelated',
    organizationMemberships: {
      match: 'userId',
      action: 'delete',
      event: 'org.member.removed',
      reason: 'the user leaves all organizations, which stay',
    },
    roleAssignments: {
      match: 'userId',
      action: 'delete',
      reason: 'a role without its holder means nothing',
    },
    invitations: {
      rules: [
        {
          match: { column: 'email', equals: { user: 'email' } },
          tenant: 'tenantId',
          action: 'delete',
          reason: 'an invitation to the user holds the address and opens a way back in',
        },
        {
          match: 'invitedBy',
          action: 'detach',
          reason: 'an invitation belongs to the organization and outlives whoever sent it',
        },
      ],
      // Users who invited their own address: the document holds it, so it goes.
      precedence: ['delete', 'detach'],
    },
    ...keptCollections,
  },
  tenant: { tables: tenantCollections },
  checks: {
    sole_owner: {
      table: 'organizationMemberships',
      match: 'userId',
      where: { role: 'owner' },
      within: 'organizationId',
      effect: 'warn',
      remedy: 'Hand the organization over to another member, or delete it, first.',
    },
  },
}

/**
 * The policy of the platform's documents: ObjectIds as ids, dates as dates, text as tenant ids.
 *
 * Metadata and event data are free-form: a host that puts more of a person there adds the paths. They are
 * documents, not JSON in a text, which no rule can look into. Addresses are compared byte for byte, so keep
 * them in one spelling.
 *
 * @example
 * await createIndexes(db)
 * const engine = new UserDeletionEngine({ store: mongoStore(db), policy: helloJohnPolicy })
 */
export const helloJohnPolicy: Policy<HelloJohnPolicy> = definePolicy(input)
