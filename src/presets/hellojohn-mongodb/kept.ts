/**
 * What outlives the user: documents that are kept, with the reason, and without the person.
 *
 * @module
 */

import type { PolicyInput } from '../../policy/policy.ts'

/** What metadata may hold of a person. */
const PERSON = [
  'email',
  'username',
  'name',
  'phone',
  'avatarUrl',
  'publicMetadata',
  'disabledReason',
] as const

/** Where somebody was, and with what. */
const SURROUNDINGS = { ipAddress: null, userAgent: null, country: null } as const

export const keptCollections: PolicyInput['tables'] = {
  userConsents: {
    match: 'userId',
    action: 'retain',
    reason: 'proof that processing was lawful (GDPR Art. 7(1)), until claims over it lapse',
    for: 'P3Y',
    then: 'delete',
    set: { ipAddress: null, userAgent: null },
  },
  auditLog: [
    {
      match: 'actor.id',
      where: { 'actor.type': ['user', 'admin'] },
      action: 'anonymize',
      reason: 'compliance: who did what, without the person',
      set: { 'actor.email': null, ...SURROUNDINGS, metadata: { scrub: ['device.name'] } },
    },
    {
      // Acting on what is their own, the user is also the person in the metadata. Acting on others, not.
      match: 'actor.id',
      where: {
        'actor.type': ['user', 'admin'],
        'resource.type': [null, 'session', 'mfa_factor', 'oauth_connection'],
      },
      action: 'anonymize',
      reason: 'compliance: what users did to their own account, without the person',
      set: { metadata: { scrub: [...PERSON, 'providerUserId'] } },
    },
    {
      // Address, device and country of these entries are the administrator's.
      match: 'resource.id',
      where: { 'resource.type': 'user' },
      action: 'anonymize',
      reason: 'compliance: what was done to the account, without the person',
      set: { metadata: { scrub: PERSON } },
    },
    {
      match: { json: 'metadata', path: 'email', equals: { user: 'email' } },
      where: { type: 'user.sign_in_failed' },
      tenant: 'tenantId',
      action: 'anonymize',
      reason: 'compliance: that a sign-in failed, without who tried',
      set: { ...SURROUNDINGS, metadata: { scrub: ['device.name'] } },
    },
    {
      // Nobody was signed in, so the entry names the actor by address alone.
      match: { column: 'actor.email', equals: { user: 'email' } },
      where: { 'actor.id': null },
      tenant: 'tenantId',
      action: 'anonymize',
      reason: 'compliance: what was done under the address, without the person',
      set: { 'actor.email': null, ...SURROUNDINGS },
    },
    {
      // In entries of others, failed sign-ins included, the address is all that is the user's.
      match: { json: 'metadata', path: 'email', equals: { user: 'email' } },
      tenant: 'tenantId',
      action: 'anonymize',
      reason: 'compliance: the entry, without the address',
      set: { metadata: { scrub: ['email'] } },
    },
  ],
  webhookDeliveries: {
    match: { column: 'eventId', through: { table: 'webhookEvents', key: '_id' } },
    action: 'retain',
    reason: 'what was delivered, as long as the event is kept',
    for: 'P30D',
    then: 'delete',
  },
  webhookEvents: {
    // An event holds what is sent, and what is sent is JSON: the id stands there as text.
    match: { json: 'data', path: 'user.id', form: 'string' },
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
          'user.avatarUrl',
          'user.publicMetadata',
          'user.lastSignInAt',
          'user.disabledReason',
        ],
      },
    },
  },
}
