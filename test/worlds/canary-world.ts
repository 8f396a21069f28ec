/** The built-in schema full of people, with a mark of their own in every field that could hold something personal. */
import type Database from 'better-sqlite3'
import { definePolicy } from '../../src/index.ts'
import { helloJohnPolicy, helloJohnSchema } from '../../src/presets/hellojohn/index.ts'

export const TENANTS = ['tnt_1', 'tnt_2'] as const

export interface Person {
  readonly id: string
  readonly tenantId: (typeof TENANTS)[number]
  readonly email: string
  /** Every mark of this person: what it is, and where it stands, to the value. */
  readonly marks: ReadonlyMap<string, string>
}

/** A table of the host's own beside the built-in ones. */
const hostSchema = `
CREATE TABLE profiles (id TEXT PRIMARY KEY, owner TEXT NOT NULL, tenant_id TEXT NOT NULL, document TEXT);
CREATE TABLE teams (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, members TEXT);
CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT NOT NULL, ship_to TEXT, amount INTEGER);
`

const { tenant: _, ...preset } = helloJohnPolicy

export const canaryPolicy = definePolicy({
  ...preset,
  name: 'canaries',
  tables: {
    ...preset.tables,
    profiles: { match: 'owner', action: 'delete' },
    teams: { match: { array: 'members', path: 'people' }, action: 'detach' },
    orders: {
      match: 'buyer',
      action: 'retain',
      reason: 'tax law',
      for: 'P10Y',
      then: 'delete',
      set: { ship_to: { scrub: ['name', 'street', 'contact.phone'] } },
    },
  },
} as const)

/**
 * Places whose marks the policy keeps, each with its reason. Everything that is not listed has to be gone.
 */
export const KEPT: Readonly<Record<string, string>> = {
  'organizations.name': 'an organization outlives its members; its name is its own',
  'user_consents.version': 'which text was agreed to is the proof itself',
  'audit_log.metadata.session_id':
    'an opaque id of a session that is gone; it holds entries together',
  'webhook_deliveries.webhook_id': 'the id of an endpoint of the host',
  'orders.ship_to.country': 'where a tax was due; says nothing of the person alone',
}

type Row = Readonly<Record<string, unknown>>

/** Fills the database with `count` people, every second one in the other tenant. */
export function fillCanaries(db: Database.Database, count: number): readonly Person[] {
  db.exec(helloJohnSchema)
  db.exec(hostSchema)
  const people: Person[] = []
  db.transaction(() => {
    for (const tenant of TENANTS) {
      insert(db, 'users', { id: `usr_admin_${tenant}`, tenant_id: tenant, role: 'admin' })
      insert(db, 'organizations', { id: `org_${tenant}`, tenant_id: tenant, name: 'Everybody' })
    }
    for (let number = 0; number < count; number += 1) people.push(addPerson(db, number))
  })()
  return people
}

