/**
 * Questions for records as pipelines.
 *
 * @module
 */
import type { AnswerTo, RecordQuestion } from '../../../src/store/inquiry.ts'
import { RECORD_TABLES } from '../../../src/store/record-tables.ts'
import { ask, type Question as Pipelines } from '../server/batched-questions.ts'
import type { Doc } from '../server/driver.ts'
import type { CollectionPipeline, Reader } from '../server/scope.ts'
import { collectionOf, filterOf, nameIn, toRecord } from './record-documents.ts'

export async function answerRecords<const Q extends RecordQuestion>(
  reader: Reader,
  question: Q,
): Promise<AnswerTo<Q>> {
  const [answer] = await ask(reader, recordsAsked(reader, question))
  return answer
}

export function recordsAsked<const Q extends RecordQuestion>(
  reader: Pick<Reader, 'nameOf'>,
  question: Q,
): Pipelines<AnswerTo<Q>> {
  const { table } = question
  return {
    pipelines: [pipelineOf(reader, question)],
    answer([documents = []]) {
      const records: readonly unknown[] = documents.map((document) => toRecord(table, document))
      return records as AnswerTo<Q>
    },
  }
}

function pipelineOf(reader: Pick<Reader, 'nameOf'>, question: RecordQuestion): CollectionPipeline {
  const { table, where = [], newestOf, descending, after, limit } = question
  const order: readonly string[] = question.order ?? RECORD_TABLES[table].key
  const names = order.map((field) => nameIn(table, field))
  const collection = collectionOf(table)
  const sort = Object.fromEntries(names.map((name) => [name, descending ? -1 : 1]))
  return {
    collection,
    pipeline: [
      ...(where.length === 0 ? [] : [{ $match: filterOf(table, where) }]),
      ...(after === undefined ? [] : [{ $match: behind(names, after) }]),
      ...(newestOf === undefined ? [] : newestStages(reader.nameOf(collection), newestOf)),
      { $sort: sort },
      ...(limit === undefined ? [] : [{ $limit: limit }]),
    ],
  }
}

/** Of each value the document with the greatest `_id`, which is looked up behind: whole ones would have to be held. */
function newestStages(from: string, field: string): readonly Doc[] {
  return [
    { $group: { _id: `$${field}`, newest: { $max: '$_id' } } },
    { $lookup: { from, localField: 'newest', foreignField: '_id', as: 'found' } },
    { $unwind: '$found' },
    { $replaceRoot: { newRoot: '$found' } },
  ]
}

/** Documents behind these values in the order of these fields. */
function behind(names: readonly string[], values: readonly (string | number)[]): Doc {
  return {
    $or: names.map((name, place) => ({
      ...Object.fromEntries(names.slice(0, place).map((other, index) => [other, values[index]])),
      [name]: { $gt: values[place] },
    })),
  }
}
