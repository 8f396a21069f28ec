/**
 * Fills the built-in schema with made-up users, the same on every run.
 *
 * Rows are written in the order of time, as in a real database: those of one user lie scattered over
 * their table.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import { auditEntry, type SeededUser, webhookData } from './entries.ts'
import { createRandom, type Random } from './random.ts'

export type { SeededUser } from './entries.ts'

export interface SeedOptions {
  readonly users: number
  /** Tenant ids, and how many of a hundred users each has. */
  readonly tenants: Readonly<Record<string, number>>
  /** Adds consents, invitations and password history, which the benchmarks do without. */
  readonly extras: boolean
  readonly seed?: number
}

const USERS_PER_ORGANIZATION = 8
const START = Date.UTC(2026, 0, 1)

/** Creates all rows in one transaction and answers the users. */
export function seed(db: Database.Database, options: SeedOptions): readonly SeededUser[] {
  const random = createRandom(options.seed ?? 20_261_124)
  const users = makeUsers(options, random)
  const fill = db.transaction(() => {
    fillUsers(db, users)
    fillOrganizations(db, users, random)
    fillCredentials(db, users, random)
    fillHistory(db, users, random)
    if (options.extras) fillExtras(db, users, random)
  })
  fill()
  return users
}

function makeUsers({ users, tenants }: SeedOptions, random: Random): readonly SeededUser[] {
  const wheel = Object.entries(tenants).flatMap(([id, share]) => Array<string>(share).fill(id))
  return Array.from({ length: users }, (_, index) => {
    const number = serial(index)
    const tenantId = random.pick(wheel)
    const email = `user.${number}@${tenantId}.example`
    return { id: `usr_${number}`, tenantId, email, name: `Person ${number}` }
  })
}

function fillUsers(db: Database.Database, users: readonly SeededUser[]): void {
  const insert = db.prepare(
    'INSERT INTO users (id, tenant_id, email, name, email_verified, created_at) VALUES (?, ?, ?, ?, 1, ?)',
  )
  for (const [index, { id, tenantId, email, name }] of users.entries()) {
    insert.run(id, tenantId, email, name, at(index))
  }
}

/** Two memberships a user. Most organizations have two owners, one in eight has a single one. */
function fillOrganizations(
  db: Database.Database,
  users: readonly SeededUser[],
  random: Random,
): void {
  const organization = db.prepare(
    'INSERT INTO organizations (id, tenant_id, name, created_at) VALUES (?, ?, ?, ?)',
  )
  const membership = db.prepare(
    'INSERT OR IGNORE INTO organization_memberships (organization_id, user_id, tenant_id, role, joined_at) VALUES (?, ?, ?, ?, ?)',
  )
  for (const [tenantId, members] of byTenant(users)) {
    const count = Math.max(1, Math.floor(members.length / USERS_PER_ORGANIZATION))
    const name = (index: number): string => `org_${tenantId}_${serial(index)}`
    for (let index = 0; index < count; index += 1) {
      organization.run(name(index), tenantId, `Organization ${index}`, at(index))
      const owners = random.percent(12) ? 1 : 2
      for (let owner = 0; owner < owners; owner += 1) {
        membership.run(name(index), random.pick(members).id, tenantId, 'owner', at(index))
      }
    }
    for (let index = 0; index < members.length * 2 - count * 2; index += 1) {
      const { id } = random.pick(members)
      membership.run(name(random.below(count)), id, tenantId, 'member', at(index))
    }
  }
}

