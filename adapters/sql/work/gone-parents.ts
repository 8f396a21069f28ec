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

/** Pairs of every step that has some, by step, and in the order of its ways through parents. */
export type HeldParents = ReadonlyMap<number, readonly (string | null)[]>

export function* holdParents({ steps }: ProgramSql, parameters: Parameters): Flow<HeldParents> {
  const held = new Map<number, readonly (string | null)[]>()
  for (const [index, step] of steps.entries()) {
    const ofWays: (string | null)[] = []
    for (const { find } of step?.goneParents ?? []) {
      ofWays.push(pairsText(yield* readRows(find, parameters)))
    }
    if (ofWays.some((pairs) => pairs !== null)) held.set(index, ofWays)
  }
  return held
}

function pairsText(pairs: readonly (readonly unknown[])[]): string | null {
  return pairs.length === 0 ? null : jsonText(pairs)
}

/** The same of the rows of a parent table that a chunk is about to remove. */
export function* holdAmong({ steps }: ProgramSql, table: string, keys: string): Flow<HeldParents> {
  const held = new Map<number, readonly (string | null)[]>()
  for (const [index, step] of steps.entries()) {
    const ofWays: (string | null)[] = []
    for (const { among } of step?.goneParents ?? []) {
      const sql = among.get(table)
      ofWays.push(sql === undefined ? null : pairsText(yield* readRows(sql, { keys })))
    }
    if (ofWays.some((pairs) => pairs !== null)) held.set(index, ofWays)
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
  return (steps[index]?.goneParents ?? []).flatMap(({ residue }, way) => {
    const pairs = held.get(index)?.[way] ?? null
    if (pairs === null) return []
    return visiting(residue, { ...parameters, held: pairs }, ([rows]) => {
      if (Number(rows) > 0) throw residueLeft(program.steps[index]?.table ?? '')
    })
  })
}
