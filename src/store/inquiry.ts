/**
 * What a store is asked. A question is plain data; an inquiry asks lists of questions, one after the other.
 *
 * @module
 */
import type { HostQuestion, HostQuestions } from './questions.ts'
import type { RecordTable, RecordTypes } from './record-tables.ts'

/** What records are to be like. All conditions hold together. */
export type RecordCondition<R> =
  /** One of these values; `null` among them is the field that is null. */
  | { readonly field: keyof R & string; readonly in: readonly (string | number | bigint | null)[] }
  | { readonly field: keyof R & string; readonly above: string | number }
  | { readonly field: keyof R & string; readonly from: string | number }
  | {
      readonly field: keyof R & string
      readonly upTo: string | number
      /** A field that is null satisfies it too. */
      readonly orNull?: true
    }
  | { readonly field: keyof R & string; readonly startsWith: string }
  /** A text of JSON that says this under `stepId`, or where it has none under `level`. */
  | { readonly field: keyof R & string; readonly fact: string }

/** Asks for records of one table, answered in the order asked for, by their key unless told otherwise. */
export type RecordQuestion<T extends RecordTable = RecordTable> = {
  [K in T]: {
    readonly kind: 'records'
    readonly table: K
    readonly where?: readonly RecordCondition<RecordTypes[K]>[]
    /** Of the records that have the same value in this field only the one with the greatest key. */
    readonly newestOf?: keyof RecordTypes[K] & string
    /**
     * Fields that are never null; texts in the order of their code points. With `after` no two records may share the
     * values of all of them.
     */
    readonly order?: readonly (keyof RecordTypes[K] & string)[]
    readonly descending?: true
    /** Only records behind these values of the fields of `order`. */
    readonly after?: readonly (string | number)[]
    readonly limit?: number
  }
}[T]

export type Question = RecordQuestion | HostQuestion

export type Answer = AnswerTo<Question>

export type AnswerTo<Q extends Question> = Q extends RecordQuestion
  ? readonly RecordTypes[Q['table']][]
  : Q extends HostQuestion
    ? HostQuestions[Q['kind']]['answer']
    : never

/**
 * Yields lists of questions, one list a trip to the database, and returns what came of the answers. Pure: a store
 * may run it again from the start.
 */
export type Inquiry<T> = Generator<readonly Question[], T, readonly Answer[]>

/** `const [jobs, holds] = yield* ask({ … }, { … })`: the answers are typed by the questions. */
export function* ask<const Q extends readonly Question[]>(
  ...questions: Q
): Generator<Q, { [K in keyof Q]: AnswerTo<Q[K]> }, readonly Answer[]> {
  return (yield questions) as { [K in keyof Q]: AnswerTo<Q[K]> }
}

/** The same for a list of questions of one kind. */
export function* askEach<Q extends Question>(
  questions: readonly Q[],
): Generator<readonly Q[], readonly AnswerTo<Q>[], readonly Answer[]> {
  return questions.length === 0 ? [] : ((yield questions) as readonly AnswerTo<Q>[])
}

/** The answer of a store to one question. */
export function answerOf<const Q extends Question>(
  store: { read<T>(inquiry: () => Inquiry<T>): Promise<T> },
  question: Q,
): Promise<AnswerTo<Q>> {
  return store.read(function* () {
    const [answer] = yield* askEach([question])
    return answer as AnswerTo<Q>
  })
}

/** Runs several inquiries side by side: their first lists are one trip to the database, and so on. */
export function* together<const I extends readonly Inquiry<unknown>[]>(
  ...inquiries: I
): Generator<readonly Question[], Results<I>, readonly Answer[]> {
  const steps = inquiries.map((inquiry) => inquiry.next())
  while (steps.some(({ done }) => done !== true)) {
    const answers = yield steps.flatMap((step) => (step.done === true ? [] : step.value))
    let from = 0
    for (const [place, step] of steps.entries()) {
      if (step.done === true) continue
      const own = answers.slice(from, from + step.value.length)
      from += own.length
      steps[place] = (inquiries[place] as Inquiry<unknown>).next(own)
    }
  }
  return steps.map(({ value }) => value) as Results<I>
}

type Results<I extends readonly Inquiry<unknown>[]> = {
  readonly [K in keyof I]: I[K] extends Inquiry<infer T> ? T : never
}
