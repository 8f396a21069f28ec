/**
 * What is left of a user, step by step.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { canBeAsked } from '../../../src/program/selectors.ts'
import { leavesNoMatch } from '../../../src/program/steps.ts'
import type { InspectedUser, Inspection } from '../../../src/store/inspection.ts'
import { findRows, findTombstone } from '../documents/find-users.ts'
import { valuesOfStep } from '../documents/match-rows.ts'
import { sharedOf, sharedRowsOf } from '../documents/shared-values.ts'
import { stepFilter } from '../documents/step-rows.ts'
import { lacking, needsOwn } from '../documents/updates.ts'
import type { Reader } from '../server/scope.ts'
import { ownOf } from './carry-out.ts'

export async function inspect(
  reader: Reader,
  program: Program,
  { tenantId, target, fields, derived }: InspectedUser,
): Promise<Inspection> {
  const [found] = await findRows(reader, program, { tenantId, users: [target] })
  const matched: (number | null)[] = []
  const pending: (number | null)[] = []
  const { shared: all } = await sharedOf(reader, program, tenantId, [{ fields }])
  const user = { fields, shared: all[0] ?? [], derived }
  for (const step of program.steps) {
    if (step.selector === null || !canBeAsked(step, fields)) {
      matched.push(null)
      pending.push(null)
      continue
    }
    const filter = await stepFilter(reader, program, step, tenantId, [user])
    const count = async (narrowed: Readonly<Record<string, unknown>> | null): Promise<number> => {
      if (narrowed === null) return 0
      const [counted] = await reader.aggregate(step.table, [
        { $match: narrowed },
        { $count: 'rows' },
      ])
      return Number(counted?.['rows'] ?? 0)
    }
    const rows = await count(filter)
    const values = needsOwn(step)
      ? await valuesOfStep(reader, program, step, tenantId, [user])
      : null
    const own = ownOf(step, values)
    const lack = lacking(step, { types: reader.types, table: program.user, user, own })
    matched.push(rows)
    if (leavesNoMatch(step)) pending.push(rows)
    else
      pending.push(await count(filter === null || lack === null ? null : { $and: [filter, lack] }))
  }
  const tombstone =
    found == null ? await findTombstone(reader, program, tenantId, target, derived) : null
  const own = user.shared.length === 0 ? null : { fields: { ...fields }, shared: user.shared }
  const left = own === null ? {} : { shared: await sharedRowsOf(reader, program, tenantId, own) }
  return { user: found?.row ?? null, tombstone, matched, pending, ...left }
}
