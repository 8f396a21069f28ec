/**
 * What is left of a user, step by step.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { canBeAsked } from '../../../src/program/selectors.ts'
import { leavesNoMatch } from '../../../src/program/steps.ts'
import type { InspectedUser, Inspection } from '../../../src/store/inspection.ts'
import type { Database } from './apply-slice.ts'
import { matchStep } from './match-rows.ts'
import { sharedOf, sharedRowsOf } from './shared-values.ts'
import { findRows, findTombstone } from './take-survey.ts'
import { lacks } from './write-rows.ts'

export function inspect(
  { tables, records }: Database,
  program: Program,
  { tenantId, target, fields, derived }: InspectedUser,
): Inspection {
  const [user] = findRows(tables, records, program, { tenantId, users: [target] })
  const [shared = []] = sharedOf(tables, program, tenantId, [{ fields }]).shared
  const subject = { fields, shared, derived }
  const results = program.steps.map((step) => {
    if (step.selector === null || !canBeAsked(step, fields)) return null
    const keys = [...matchStep(tables, step, tenantId, [subject]).keys()]
    const removes = leavesNoMatch(step)
    const pending = keys.filter((key) => {
      const row = tables.rows(step.table).get(key)
      return removes || (row !== undefined && lacks(row, step, subject))
    })
    return { matched: keys.length, pending: pending.length }
  })
  return {
    user: user ?? null,
    tombstone:
      user == null ? findTombstone(tables, records, program, tenantId, target, derived) : null,
    matched: results.map((result) => result?.matched ?? null),
    pending: results.map((result) => result?.pending ?? null),
    ...(shared.length === 0 ? {} : { shared: sharedRowsOf(tables, program, tenantId, subject) }),
  }
}
