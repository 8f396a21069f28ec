/**
 * Carries out every kind of write.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import type { HostWork, Write } from '../../../src/store/change.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import { usersAsParameters } from '../answers/answer.ts'
import type { Connection } from '../handle/connection.ts'
import { insertRow } from '../records/insert-row.ts'
import { writeRecords } from '../records/records.ts'
import { areEnded } from './user-rows.ts'
import { workOn } from './work.ts'

export interface Writer {
  write(write: Write): void
  /** Whether the user rows that were to end have ended: then what has been done so far is whole. */
  hasEnded(): boolean
}

/** A writer for one transaction. `statementsFor`: the statements of a program. */
export function writingTo(
  connection: Connection,
  statementsFor: (program: Program) => ProgramSql,
): Writer {
  let hasEnded = (): boolean => false

  function work(one: HostWork): void {
    const sql = statementsFor(one.program)
    const parameters = usersAsParameters(sql, one)
    workOn(connection, sql, one, parameters)
    if (one.userRows.kind !== 'end' || one.program.user.rowless) return
    hasEnded = () => areEnded(connection, sql, parameters)
  }

  return {
    write(one) {
      if (one.kind === 'work') work(one)
      else if (one.kind === 'insert_row') insertRow(connection, one)
      else writeRecords(connection, [one])
    },
    hasEnded: () => hasEnded(),
  }
}
