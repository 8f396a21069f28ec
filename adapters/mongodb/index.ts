/**
 * MongoDB through the host's `Db`.
 *
 * @module
 */

import type { Question } from '../../src/store/inquiry.ts'
import { runAsync } from '../../src/store/run.ts'
import type { Store, StoreCapabilities } from '../../src/store/store.ts'
import {
  assertTablePrefix,
  ENGINE_TABLE_PREFIX,
  storeOptions,
} from '../../src/store/store-options.ts'
import { answersTo } from './answers/answer.ts'
import { Seen } from './answers/seen.ts'
import { commit } from './commit/commit.ts'
import { openConnection } from './commit/connection.ts'
import { openDescription } from './schema/describe.ts'
import { withValues } from './schema/sample-values.ts'
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
  const { read } = connection
  const describe = openDescription(db, options.schemaMaxAgeMs ?? 600_000)

  return {
    name: 'mongodb',
    get capabilities(): StoreCapabilities {
      return {
        transactions: connection.detected?.mode !== 'journal',
        erasure: 'rows_removed',
        remote: true,
        limits: { users: usersPerTransaction, rows: documentsPerTransaction },
        nativeTypes: ['object_id', 'uuid', 'date'],
      }
    },
    migrate: (whose) => connection.migrate(whose),
    describe: (question) =>
      read(async ({ types }) =>
        question?.values === undefined
          ? describe(question)
          : withValues(db, types, await describe(), question.values),
      ),
    read: (inquiry) =>
      runAsync(inquiry(), async (questions) => {
        // Open jobs are those behind what a process that is gone has begun.
        if (questions.some(listsJobs)) await connection.recover()
        return read((reader) => answersTo({ db, reader, seen: new Seen() }, questions))
      }),
    async openView() {
      const view = await connection.openView()
      if (view === null) return null
      return {
        isKept: true,
        read: (inquiry) =>
          runAsync(inquiry(), (questions) =>
            view.read((reader) => answersTo({ db, reader, seen: new Seen() }, questions)),
          ),
        close: view.close,
      }
    },
    commit: (inquiry, options) => commit(db, connection, inquiry, options),
  }
}

/** In their order; those of some users are looked up without one. */
function listsJobs(question: Question): boolean {
  return question.kind === 'records' && question.table === 'jobs' && question.order !== undefined
}
