/**
 * The tenant part of a policy, read as a policy of its own whose "user" is the tenant.
 *
 * @module
 */
import type { PolicyInput } from './policy.ts'

/** What keeps a tenant's own rows: looked at in the transaction that would delete them. */
const USERS_LEFT = 'Delete the users that are left first.'

/** `null` for a policy without a tenant part. A tenant without a table of its own has an empty table name. */
export function tenantPolicyOf({ name, version, user, tenant }: PolicyInput): PolicyInput | null {
  if (tenant === undefined || user.tenant === undefined) return null
  // Blank rows of deleted users stay for good, so there the rows themselves say nothing.
  const left: PolicyInput['tables'] =
    user.action === 'anonymize'
      ? {}
      : { [user.table]: { match: user.tenant, action: 'block', remedy: USERS_LEFT } }
  return {
    name,
    version,
    user: { table: tenant.table ?? '', id: tenant.id ?? 'id' },
    tables: { ...left, ...tenant.tables },
  }
}
