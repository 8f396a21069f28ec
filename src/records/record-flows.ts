/**
 * Small inquiries that several kinds of records share.
 *
 * @module
 */
import { changed, type RecordWrite } from '../store/change.ts'
import { type AnswerTo, ask, type Inquiry, type RecordQuestion } from '../store/inquiry.ts'
import type { Store } from '../store/store.ts'

/** The first record that is answered, if any. */
export function* firstOf<const Q extends RecordQuestion>(
  question: Q,
): Inquiry<AnswerTo<Q>[number] | undefined> {
  const [records] = yield* ask(question)
  return records[0] as AnswerTo<Q>[number] | undefined
}

/** Writes records in one transaction, whatever there is. */
export function writeRecords(store: Store, ...writes: readonly RecordWrite[]): Promise<void> {
  // biome-ignore lint/correctness/useYield: nothing is asked
  return store.commit(function* () {
    return changed(undefined, ...writes)
  })
}
