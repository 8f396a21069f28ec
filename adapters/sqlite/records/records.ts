/**
 * The engine's own records in SQLite, inside the transaction or the read that the caller has opened.
 *
 * @module
 */
import type { RecordWrite } from '../../../src/store/change.ts'
import type { AnswerTo, RecordQuestion } from '../../../src/store/inquiry.ts'
import { leaseLost } from '../../../src/store/own-records.ts'
import { type RecordDialect, selectRecords, writeStatements } from '../../sql/record-sql.ts'
import { toRecord } from '../../sql/record-values.ts'
import type { Connection } from '../handle/connection.ts'
import { FACT } from '../sql/fact.ts'
import { jsonText } from '../sql/literals.ts'

export function answerRecords<const Q extends RecordQuestion>(
  connection: Connection,
  question: Q,
): AnswerTo<Q> {
  const { sql, parameters } = selectRecords(dialectOf(connection), question)
  const records: readonly unknown[] = connection
    .rows(sql, parameters)
    .map((row) => toRecord(question.table, row))
  return records as AnswerTo<Q>
}

/** @throws {@link leaseLost} where a write has to find exactly one record, and has not. */
export function writeRecords(connection: Connection, writes: Iterable<RecordWrite>): void {
  const dialect = dialectOf(connection)
  for (const write of writes) {
    for (const { sql, parameters, each, orElse } of writeStatements(dialect, write)) {
      if (each !== undefined) connection.changeEach(sql, each)
      else if (connection.change(sql, parameters) !== 1 && orElse !== undefined) throw leaseLost()
    }
  }
}

/** The ids of one slice are listed for several statements. */
function remembering<T>(
  make: (values: readonly unknown[]) => T,
): (values: readonly unknown[]) => T {
  const known = new WeakMap<readonly unknown[], { readonly made: T }>()
  return (values) => {
    const found = known.get(values) ?? { made: make(values) }
    known.set(values, found)
    return found.made
  }
}

const DIALECTS = new WeakMap<Connection['own'], RecordDialect>()

function dialectOf({ own }: Connection): RecordDialect {
  let dialect = DIALECTS.get(own)
  if (dialect === undefined) {
    dialect = {
      table: (name) => own[name],
      list: (parameter) => `SELECT value FROM json_each(${parameter})`,
      fact: () => FACT,
      listed: remembering(jsonText),
    }
    DIALECTS.set(own, dialect)
  }
  return dialect
}
