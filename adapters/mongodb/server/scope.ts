/**
 * Reads and writes of one piece of work: inside the session of a transaction, or without one.
 *
 * @module
 */
import type { Doc, MongoCollection, MongoSession, UpdateManyOperation } from './driver.ts'
import { type OwnDb, WRITER } from './engine-collections.ts'
import { type Fence, inTime, replacement } from './fence.ts'
import type { BsonTypes } from './values.ts'

export interface Reader {
  readonly types: BsonTypes
  find(collection: string, filter: Doc, options?: FindOptions): Promise<readonly Doc[]>
  aggregate(collection: string, pipeline: readonly Doc[]): Promise<readonly Doc[]>
  /** What a collection of the engine is called in the database. */
  nameOf(collection: string): string
  /** Answers each pipeline with its documents; all go to the server in one command. */
  aggregateAll(pipelines: readonly CollectionPipeline[]): Promise<readonly (readonly Doc[])[]>
}

export interface CollectionPipeline {
  readonly collection: string
  readonly pipeline: readonly Doc[]
}

export interface FindOptions {
  readonly projection?: Doc
  readonly sort?: Doc
  readonly limit?: number
  /** In place of byte by byte. */
  readonly collation?: Doc
  /** Every value in the type that the database holds, so that it can be written back as it was. */
  readonly exact?: true
}

export interface Writer extends Reader {
  deleteMany(collection: string, filter: Doc): Promise<number>
  /** Answers how many documents matched. */
  updateMany(collection: string, update: Update): Promise<number>
  /** In the order given; answers how many documents matched. */
  updateAll(collection: string, updates: readonly Update[]): Promise<number>
  insertMany(collection: string, documents: readonly Doc[]): Promise<void>
  /** Puts a document in the place of the one with its `_id`. */
  put(collection: string, document: Doc): Promise<void>
}

/** A filter and what it writes; never inserts. */
export interface Update {
  readonly filter: Doc
  readonly update: Doc | Doc[]
}

/**
 * Inside a transaction; or commands for themselves, which are `durable` each, or `ordered`: durable with the
 * next durable one behind them, because a server keeps the order of its writes.
 */
export type ScopeKind = { readonly session: MongoSession } | 'durable' | 'ordered'

/** Everything goes through the primary. Behind a fence no write does anything that comes too late. */
export function openScope(
  db: OwnDb,
  types: BsonTypes,
  kind: ScopeKind,
  fence: Fence | null = null,
): Writer {
  const reading = kind === 'durable' ? MAJORITY_READ : kind === 'ordered' ? OWN_READ : kind
  const writing = kind === 'durable' ? DURABLE : kind === 'ordered' ? ORDERED : kind
  const matching = { ...writing, ...BYTE_BY_BYTE }
  const from = (name: string): MongoCollection => db.collection(name)
  const guarded = (filter: Doc): Doc => {
    refuseEmpty(filter)
    return fence === null ? filter : inTime(filter, fence)
  }

  const aggregate = (name: string, pipeline: readonly Doc[]): Promise<readonly Doc[]> =>
    from(name)
      .aggregate([...pipeline], { ...reading, ...LARGE_BATCHES, ...BYTE_BY_BYTE })
      .toArray()

  return {
    types,
    nameOf: db.nameOf,
    find: (name, filter, { exact = false, ...options } = {}) =>
      from(name)
        .find(filter, {
          ...reading,
          ...LARGE_BATCHES,
          ...BYTE_BY_BYTE,
          ...options,
          ...(exact ? UNCONVERTED : {}),
        })
        .toArray(),
    aggregate,
    async aggregateAll(pipelines) {
      const lookups = pipelines.map(({ collection, pipeline }, place) => ({
        $lookup: { from: db.nameOf(collection), pipeline: [...pipeline], as: String(place) },
      }))
      const [answers] = await aggregate(WRITER, [ROOT, NOTHING_OF_IT, ...lookups])
      // Before the engine's collections are there, each is asked for itself.
      if (answers === undefined) {
        return Promise.all(pipelines.map((one) => aggregate(one.collection, one.pipeline)))
      }
      return pipelines.map((_, place) => answers[place] as readonly Doc[])
    },
    async deleteMany(name, filter) {
      return (await from(name).deleteMany(guarded(filter), matching)).deletedCount
    },
    async updateMany(name, { filter, update }) {
      return (await from(name).updateMany(guarded(filter), update, matching)).matchedCount
    },
    async updateAll(name, updates) {
      if (updates.length === 0) return 0
      const operations = updates.map(
        ({ filter, update }): UpdateManyOperation => ({
          updateMany: { filter: guarded(filter), update, ...BYTE_BY_BYTE },
        }),
      )
      const result = await from(name).bulkWrite(operations, { ...writing, ordered: true })
      return result.matchedCount
    },
    async insertMany(name, documents) {
      if (documents.length > 0) await from(name).insertMany([...documents], writing)
    },
    async put(name, document) {
      const own = { _id: document['_id'] }
      const options = { ...writing, upsert: true }
      if (fence === null) await from(name).replaceOne(own, document, options)
      else await from(name).updateMany(own, replacement(document, fence), options)
    },
  }
}

const MAJORITY: Doc = { w: 'majority', j: true }
/** Options of a write that must outlive the server. */
export const DURABLE: Doc = { writeConcern: MAJORITY }
/** Options of a write that a durable one follows. */
export const ORDERED: Doc = { writeConcern: { w: 1 } }
const MAJORITY_READ: Doc = { readPreference: 'primary', readConcern: { level: 'majority' } }
const OWN_READ: Doc = { readPreference: 'primary', readConcern: { level: 'local' } }
/** The driver makes plain numbers of all numeric types otherwise, and drops flags of regular expressions. */
const UNCONVERTED: Doc = { promoteValues: false, bsonRegExp: true }

/** In a collection whose own collation ignores case, an id would stand for the ids of others too. */
const BYTE_BY_BYTE = { collation: { locale: 'simple' } } as const

/** The first batch of a server holds 101 documents otherwise, and each further one is a command. */
const LARGE_BATCHES: Doc = { batchSize: 10_000 }

/** The one document that is always there. Transactions allow `$lookup` from it, and no `$unionWith`. */
const ROOT: Doc = { $match: { _id: 'writer' } }
const NOTHING_OF_IT: Doc = { $project: { _id: 1 } }

/** A filter without a condition would match every document of the collection. */
function refuseEmpty(filter: Doc): void {
  const conditions = Object.values(filter)
  if (conditions.length === 0 || conditions.some((condition) => condition === undefined)) {
    throw new Error('a filter of a write has no condition')
  }
}
