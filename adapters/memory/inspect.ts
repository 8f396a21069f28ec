/**
 * What is left of a user, step by step.
 *
 * @module
 */
import type { InspectedUser, Inspection, Program, Selector, Step } from '../../src/store.ts'
import type { Database } from './apply-slice.ts'
import { matchStep } from './match-rows.ts'
import { findRows } from './take-survey.ts'
import { lacks } from './write-rows.ts'

export function inspect(
  { tables, records }: Database,
  program: Program,
  { tenantId, target, fields, derived }: InspectedUser,
): Inspection {
  const [user] = findRows(tables, records, program, { tenantId, users: [target] })
  const results = program.steps.map((step) => {
    if (step.selector === null || !isAskable(step, fields)) return null
    const subject = { fields, derived }
    const keys = [...matchStep(tables, step, tenantId, [subject]).keys()]
    const removes = step.action === 'delete' || step.action === 'detach'
    const pending = keys.filter((key) => {
      const row = tables.rows(step.table).get(key)
      return removes || (row !== undefined && lacks(row, step.set, subject))
    })
    return { matched: keys.length, pending: pending.length }
  })
  return {
    user: user ?? null,
    matched: results.map((result) => result?.matched ?? null),
    pending: results.map((result) => result?.pending ?? null),
  }
}

/** Whether every field that the step's selectors end at is known. */
function isAskable(step: Step, fields: Readonly<Record<string, unknown>>): boolean {
  const selectors = step.selector === null ? step.except : [step.selector, ...step.except]
  return selectors.flatMap(fieldsOf).every((field) => Object.hasOwn(fields, field))
}

function fieldsOf({ target }: Selector): readonly string[] {
  return target.kind === 'user' ? [target.field] : target.parents.flatMap(fieldsOf)
}
