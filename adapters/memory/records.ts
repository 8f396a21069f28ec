/**
 * The engine's own records: lists in the order of their keys, replaced as a whole by each write.
 *
 * @module
 */
import type { RecordWrite } from '../../src/store/change.ts'
import type { AnswerTo, RecordQuestion } from '../../src/store/inquiry.ts'
import {
  chosenRecords,
  compareByKey,
  NO_RECORDS,
  type RecordFields,
  type RecordLists,
  recordsAfter,
} from '../../src/store/plain/record-lists.ts'

export interface Records {
  ask<const Q extends RecordQuestion>(question: Q): AnswerTo<Q>
  /** What stands there now, whatever is written afterwards. */
  asNow(): Pick<Records, 'ask'>
  /** @throws {@link recordsAfter} as it does. */
  write(write: RecordWrite): void
  /** Puts everything back as it was when the work throws. */
  transaction<T>(work: () => T): T
}

/** Entries of the ledger by subject: looking through all of them for each user would take too long. */
type BySubject = ReadonlyMap<unknown, readonly RecordFields[]>

export function createRecords(tablePrefix: string): Records {
  let lists: RecordLists = NO_RECORDS
  let bySubject: BySubject = new Map()

  return {
    ask: (question) => chosenRecords(candidatesFor(question, lists, bySubject), question),
    asNow() {
      const now = { lists, bySubject }
      return {
        ask: (question) =>
          chosenRecords(candidatesFor(question, now.lists, now.bySubject), question),
      }
    },
    write(write) {
      const before = lists.ledger
      lists = recordsAfter(lists, write, tablePrefix)
      if (lists.ledger === before) return
      // The index follows the list: it grows with new entries, and is built anew after any other change.
      const isLonger = write.kind === 'insert' && lists.ledger[before.length - 1] === before.at(-1)
      bySubject = isLonger
        ? indexed(bySubject, lists.ledger.slice(before.length))
        : indexed(new Map(), lists.ledger)
    },
    transaction(work) {
      const before = { lists, bySubject }
      try {
        return work()
      } catch (error) {
        ;({ lists, bySubject } = before)
        throw error
      }
    },
  }
}

function indexed(known: BySubject, entries: readonly RecordFields[]): BySubject {
  const bySubject = new Map(known)
  for (const entry of entries) {
    const { subject = null } = entry
    if (subject !== null) bySubject.set(subject, [...(bySubject.get(subject) ?? []), entry])
  }
  return bySubject
}

/** The records to search: for a question about subjects, only theirs. */
function candidatesFor(
  { table, where = [] }: RecordQuestion,
  lists: RecordLists,
  bySubject: BySubject,
): readonly RecordFields[] {
  const condition = table === 'ledger' ? where.find(({ field }) => field === 'subject') : undefined
  // Entries about nobody are not in the index.
  if (condition === undefined || !('in' in condition) || condition.in.includes(null)) {
    return lists[table]
  }
  return [...new Set(condition.in)]
    .flatMap((subject) => bySubject.get(subject) ?? [])
    .sort((a, b) => compareByKey(table, a, b))
}
