/**
 * The questions of the proof in SQL, beside the engine.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { OF_EVERY_TENANT, OWNED } from './outside-sqlite.ts'
import { holdsAddress, type Outside } from './proof.ts'

type Row = Readonly<Record<string, unknown>>

export type Ask = (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>

const IDENTIFYING = `SELECT count(*) AS value FROM audit_log WHERE actor_id = ANY($1) AND (actor_email IS NOT NULL OR ip_address IS NOT NULL OR user_agent IS NOT NULL OR country IS NOT NULL OR metadata #>> '{device,name}' IS NOT NULL)`

const CONSENTS =
  'SELECT count(*) AS value FROM user_consents WHERE user_id = ANY($1) AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)'

const ONLY_OWNER =
  "SELECT max(user_id) AS value FROM organization_memberships WHERE tenant_id = $1 AND role = 'owner' GROUP BY organization_id HAVING count(*) = 1 LIMIT 1"

const TABLES =
  "SELECT relname AS name FROM pg_class WHERE relnamespace = CAST($1 AS regnamespace) AND relkind = 'r'"

export function postgresOutside(ask: Ask, schema: string): Outside {
  const value = async (sql: string, ...values: readonly unknown[]): Promise<unknown> =>
    (await ask(sql, values))[0]?.['value']
  const count = async (sql: string, ids: readonly string[]): Promise<number> =>
    Number(await value(sql, ids))
  const rowsOf: Outside['rowsOf'] = (table, column, ids) =>
    count(`SELECT count(*) AS value FROM ${table} WHERE ${column} = ANY($1)`, ids)
  return {
    manner: 'plain SQL beside the engine',
    owned: OWNED,
    rowsOf,
    invitationsFrom: (ids) => rowsOf('invitations', 'invited_by', ids),
    auditEntries: async () =>
      Number(await value(`SELECT count(*) AS value FROM audit_log WHERE id ~ '^aud_'`)),
    webhookEvents: async () => Number(await value('SELECT count(*) AS value FROM webhook_events')),
    identifyingEntries: (ids) => count(IDENTIFYING, ids),
    consentsWithAddress: (ids) => count(CONSENTS, ids),
    async valuesWith(emails) {
      let found = 0
      for (const { name } of await ask(TABLES, [schema])) {
        for (const row of await ask(`SELECT CAST(t AS text) AS value FROM "${name}" AS t`, [])) {
          if (holdsAddress(row['value'], emails)) found += 1
        }
      }
      return found
    },
    async hashOfOthers(tenantId) {
      const hash = createHash('sha256')
      for (const table of OF_EVERY_TENANT) {
        const query = `SELECT CAST(t AS text) AS value FROM ${table} AS t WHERE tenant_id <> $1 ORDER BY 1`
        for (const row of await ask(query, [tenantId])) hash.update(String(row['value']))
      }
      return hash.digest('hex')
    },
    onlyOwner: async (tenantId) => String(await value(ONLY_OWNER, tenantId)),
    // The connection is that of the database.
    close: async () => {},
  }
}
