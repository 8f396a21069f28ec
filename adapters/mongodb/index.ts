/**
 * MongoDB through the host's `Db`.
 *
 * @module
 */

import type { Program } from '../../src/program/program.ts'
import type { Decision as StoreDecision } from '../../src/store/change.ts'
import type { Inquiry, Question } from '../../src/store/inquiry.ts'
import { runAsync } from '../../src/store/run.ts'
import type { ErasureLevel, Store, StoreCapabilities } from '../../src/store/store.ts'
import {
  assertTablePrefix,
  ENGINE_TABLE_PREFIX,
  storeOptions,
} from '../../src/store/store-options.ts'
import { decideChunk } from './commit/apply-chunk.ts'
import { applySlice } from './commit/apply-slice.ts'
import { type Connection, openConnection } from './commit/connection.ts'
import { inspect } from './commit/inspect.ts'
import { decideSweep, heldIds } from './commit/sweep.ts'
import { takeSurvey } from './commit/take-survey.ts'
import { decideTransition, findStanding } from './commit/transition.ts'
import { findRows, listUsers } from './documents/find-users.ts'
import { findSpellings, findTenant } from './documents/spellings.ts'
import { answerQuestions } from './records/answer-records.ts'
import { onlyRecords, unchanged } from './records/change.ts'
import { documentWrites, isSingle, writeSingle } from './records/record-writes.ts'
import { openDescription, refuseOtherCollections } from './schema/describe.ts'
import type { TransactionUse } from './server/detect.ts'
import type { MongoDb } from './server/driver.ts'
import { withOwnNames } from './server/engine-collections.ts'
import { databaseOf } from './server/host-handle.ts'

export type { TransactionUse } from './server/detect.ts'
export type {
  IndexKeys,
  MongoClient,
  MongoCollection,
  MongoCursor,
  MongoDb,
  MongoSession,
} from './server/driver.ts'
export { engineCollectionNames } from './server/engine-collections.ts'

export interface MongoStoreOptions {
  /**
   * `auto` (the default): transactions where the server has them, a journal elsewhere. `require`: refuse with
   * `transactions_unsupported` before anything is written. `never`: always the journal.
   */
  readonly transactions?: TransactionUse
  /** Most users in one transaction. Default 500. */
  readonly usersPerTransaction?: number
  /** Most documents of all its users that a transaction changes. Default 30,000. */
  readonly documentsPerTransaction?: number
  /**
   * How long a write waits for a server that is away, and for its turn while nobody in front of it comes to an
   * end, in milliseconds. Default 10,000.
   */
  readonly busyTimeoutMs?: number
  /** How long others wait for a writer that gives no sign of life, in milliseconds. Default 10,000. */
  readonly leaseMs?: number
  /**
   * For how long indexes and sampled documents are taken for unchanged, in milliseconds. Default 10 minutes; a new
   * collection, a refused deletion and `engine.checkSchema()` look again at once.
   */
  readonly schemaMaxAgeMs?: number
  /**
   * What the names of the engine's own collections begin with, for a database where one of them is taken. Letters,
   * digits and underscores. Default `user_deletion_`. All engines of one database need the same.
   */
  readonly tablePrefix?: string
}

/**
 * A store over the host's `Db` of the official driver, major 6 or later.
 *
 * The client stays the host's: it is never opened or closed here. With transactions every write is one
 * transaction with majority write concern. Without them every change is written down before its first effect,
 * taken back when it fails, and finished by the next write or `resume()` when its process is gone.
 *
 * @example
 * import { MongoClient } from 'mongodb'
 * const client = new MongoClient(process.env.MONGODB_URI)
 * const store = mongoStore(client.db('auth'))
 */
