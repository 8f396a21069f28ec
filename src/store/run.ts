/**
 * Runs inquiries and changes: all in one turn of the event loop where a database answers at once, question by
 * question where it answers later.
 *
 * @module
 */
import type { Change, Write } from './change.ts'
import type { Answer, Inquiry, Question, RecordQuestion } from './inquiry.ts'

export function runSync<T>(inquiry: Inquiry<T>, answer: (question: Question) => Answer): T {
  let step = inquiry.next()
  while (step.done !== true) step = inquiry.next(step.value.map(answer))
  return step.value
}

/** `answer` is given all questions of a list, which it may answer in one trip. */
export async function runAsync<T>(
  inquiry: Inquiry<T>,
  answer: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): Promise<T> {
  let step = inquiry.next()
  while (step.done !== true) step = inquiry.next(await answer(step.value))
  return step.value
}

export interface Writing {
  write(write: Write): void
  answer(question: RecordQuestion): Answer
  /** Makes the next write; left out where nothing has to be seen to meanwhile. */
  next?<T>(make: () => T): T
}

export function changeSync<T>(change: Change<T>, writing: Writing): T {
  const { next = (make) => make() } = writing
  let step = next(() => change.next(NO_ANSWERS))
  while (step.done !== true) {
    const { value } = step
    let answers = NO_ANSWERS
    if (isQuestions(value)) answers = value.map((question) => writing.answer(question))
    else writing.write(value)
    step = next(() => change.next(answers))
  }
  return step.value
}

export function isQuestions(
  made: Write | readonly RecordQuestion[],
): made is readonly RecordQuestion[] {
  return Array.isArray(made)
}

/** What a write is answered. */
export const NO_ANSWERS: readonly Answer[] = []
