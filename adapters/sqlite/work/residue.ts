/**
 * Looks for rows on which steps have not had their effect.
 *
 * @module
 */
import type { ResidueTime } from '../../../src/program/residue.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { Parameters } from '../../sql/statement.ts'
import type { ResidueSql } from '../../sql/steps/residue-sql.ts'
import type { Connection } from '../handle/connection.ts'
import { lateResidues } from '../sql/together.ts'
import { type HeldParents, rowsUnder } from './gone-parents.ts'

/** @throws {@link residueLeft} where one of the steps has left rows once everything is done. */
export function lateResidue(
  connection: Connection,
  sql: ProgramSql,
  asked: ReadonlySet<number>,
  held: HeldParents,
  parameters: Parameters,
): void {
  // Of steps that write nothing nothing is asked in any case.
  const isOfAll = sql.steps.every((step, index) => step?.residue == null || asked.has(index))
  if (isOfAll) refuseLateResidues(connection, sql, parameters)
  for (const group of sql.groups) {
    const own = group.steps.filter((index) => asked.has(index))
    for (const index of own) {
      if (rowsUnder(connection, sql, index, held, parameters) === 0) continue
      throw residueLeft(sql.program.steps[index]?.table ?? '')
    }
    if (isOfAll) continue
    const isWhole = group.residue !== null && own.length === group.steps.length
    const residues = isWhole ? [group.residue] : own.map((index) => sql.steps[index]?.residue)
    for (const residue of residues) {
      if (residue != null) refuseResidue(connection, residue, 'at_end', parameters)
    }
  }
}

/** Of all steps, many in one statement. */
function refuseLateResidues(connection: Connection, sql: ProgramSql, parameters: Parameters): void {
  for (const { sql: text, tables } of lateResidues(sql)) {
    for (const [place, rows] of connection.rows(text, parameters)) {
      if (Number(rows) > 0) throw residueLeft(tables[Number(place)] ?? '')
    }
  }
}

/** @throws {@link residueLeft} where a step that is asked at this time has left rows. */
export function refuseResidue(
  connection: Connection,
  { table, sql, when }: ResidueSql,
  asked: ResidueTime,
  parameters: Parameters,
): void {
  if (when !== asked) return
  if (Number(connection.rows(sql, parameters)[0]?.[0]) > 0) throw residueLeft(table)
}
