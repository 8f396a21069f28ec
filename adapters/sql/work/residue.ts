/**
 * Looks for rows on which steps have not had their effect.
 *
 * @module
 */

import type { ResidueTime } from '../../../src/program/residue.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { type Flow, readRows } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import type { ResidueSql } from '../steps/residue-sql.ts'
import { type HeldParents, rowsUnder } from './gone-parents.ts'

/** @throws {@link residueLeft} where one of the steps has left rows once everything is done. */
export function* lateResidue(
  sql: ProgramSql,
  asked: ReadonlySet<number>,
  held: HeldParents,
  parameters: Parameters,
): Flow<void> {
  // Of steps that write nothing nothing is asked in any case.
  const isOfAll = sql.steps.every((step, index) => step?.residue == null || asked.has(index))
  if (isOfAll) yield* refuseLateResidues(sql, parameters)
  for (const group of sql.groups) {
    const own = group.steps.filter((index) => asked.has(index))
    for (const index of own) {
      if ((yield* rowsUnder(sql, index, held, parameters)) === 0) continue
      throw residueLeft(sql.program.steps[index]?.table ?? '')
    }
    if (isOfAll) continue
    const isWhole = group.residue !== null && own.length === group.steps.length
    const residues = isWhole ? [group.residue] : own.map((index) => sql.steps[index]?.residue)
    for (const residue of residues) {
      if (residue != null) yield* refuseResidue(residue, 'at_end', parameters)
    }
  }
}

/** Of all steps, many in one statement. */
function* refuseLateResidues({ lateResidues }: ProgramSql, parameters: Parameters): Flow<void> {
  for (const { sql, tables } of lateResidues) {
    for (const [place, rows] of yield* readRows(sql, parameters)) {
      if (Number(rows) > 0) throw residueLeft(tables[Number(place)] ?? '')
    }
  }
}

/** @throws {@link residueLeft} where a step that is asked at this time has left rows. */
export function* refuseResidue(
  { table, sql, when }: ResidueSql,
  asked: ResidueTime,
  parameters: Parameters,
): Flow<void> {
  if (when !== asked) return
  if (Number((yield* readRows(sql, parameters))[0]?.[0]) > 0) throw residueLeft(table)
}
