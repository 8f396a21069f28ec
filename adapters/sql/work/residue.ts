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
  for (const group of sql.groups) {
    const own = group.steps.filter((index) => asked.has(index))
    const isWhole = group.residue !== null && own.length === group.steps.length
    const residues = isWhole ? [group.residue] : own.map((index) => sql.steps[index]?.residue)
    for (const residue of residues) {
      if (residue != null) yield* refuseResidue(residue, 'at_end', parameters)
    }
    for (const index of own) {
      if ((yield* rowsUnder(sql, index, held, parameters)) === 0) continue
      throw residueLeft(sql.program.steps[index]?.table ?? '')
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
