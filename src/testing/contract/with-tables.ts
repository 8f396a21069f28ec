/**
 * A policy of the contract with other rules for some tables.
 *
 * @module
 */

import { definePolicy } from '../../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../../policy/policy.ts'
import { contractPolicy, contractSchema, type TenantPolicy } from './fixture.ts'

/** The contract's policy with other rules for some tables. */
export function withTables(tables: PolicyInput['tables']): Policy<TenantPolicy> {
  return definePolicy({
    ...(contractPolicy as TenantPolicy),
    tables: { ...contractPolicy.tables, ...tables },
  }) as Policy<TenantPolicy>
}

/**
 * The same, where tables without a rule here are unrelated if no foreign key leads from them: a deletion in chunks has
 * a transaction for each rule, and most of them find nothing.
 */
export function withFewTables(tables: PolicyInput['tables']): Policy<TenantPolicy> {
  const free = contractSchema.filter(({ name, foreignKeys }) => {
    const isUser = name === contractPolicy.user.table
    return !isUser && foreignKeys.length === 0 && contractPolicy.tables[name] !== undefined
  })
  const unrelated = Object.fromEntries(free.map(({ name }) => [name, 'unrelated' as const]))
  return withTables({ ...unrelated, ...tables })
}
