/**
 * A store that answers something else, or refuses what it is to write: as when another process is in between.
 *
 * @module
 */
import type { Write } from '../../store/change.ts'
import type { Answer, Inquiry, Question } from '../../store/inquiry.ts'
import type { Store } from '../../store/store.ts'
import { withMethods } from './world.ts'

/** `answer`: what is answered in place of the store's own answer to a question. */
export function withAnswers(
  store: Store,
  answer: (question: Question, own: Answer) => Answer,
): Store {
  return withMethods(store, {
    read: (inquiry) => store.read(() => altered(inquiry(), answer)),
    commit: (inquiry) => store.commit(() => altered(inquiry(), answer)),
  })
}

/** `before` is called before each write of records, and may throw. */
export function withWrites(store: Store, before: (write: Write) => void): Store {
  return withMethods(store, {
    commit: (inquiry) =>
      store.commit(function* () {
        const { result, change } = yield* inquiry()
        return { result, change: change === null ? null : () => watched(change(), before) }
      }),
  })
}

function* altered<T>(
  inquiry: Inquiry<T>,
  answer: (question: Question, own: Answer) => Answer,
): Inquiry<T> {
  let step = inquiry.next()
  while (step.done !== true) {
    const questions = step.value
    const answers = yield questions
    step = inquiry.next(
      answers.map((own, place) => {
        const question = questions[place]
        return question === undefined ? own : answer(question, own)
      }),
    )
  }
  return step.value
}

function* watched(writes: Iterable<Write>, before: (write: Write) => void): Generator<Write> {
  for (const write of writes) {
    before(write)
    yield write
  }
}
