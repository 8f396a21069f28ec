/**
 * Rows under deleted parents. A trigger may write such rows back when nothing leads from the user to them any more,
 * so the keys of the parents are kept until everything is done. Only done where a trigger may act.
 *
 * @module
 */

import { residueLeft } from '../../../src/store/failures.ts'
import { type Asked, type Flow, readRows, visiting } from '../flow.ts'
import { jsonText } from '../json-text.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'

/** Pairs of every step that has some, by step. */
export type HeldParents = ReadonlyMap<number, string>

export function* holdParents({ steps }: ProgramSql, parameters: Parameters): Flow<HeldParents> {
  const held = new Map<number, string>()
  for (const [index, step] of steps.entries()) {
    const sql = step?.goneParents ?? null
    if (sql === null) continue
    const pairs = yield* readRows(sql.find, parameters)
    if (pairs.length > 0) held.set(index, jsonText(pairs))
  }
  return held
}

/** The same of the rows of a parent table that a chunk is about to remove. */
export function* holdAmong({ steps }: ProgramSql, table: string, keys: string): Flow<HeldParents> {
  const held = new Map<number, string>()
  for (const [index, step] of steps.entries()) {
    const sql = step?.goneParents?.among.get(table)
    if (sql === undefined) continue
    const pairs = yield* readRows(sql, { keys })
    if (pairs.length > 0) held.set(index, jsonText(pairs))
  }
  return held
}

/** Throws {@link residueLeft} where a step has rows under the parents that were kept in mind. */
export function rowsUnder(
  { steps, program }: ProgramSql,
  index: number,
  held: HeldParents,
  parameters: Parameters,
): readonly Asked[] {
  const [sql, pairs] = [steps[index]?.goneParents ?? null, held.get(index)]
  if (sql === null || pairs === undefined) return []
  return [
    visiting(sql.residue, { ...parameters, held: pairs }, ([rows]) => {
      if (Number(rows) > 0) throw residueLeft(program.steps[index]?.table ?? '')
    }),
  ]
}
