/**
 * Documents of one step for one user, in the order of their `_id`.
 *
 * @module
 */
import type { Cursor, Program, Step } from '../../src/store.ts'
import type { Doc } from './driver.ts'
import { filterOf, matchStep, type SliceUser } from './match-rows.ts'
import type { Reader } from './scope.ts'
import { decodeKey } from './values.ts'

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
  if (filter === null) return []
  const behind =
    cursor === null
      ? []
      : // Unlike $gt in a filter, the expression compares across types, as the order does.
        [{ $expr: { $gt: ['$_id', { $literal: decodeKey(reader.types, cursor[0]) }] } }]
  const rows = await reader.find(
    step.table,
    { $and: [filter, ...behind] },
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
