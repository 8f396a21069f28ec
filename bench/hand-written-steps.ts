/**
 * The statements of the hand-written deletion. Parameters: the users' ids, or the tenant and the users'
 * addresses, as JSON arrays.
 *
 * @module
 */

export interface HandStep {
  readonly id: string
  readonly table: string
  readonly action: 'delete' | 'detach' | 'anonymize' | 'retain'
  readonly by: 'id' | 'email'
  /** What is compared with the user. */
  readonly value: string
  /** Which rows. */
  readonly where: string
  readonly write: string
  readonly event: string | null
  readonly why: string | null
  readonly days: number | null
}

/** Written by nobody: the rows are only counted. */
export const LATER = ''

export function countBy({ table, value, where }: HandStep): string {
  return `SELECT ${value}, count(*) FROM ${table} WHERE ${where} GROUP BY 1`
}

const IDS = 'IN (SELECT value FROM json_each(?))'

function owned(table: string, event: string | null = null, why: string | null = null): HandStep {
  const where = `user_id ${IDS}`
  return {
    id: `${table}.delete`,
    table,
    action: 'delete',
    by: 'id',
    value: 'user_id',
    where,
    write: `DELETE FROM ${table} WHERE ${where}`,
    event,
    why,
    days: null,
  }
}

function addressed(table: string, why: string): HandStep {
  const where = `tenant_id = ? AND email ${IDS}`
  const write = `DELETE FROM ${table} WHERE ${where}`
  const id = `${table}.email.delete`
  return { ...owned(table), id, by: 'email', value: 'email', where, write, why }
}

/** Children before their parents. */
export const deleting: readonly HandStep[] = [
  owned('sessions', 'session.revoked'),
  owned('trusted_devices', null, 'a trusted device passes the second factor'),
  owned('password_reset_tokens', null, 'an open reset sets a new password'),
  owned('email_verification_tokens', null, 'an open verification confirms an address'),
  addressed('email_verification_tokens', 'sent ahead of the sign-up'),
  owned('recovery_codes', null, 'a recovery code signs in without the second factor'),
  owned('webauthn_credentials', null, 'a passkey signs in by itself'),
  owned('mfa_factors', 'mfa.removed'),
  owned('oauth_connections', 'oauth.disconnected'),
  owned('password_history', null, 'old hashes serve only the account they guard'),
  owned('organization_memberships', 'org.member.removed'),
  owned('role_assignments', null, 'a role without its holder means nothing'),
  addressed('invitations', 'an invitation to the user holds the address'),
  {
    ...owned('invitations', null, 'an invitation outlives whoever sent it'),
    id: 'invitations.detach',
    action: 'detach',
    value: 'invited_by',
    where: `invited_by ${IDS}`,
    write: `UPDATE invitations SET invited_by = NULL WHERE invited_by ${IDS}`,
  },
]

interface Anonymize {
  readonly rule: string
  readonly by: HandStep['by']
  readonly value: string
  readonly where: string
  readonly set: string
  readonly why: string
}

function audit({ rule, by, value, where, set, why }: Anonymize): HandStep {
  const table = 'audit_log'
  const write = `UPDATE ${table} SET ${set} WHERE ${where}`
  const id = `${table}.${rule}.anonymize`
  return { id, table, action: 'anonymize', by, value, where, write, event: null, why, days: null }
}

const PLACE = 'ip_address = NULL, user_agent = NULL, country = NULL'
// Word for word the expressions of the indexes.
const EMAIL = `CASE WHEN json_valid("metadata", 9) THEN json_extract("metadata", '$."email"') END`
const EVENT_USER = `CASE WHEN json_valid("data", 9) THEN json_extract("data", '$."user"."id"') END`

function scrub(...paths: readonly string[]): string {
  const list = paths.map((path) => `'$.${path}'`).join(', ')
  return `metadata = CASE WHEN json_valid(metadata) THEN json_remove(metadata, ${list}) END`
}

/** In an order in which a rule's rows are still found when its turn comes. */
export const anonymizing: readonly HandStep[] = [
  {
    ...owned('user_consents', null, 'proof that processing was lawful (GDPR Art. 7(1))'),
    id: 'user_consents.retain',
    action: 'retain',
    write: `UPDATE user_consents SET ip_address = NULL, user_agent = NULL WHERE user_id ${IDS}`,
    days: 1_096,
  },
  audit({
    rule: 'failed',
    by: 'email',
    value: EMAIL,
    where: `type = 'user.sign_in_failed' AND tenant_id = ? AND ${EMAIL} ${IDS}`,
    set: `${PLACE}, ${scrub('device.name')}`,
    why: 'compliance: that a sign-in failed, without who tried',
  }),
  audit({
    rule: 'address',
    by: 'email',
    value: 'actor_email',
    where: `actor_id IS NULL AND tenant_id = ? AND actor_email ${IDS}`,
    set: `actor_email = NULL, ${PLACE}`,
    why: 'compliance: what was done under the address, without the person',
  }),
  audit({
    rule: 'actor',
    by: 'id',
    value: 'actor_id',
    where: `actor_type IN ('user', 'admin') AND actor_id ${IDS}`,
    set: `actor_email = NULL, ${PLACE}, ${scrub('device.name')}`,
    why: 'compliance: who did what, without the person',
  }),
  audit({
    rule: 'metadata',
    by: 'email',
    value: EMAIL,
    where: `tenant_id = ? AND ${EMAIL} ${IDS}`,
    set: scrub('email'),
    why: 'compliance: the entry, without the address',
  }),
  audit({
    rule: 'own',
    by: 'id',
    value: 'actor_id',
    where: `actor_type IN ('user', 'admin') AND (resource_type IN ('session', 'mfa_factor', 'oauth_connection') OR resource_type IS NULL) AND actor_id ${IDS}`,
    set: scrub('email', 'username', 'name', 'phone'),
    why: 'compliance: what users did to their own account, without the person',
  }),
  audit({
    rule: 'resource',
    by: 'id',
    value: 'resource_id',
    where: `resource_type = 'user' AND resource_id ${IDS}`,
    set: scrub('email', 'username', 'name', 'phone'),
    why: 'compliance: what was done to the account, without the person',
  }),
  {
    id: 'webhook_deliveries.retain',
    table: 'webhook_deliveries AS d JOIN webhook_events AS e ON e.id = d.event_id',
    action: 'retain',
    by: 'id',
    value: `CASE WHEN json_valid(e."data", 9) THEN json_extract(e."data", '$."user"."id"') END`,
    where: `CASE WHEN json_valid(e."data", 9) THEN json_extract(e."data", '$."user"."id"') END ${IDS}`,
    write: LATER,
    event: null,
    why: 'what was delivered, as long as the event is kept',
    days: 30,
  },
  {
    id: 'webhook_events.retain',
    table: 'webhook_events',
    action: 'retain',
    by: 'id',
    value: EVENT_USER,
    where: `${EVENT_USER} ${IDS}`,
    write: `UPDATE webhook_events SET data = CASE WHEN json_valid(data) THEN json_remove(data, '$.user.email', '$.user.username', '$.user.name', '$.user.phone', '$.user.avatar_url', '$.user.public_metadata', '$.user.last_sign_in_at', '$.user.disabled_reason') ELSE '{}' END WHERE ${EVENT_USER} ${IDS}`,
    event: null,
    why: 'replay of deliveries, without the person',
    days: 30,
  },
]
