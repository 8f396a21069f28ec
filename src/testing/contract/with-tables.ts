/**
 * A policy of the contract with other rules for some tables.
 *
 * @module
 */

import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../../policy/policy.ts'
import { contractPolicy, type TenantPolicy } from './fixture.ts'

/** The contract's policy with other rules for some tables. */
export function withTables(tables: PolicyInput['tables']): Policy<TenantPolicy> {
  return definePolicy({
    ...(contractPolicy as TenantPolicy),
    tables: { ...contractPolicy.tables, ...tables },
  }) as Policy<TenantPolicy>
}
