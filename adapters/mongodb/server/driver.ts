/**
 * The parts of the official driver that this adapter uses, by shape: the driver itself is never imported,
 * so any supported major fits, and so does a copy of it that the host brings along.
 *
 * @module
 */

/** A document, filter, update or command. */
export type Doc = Readonly<Record<string, unknown>>

/** The driver's `Db`. */
export interface MongoDb {
  readonly databaseName: string
  readonly client: MongoClient
  collection(name: string): MongoCollection
  command(command: Doc): Promise<Doc>
  listCollections(filter?: Doc, options?: Doc): MongoCursor
}

export interface MongoClient {
  startSession(options?: Doc): MongoSession
}

export interface MongoSession {
  readonly id?: unknown
  readonly hasEnded?: boolean
  startTransaction(options?: Doc): void
  commitTransaction(): Promise<unknown>
  abortTransaction(): Promise<unknown>
  endSession(): Promise<unknown>
}

export interface MongoCollection {
  find(filter: Doc, options?: Doc): MongoCursor
  aggregate(pipeline: Doc[], options?: Doc): MongoCursor
  deleteMany(filter: Doc, options?: Doc): Promise<{ readonly deletedCount: number }>
  updateMany(
    filter: Doc,
    update: Doc | Doc[],
    options?: Doc,
  ): Promise<{ readonly matchedCount: number }>
  findOneAndUpdate(filter: Doc, update: Doc | Doc[], options?: Doc): Promise<unknown>
  insertMany(documents: Doc[], options?: Doc): Promise<unknown>
  replaceOne(filter: Doc, document: Doc, options?: Doc): Promise<unknown>
  bulkWrite(
    operations: UpdateManyOperation[],
    options?: Doc,
  ): Promise<{ readonly matchedCount: number }>
  createIndex(keys: IndexKeys, options?: Doc): Promise<unknown>
}

/** Fields of an index, in order. */
export type IndexKeys = { readonly [field: string]: 1 }

/** One update among several that go to the server together. */
export interface UpdateManyOperation {
  readonly updateMany: {
    readonly filter: Doc
    readonly update: Doc | Doc[]
    readonly collation?: { readonly locale: string }
  }
}

export interface MongoCursor {
  toArray(): Promise<Doc[]>
}
