/**
 * What is left of a user, step by step.
 *
 * @module
 */
import { canBeAsked } from '../../../src/program/selectors.ts'
import type { InspectedUser, Inspection } from '../../../src/store/inspection.ts'
import type { Connection } from '../handle/connection.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { sliceParameters } from '../sql/slice-parameters.ts'
import { sharedOf } from './shared-values.ts'
import { findRows } from './take-survey.ts'
import { findTombstone } from './tombstones.ts'

export function inspect(
  connection: Connection,
  sql: ProgramSql,
  { tenantId, target, fields, derived }: InspectedUser,
): Inspection {
  const [user] = findRows(connection, sql, { tenantId, users: [target] })
  const [shared = []] = sharedOf(connection, sql, tenantId, [{ fields }]).shared
  const subject = { fields, shared }
  const parameters = sliceParameters(sql.values, tenantId, [subject], () => derived)
  const known = derived.map((value) => value !== null)
  const count = (text: string): number => Number(connection.rows(text, parameters)[0]?.[0])
  const left = (step: ProgramSql['steps'][number]): number =>
    step?.shared == null ? 0 : Number(connection.rows(step.shared, parameters)[0]?.[1] ?? 0)
  const askable = sql.program.steps.map((step) => canBeAsked(step, fields))
  return {
    user: user ?? null,
    tombstone: user == null ? findTombstone(connection, sql, parameters, target) : null,
    matched: sql.steps.map((step, index) =>
      step === null || !askable[index] ? null : count(step.matched),
    ),
    pending: sql.steps.map((step, index) =>
      step === null || !askable[index] ? null : count(step.pending(known)),
    ),
    ...(shared.length === 0 ? {} : { shared: sql.steps.map(left) }),
  }
}
