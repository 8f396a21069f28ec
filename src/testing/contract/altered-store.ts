/**
 * A store whose reads and commits a test alters: as if another process came in between, or the database refused
 * something.
 *
 * @module
 */
import type { Change, Decision, HostWork, Write } from '../../store/change.ts'
import type { Answer, Inquiry, Question } from '../../store/inquiry.ts'
import { isQuestions, NO_ANSWERS } from '../../store/run.ts'
import type { CommitOptions, Store } from '../../store/store.ts'
import { withMethods } from './world.ts'

/** What is committed; `undefined` for records alone, and for what is only read. */
export type Unit = CommitOptions['unit']

/** `answer`: what is answered in place of the store's own answer to a question. */
export function withAnswers(
  store: Store,
  answer: (question: Question, own: Answer, unit: Unit) => Answer,
): Store {
  return withMethods(store, {
    read: (inquiry) =>
      store.read(() => altered(inquiry(), (...pair) => answer(...pair, undefined))),
    ...withInquiries(store, function* (inquiry, unit) {
      const inUnit: AlterAnswer = (...pair) => answer(...pair, unit)
      const decision = yield* altered(inquiry, inUnit)
      const { change } = decision
      if (change === null) return decision
      return { ...decision, change: () => watched(change(), { answer: inUnit }) }
    }),
  })
}

/**
 * `around` has each commit in hand, and several as one where the store makes them so: it makes it, or does something
 * else in its place. `asked`: what it asks first.
 */
export function withCommits(
  store: Store,
  around: <T>(unit: Unit, commit: () => Promise<T>, asked: readonly Question[]) => Promise<T>,
): Store {
  return withMethods(store, {
    commit: (inquiry, options) =>
      around(options?.unit, () => store.commit(inquiry, options), askedFirst(inquiry)),
    ...(canCommitEach(store)
      ? {
          commitEach: <T>(inquiries: Inquiries<T>) =>
            around(
              'deletion',
              () => store.commitEach(inquiries),
              inquiries.flatMap((inquiry) => askedFirst(inquiry)),
            ),
        }
      : {}),
  })
}

/** An inquiry is pure: that it has been begun once leaves no trace. */
export function askedFirst(inquiry: () => Inquiry<unknown>): readonly Question[] {
  const { value, done } = inquiry().next()
  return done === true ? [] : value
}

/** `alter`: what is decided in place of what was decided. */
export function withDecisions(
  store: Store,
  alter: <T>(decision: Decision<T>, unit: Unit) => Decision<T>,
): Store {
  return withMethods(
    store,
    withInquiries(store, function* (inquiry, unit) {
      return alter(yield* inquiry, unit)
    }),
  )
}

/** `write`: what is written in place of a write. */
export function withOtherWrites(store: Store, write: (own: Write, unit: Unit) => Write): Store {
  return withDecisions(store, (decision, unit) => {
    const { change } = decision
    if (change === null) return decision
    return { ...decision, change: () => watched(change(), { write: (own) => write(own, unit) }) }
  })
}

/** `before` is called before each write, and may throw. */
export function withWrites(store: Store, before: (write: Write, unit: Unit) => void): Store {
  return withOtherWrites(store, (write, unit) => {
    before(write, unit)
    return write
  })
}

/** `before` is called before each work on the host's rows, and may throw. */
export function withWork(store: Store, before: (work: HostWork, unit: Unit) => void): Store {
  return withWrites(store, (write, unit) => {
    if (write.kind === 'work') before(write, unit)
  })
}

/** The commits of a store with other inquiries. */
function withInquiries(
  store: Store,
  alter: <T>(inquiry: Inquiry<Decision<T>>, unit: Unit) => Inquiry<Decision<T>>,
): Partial<Store> {
  return {
    commit: (inquiry, options) => store.commit(() => alter(inquiry(), options?.unit), options),
    ...(canCommitEach(store)
      ? {
          commitEach: <T>(inquiries: Inquiries<T>) =>
            store.commitEach(inquiries.map((inquiry) => () => alter(inquiry(), 'deletion'))),
        }
      : {}),
  }
}

type Inquiries<T> = readonly (() => Inquiry<Decision<T>>)[]

function canCommitEach(store: Store): store is Store & Required<Pick<Store, 'commitEach'>> {
  return store.commitEach !== undefined
}

type AlterAnswer = (question: Question, own: Answer) => Answer

function* altered<T>(inquiry: Inquiry<T>, answer: AlterAnswer): Inquiry<T> {
  let step = inquiry.next()
  while (step.done !== true) {
    const questions = step.value
    step = inquiry.next(answersTo(questions, yield questions, answer))
  }
  return step.value
}

interface Hands {
  readonly answer?: AlterAnswer
  readonly write?: (own: Write) => Write
}

function* watched<T>(change: Change<T>, { answer, write }: Hands): Change<T> {
  let step = change.next(NO_ANSWERS)
  while (step.done !== true) {
    const made = step.value
    if (isQuestions(made)) {
      const own = yield made
      step = change.next(answer === undefined ? own : answersTo(made, own, answer))
    } else {
      step = change.next(yield write?.(made) ?? made)
    }
  }
  return step.value
}

function answersTo(
  questions: readonly Question[],
  answers: readonly Answer[],
  answer: AlterAnswer,
): readonly Answer[] {
  return answers.map((own, place) => {
    const question = questions[place]
    return question === undefined ? own : answer(question, own)
  })
}
