/**
 * The engine's own records in SQLite, inside the transaction or the read that the caller has opened.
 *
 * @module
 */
import type { RecordWrite } from '../../../src/store/change.ts'
import type { AnswerTo, RecordQuestion } from '../../../src/store/inquiry.ts'
import { leaseLost } from '../../../src/store/own-records.ts'
import { type RecordScene, selectRecords, writeStatements } from '../../sql/record-sql.ts'
import { toRecord } from '../../sql/record-values.ts'
import type { Connection } from '../handle/connection.ts'
import { sqliteDialect } from '../sql/dialect.ts'

export function answerRecords<const Q extends RecordQuestion>(
  connection: Connection,
  question: Q,
): AnswerTo<Q> {
  const { sql, parameters } = selectRecords(sceneOf(connection), question)
  const records: readonly unknown[] = connection
    .rows(sql, parameters)
    .map((row) => toRecord(question.table, row))
  return records as AnswerTo<Q>
}

/** @throws {@link leaseLost} where a write has to find exactly one record, and has not. */
export function writeRecords(connection: Connection, writes: Iterable<RecordWrite>): void {
  const scene = sceneOf(connection)
  for (const write of writes) {
    for (const { sql, parameters, each, orElse } of writeStatements(scene, write)) {
      if (each !== undefined) connection.changeEach(sql, each)
      else if (connection.change(sql, parameters) !== 1 && orElse !== undefined) throw leaseLost()
    }
  }
}

/** SQLite's words, and the engine's own tables. */
export function sceneOf({ own }: Connection): RecordScene {
  return { dialect: sqliteDialect, own }
}