export function mongoStore(given: MongoDb, choices: MongoStoreOptions = {}): Store {
  const host = databaseOf(given)
  const options = storeOptions(choices, [
    'transactions',
    'usersPerTransaction',
    'documentsPerTransaction',
    'busyTimeoutMs',
    'leaseMs',
    'schemaMaxAgeMs',
    'tablePrefix',
  ])
  const { tablePrefix = ENGINE_TABLE_PREFIX } = options
  assertTablePrefix(tablePrefix)
  const db = withOwnNames(host, tablePrefix)
  const { transactions = 'auto', busyTimeoutMs = 10_000, leaseMs = 10_000 } = options
  const { usersPerTransaction = 500, documentsPerTransaction = 30_000 } = options
  const connection = openConnection(db, { transactions, busyTimeoutMs, leaseMs })
  const { read, write } = connection
  const describe = openDescription(db, options.schemaMaxAgeMs ?? 600_000)
  const refuseStale = (program: Program): Promise<void> =>
    read(() => refuseOtherCollections(db, program))

  return {
    name: 'mongodb',
    get capabilities(): StoreCapabilities {
      return {
        transactions: connection.detected?.mode !== 'journal',
        erasure: ROWS_REMOVED,
        remote: true,
        limits: { users: usersPerTransaction, rows: documentsPerTransaction },
        nativeTypes: ['object_id', 'uuid', 'date'],
      }
    },
    migrate: (whose) => connection.migrate(whose),
    describe: (question) => read(() => describe(question)),
    findUsers: (program, targets) =>
      read(async (reader) =>
        (await findRows(reader, program, targets)).map((found) => found?.row ?? null),
      ),
    listUsers: (program, query) => read((reader) => listUsers(reader, program, query)),
    findSpellings: (program, query) => read((reader) => findSpellings(db, reader, program, query)),
    findTenant: (program, query) => read((reader) => findTenant(db, reader, program, query)),
    survey: (program, targets) =>
      read(async (reader) => (await takeSurvey(reader, program, targets)).survey),
    inspect: (program, subject) => read((reader) => inspect(reader, program, subject)),
    async apply(program, slice) {
      await refuseStale(program)
      return applySlice(connection, program, slice)
    },
    async transition(program, transition) {
      await refuseStale(program)
      return write((reader) => decideTransition(reader, program, transition))
    },
    findStanding: (program, query) => read((reader) => findStanding(reader, program, query)),
    async applyChunk(program, chunk) {
      await refuseStale(program)
      return write((reader) => decideChunk(reader, program, chunk))
    },
    async sweep(program, work) {
      await refuseStale(program)
      return write((reader) => decideSweep(reader, program, work))
    },
    heldIds: (program, query) => read((reader) => heldIds(reader, program, query)),
    read: (inquiry) =>
      runAsync(inquiry(), async (questions) => {
        // Open jobs are those behind what a process that is gone has begun.
        if (questions.some(listsJobs)) await connection.recover()
        return read((reader) => answerQuestions(reader, questions))
      }),
    commit: (inquiry) => commit(connection, inquiry),
    sanitize: async () => ({ level: ROWS_REMOVED, complete: true }),
    scrub: async () => ({
      ...{ level: ROWS_REMOVED, complete: true, obstacle: null },
      ...{ bytesBefore: null, bytesAfter: null, searchTables: [], unproven: [] },
    }),
  }
}

const ROWS_REMOVED: ErasureLevel = 'rows_removed'

/** A decision that asks nothing and makes one write, which is atomic of itself, needs no transaction. */
async function commit<T>(
  connection: Connection,
  inquiry: () => Inquiry<StoreDecision<T>>,
): Promise<T> {
  const first = inquiry().next()
  if (first.done === true) {
    const { result, change } = first.value
    const [write, ...others] = change === null ? [] : [...change()]
    if (write === undefined) return result
    if (others.length === 0 && isSingle(write)) {
      await connection.direct((writer, tries) => writeSingle(writer, write, tries))
      return result
    }
  }
  return connection.write(async (reader) => {
    const { result, change } = await runAsync(inquiry(), (questions) =>
      answerQuestions(reader, questions),
    )
    if (change === null) return unchanged(result)
    return onlyRecords(result, await documentWrites(reader, change()))
  })
}

function listsJobs({ table, where = [] }: Question): boolean {
  return table === 'jobs' && !where.some(({ field }) => field === 'id')
}
