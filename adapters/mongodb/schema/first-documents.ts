/**
 * The first few documents of many collections, in few commands.
 *
 * @module
 */
import type { Doc, MongoDb } from '../server/driver.ts'
import { lacksExpression } from '../server/mongo-errors.ts'

/** What is wanted of a collection's documents. */
export interface Wanted {
  readonly name: string
  /** Fields that are wanted in any case. */
  readonly projection: Doc
  /** All other fields too, of documents that are not large. */
  readonly whole: boolean
}

/**
 * By collection up to `limit` documents, in the order in which the collection keeps them, which is mostly that of their
 * age; none for one that is not there. The server steps over what was just deleted until its next checkpoint, and that
 * costs several times as much along the index on `_id`. No `maxTimeMS` ends it: it is looked at between steps only.
 */
export async function firstDocuments(
  db: MongoDb,
  wanted: readonly Wanted[],
  limit: number,
): Promise<ReadonlyMap<string, readonly Doc[]>> {
  const documents = new Map(wanted.map(({ name }): [string, Doc[]] => [name, []]))
  for (let from = 0; from < wanted.length; from += TOGETHER) {
    const found = await readCut((cut) =>
      readTogether(db, wanted.slice(from, from + TOGETHER), limit, cut),
    )
    for (const { name, document } of found) documents.get(String(name))?.push(document as Doc)
  }
  return documents
}

/** Collections in one command. */
const TOGETHER = 40

/** The stages that cut documents down to what is wanted of them. */
export type Cut = (wanted: Omit<Wanted, 'name'>) => Doc[]

/**
 * Reads documents that are cut down. A compatible server that cannot tell how large documents are is asked for the
 * fields that are wanted in any case.
 */
export async function readCut(
  read: (cut: Cut) => Promise<readonly Doc[]>,
): Promise<readonly Doc[]> {
  try {
    return await read(cutBySize)
  } catch (error) {
    if (!lacksExpression(error)) throw error
    return read(cutByName)
  }
}

function cutBySize({ projection, whole }: Omit<Wanted, 'name'>): Doc[] {
  if (!whole) return cutByName({ projection })
  const isSmall = { $lte: [{ $bsonSize: '$$ROOT' }, MOST_BYTES] }
  return [
    { $project: { ...projection, [WHOLE]: { $cond: [isSmall, '$$ROOT', '$$REMOVE'] } } },
    { $replaceWith: { $ifNull: [`$${WHOLE}`, '$$ROOT'] } },
  ]
}

/** Of one document: it is read for the names of its fields alone. */
const MOST_BYTES = 32_768
const WHOLE = 'user_deletion_whole'

function cutByName({ projection }: Pick<Wanted, 'projection'>): Doc[] {
  return [{ $project: projection }]
}

async function readTogether(
  db: MongoDb,
  wanted: readonly Wanted[],
  limit: number,
  cut: Cut,
): Promise<readonly Doc[]> {
  const [first, ...others] = wanted
  if (first === undefined) return []
  const pipelineOf = (one: Wanted): Doc[] => [
    { $limit: limit },
    ...cut(one),
    { $replaceWith: { name: { $literal: one.name }, document: '$$ROOT' } },
  ]
  const unions = others.map((other) => ({
    $unionWith: { coll: other.name, pipeline: pipelineOf(other) },
  }))
  return db
    .collection(first.name)
    .aggregate([...pipelineOf(first), ...unions], { readPreference: 'primary', batchSize: 1_000 })
    .toArray()
}
