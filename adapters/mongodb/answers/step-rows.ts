/**
 * Documents of one step for one user, in the order of their `_id`.
 *
 * @module
 */

import type { Program, Step } from '../../../src/program/program.ts'
import { passOf } from '../../../src/program/steps.ts'
import type { Cursor } from '../../../src/store/chunk.ts'
import type { ContentRow, HostQuestion, StepRow } from '../../../src/store/questions.ts'
import { filterOf, matchStep, onlyWay } from '../documents/match-rows.ts'
import { type NamedRow, type SliceUser, sliceUsers } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import type { Reader } from '../server/scope.ts'
import { decodeKey, encodeKey, wholeKeyOf } from '../server/values.ts'

/** The `_id`s behind the cursor. */
export async function restOfStep(
  reader: Reader,
  program: Program,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
  cursor: Cursor | null,
): Promise<readonly unknown[]> {
  const filter = await stepFilter(reader, program, step, tenantId, users)
  return idsBehind(reader, step.table, filter === null ? [] : [filter], cursor)
}

/** The next documents of a step, and of those that find theirs with it. */
export async function stepRows(
  reader: Reader,
  question: HostQuestion<'step_rows'>,
): Promise<readonly StepRow[]> {
  const { program, tenantId, after, limit } = question
  const users = sliceUsers(question)
  const pass: { readonly index: number; readonly filter: Doc }[] = []
  for (const index of passOf(program.steps, question.step)) {
    const step = program.steps[index]
    if (step === undefined) continue
    const filter = await stepFilter(reader, program, step, tenantId, users)
    if (filter !== null) pass.push({ index, filter })
  }
  const table = program.steps[question.step]?.table ?? ''
  const filters = pass.map(({ filter }) => filter)
  const ids = await idsBehind(reader, table, filters, after, limit)
  const steps = new Map(ids.map((id) => [wholeKeyOf(id), [] as number[]]))
  for (const { index, filter } of ids.length === 0 ? [] : pass) {
    const among = { $and: [filter, { _id: { $in: [...ids] } }] }
    const own = pass.length === 1 ? ids : await idsBehind(reader, table, [among], null)
    for (const id of own) steps.get(wholeKeyOf(id))?.push(index)
  }
  return ids.map((id) => ({ key: [encodeKey(id)], steps: steps.get(wholeKeyOf(id)) ?? [] }))
}

/** The next documents of one step as they are. */
export async function stepContents(
  reader: Reader,
  question: HostQuestion<'contents'>,
): Promise<readonly ContentRow[]> {
  const { program, tenantId, after, limit } = question
  const step = program.steps[question.step]
  if (step === undefined) return []
  const filter = await stepFilter(reader, program, step, tenantId, sliceUsers(question))
  if (filter === null) return []
  const ids = await idsBehind(reader, step.table, [filter], after, limit)
  if (ids.length === 0) return []
  const found = await reader.find(step.table, { _id: { $in: [...ids] } })
  const documents = new Map(found.map((document) => [wholeKeyOf(document['_id']), document]))
  return ids.flatMap((id) => {
    const row = documents.get(wholeKeyOf(id))
    return row === undefined ? [] : [{ key: [encodeKey(id)], row }]
  })
}

/** These documents as those of all users. */
export function ofAll(users: readonly SliceUser[], ids: readonly unknown[]): readonly NamedRow[] {
  const owners = [...users.keys()]
  return ids.map((id) => ({ id, owners }))
}

/** The `_id`s of documents that one of the filters finds. */
async function idsBehind(
  reader: Reader,
  table: string,
  filters: readonly Doc[],
  cursor: Cursor | null,
  limit?: number,
): Promise<readonly unknown[]> {
  const [filter] = filters
  if (filter === undefined) return []
  const behind =
    cursor === null
      ? []
      : // Unlike $gt in a filter, the expression compares across types, as the order does.
        [{ $expr: { $gt: ['$_id', { $literal: decodeKey(reader.types, cursor[0]) }] } }]
  const rows = await reader.find(
    table,
    { $and: [filters.length === 1 ? filter : { $or: filters }, ...behind] },
    { projection: { _id: 1 }, sort: { _id: 1 }, ...(limit === undefined ? {} : { limit }) },
  )
  return rows.map(({ _id }) => _id)
}

/** All documents of the step; `null` when there can be none. */
export async function stepFilter(
  reader: Reader,
  program: Program,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
): Promise<Doc | null> {
  const matches = await matchStep(reader, program, step, tenantId, users)
  if (matches.kind === 'rows') {
    if (matches.rows.length === 0) return null
    return { _id: { $in: matches.rows.map(({ id }) => id) } }
  }
  const way = onlyWay(step)
  if (way === null || matches.values.length === 0) return null
  return filterOf(
    way,
    tenantId,
    matches.values.map(({ value }) => value),
  )
}
