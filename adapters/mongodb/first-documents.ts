/**
 * The oldest few documents of many collections, in one command.
 *
 * @module
 */
import type { Doc, MongoDb } from './driver.ts'

/** What is wanted of a collection's documents. */
export interface Wanted {
  readonly name: string
  readonly projection: Doc
}

/** By collection up to `limit` documents, in the order of their `_id`; none for one that is not there. */
export async function firstDocuments(
  db: MongoDb,
  wanted: readonly Wanted[],
  limit: number,
): Promise<ReadonlyMap<string, readonly Doc[]>> {
  const documents = new Map(wanted.map(({ name }): [string, Doc[]] => [name, []]))
  const [first, ...others] = wanted
  if (first === undefined) return documents
  const pipelineOf = ({ name, projection }: Wanted): Doc[] => [
    { $sort: { _id: 1 } },
    { $limit: limit },
    { $project: projection },
    { $replaceWith: { name: { $literal: name }, document: '$$ROOT' } },
  ]
  const unions = others.map((other) => ({
    $unionWith: { coll: other.name, pipeline: pipelineOf(other) },
  }))
  const found = await db
    .collection(first.name)
    .aggregate([...pipelineOf(first), ...unions], { readPreference: 'primary', batchSize: 1_000 })
    .toArray()
  for (const { name, document } of found) documents.get(String(name))?.push(document as Doc)
  return documents
}
