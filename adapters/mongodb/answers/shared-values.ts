/**
 * What users of a slice hold and others too: then the documents that are found by it are not theirs alone.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { regardless } from '../../../src/program/selectors.ts'
import { mayLeaveShared, sharedText } from '../../../src/program/shared-values.ts'
import { dealtWithIn } from '../../../src/program/steps.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { pages } from '../documents/match-rows.ts'
import type { SliceUser } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import type { Reader } from '../server/scope.ts'
import { wholeInAnyCase } from '../server/text-patterns.ts'
import { engineId, keyOf, storedId } from '../server/values.ts'
import { restOfStep } from './step-rows.ts'
import { tenantFilter } from './user-rows.ts'

/** The texts of a value that rows of others hold. */
export async function heldOutside(
  reader: Reader,
  { program: { user }, tenantId, value, users }: HostQuestion<'holders'>,
): Promise<ReadonlySet<string | null>> {
  const column = user.fields[value.field] ?? user.id
  const fields = users.map((one) => one.fields)
  const ids = fields.map(({ id }) => storedId(reader.types, user.idType, id, null))
  const held = value.field === 'id' ? ids : fields.flatMap((own) => [own[value.field]].flat())
  const named = held.filter((one) => sharedText(one, value) !== null)
  const ofSlice = { [user.id]: { $in: ids }, ...tenantFilter(user, tenantId) }
  const within = value.reach === 'tenant' ? [tenantFilter(user, tenantId)] : []
  const texts = new Set<string | null>()
  for (const page of pages(named)) {
    const same: Doc = value.anyCase
      ? { $or: page.map((one) => ({ [column]: { $regex: wholeInAnyCase(String(one)) } })) }
      : { [column]: { $in: page } }
    const groups = await reader.aggregate(user.table, [
      { $match: { $and: [same, { $nor: [ofSlice] }, ...within] } },
      { $group: { _id: `$${column}` } },
    ])
    for (const one of groups.flatMap(({ _id }) => [_id].flat())) {
      texts.add(sharedText(value.field === 'id' ? engineId(one) : one, value))
    }
  }
  return texts
}

/** Documents by step that nothing but a shared value finds, and that no rule of the collection has. */
export async function sharedRowsOf(
  reader: Reader,
  program: Program,
  tenantId: string | null,
  user: SliceUser,
): Promise<readonly number[]> {
  const { shared: _, ...alone } = user
  const rows: number[] = []
  for (const step of program.steps) {
    if (!mayLeaveShared(step)) {
      rows.push(0)
      continue
    }
    const whole = { ...step, ways: step.ways.map(regardless) }
    const found = await restOfStep(reader, program, whole, tenantId, [alone], null)
    const others = { ...step, ways: dealtWithIn(program.steps, step), except: [] }
    const theirs =
      found.length === 0 ? [] : await restOfStep(reader, program, others, tenantId, [user], null)
    const dealtWith = new Set(theirs.map(keyOf))
    rows.push(found.filter((id) => !dealtWith.has(keyOf(id))).length)
  }
  return rows
}