function addPerson(db: Database.Database, number: number): Person {
  const tenantId = TENANTS[number % 2] ?? TENANTS[0]
  const id = `usr_${String(number).padStart(4, '0')}`
  const marks = new Map<string, string>()
  /** The same place gives the same mark. Quotes, slashes and umlauts tell one spelling from another. */
  const mark = (place: string): string => {
    const tag = `${number}x${marks.size}`.padStart(8, 'q')
    const value = marks.get(place) ?? `Zoë "${tag}" ä/b+c`
    marks.set(place, value)
    return value
  }
  const email = `canary.${number}.of.zoe+box@example.com`
  marks.set('users.email', email)
  const own = { tenant_id: tenantId, user_id: id }
  const add = (table: string, row: Row): void => insert(db, table, row)

  add('users', {
    id,
    tenant_id: tenantId,
    email,
    username: mark('users.username'),
    name: mark('users.name'),
    phone: mark('users.phone'),
    avatar_url: mark('users.avatar_url'),
    public_metadata: JSON.stringify({ bio: mark('users.public_metadata') }),
    disabled_reason: mark('users.disabled_reason'),
  })
  for (const part of [1, 2]) {
    add('sessions', {
      id: `ses_${id}_${part}`,
      ...own,
      refresh_token_hash: mark(`sessions.refresh_token_hash.${part}`),
      user_agent: mark('sessions.user_agent'),
      ip_address: mark('sessions.ip_address'),
      country: mark('sessions.country'),
      device_type: mark('sessions.device_type'),
    })
  }
  add('mfa_factors', {
    id: `mfa_${id}`,
    ...own,
    type: 'totp',
    secret: mark('mfa_factors.secret'),
    phone: mark('mfa_factors.phone'),
  })
  add('oauth_connections', {
    id: `oauth_${id}`,
    ...own,
    provider: 'github',
    provider_user_id: mark('oauth_connections.provider_user_id'),
    email: mark('oauth_connections.email'),
    access_token: mark('oauth_connections.access_token'),
    refresh_token: mark('oauth_connections.refresh_token'),
  })
  add('organizations', {
    id: `org_${id}`,
    tenant_id: tenantId,
    name: mark('organizations.name'),
  })
  for (const organization of [`org_${id}`, `org_${tenantId}`]) {
    add('organization_memberships', { organization_id: organization, ...own, role: 'owner' })
  }
  add('role_assignments', { id: `role_${id}`, ...own, role: mark('role_assignments.role') })
  add('invitations', {
    id: `inv_${id}`,
    tenant_id: tenantId,
    email,
    invited_by: `usr_admin_${tenantId}`,
    token_hash: mark('invitations.token_hash'),
  })
  add('invitations', {
    id: `sent_${id}`,
    tenant_id: tenantId,
    email: 'somebody@example.com',
    invited_by: id,
  })
  add('password_history', {
    id: `pwd_${id}`,
    ...own,
    password_hash: mark('password_history.password_hash'),
  })
  add('password_reset_tokens', {
    id: `reset_${id}`,
    ...own,
    token_hash: mark('password_reset_tokens.token_hash'),
  })
  add('email_verification_tokens', {
    id: `verify_${id}`,
    ...own,
    email: mark('email_verification_tokens.email'),
    token_hash: mark('email_verification_tokens.token_hash'),
  })
  add('email_verification_tokens', {
    id: `early_${id}`,
    tenant_id: tenantId,
    email,
    token_hash: mark('email_verification_tokens.early'),
  })
  add('recovery_codes', { id: `rec_${id}`, ...own, code_hash: mark('recovery_codes.code_hash') })
  add('webauthn_credentials', {
    id: `key_${id}`,
    ...own,
    credential_id: mark('webauthn_credentials.credential_id'),
    public_key: mark('webauthn_credentials.public_key'),
    name: mark('webauthn_credentials.name'),
  })
  add('trusted_devices', {
    id: `dev_${id}`,
    ...own,
    token_hash: mark('trusted_devices.token_hash'),
    name: mark('trusted_devices.name'),
    user_agent: mark('trusted_devices.user_agent'),
    ip_address: mark('trusted_devices.ip_address'),
  })
  add('user_consents', {
    id: `con_${id}`,
    ...own,
    purpose: 'newsletter',
    version: mark('user_consents.version'),
    ip_address: mark('user_consents.ip_address'),
    user_agent: mark('user_consents.user_agent'),
  })
  addAuditEntries(add, { id, tenantId, email, marks }, mark)
  const user = {
    id,
    email,
    username: mark('users.username'),
    name: mark('users.name'),
    phone: mark('users.phone'),
    avatar_url: mark('users.avatar_url'),
    public_metadata: { bio: mark('users.public_metadata') },
    disabled_reason: mark('users.disabled_reason'),
  }
  for (const type of ['user.created', 'user.updated']) {
    add('webhook_events', {
      id: `evt_${id}_${type}`,
      tenant_id: tenantId,
      type,
      data: JSON.stringify({ user }),
    })
    add('webhook_deliveries', {
      id: `del_${id}_${type}`,
      event_id: `evt_${id}_${type}`,
      webhook_id: mark('webhook_deliveries.webhook_id'),
    })
  }
  add('profiles', {
    id: `pro_${id}`,
    owner: id,
    tenant_id: tenantId,
    document: JSON.stringify({ about: mark('profiles.document') }),
  })
  add('teams', {
    id: `team_${id}`,
    tenant_id: tenantId,
    members: JSON.stringify({ people: [id, `usr_admin_${tenantId}`] }),
  })
  add('orders', {
    id: `ord_${id}`,
    buyer: id,
    amount: 100,
    ship_to: JSON.stringify({
      name: mark('orders.ship_to.name'),
      street: mark('orders.ship_to.street'),
      country: mark('orders.ship_to.country'),
      contact: { phone: mark('orders.ship_to.phone') },
    }),
  })
  return { id, tenantId, email, marks }
}

