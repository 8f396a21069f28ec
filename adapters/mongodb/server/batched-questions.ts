/**
 * Questions to several collections as one command. A decision needs many small reads, and on a fast server the way
 * there and back is most of their time.
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
  return answer(await documentsOf(reader, pipelines)) as Answers<Q>
}

/** A single pipeline is a command of its own: the answers of several come in one document, whose size is limited. */
async function documentsOf(
  reader: Reader,
  pipelines: readonly CollectionPipeline[],
): Promise<readonly (readonly Doc[])[]> {
  const [only, ...others] = pipelines
  if (only === undefined) return []
  if (others.length > 0) return reader.aggregateAll(pipelines)
  return [await reader.aggregate(only.collection, only.pipeline)]
}

/** A question that is answered already. */
export function known<T>(answer: T): Question<T> {
  return { pipelines: [], answer: () => answer }
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
