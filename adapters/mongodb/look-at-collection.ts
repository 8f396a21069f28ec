/**
 * One collection from near: its size, its indexes, and what a few of its documents hold.
 *
 * @module
 */
import type { AskedPath, IndexSchema, TableSchema } from '../../src/store.ts'
import type { Doc, MongoDb } from './driver.ts'
import { isMissingCollection, lacksCommand } from './mongo-errors.ts'
import { projectionOf } from './paths.ts'
import type { RandomDocuments } from './random-documents.ts'
import { sampleTypes } from './sampled-types.ts'

/** Documents that are looked at before anybody knows how large they are. */
export const FIRST = 25

/** The fields that the questions ask about. */
export function fieldsAsked(asked: readonly AskedPath[]): Doc {
  return projectionOf(
    asked.flatMap(({ path, where }) => [path, ...where.map(({ column }) => column)]),
  )
}

/**
 * A few commands, none of which reads more than the sample; one for a collection whose `first` documents,
 * at most `FIRST`, are all there are.
 */
export async function lookAtCollection(
  db: MongoDb,
  name: string,
  asked: readonly AskedPath[],
  first: readonly Doc[],
  atRandom: RandomDocuments,
): Promise<Pick<TableSchema, 'rows' | 'indexes' | 'sampledTypes'>> {
  const { rows, documents } = await sampleOf(db, name, asked, first, atRandom)
  return {
    ...(rows === null ? {} : { rows }),
    indexes: await indexesOf(db, name),
    sampledTypes: asked.map((path) => sampleTypes(documents, path)),
  }
}

interface Sample {
  /** About how many there are; `null` where the server does not tell. */
  readonly rows: number | null
  readonly documents: readonly Doc[]
}

interface Size {
  readonly rows: number
  readonly averageBytes: number
}

/** Documents that are looked at, half of them the oldest and half the newest by `_id`. */
const SAMPLE = 100
/** From so many documents on, some at random are looked at too: the server does not read all for them. */
const LARGE = 2_000
const MOST_BYTES = 4_000_000

/** Types drift with time, so the ends tell more than the middle; they are read along the index on `_id`. */
async function sampleOf(
  db: MongoDb,
  name: string,
  asked: readonly AskedPath[],
  first: readonly Doc[],
  atRandom: RandomDocuments,
): Promise<Sample> {
  const projection = fieldsAsked(asked)
  const end = (order: 1 | -1, limit: number, skip = 0): Promise<readonly Doc[]> =>
    db
      .collection(name)
      .find({}, { ...PRIMARY, projection, sort: { _id: order }, limit, skip })
      .toArray()
  if (first.length < FIRST) return { rows: first.length, documents: first }
  const size = await sizeOf(db, name)
  const most = sampleSize(size)
  const oldest = most / 2 > FIRST ? await end(1, most / 2 - FIRST, FIRST) : []
  const rest = size === null ? most : size.rows - FIRST - oldest.length
  const newest = rest > 0 ? await end(-1, Math.min(rest, most / 2)) : []
  const isLarge = size !== null && size.rows >= LARGE
  const middle = isLarge ? await atRandom(name, projection, most / 2) : []
  return { rows: size?.rows ?? null, documents: [...first, ...oldest, ...middle, ...newest] }
}

function sampleSize(size: Size | null): number {
  if (size === null) return 2 * FIRST
  const fitting = Math.floor(MOST_BYTES / Math.max(1, size.averageBytes) / 2) * 2
  return Math.max(2, Math.min(SAMPLE, fitting))
}

/** From the server's own figures; after a crash they may be a little off. `null` where it tells none. */
async function sizeOf(db: MongoDb, name: string): Promise<Size | null> {
  try {
    const shards = await db
      .collection(name)
      .aggregate([{ $collStats: { storageStats: {} } }], PRIMARY)
      .toArray()
    const stats = shards.map(({ storageStats }) => storageStats as Doc)
    const rows = sum(stats.map(({ count }) => count))
    return { rows, averageBytes: rows === 0 ? 0 : sum(stats.map(({ size }) => size)) / rows }
  } catch (error) {
    if (isMissingCollection(error)) return { rows: 0, averageBytes: 0 }
    if (lacksCommand(error)) return null
    throw error
  }
}

async function indexesOf(db: MongoDb, name: string): Promise<readonly IndexSchema[]> {
  try {
    // No collection has more than 64 indexes, so the first batch holds all.
    const { cursor } = await db.command({ listIndexes: name, cursor: { batchSize: 1_000 } })
    return (
      (cursor as { readonly firstBatch: readonly Doc[] }).firstBatch
        // The adapter compares byte by byte, which an index that ignores case does not help with.
        .filter(({ hidden, collation }) => hidden !== true && collation === undefined)
        .map(indexSchema)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    )
  } catch (error) {
    if (isMissingCollection(error)) return []
    throw error
  }
}

function indexSchema({ name, key, partialFilterExpression: filter }: Doc): IndexSchema {
  const parts = Object.entries(key as Doc)
  const special = parts.findIndex(([, kind]) => typeof kind === 'string' && kind !== 'hashed')
  const keys = (special === -1 ? parts : parts.slice(0, special)).map(([field]) => field)
  return { name: String(name), keys, partial: filter !== undefined }
}

const PRIMARY: Doc = { readPreference: 'primary' }

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + Number(value ?? 0), 0)
}
