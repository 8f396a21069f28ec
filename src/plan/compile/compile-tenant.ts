/**
 * From the tenant part of a policy to steps.
 *
 * @module
 */
import type { PolicyInput } from '../../policy/policy.ts'
import { tenantPolicyOf } from '../../policy/tenant-policy.ts'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'

export interface CompiledTenant extends CompiledPolicy {
  /** Tables that the part answers for. */
  readonly tables: readonly string[]
}

/** `null` for a policy without a tenant part. */
export function compileTenant(policy: PolicyInput): CompiledTenant | null {
  const own = tenantPolicyOf(policy)
  if (own === null) return null
  const compiled = compilePolicy(own)
  const tables = [policy.user.table, ...Object.keys(own.tables)]
  if (own.user.table !== '') return { ...compiled, tables }
  return { ...compiled, tables, user: { ...compiled.user, rowless: true } }
}
