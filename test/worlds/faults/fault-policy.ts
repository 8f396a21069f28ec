/** The policy of the worlds that things go wrong in, and what it means. */
import { definePolicy } from '../../../src/index.ts'
import type { HostModel, Row } from './invariants.ts'

export const faultPolicy = definePolicy({
  name: 'faults',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    fields: { email: 'email' },
    ghost: { id: 'usr_ghost' },
    status: { disabled: { status: 'disabled' } },
  },
  audit: {
    table: 'audit_log',
    entry: {
      tenant_id: '$tenantId',
      type: '$action',
      actor_id: '$requestedBy',
      actor_type: 'admin',
      resource_id: '$userId',
    },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    session_hints: {
      match: { column: 'session_id', through: { table: 'sessions', key: 'id' } },
      action: 'delete',
    },
    invitations: [
      {
        match: { column: 'email', equals: { user: 'email' } },
        tenant: 'tenant_id',
        action: 'delete',
      },
      { match: 'invited_by', action: 'detach' },
    ],
    audit_log: [
      {
        match: 'actor_id',
        where: { actor_type: 'user' },
        action: 'anonymize',
        reason: 'who did what, without the person',
        set: {
          actor_name: { randomToken: true, prefix: 'gone_' },
          ip_address: null,
          metadata: { scrub: ['email', 'device.name'] },
        },
      },
      {
        match: 'resource_id',
        where: { resource_type: 'user' },
        action: 'anonymize',
        reason: 'what was done to whom',
        set: { metadata: { scrub: ['email'] } },
      },
      {
        match: { json: 'metadata', path: 'email', equals: { user: 'email' } },
        where: { type: 'sign_in_failed' },
        tenant: 'tenant_id',
        action: 'anonymize',
        reason: 'attacks stay visible',
        set: { ip_address: null, metadata: { scrub: ['email'] } },
      },
    ],
    groups: { match: { array: 'members' }, action: 'detach' },
    documents: { match: 'owner_id', action: 'detach', to: 'ghost' },
    comments: { match: 'user_id', action: 'delete' },
    members: { match: 'user_id', action: 'delete' },
    invoices: {
      match: 'user_id',
      action: 'retain',
      reason: 'tax law',
      set: { buyer_email: null },
      for: 'P10Y',
      then: 'delete',
    },
    countries: 'unrelated',
  },
})

/** What the policy means, said a second time and in another way: row by row, in plain functions. */
export const faultModel: HostModel = {
  users: 'users',
  disabled: (user) => ({ ...user, status: 'disabled' }),
  personal: ({ email }) => [String(email)],
  access: ['sessions', 'session_hints'],
  references: [
    { table: 'sessions', column: 'user_id', parent: 'users' },
    { table: 'session_hints', column: 'session_id', parent: 'sessions' },
    { table: 'invitations', column: 'invited_by', parent: 'users' },
    { table: 'documents', column: 'owner_id', parent: 'users' },
    { table: 'comments', column: 'user_id', parent: 'users' },
    { table: 'comments', column: 'parent_id', parent: 'comments' },
    { table: 'members', column: 'user_id', parent: 'users' },
  ],
  events: { 'session.revoked': 'sessions#0' },
  rules: [
    {
      step: 'sessions#0',
      table: 'sessions',
      owns: (row, user) => row['user_id'] === user['id'],
      write: () => null,
    },
    {
      step: 'session_hints#0',
      table: 'session_hints',
      owns: (row, user, before) =>
        before['sessions']?.get(String(row['session_id']))?.['user_id'] === user['id'],
      write: () => null,
    },
    {
      step: 'invitations#0',
      table: 'invitations',
      owns: (row, user) => row['email'] === user['email'] && row['tenant_id'] === user['tenant_id'],
      write: () => null,
    },
    {
      step: 'invitations#1',
      table: 'invitations',
      owns: (row, user) => row['invited_by'] === user['id'],
      write: (row) => ({ ...row, invited_by: null }),
    },
    {
      step: 'audit_log#0',
      table: 'audit_log',
      owns: (row, user) => row['actor_id'] === user['id'] && row['actor_type'] === 'user',
      write: (row) => ({
        ...row,
        actor_name: /^gone_[0-9a-f]{32}$/,
        ip_address: null,
        metadata: without(row['metadata'], 'email', 'device.name'),
      }),
      sameToken: 'actor_name',
    },
    {
      step: 'audit_log#1',
      table: 'audit_log',
      owns: (row, user) => row['resource_id'] === user['id'] && row['resource_type'] === 'user',
      write: (row) => ({ ...row, metadata: without(row['metadata'], 'email') }),
    },
    {
      step: 'audit_log#2',
      table: 'audit_log',
      owns: (row, user) =>
        row['type'] === 'sign_in_failed' &&
        row['tenant_id'] === user['tenant_id'] &&
        parsed(row['metadata'])['email'] === user['email'],
      write: (row) => ({ ...row, ip_address: null, metadata: without(row['metadata'], 'email') }),
    },
    {
      step: 'groups#0',
      table: 'groups',
      owns: (row, user) => elements(row['members']).includes(user['id']),
      write: (row, user) => ({
        ...row,
        members: JSON.stringify(elements(row['members']).filter((member) => member !== user['id'])),
      }),
    },
    {
      step: 'documents#0',
      table: 'documents',
      owns: (row, user) => row['owner_id'] === user['id'],
      write: (row) => ({ ...row, owner_id: 'usr_ghost' }),
    },
    {
      step: 'comments#0',
      table: 'comments',
      owns: (row, user) => row['user_id'] === user['id'],
      // The reference into the own table is cut before the row goes.
      onTheWay: (row) => ({ ...row, parent_id: null }),
      write: () => null,
    },
    {
      step: 'members#0',
      table: 'members',
      owns: (row, user) => row['user_id'] === user['id'],
      write: () => null,
    },
    {
      step: 'invoices#0',
      table: 'invoices',
      owns: (row, user) => row['user_id'] === user['id'],
      write: (row) => ({ ...row, buyer_email: null }),
    },
  ],
}

function parsed(text: unknown): Readonly<Record<string, unknown>> {
  return typeof text === 'string' ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {}
}

function elements(text: unknown): readonly unknown[] {
  return typeof text === 'string' ? (JSON.parse(text) as readonly unknown[]) : []
}

function without(text: unknown, ...paths: readonly string[]): unknown {
  if (typeof text !== 'string') return text
  const document = structuredClone(parsed(text)) as Record<string, unknown>
  for (const path of paths) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    const holder = keys.reduce<unknown>((value, key) => (value as Row | undefined)?.[key], document)
    if (typeof holder === 'object' && holder !== null) {
      delete (holder as Record<string, unknown>)[last]
    }
  }
  return JSON.stringify(document)
}
