/**
 * The policy of the benchmark on MongoDB: every action that writes, on documents with sub-documents.
 *
 * @module
 */
import { definePolicy } from '../../src/index.ts'

export const benchPolicy = definePolicy({
  name: 'bench',
  version: 1,
  user: {
    table: 'users',
    id: 'userId',
    tenant: 'tenantId',
    fields: { email: 'email' },
    status: { disabled: { status: 'disabled' } },
  },
  tables: {
    sessions: { match: 'userId', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    mfaFactors: { match: 'userId', action: 'delete', event: 'mfa.removed' },
    oauthConnections: { match: 'userId', action: 'delete', event: 'oauth.disconnected' },
    memberships: { match: 'userId', action: 'delete', event: 'org.member.removed' },
    posts: { match: 'authorId', action: 'detach' },
    auditLog: {
      match: 'actor.id',
      action: 'anonymize',
      reason: 'who did what, without the person',
      set: { 'actor.email': null, ip: null, userAgent: null, metadata: { scrub: ['email'] } },
    },
    webhookEvents: {
      match: { json: 'data', path: 'user.id' },
      action: 'retain',
      reason: 'replay of deliveries',
      for: 'P30D',
      then: 'delete',
      set: { data: { scrub: ['user.email', 'user.name'] } },
    },
    byHandReceipts: 'unrelated',
    byHandEvents: 'unrelated',
    byHandHead: 'unrelated',
  },
})
