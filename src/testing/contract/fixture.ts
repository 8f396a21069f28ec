/**
 * The one schema and policy of the store contract: every action, and every way to belong to a user.
 *
 * @module
 */
import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../../policy/policy.ts'
import type { ForeignKey, ForeignKeyAction, TableSchema } from '../../program/schema.ts'

/** A policy that names a tenant column, so that every call needs a tenant. */
export type TenantPolicy = PolicyInput & { readonly user: { readonly tenant: string } }

/** Columns that hold JSON, by table: stores may hand them back as text or as values. */
export const JSON_COLUMNS: Readonly<Record<string, string>> = {
  audit_log: 'metadata',
  webhook_events: 'data',
  groups: 'members',
  rooms: 'members',
}

interface TableOptions {
  readonly key?: readonly string[]
  readonly unique?: readonly (readonly string[])[]
  readonly foreignKeys?: readonly ForeignKey[]
  readonly withoutRowId?: boolean
}

/** Columns in one text; `!` behind a name says that it may not be null. */
function table(name: string, columns: string, options: TableOptions = {}): TableSchema {
  return {
    name,
    kind: 'table',
    columns: columns.split(' ').map((column) => ({
      name: column.replace('!', ''),
      nullable: !column.endsWith('!'),
      generated: false,
    })),
    primaryKey: options.key ?? ['id'],
    ...(options.withoutRowId === true ? { withoutRowId: true } : {}),
    uniqueKeys: options.unique ?? [],
    foreignKeys: options.foreignKeys ?? [],
    triggers: [],
  }
}

function reference(column: string, to: string, onDelete: ForeignKeyAction): ForeignKey {
  return { columns: [column], references: { table: to, columns: ['id'] }, onDelete }
}

/** Parents stand before their children. */
export const contractSchema: readonly TableSchema[] = [
  table('users', 'id! tenant_id! email name status!', { unique: [['tenant_id', 'email']] }),
  table('sessions', 'id! user_id! ip', {
    foreignKeys: [reference('user_id', 'users', 'restrict')],
  }),
  table('session_hints', 'id! session_id! hint', {
    foreignKeys: [reference('session_id', 'sessions', 'restrict')],
  }),
  table('hint_items', 'id! hint_id! item', {
    foreignKeys: [reference('hint_id', 'session_hints', 'no_action')],
  }),
  table('invitations', 'id! tenant_id! email invited_by', {
    foreignKeys: [reference('invited_by', 'users', 'no_action')],
  }),
  table('posts', 'id! author_id! title', {
    foreignKeys: [reference('author_id', 'users', 'restrict')],
  }),
  table(
    'audit_log',
    'id! tenant_id type actor_id actor_type actor_email resource_id resource_type ip_address user_agent metadata',
  ),
  table('webhook_events', 'id! data'),
  table('groups', 'id! name members'),
  table('legal_holds', 'id! user_id!'),
  table('crm_contacts', 'id! user_id'),
  table('newsletters', 'id! address'),
  table('feedback', 'id! author text'),
  table('visits', 'id! visitor page'),
  table('comments', 'id! author_id pinned_by body'),
  table('members', 'org! user_id! role!', {
    key: ['org', 'user_id'],
    withoutRowId: true,
    foreignKeys: [reference('user_id', 'users', 'restrict')],
  }),
  table('invoices', 'id! user_id! amount', {
    foreignKeys: [reference('user_id', 'users', 'restrict')],
  }),
  table('settings', 'id! key value'),
  table('rooms', 'id! members'),
  table('accounts', 'id! tenant_id!'),
  table('countries', 'code!', { key: ['code'] }),
]

