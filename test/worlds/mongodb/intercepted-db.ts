/** A `Db` that lets a test do something right before each command, or take its time about it. */
import type { Db, Document as Doc } from 'mongodb'
import type {
  MongoCollection,
  MongoCursor,
  MongoDb,
  MongoSession,
} from '../../../adapters/mongodb/index.ts'

export interface Command {
  /** Counted from 1. */
  readonly at: number
  /** The driver's method, or `commitTransaction` and the like. */
  readonly name: string
  readonly collection: string | null
}

type Before = (command: Command) => Promise<void> | void

/** A lease is renewed whenever time has passed, so that is not counted and has a hook of its own. */
export function interceptedDb(
  real: Db,
  before: Before,
  beforeRenewal: () => Promise<void> | void = () => {},
): MongoDb {
  const db = real as MongoDb
  let commands = 0
  const sent = async <T>(
    name: string,
    collection: string | null,
    send: () => Promise<T>,
  ): Promise<T> => {
    commands += 1
    await before({ at: commands, name, collection })
    return send()
  }

  const renewed = async <T>(send: () => Promise<T>): Promise<T> => {
    await beforeRenewal()
    return send()
  }

  function collection(name: string): MongoCollection {
    const on = db.collection(name)
    const cursor = (method: string, open: () => MongoCursor): MongoCursor => ({
      toArray: () => sent(method, name, () => open().toArray()),
    })
    return {
      find: (...args) => cursor('find', () => on.find(...args)),
      aggregate: (...args) => cursor('aggregate', () => on.aggregate(...args)),
      deleteMany: (...args) => sent('deleteMany', name, () => on.deleteMany(...args)),
      updateMany: (...args) => sent('updateMany', name, () => on.updateMany(...args)),
      findOneAndUpdate: (...args) =>
        isRenewal(args[0], args[1])
          ? renewed(() => on.findOneAndUpdate(...args))
          : sent('findOneAndUpdate', name, () => on.findOneAndUpdate(...args)),
      insertMany: (...args) => sent('insertMany', name, () => on.insertMany(...args)),
      replaceOne: (...args) => sent('replaceOne', name, () => on.replaceOne(...args)),
      bulkWrite: (...args) => sent('bulkWrite', name, () => on.bulkWrite(...args)),
      createIndex: (...args) => sent('createIndex', name, () => on.createIndex(...args)),
    }
  }

  /** The driver takes only sessions of its own. */
  function startSession(): MongoSession {
    const session = db.client.startSession()
    const commit = session.commitTransaction.bind(session)
    const abort = session.abortTransaction.bind(session)
    session.commitTransaction = () => sent('commitTransaction', null, commit)
    session.abortTransaction = () => sent('abortTransaction', null, abort)
    return session
  }

  return {
    databaseName: db.databaseName,
    client: { startSession },
    collection,
    command: (command) => sent(Object.keys(command)[0] ?? '', null, () => db.command(command)),
    listCollections: (...args) => ({
      toArray: () => sent('listCollections', null, () => db.listCollections(...args).toArray()),
    }),
  }
}

function isRenewal(filter: Doc, update: Doc | Doc[]): boolean {
  return Array.isArray(update) && filter['_id'] === 'writer' && 'owner' in filter
}
