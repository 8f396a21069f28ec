/**
 * The engine's own records, inside the transaction or the read that the caller has opened.
 *
 * @module
 */

import type { RecordWrite } from '../../../src/store/change.ts'
import type { AnswerTo, RecordQuestion } from '../../../src/store/inquiry.ts'
import { leaseLost } from '../../../src/store/own-records.ts'
import { changeEach, changeRows, type Flow, readRows, type SqlScene } from '../flow.ts'
import { selectRecords, writeStatements } from '../own-tables/record-sql.ts'
import { toRecord } from '../own-tables/record-values.ts'

export function* answerRecords<const Q extends RecordQuestion>(
  scene: SqlScene,
  question: Q,
): Flow<AnswerTo<Q>> {
  const { sql, parameters } = selectRecords(scene, question)
  const records: readonly unknown[] = (yield* readRows(sql, parameters)).map((row) =>
    toRecord(scene.dialect.layout, question.table, row),
  )
  return records as AnswerTo<Q>
}

/** @throws {@link leaseLost} where a write has to find exactly one record, and has not. */
export function* writeRecords(scene: SqlScene, writes: Iterable<RecordWrite>): Flow<void> {
  for (const write of writes) {
    for (const { sql, parameters, each, orElse } of writeStatements(scene, write)) {
      if (each !== undefined) yield* changeEach(sql, each)
      else if ((yield* changeRows(sql, parameters)) !== 1 && orElse !== undefined) throw leaseLost()
    }
  }
}
