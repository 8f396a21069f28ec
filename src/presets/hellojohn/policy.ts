/**
 * What happens to every row of a user of the built-in schema: the table of the source document, and the
 * tables it does not mention.
 *
 * @module
 */
import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy } from '../../policy/policy.ts'

const input = {
  name: 'hellojohn',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    createdAt: 'created_at',
    fields: { email: 'email' },
    status: {
      disabled: { status: 'disabled', disabled_at: '$at' },
      active: {
        status: 'active',
        disabled_at: null,
        disabled_until: null,
        disabled_reason: null,
      },
    },
  },
  audit: {
    table: 'audit_log',
    // The kind of the requester is not known here, so the engine itself stands as the actor's type.
    entry: {
      id: '$id',
      type: '$action',
      actor_id: '$requestedBy',
      actor_type: 'system',
      resource_id: '$userId',
      resource_type: 'user',
      tenant_id: '$tenantId',
      result: 'success',
      created_at: '$at',
    },
  },
  tables: {
    // What lets the user in.
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    trusted_devices: {
      match: 'user_id',
      action: 'delete',
      grantsAccess: true,
      reason: 'a trusted device passes the second factor',
    },
    password_reset_tokens: {
      match: 'user_id',
      action: 'delete',
      grantsAccess: true,
      reason: 'an open reset sets a new password',
    },
    email_verification_tokens: [
      {
        match: 'user_id',
        action: 'delete',
        grantsAccess: true,
        reason: 'an open verification confirms an address',
      },
      {
        match: { column: 'email', equals: { user: 'email' } },
        tenant: 'tenant_id',
        action: 'delete',
        grantsAccess: true,
        reason: 'sent ahead of the sign-up, a token knows only the address',
      },
    ],
    recovery_codes: {
      match: 'user_id',
      action: 'delete',
      reason: 'a recovery code signs in without the second factor',
    },
    webauthn_credentials: {
      match: 'user_id',
      action: 'delete',
      reason: 'a passkey signs in by itself',
    },

    // What else belongs to the account.
    mfa_factors: { match: 'user_id', action: 'delete', event: 'mfa.removed' },
    oauth_connections: { match: 'user_id', action: 'delete', event: 'oauth.disconnected' },
    password_history: {
      match: 'user_id',
      action: 'delete',
      reason: 'old hashes serve only the account they guard',
    },

    // Organizations, and the user's part in them.
    organizations: 'unrelated',
    organization_memberships: { match: 'user_id', action: 'delete', event: 'org.member.removed' },
    role_assignments: {
      match: 'user_id',
      action: 'delete',
      reason: 'a role without its holder means nothing',
    },
    invitations: {
      rules: [
        {
          match: { column: 'email', equals: { user: 'email' } },
          tenant: 'tenant_id',
          action: 'delete',
          reason: 'an invitation to the user holds the address and opens a way back in',
        },
        {
          match: 'invited_by',
          action: 'detach',
          reason: 'an invitation belongs to the organization and outlives whoever sent it',
        },
      ],
      // Users who invited their own address: the row holds it, so it goes.
      precedence: ['delete', 'detach'],
    },

    // What is kept, and without the person.
    user_consents: {
      match: 'user_id',
      action: 'retain',
      reason: 'proof that processing was lawful (GDPR Art. 7(1)), until claims over it lapse',
      for: 'P3Y',
      then: 'delete',
      set: { ip_address: null, user_agent: null },
    },
    audit_log: [
      {
        match: 'actor_id',
        where: { actor_type: ['user', 'admin'] },
        action: 'anonymize',
        reason: 'compliance: who did what, without the person',
        set: {
          actor_email: null,
          ip_address: null,
          user_agent: null,
          country: null,
          metadata: { scrub: ['device.name'] },
        },
      },
      {
        // Acting on what is their own, the user is also the person in the metadata. Acting on others, not.
        match: 'actor_id',
        where: {
          actor_type: ['user', 'admin'],
          resource_type: [null, 'session', 'mfa_factor', 'oauth_connection'],
        },
        action: 'anonymize',
        reason: 'compliance: what users did to their own account, without the person',
        // `provider_user_id` is the account elsewhere; why somebody was disabled is free text about them.
        set: {
          metadata: {
            scrub: [
              'email',
              'username',
              'name',
              'phone',
              'avatar_url',
              'public_metadata',
              'disabled_reason',
              'provider_user_id',
            ],
          },
        },
      },
      {
        // Address, device and country of these entries are the administrator's.
        match: 'resource_id',
        where: { resource_type: 'user' },
        action: 'anonymize',
        reason: 'compliance: what was done to the account, without the person',
        set: {
          metadata: {
            scrub: [
              'email',
              'username',
              'name',
              'phone',
              'avatar_url',
              'public_metadata',
              'disabled_reason',
            ],
          },
        },
      },
      {
        match: { json: 'metadata', path: 'email', equals: { user: 'email' } },
        where: { type: 'user.sign_in_failed' },
        tenant: 'tenant_id',
        action: 'anonymize',
        reason: 'compliance: that a sign-in failed, without who tried',
        set: {
          ip_address: null,
          user_agent: null,
          country: null,
          metadata: { scrub: ['device.name'] },
        },
      },
      {
        // Nobody was signed in, so the entry names the actor by address alone.
        match: { column: 'actor_email', equals: { user: 'email' } },
        where: { actor_id: null },
        tenant: 'tenant_id',
        action: 'anonymize',
        reason: 'compliance: what was done under the address, without the person',
        set: { actor_email: null, ip_address: null, user_agent: null, country: null },
      },
      {
        // In entries of others, failed sign-ins included, the address is all that is the user's.
        match: { json: 'metadata', path: 'email', equals: { user: 'email' } },
        tenant: 'tenant_id',
        action: 'anonymize',
        reason: 'compliance: the entry, without the address',
        set: { metadata: { scrub: ['email'] } },
      },
    ],
    webhook_deliveries: {
      match: { column: 'event_id', through: { table: 'webhook_events', key: 'id' } },
      action: 'retain',
      reason: 'what was delivered, as long as the event is kept',
      for: 'P30D',
      then: 'delete',
    },
    webhook_events: {
      match: { json: 'data', path: 'user.id' },
      action: 'retain',
      reason: 'replay of deliveries, without the person',
      for: 'P30D',
      then: 'delete',
      set: {
        data: {
          scrub: [
            'user.email',
            'user.username',
            'user.name',
            'user.phone',
            'user.avatar_url',
            'user.public_metadata',
            'user.last_sign_in_at',
            'user.disabled_reason',
          ],
        },
      },
    },
  },
  // The tenant's own rows, once its last user is gone. The built-in schema has no table of tenants.
  tenant: {
    tables: {
      organizations: { match: 'tenant_id', action: 'delete' },
      organization_memberships: {
        match: { column: 'organization_id', through: { table: 'organizations', key: 'id' } },
        action: 'delete',
        reason: 'members from other tenants: those of the tenant went one by one',
      },
      role_assignments: {
        match: { column: 'organization_id', through: { table: 'organizations', key: 'id' } },
        action: 'delete',
        reason: 'roles of others in an organization that goes',
      },
      invitations: { match: 'tenant_id', action: 'delete' },
      email_verification_tokens: {
        match: 'tenant_id',
        action: 'delete',
        reason: 'sent to addresses that never signed up',
      },
      webhook_events: {
        match: 'tenant_id',
        action: 'delete',
        reason: 'nobody is left to replay to',
      },
      webhook_deliveries: {
        match: { column: 'event_id', through: { table: 'webhook_events', key: 'id' } },
        action: 'delete',
      },
      audit_log: {
        match: 'tenant_id',
        action: 'retain',
        reason: 'compliance: what happened in the tenant, without its users',
      },
      user_consents: {
        match: 'tenant_id',
        action: 'retain',
        reason: 'proof that processing was lawful; ends with the retention of each user',
      },
      // Rows of users only: they went with them.
      sessions: 'unrelated',
      mfa_factors: 'unrelated',
      oauth_connections: 'unrelated',
      password_history: 'unrelated',
      password_reset_tokens: 'unrelated',
      recovery_codes: 'unrelated',
      webauthn_credentials: 'unrelated',
      trusted_devices: 'unrelated',
    },
  },
  checks: {
    sole_owner: {
      table: 'organization_memberships',
      match: 'user_id',
      where: { role: 'owner' },
      within: 'organization_id',
      effect: 'warn',
      remedy: 'Hand the organization over to another member, or delete it, first.',
    },
  },
} as const

/**
 * The policy of the built-in schema.
 *
 * Metadata and event data are free-form JSON: a host that puts more of a person there adds the paths.
 * The check `sole_owner` warns; `blockers: [soleOwner]` makes it refuse.
 *
 * @example
 * const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy })
 */
export const helloJohnPolicy: Policy<typeof input> = definePolicy(input)
