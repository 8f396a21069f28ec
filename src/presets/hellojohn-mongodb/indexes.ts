/**
 * An index behind every field by which the policy finds documents. Unique and expiring ones are the host's own.
 *
 * @module
 */

export interface HelloJohnIndex {
  readonly collection: string
  readonly keys: Readonly<Record<string, 1 | -1>>
}

/** In the order in which they are created. `_id` has an index anyway. */
export const helloJohnIndexes: readonly HelloJohnIndex[] = Object.freeze([
  // Pages over the users of a tenant, and other users with an address.
  index('users', 'tenantId', '_id'),
  index('users', 'email', 'tenantId'),
  index('sessions', 'userId'),
  index('trustedDevices', 'userId'),
  index('passwordResetTokens', 'userId'),
  index('emailVerificationTokens', 'userId'),
  index('emailVerificationTokens', 'email', 'tenantId'),
  index('recoveryCodes', 'userId'),
  index('webauthnCredentials', 'userId'),
  index('mfaFactors', 'userId'),
  index('oauthConnections', 'userId'),
  index('passwordHistory', 'userId'),
  index('organizations', 'tenantId'),
  index('organizationMemberships', 'userId'),
  index('organizationMemberships', 'organizationId', 'role'),
  index('roleAssignments', 'userId'),
  index('roleAssignments', 'organizationId'),
  index('invitations', 'email', 'tenantId'),
  index('invitations', 'invitedBy'),
  index('invitations', 'tenantId'),
  index('emailVerificationTokens', 'tenantId'),
  index('userConsents', 'userId'),
  index('userConsents', 'tenantId'),
  index('auditLog', 'actor.id'),
  index('auditLog', 'actor.email', 'tenantId'),
  index('auditLog', 'resource.id'),
  index('auditLog', 'metadata.email', 'tenantId'),
  index('auditLog', 'tenantId'),
  index('webhookEvents', 'data.user.id'),
  index('webhookEvents', 'tenantId'),
  index('webhookDeliveries', 'eventId'),
])

function index(collection: string, ...fields: readonly string[]): HelloJohnIndex {
  const keys = Object.fromEntries(fields.map((field) => [field, 1 as const]))
  return Object.freeze({ collection, keys: Object.freeze(keys) })
}
