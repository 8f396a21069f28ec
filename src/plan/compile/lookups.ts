/**
 * Which indexes a policy wants.
 *
 * @module
 */
import type { PolicyInput } from '../../policy/policy.ts'
import { isInAnyCase, readsAll, referencesOf } from '../../program/columns/references.ts'
import { compileCheck, compilePolicy } from './compile-policy.ts'

/** A field by which rows are found. */
export interface Lookup {
  readonly table: string
  /** In MongoDB a path, its keys joined by dots. */
  readonly column: string
}

/**
 * Every field by which the policy finds rows, each once. The schema check asks for an index that leads with it;
 * inside JSON text of SQL that index is on an expression. Leaves out the user table's id, `inText` matches (no index
 * helps) and `ignoreCase` matches (create an index on `lower("field")` in SQLite).
 *
 * @example
 * for (const { table, column } of lookupsOf(policy)) await db.collection(table).createIndex(column)
 */
export function lookupsOf(policy: PolicyInput): readonly Lookup[] {
  const { user, steps } = compilePolicy(policy)
  const checks = Object.entries(policy.checks ?? {}).map(([name, one]) => compileCheck(name, one))
  const lookups = referencesOf({ user, steps, checks })
    .filter((one) => !readsAll(one) && !isInAnyCase(one))
    .filter((one) => one.table !== user.table || one.path !== user.id)
    .map(({ table, path }): Lookup => ({ table, column: path }))
  return [...new Map(lookups.map((one) => [JSON.stringify(one), one])).values()]
}