/** Three sessions, one second factor and one and a half connections a user. */
function fillCredentials(
  db: Database.Database,
  users: readonly SeededUser[],
  random: Random,
): void {
  const session = db.prepare(
    "INSERT INTO sessions (id, user_id, tenant_id, refresh_token_hash, user_agent, ip_address, country, device_type, created_at) VALUES (?, ?, ?, ?, ?, ?, 'NL', 'desktop', ?)",
  )
  for (let index = 0; index < users.length * 3; index += 1) {
    const { id, tenantId } = random.pick(users)
    const hash = `hash_${serial(random.below(1e9))}_${index}`
    session.run(`ses_${serial(index)}`, id, tenantId, hash, AGENT, address(random), at(index))
  }
  const factor = db.prepare(
    "INSERT INTO mfa_factors (id, user_id, tenant_id, type, secret, created_at) VALUES (?, ?, ?, 'totp', ?, ?)",
  )
  for (const [index, { id, tenantId }] of random.shuffle(users).entries()) {
    factor.run(`mfa_${serial(index)}`, id, tenantId, `secret-${random.below(1e9)}`, at(index))
  }
  const connection = db.prepare(
    "INSERT INTO oauth_connections (id, user_id, tenant_id, provider, provider_user_id, email, access_token, created_at) VALUES (?, ?, ?, 'github', ?, ?, ?, ?)",
  )
  for (let index = 0; index < users.length * 1.5; index += 1) {
    const { id, tenantId, email } = random.pick(users)
    const token = `token-${random.below(1e9)}`
    connection.run(`oau_${serial(index)}`, id, tenantId, `gh-${index}`, email, token, at(index))
  }
}

/** Twenty audit entries and five events a user. */
function fillHistory(db: Database.Database, users: readonly SeededUser[], random: Random): void {
  const entry = db.prepare(
    'INSERT INTO audit_log (id, type, actor_id, actor_email, actor_type, resource_id, resource_type, tenant_id, ip_address, user_agent, country, result, metadata, created_at) VALUES (@id, @type, @actorId, @actorEmail, @actorType, @resourceId, @resourceType, @tenantId, @ipAddress, @userAgent, @country, @result, @metadata, @at)',
  )
  for (let index = 0; index < users.length * 20; index += 1) {
    const user = random.pick(users)
    const row = auditEntry(user, random, { ipAddress: address(random), userAgent: AGENT })
    entry.run({ ...row, id: `aud_${serial(index)}`, at: at(index) })
  }
  const event = db.prepare(
    "INSERT INTO webhook_events (id, type, tenant_id, created_at, data) VALUES (?, 'user.updated', ?, ?, ?)",
  )
  for (let index = 0; index < users.length * 5; index += 1) {
    const user = random.pick(users)
    event.run(`evt_${serial(index)}`, user.tenantId, at(index), webhookData(user))
  }
}

/** A consent and an old password each, and an invitation from every fourth. */
function fillExtras(db: Database.Database, users: readonly SeededUser[], random: Random): void {
  const consent = db.prepare(
    "INSERT INTO user_consents (id, user_id, tenant_id, purpose, ip_address, user_agent) VALUES (?, ?, ?, 'newsletter', ?, ?)",
  )
  const password = db.prepare(
    'INSERT INTO password_history (id, user_id, tenant_id, password_hash) VALUES (?, ?, ?, ?)',
  )
  const invitation = db.prepare(
    'INSERT INTO invitations (id, tenant_id, email, invited_by) VALUES (?, ?, ?, ?)',
  )
  for (const [index, { id, tenantId }] of random.shuffle(users).entries()) {
    consent.run(`con_${serial(index)}`, id, tenantId, address(random), AGENT)
    password.run(`pwd_${serial(index)}`, id, tenantId, `hash-${random.below(1e9)}`)
    if (index % 4 === 0) {
      invitation.run(`inv_${serial(index)}`, tenantId, `guest.${index}@guests.example`, id)
    }
  }
}

function byTenant(users: readonly SeededUser[]): ReadonlyMap<string, readonly SeededUser[]> {
  const groups = new Map<string, SeededUser[]>()
  for (const user of users) {
    const group = groups.get(user.tenantId)
    if (group === undefined) groups.set(user.tenantId, [user])
    else group.push(user)
  }
  return groups
}

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36'

function address(random: Random): string {
  return `198.51.${random.below(256)}.${random.below(256)}`
}

/** Ids that sort as they were made. */
function serial(index: number): string {
  return String(index).padStart(8, '0')
}

function at(index: number): string {
  return new Date(START + index * 1_000).toISOString()
}