const tables: PolicyInput['tables'] = {
  sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
  session_hints: {
    match: { column: 'session_id', through: { table: 'sessions', key: 'id' } },
    action: 'delete',
  },
  hint_items: {
    match: { column: 'hint_id', through: { table: 'session_hints', key: 'id' } },
    action: 'delete',
  },
  invitations: {
    rules: [
      {
        match: { column: 'email', equals: { user: 'email' } },
        tenant: 'tenant_id',
        action: 'delete',
      },
      { match: 'invited_by', action: 'detach' },
    ],
    precedence: ['block', 'retain', 'anonymize', 'delete', 'detach'],
  },
  posts: { match: 'author_id', action: 'detach', to: 'ghost' },
  audit_log: [
    {
      match: 'actor_id',
      where: { actor_type: 'user' },
      action: 'anonymize',
      reason: 'SOC 2: who did what, without the person',
      set: {
        actor_email: null,
        ip_address: null,
        user_agent: 'removed',
        metadata: { scrub: ['email', 'device.name'] },
      },
    },
    {
      match: 'resource_id',
      where: { resource_type: 'user' },
      action: 'anonymize',
      reason: 'SOC 2',
      set: { metadata: { scrub: ['email'] } },
    },
    {
      match: { json: 'metadata', path: 'email', equals: { user: 'email' } },
      where: { type: 'user.sign_in_failed' },
      tenant: 'tenant_id',
      action: 'anonymize',
      reason: 'SOC 2',
      set: { ip_address: null, metadata: { scrub: ['email'] } },
    },
  ],
  webhook_events: {
    match: { json: 'data', path: 'user.id' },
    action: 'retain',
    reason: 'replay of deliveries',
    for: 'P30D',
    then: 'delete',
    set: { data: { scrub: ['user.email', 'user.name'] } },
  },
  groups: { match: { array: 'members' }, action: 'detach' },
  legal_holds: { match: 'user_id', action: 'block', remedy: 'Lift the legal hold.' },
  crm_contacts: { match: 'user_id', action: 'external', reason: 'cleaned by the CRM eraser' },
  newsletters: { action: 'external', reason: 'cleaned by the mailing service' },
  feedback: {
    match: 'author',
    action: 'anonymize',
    reason: 'which answers came from one person',
    set: { author: { pseudonym: { user: 'id' }, prefix: 'anon_' } },
  },
  visits: {
    match: 'visitor',
    action: 'anonymize',
    reason: 'visits are counted',
    set: { visitor: { randomToken: true, prefix: 'tok_' } },
  },
  comments: [
    { match: 'author_id', action: 'delete' },
    { match: 'pinned_by', action: 'detach' },
  ],
  members: { match: 'user_id', action: 'delete', event: 'org.member.removed' },
  invoices: { match: 'user_id', action: 'retain', reason: 'tax law' },
  settings: { match: { column: 'key', prefix: 'user:' }, action: 'delete' },
  rooms: { match: { array: 'members', element: 'user.id' }, action: 'detach' },
  accounts: 'unrelated',
  countries: 'unrelated',
}

const user = {
  table: 'users',
  id: 'id',
  tenant: 'tenant_id',
  fields: { email: 'email' },
  ghost: { id: 'usr_ghost' },
  status: { disabled: { status: 'disabled' } },
} as const

const checks: NonNullable<PolicyInput['checks']> = {
  sole_owner: {
    table: 'members',
    match: 'user_id',
    where: { role: 'owner' },
    within: 'org',
    effect: 'block',
    remedy: 'Hand the organization over.',
  },
}

export const contractPolicy: Policy<TenantPolicy> = definePolicy({
  name: 'contract',
  version: 1,
  user,
  tables,
  checks,
}) as Policy<TenantPolicy>

/** The same, but a blank row stays in place of the user. */
export const tombstonePolicy: Policy<TenantPolicy> = definePolicy({
  name: 'contract-tombstone',
  version: 1,
  user: {
    ...user,
    action: 'anonymize',
    reason: 'foreign keys of invoices',
    set: { email: null, name: null, status: 'deleted' },
  },
  tables,
  checks,
}) as Policy<TenantPolicy>

/** The same, and an erasure has its entry in the audit log. */
export const auditedPolicy: Policy<TenantPolicy> = definePolicy({
  name: 'contract-audited',
  version: 1,
  user,
  tables,
  checks,
  audit: {
    table: 'audit_log',
    entry: {
      id: '$id',
      type: '$action',
      tenant_id: '$tenantId',
      actor_id: '$requestedBy',
      actor_type: 'system',
      resource_id: '$userId',
      resource_type: 'user',
    },
  },
}) as Policy<TenantPolicy>

/** The same, but groups name their members in an array inside their JSON. */
export const nestedArrayPolicy: Policy<TenantPolicy> = definePolicy({
  name: 'contract-nested-array',
  version: 1,
  user,
  tables: { ...tables, groups: { match: { array: 'members', path: 'by.ids' }, action: 'detach' } },
  checks,
}) as Policy<TenantPolicy>
