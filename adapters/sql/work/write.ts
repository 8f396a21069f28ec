/**
 * Carries out every kind of write.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import type { HostWork, RecordWrite, Write } from '../../../src/store/change.ts'
import { usersAsParameters } from '../answers/answer.ts'
import { writeRecords } from '../answers/records.ts'
import type { Flow, SqlScene } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import { insertRow } from './insert-row.ts'
import { areEnded } from './user-rows.ts'
import { workOn } from './work.ts'

export interface Writer {
  write(write: Write): Flow<void>
  writeRecords(writes: readonly RecordWrite[]): Flow<void>
  /** Whether the user rows that were to end have ended: then what has been done so far is whole. */
  hasEnded(): Flow<boolean>
}

/** A writer for one transaction. `statementsFor`: the statements of a program. */
export function writingTo(
  scene: SqlScene,
  statementsFor: (program: Program) => ProgramSql,
): Writer {
  let ended: (() => Flow<boolean>) | null = null

  function* work(one: HostWork): Flow<void> {
    const sql = statementsFor(one.program)
    const parameters = usersAsParameters(sql, one)
    yield* workOn(scene, sql, one, parameters)
    if (one.userRows.kind !== 'end' || one.program.user.rowless) return
    ended = () => areEnded(sql, parameters)
  }

  return {
    *write(one) {
      if (one.kind === 'work') yield* work(one)
      else if (one.kind === 'insert_row') yield* insertRow(scene, one)
      else yield* writeRecords(scene, [one])
    },
    writeRecords: (writes) => writeRecords(scene, writes),
    *hasEnded() {
      return ended === null ? false : yield* ended()
    },
  }
}
