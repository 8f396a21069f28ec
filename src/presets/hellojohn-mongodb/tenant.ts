/**
 * The tenant's own documents, once its last user is gone. There is no collection of tenants.
 *
 * @module
 */

import type { PolicyInput } from '../../policy/policy.ts'

export const tenantCollections: PolicyInput['tables'] = {
  organizations: { match: 'tenantId', action: 'delete', reason: 'they belong to the tenant' },
  organizationMemberships: {
    match: { column: 'organizationId', through: { table: 'organizations', key: '_id' } },
    action: 'delete',
    reason: 'members from other tenants: those of the tenant went one by one',
  },
  roleAssignments: {
    match: { column: 'organizationId', through: { table: 'organizations', key: '_id' } },
    action: 'delete',
    reason: 'roles of others in an organization that goes',
  },
  invitations: {
    match: 'tenantId',
    action: 'delete',
    reason: 'there is nothing left to be invited to',
  },
  emailVerificationTokens: {
    match: 'tenantId',
    action: 'delete',
    reason: 'sent to addresses that never signed up',
  },
  webhookEvents: {
    match: 'tenantId',
    action: 'delete',
    reason: 'nobody is left to replay to',
  },
  webhookDeliveries: {
    match: { column: 'eventId', through: { table: 'webhookEvents', key: '_id' } },
    action: 'delete',
    reason: 'they go with their events',
  },
  auditLog: {
    match: 'tenantId',
    action: 'retain',
    reason: 'compliance: what happened in the tenant, without its users',
  },
  userConsents: {
    match: 'tenantId',
    action: 'retain',
    reason: 'proof that processing was lawful; ends with the retention of each user',
  },
  // Documents of users only: they went with them.
  sessions: 'unrelated',
  mfaFactors: 'unrelated',
  oauthConnections: 'unrelated',
  passwordHistory: 'unrelated',
  passwordResetTokens: 'unrelated',
  recoveryCodes: 'unrelated',
  webauthnCredentials: 'unrelated',
  trustedDevices: 'unrelated',
}
