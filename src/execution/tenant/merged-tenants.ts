/**
 * Do the users' table and the tenants' table agree on which tenants are one?
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import type { ExecutionContext } from '../context/context.ts'

/**
 * By a looser comparison the users of `t` are those of `T` too, and would go with a tenant that is not theirs.
 *
 * @throws {@link UserDeletionError} `schema_mismatch` where the users' table takes spellings for one that the tenants'
 * table tells apart.
 */
export function refuseMergedTenants({ columns, program, ofTenant }: ExecutionContext): void {
  if (ofTenant === null || ofTenant.program.user.rowless) return
  const users = columns.tenant?.collation ?? null
  if (users === null || users === ofTenant.columns.id.collation) return
  const [own, theirs] = [program.user, ofTenant.program.user]
  throw new UserDeletionError(
    'schema_mismatch',
    `"${own.table}.${own.tenant}" takes spellings of a tenant for one (${users}) that "${theirs.table}.${theirs.id}" tells apart, so users of another tenant might go. Let both columns compare alike.`,
    { details: { path: 'tenant.id' } },
  )
}
