/**
 * The statements of the deletion by hand: each writes the rows of a rule, and counts them by user on the way.
 *
 * `$1` is the list of the users' ids or of their addresses, `$2` the tenant where it is by address.
 *
 * @module
 */

export interface HandStep {
  readonly id: string
  readonly table: string
  readonly action: 'delete' | 'detach' | 'anonymize' | 'retain'
  readonly by: 'id' | 'email'
  /** Answers a user's value and the number of rows, for each of the steps `also` too. */
  readonly sql: string
  readonly event: string | null
  readonly days: number | null
  /** Another rule whose rows are among these, and that is written with it. */
  readonly also?: string
}

const IDS = '= ANY($1::text[])'

function counted(write: string, value: string, more = ''): string {
  return `WITH gone AS (${write} RETURNING ${value} AS value${more}) SELECT value, count(*) FROM gone GROUP BY 1`
}

function owned(table: string, event: string | null = null): HandStep {
  const sql = counted(`DELETE FROM ${table} WHERE user_id ${IDS}`, 'user_id')
  return { id: `${table}.delete`, table, action: 'delete', by: 'id', sql, event, days: null }
}

function addressed(table: string): HandStep {
  const sql = counted(`DELETE FROM ${table} WHERE tenant_id = $2 AND email ${IDS}`, 'email')
  return { ...owned(table), id: `${table}.email.delete`, by: 'email', sql }
}

const PLACE = 'ip_address = NULL, user_agent = NULL, country = NULL'
const PERSON = `'{email,username,name,phone}'::text[]`
const OWN = `(resource_type IN ('session', 'mfa_factor', 'oauth_connection') OR resource_type IS NULL)`

function audit(rule: string, by: HandStep['by'], sql: string, also?: string): HandStep {
  const table = 'audit_log'
  const step = {
    id: `${table}.${rule}.anonymize`,
    table,
    by,
    sql,
    event: null,
    days: null,
  } as const
  return { ...step, action: 'anonymize', ...(also === undefined ? {} : { also }) }
}

/** What a write takes away is counted as it was. */
function countedBefore(value: string, where: string, set: string): string {
  return `WITH found AS (SELECT id, ${value} AS value FROM audit_log WHERE ${where} FOR UPDATE), gone AS (UPDATE audit_log AS a SET ${set} FROM found WHERE a.id = found.id) SELECT value, count(*) FROM found GROUP BY 1`
}

const ADDRESS = `tenant_id = $2 AND metadata -> 'email' = ANY(ARRAY(SELECT to_jsonb(one) FROM unnest($1::text[]) AS one))`

/** Children before their parents; what is kept in an order in which a rule's rows are still found when its turn comes. */
export const STEPS: readonly HandStep[] = [
  owned('sessions', 'session.revoked'),
  owned('trusted_devices'),
  owned('password_reset_tokens'),
  owned('email_verification_tokens'),
  addressed('email_verification_tokens'),
  owned('recovery_codes'),
  owned('webauthn_credentials'),
  owned('mfa_factors', 'mfa.removed'),
  owned('oauth_connections', 'oauth.disconnected'),
  owned('password_history'),
  owned('organization_memberships', 'org.member.removed'),
  owned('role_assignments'),
  addressed('invitations'),
  {
    ...owned('invitations'),
    ...{ id: 'invitations.detach', action: 'detach' },
    sql: `WITH found AS (SELECT id, invited_by AS value FROM invitations WHERE invited_by ${IDS} FOR UPDATE), gone AS (UPDATE invitations AS i SET invited_by = NULL FROM found WHERE i.id = found.id) SELECT value, count(*) FROM found GROUP BY 1`,
  },
  {
    ...owned('user_consents'),
    ...{ id: 'user_consents.retain', action: 'retain', days: 1_096 },
    sql: counted(
      `UPDATE user_consents SET ip_address = NULL, user_agent = NULL WHERE user_id ${IDS}`,
      'user_id',
    ),
  },
  audit(
    'failed',
    'email',
    counted(
      `UPDATE audit_log SET ${PLACE}, metadata = metadata #- '{device,name}' WHERE type = 'user.sign_in_failed' AND ${ADDRESS}`,
      `metadata ->> 'email'`,
    ),
  ),
  audit(
    'address',
    'email',
    countedBefore(
      'actor_email',
      `actor_id IS NULL AND tenant_id = $2 AND actor_email ${IDS}`,
      `actor_email = NULL, ${PLACE}`,
    ),
  ),
  audit(
    'metadata',
    'email',
    countedBefore(`metadata ->> 'email'`, ADDRESS, `metadata = a.metadata - 'email'`),
  ),
  audit(
    'actor',
    'id',
    `WITH gone AS (UPDATE audit_log SET actor_email = NULL, ${PLACE}, metadata = CASE WHEN ${OWN} THEN (metadata #- '{device,name}') - ${PERSON} ELSE metadata #- '{device,name}' END WHERE actor_type IN ('user', 'admin') AND actor_id ${IDS} RETURNING actor_id AS value, ${OWN} AS own) SELECT value, count(*), count(*) FILTER (WHERE own) FROM gone GROUP BY 1`,
    'own',
  ),
  audit(
    'resource',
    'id',
    counted(
      `UPDATE audit_log SET metadata = metadata - ${PERSON} WHERE resource_type = 'user' AND resource_id ${IDS}`,
      'resource_id',
    ),
  ),
  {
    ...owned('webhook_deliveries'),
    ...{ id: 'webhook_deliveries.retain', action: 'retain', days: 30 },
    sql: `SELECT e.data -> 'user' ->> 'id', count(*) FROM webhook_deliveries AS d JOIN webhook_events AS e ON e.id = d.event_id WHERE e.data -> 'user' -> 'id' = ANY(ARRAY(SELECT to_jsonb(one) FROM unnest($1::text[]) AS one)) GROUP BY 1`,
  },
  {
    ...owned('webhook_events'),
    ...{ id: 'webhook_events.retain', action: 'retain', days: 30 },
    sql: counted(
      `UPDATE webhook_events SET data = jsonb_set(data, '{user}', (data -> 'user') - '{email,username,name,phone,avatar_url,public_metadata,last_sign_in_at,disabled_reason}'::text[]) WHERE data -> 'user' -> 'id' = ANY(ARRAY(SELECT to_jsonb(one) FROM unnest($1::text[]) AS one))`,
      `data -> 'user' ->> 'id'`,
    ),
  },
]
