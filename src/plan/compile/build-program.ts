/**
 * From compiled steps to the program that a store runs.
 *
 * @module
 */

import type { LastOfCheck, Program } from '../../program/program.ts'
import type { DatabaseSchema } from '../../program/schema.ts'
import { findHurdles, findUnread } from '../hurdles.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { fitChecks, fitSteps } from './fit-schema.ts'
import { markMembers, markReferences, markUser } from './mark-references.ts'
import { orderSteps } from './order-steps.ts'
import { unlinkUsers } from './unlink-users.ts'

/**
 * Orders the steps that a schema has tables for. Checks of the engine replace the policy's of the same name.
 *
 * @param foresees Whether plans tell what the database would refuse. What others have to delete before is in their way.
 */
export function buildProgram(
  compiled: CompiledPolicy,
  checks: readonly LastOfCheck[],
  digest: string,
  schema: DatabaseSchema | null,
  foresees = true,
): Program {
  const byName = new Map(checks.map((check) => [check.name, check]))
  const user = markUser(compiled.user, schema)
  const fitted = fitSteps(markReferences(user, compiled.steps, schema), schema)
  const steps = orderSteps([...fitted, ...unlinkUsers(user, fitted, schema)], schema)
  const hurdles = [
    ...(foresees ? findHurdles(user, steps, schema) : []),
    ...findUnread(steps, schema),
  ]
  return {
    digest,
    ...(schema?.stamp === undefined ? {} : { schemaStamp: schema.stamp }),
    user,
    steps,
    checks: fitChecks(markMembers(user, [...byName.values()], schema), schema),
    ...(hurdles.length === 0 ? {} : { hurdles }),
    audit: compiled.audit,
    derived: compiled.derived,
  }
}
