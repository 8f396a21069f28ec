/**
 * What is left of a user, step by step.
 *
 * @module
 */
import type { InspectedUser, Inspection, Selector, Step } from '../../src/store.ts'
import type { Connection } from './connection.ts'
import type { ProgramSql } from './program-sql.ts'
import { chainsOf, fieldOf } from './selector-sql.ts'
import { sliceParameters } from './slice-parameters.ts'
import { findRows } from './take-survey.ts'

export function inspect(
  connection: Connection,
  sql: ProgramSql,
  { tenantId, target, fields, derived }: InspectedUser,
): Inspection {
  const [user] = findRows(connection, sql, { tenantId, users: [target] })
  const parameters = sliceParameters(sql.fields, tenantId, [{ fields, derived }])
  const known = derived.map((value) => value !== null)
  const count = (text: string): number => Number(connection.rows(text, parameters)[0]?.[0])
  const askable = sql.program.steps.map((step) => isAskable(step, fields))
  return {
    user: user ?? null,
    matched: sql.steps.map((step, index) =>
      step === null || !askable[index] ? null : count(step.matched),
    ),
    pending: sql.steps.map((step, index) =>
      step === null || !askable[index] ? null : count(step.pending(known)),
    ),
  }
}

/** Whether every field that the step's selectors end at is known. */
function isAskable(step: Step, fields: Readonly<Record<string, unknown>>): boolean {
  const selectors: readonly Selector[] =
    step.selector === null ? step.except : [step.selector, ...step.except]
  return selectors.flatMap(chainsOf).every((chain) => Object.hasOwn(fields, fieldOf(chain)))
}
