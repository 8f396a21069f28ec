/**
 * Questions to several collections that go to the server in one command: what a decision needs to know is
 * many small reads, and on a fast server the way there and back is most of their time.
 *
 * @module
 */
import type { Doc } from './driver.ts'
import type { CollectionPipeline, Reader } from './scope.ts'

export interface Question<T> {
  readonly pipelines: readonly CollectionPipeline[]
  /** The answer from the documents of each pipeline. */
  readonly answer: (documents: readonly (readonly Doc[])[]) => T
}

/** The answers, in the order of the questions. */
export async function ask<const Q extends readonly Question<unknown>[]>(
  reader: Reader,
  ...questions: Q
): Promise<Answers<Q>> {
  const { pipelines, answer } = all(questions)
  return answer(await reader.aggregateAll(pipelines)) as Answers<Q>
}

/** Several questions as one. */
export function all<T>(questions: readonly Question<T>[]): Question<readonly T[]> {
  return {
    pipelines: questions.flatMap(({ pipelines }) => pipelines),
    answer(documents) {
      let from = 0
      return questions.map(({ pipelines, answer }) => {
        const own = documents.slice(from, from + pipelines.length)
        from += pipelines.length
        return answer(own)
      })
    },
  }
}

type Answers<Q extends readonly Question<unknown>[]> = {
  readonly [K in keyof Q]: Q[K] extends Question<infer T> ? T : never
}