/** The person as actor, as resource, as somebody who failed to sign in, and as an address in entries of others. */
function addAuditEntries(
  add: (table: string, row: Row) => void,
  { id, tenantId, email }: Person,
  mark: (place: string) => string,
): void {
  const entry = (name: string, { metadata, ...row }: Row): void =>
    add('audit_log', {
      id: `aud_${id}_${name}`,
      tenant_id: tenantId,
      metadata: JSON.stringify(metadata),
      ...row,
    })
  const where = {
    ip_address: mark('audit_log.ip_address'),
    user_agent: mark('audit_log.user_agent'),
    country: mark('audit_log.country'),
  }
  const person = {
    email,
    username: mark('users.username'),
    name: mark('users.name'),
    phone: mark('users.phone'),
    avatar_url: mark('users.avatar_url'),
    public_metadata: { bio: mark('users.public_metadata') },
    disabled_reason: mark('users.disabled_reason'),
  }
  const device = { name: mark('audit_log.metadata.device.name') }
  const session_id = mark('audit_log.metadata.session_id')
  const actor = { actor_id: id, actor_type: 'user', actor_email: email, ...where }
  entry('signed_in', { ...actor, type: 'session.created', metadata: { session_id, device } })
  entry('renamed', {
    ...actor,
    type: 'user.updated',
    resource_id: id,
    resource_type: 'user',
    metadata: { ...person, device },
  })
  entry('factor', {
    ...actor,
    type: 'mfa.enrolled',
    resource_id: `mfa_${id}`,
    resource_type: 'mfa_factor',
    metadata: { ...person },
  })
  entry('connected', {
    ...actor,
    type: 'oauth.connected',
    resource_id: `oauth_${id}`,
    resource_type: 'oauth_connection',
    metadata: { ...person, provider_user_id: mark('oauth_connections.provider_user_id') },
  })
  const admin = {
    actor_id: `usr_admin_${tenantId}`,
    actor_type: 'admin',
    actor_email: 'boss@example.com',
  }
  entry('by_admin', {
    ...admin,
    type: 'user.disabled',
    resource_id: id,
    resource_type: 'user',
    metadata: { ...person },
  })
  entry('invited', {
    ...admin,
    type: 'invitation.created',
    resource_id: `inv_${id}`,
    resource_type: 'invitation',
    metadata: { email },
  })
  entry('failed', {
    type: 'user.sign_in_failed',
    actor_type: 'system',
    result: 'failure',
    ...where,
    metadata: { email, device },
  })
  entry('nobody', {
    type: 'password.reset_requested',
    actor_type: 'system',
    actor_email: email,
    ...where,
    metadata: {},
  })
}

function insert(db: Database.Database, table: string, row: Row): void {
  const columns = Object.keys(row)
  const places = columns.map(() => '?').join(', ')
  db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(
    ...Object.values(row),
  )
}
