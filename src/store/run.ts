/**
 * Runs inquiries: all in one turn of the event loop where a database answers at once, question by question where it
 * answers later.
 *
 * @module
 */
import type { Answer, Inquiry, Question } from './inquiry.ts'

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
