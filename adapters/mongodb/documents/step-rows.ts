/**
 * Documents of one step for one user, in the order of their `_id`.
 *
 * @module
 */

import type { Program, Step } from '../../../src/program/program.ts'
import type { Cursor } from '../../../src/store/chunk.ts'
import type { SliceUser } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import type { Reader } from '../server/scope.ts'
import { decodeKey } from '../server/values.ts'
import { filterOf, matchStep } from './match-rows.ts'

/** The `_id`s behind the cursor, `limit` at most. */
export async function restOfStep(
  reader: Reader,
  program: Program,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
  cursor: Cursor | null,
  limit?: number,
): Promise<readonly unknown[]> {
  const filter = await stepFilter(reader, program, step, tenantId, users)
  return idsBehind(reader, step.table, filter === null ? [] : [filter], cursor, limit)
}

export interface RestOfPass {
  /** Of all steps together. */
  readonly ids: readonly unknown[]
  /** Which of them are those of each step. */
  readonly byStep: readonly (readonly unknown[])[]
}

/** The same of steps that find their documents together. */
export async function restOfPass(
  reader: Reader,
  program: Program,
  pass: readonly number[],
  tenantId: string | null,
  users: readonly SliceUser[],
  cursor: Cursor | null,
  limit: number,
): Promise<RestOfPass> {
  const steps = pass.flatMap((index) => program.steps[index] ?? [])
  const [first] = steps
  if (first === undefined) return { ids: [], byStep: [] }
  const filters: (Doc | null)[] = []
  for (const step of steps) {
    filters.push(await stepFilter(reader, program, step, tenantId, users))
  }
  const known = filters.filter((filter) => filter !== null)
  const ids = await idsBehind(reader, first.table, known, cursor, limit)
  if (steps.length === 1 || ids.length === 0) return { ids, byStep: steps.map(() => ids) }
  const byStep: (readonly unknown[])[] = []
  for (const filter of filters) {
    const among = filter === null ? [] : [{ $and: [filter, { _id: { $in: [...ids] } }] }]
    byStep.push(await idsBehind(reader, first.table, among, null))
  }
  return { ids, byStep }
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
  if (step.selector === null || matches.values.length === 0) return null
  return filterOf(
    step.selector,
    tenantId,
    matches.values.map(({ value }) => value),
  )
}
