/**
 * Commits what an inquiry decides.
 *
 * @module
 */
import type { Decision, RecordWrite } from '../../../src/store/change.ts'
import type { Inquiry, Question } from '../../../src/store/inquiry.ts'
import { rehearsed } from '../../../src/store/rehearsal.ts'
import { isQuestions, NO_ANSWERS, runAsync } from '../../../src/store/run.ts'
import type { CommitOptions } from '../../../src/store/store.ts'
import { answersInCommit } from '../answers/answer.ts'
import { isSingle, writeSingle } from '../records/record-writes.ts'
import { refuseOtherCollections } from '../schema/describe.ts'
import type { OwnDb } from '../server/engine-collections.ts'
import type { Connection } from './connection.ts'

/** A decision that asks nothing and makes one write, which is atomic of itself, needs no transaction. */
export async function commit<T>(
  db: OwnDb,
  connection: Connection,
  inquiry: () => Inquiry<Decision<T>>,
  { waited }: CommitOptions = {},
): Promise<T> {
  const refuseStale = openStaleness(db)
  const first = inquiry().next()
  if (first.done !== true) await connection.read(() => refuseStale(first.value))
  else {
    if (first.value.change === null) return first.value.result
    const single = singleOf(first.value)
    if (single !== null) {
      const { write, result } = single
      await connection.direct((writer, tries) => writeSingle(writer, write, tries))
      return result
    }
  }
  return rehearsed(() =>
    connection.write(
      (here) =>
        runAsync(inquiry(), async (questions) => {
          await refuseStale(questions)
          return answersInCommit(here, questions)
        }),
      waited,
    ),
  )
}

/**
 * Refuses programs that were built for other collections; each once. Those of the first questions are looked at before
 * the transaction, where that keeps nobody waiting.
 */
function openStaleness(db: OwnDb): (questions: readonly Question[]) => Promise<void> {
  const present = new Set<string>()
  return async (questions) => {
    for (const question of questions) {
      if (!('program' in question) || !('schemaStamp' in question.program)) continue
      const { program } = question
      if (program.schemaStamp === undefined || present.has(program.schemaStamp)) continue
      await refuseOtherCollections(db, program)
      present.add(program.schemaStamp)
    }
  }
}

interface Single<T> {
  readonly write: RecordWrite
  readonly result: T
}

function singleOf<T>(decision: Decision<T>): Single<T> | null {
  if (decision.change === null || decision.isRehearsal === true) return null
  if (decision.callsHost === true) return null
  const change = decision.change()
  const { value: write, done } = change.next(NO_ANSWERS)
  if (done === true || isQuestions(write) || !isSingle(write)) return null
  const end = change.next(NO_ANSWERS)
  return end.done === true ? { write, result: end.value } : null
}
