/**
 * From compiled steps to the program that a store runs.
 *
 * @module
 */
import type { DatabaseSchema } from '../store.ts'
import type { LastOfCheck, Program } from '../terms.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { orderSteps } from './order-steps.ts'

/** Orders the steps for a schema. Checks of the engine replace the policy's of the same name. */
export function buildProgram(
  compiled: CompiledPolicy,
  checks: readonly LastOfCheck[],
  digest: string,
  schema: DatabaseSchema | null,
): Program {
  return {
    digest,
    user: compiled.user,
    steps: orderSteps(compiled.steps, schema),
    checks: [...new Map(checks.map((check) => [check.name, check])).values()],
    audit: compiled.audit,
    derived: compiled.derived,
  }
}
