/**
 * From compiled steps to the program that a store runs.
 *
 * @module
 */
import type { DatabaseSchema } from '../store.ts'
import type { LastOfCheck, Program } from '../terms.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { fitChecks, fitSteps } from './fit-schema.ts'
import { orderSteps } from './order-steps.ts'

/** Orders the steps that a schema has tables for. Checks of the engine replace the policy's of the same name. */
export function buildProgram(
  compiled: CompiledPolicy,
  checks: readonly LastOfCheck[],
  digest: string,
  schema: DatabaseSchema | null,
): Program {
  const byName = new Map(checks.map((check) => [check.name, check]))
  return {
    digest,
    ...(schema?.stamp === undefined ? {} : { schemaStamp: schema.stamp }),
    user: compiled.user,
    steps: orderSteps(fitSteps(compiled.steps, schema), schema),
    checks: fitChecks([...byName.values()], schema),
    audit: compiled.audit,
    derived: compiled.derived,
  }
}
