/**
 * Looks for rows on which steps have not had their effect.
 *
 * @module
 */

import type { ResidueTime } from '../../../src/program/residue.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { type Asked, visiting } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import type { ResidueSql } from '../steps/residue-sql.ts'
import { type HeldParents, rowsUnder } from './gone-parents.ts'

/** Throws {@link residueLeft} where one of the steps has left rows once everything is done. */
export function lateResidue(
  sql: ProgramSql,
  asked: ReadonlySet<number>,
  held: HeldParents,
  parameters: Parameters,
): readonly Asked[] {
  // Of steps that write nothing nothing is asked in any case.
  const isOfAll = sql.steps.every((step, index) => step?.residue == null || asked.has(index))
  const late = sql.groups.flatMap((group): readonly Asked[] => {
    const own = group.steps.filter((index) => asked.has(index))
    const under = own.flatMap((index) => rowsUnder(sql, index, held, parameters))
    if (isOfAll) return under
    const isWhole = group.residue !== null && own.length === group.steps.length
    const residues = isWhole ? [group.residue] : own.map((index) => sql.steps[index]?.residue)
    return [
      ...under,
      ...residues.flatMap((residue) =>
        residue == null ? [] : refuseResidue(residue, 'at_end', parameters),
      ),
    ]
  })
  return isOfAll ? [...residuesOfAll(sql, parameters), ...late] : late
}

/** Of all steps, many in one statement. */
function residuesOfAll({ lateResidues }: ProgramSql, parameters: Parameters): readonly Asked[] {
  return lateResidues.map(({ sql, tables }) =>
    visiting(sql, parameters, ([place, rows]) => {
      if (Number(rows) > 0) throw residueLeft(tables[Number(place)] ?? '')
    }),
  )
}

/** Throws {@link residueLeft} where a step that is asked at this time has left rows. */
export function refuseResidue(
  { table, sql, when }: ResidueSql,
  asked: ResidueTime,
  parameters: Parameters,
): readonly Asked[] {
  if (when !== asked) return []
  return [
    visiting(sql, parameters, ([rows]) => {
      if (Number(rows) > 0) throw residueLeft(table)
    }),
  ]
}
