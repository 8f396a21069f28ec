/**
 * The engine's own records, inside the transaction or the read that the caller has opened.
 *
 * @module
 */

import type { RecordWrite } from '../../../src/store/change.ts'
import type { AnswerTo, RecordQuestion } from '../../../src/store/inquiry.ts'
import { leaseLost } from '../../../src/store/own-records.ts'
import { type Asked, type Flow, inOrder, readRows, type SqlScene } from '../flow.ts'
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
  const statements = joined(writes).flatMap((write) => writeStatements(scene, write))
  yield* inOrder(
    statements.map(({ sql, parameters, each, orElse }): Asked => {
      if (each !== undefined) return { statement: { kind: 'change_each', sql, lists: each } }
      return {
        statement: { kind: 'change', sql, parameters },
        take(changed) {
          if (changed !== 1 && orElse !== undefined) throw leaseLost()
        },
      }
    }),
  )
}

/** Inserts next to each other with those of one table as one: no table of the engine's own refers to another. */
function joined(writes: Iterable<RecordWrite>): readonly RecordWrite[] {
  const all: RecordWrite[] = []
  let inserts = new Map<string, Insert>()
  for (const write of writes) {
    if (write.kind !== 'insert') inserts = new Map()
    const earlier = write.kind === 'insert' ? inserts.get(write.table) : undefined
    if (write.kind === 'insert' && earlier !== undefined) {
      earlier.records.push(...write.records)
      continue
    }
    const own = write.kind === 'insert' ? { ...write, records: [...write.records] } : write
    if (own.kind === 'insert') inserts.set(own.table, own as Insert)
    all.push(own as RecordWrite)
  }
  return all
}

interface Insert {
  readonly records: object[]
}
