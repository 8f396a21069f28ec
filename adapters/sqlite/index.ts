/**
 * SQLite through the host's open better-sqlite3 handle.
 *
 * @module
 */

import { once } from '../../src/program/once.ts'
import type { Program } from '../../src/program/program.ts'
import type { DatabaseSchema } from '../../src/program/schema.ts'
import type { Decision } from '../../src/store/change.ts'
import { refusesAll, schemaChanged } from '../../src/store/failures.ts'
import type { Answer, Inquiry, Question } from '../../src/store/inquiry.ts'
import { RolledBack, rehearsed } from '../../src/store/rehearsal.ts'
import { changeSync, runSync } from '../../src/store/run.ts'
import type { Committed, Store } from '../../src/store/store.ts'
import {
  assertTablePrefix,
  ENGINE_TABLE_PREFIX,
  storeOptions,
} from '../../src/store/store-options.ts'
import { answering } from '../sql/answers/answer.ts'
import { type ProgramSql, programSql } from '../sql/program-sql.ts'
import { writingTo } from '../sql/work/write.ts'
import { openBulkSession } from './bulk/bulk-session.ts'
import { type Connection, SavepointLost } from './handle/connection.ts'
import type { SqliteDatabase } from './handle/database.ts'
import { explainCommit } from './handle/explain-refusal.ts'
import { handleOf } from './handle/host-handle.ts'
import { perform, sceneOf } from './handle/perform.ts'
import { toStoreError } from './handle/sqlite-errors.ts'
import { openLaidOut } from './records/layout.ts'
import { describeWithRows } from './schema/count-rows.ts'
import { describeDatabase, schemaStamp } from './schema/describe.ts'
import { shadowsOfHost } from './schema/shadow-tables.ts'
import { clearJournal } from './scrub/clear-journal.ts'
import { scrubFile } from './scrub/scrub-file.ts'
import { sqliteDialect } from './sql/dialect.ts'

export type { SqliteDatabase, SqliteStatement } from './handle/database.ts'
/** As `user-deletion-engine/sqlite/scan` has it, where it is looked for from now on. */
export { type FileScan, type ScanOptions, scanFile } from './scan/index.ts'
export {
  engineTableNames,
  engineTablesSql,
  engineTablesSqlFor,
  engineTablesUpgradeSql,
} from './sql/engine-tables.ts'

export interface SqliteStoreOptions {
  /** How long a database locked by another connection is tried again, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number
  /**
   * Whether bulk runs may checkpoint from a thread with a connection of its own to the same file. Default
   * `true`. Where there is no file, no WAL, another driver than better-sqlite3, an exclusive lock, or an SQLite
   * before 3.51, the thread is not started.
   */
  readonly checkpointWorker?: boolean
  /**
   * Size that the WAL of a bulk run is to stay under: slices wait for the checkpoint, and hold as many users as
   * fit. Default 48 MiB, in throughput mode 2 GiB.
   */
  readonly walCapBytes?: number
  /**
   * What the names of the engine's own tables begin with, for a database where one of them is taken. Letters, digits
   * and underscores. Default `user_deletion_`. All engines of one database need the same.
   */
  readonly tablePrefix?: string
}

/** An instance of Drizzle over better-sqlite3, which holds the handle. */
export interface DrizzleInstance {
  readonly $client: SqliteDatabase
}

/**
 * A store over an open better-sqlite3 handle.
 *
 * The handle stays the host's: it is never opened or closed here, and settings that a deletion needs
 * (`secure_delete`, `temp_store` where there are no temporary tables, and `journal_size_limit` for a journal that
 * persists) are put back before the call returns to the event loop (a bulk run has `wal_autocheckpoint` put back when
 * it ends). Every write is one `BEGIN IMMEDIATE` transaction.
 *
 * @example
 * import Database from 'better-sqlite3'
 * const store = sqliteStore(new Database('auth.sqlite'))
 */
export function sqliteStore(
  handle: SqliteDatabase | DrizzleInstance,
  given: SqliteStoreOptions = {},
): Store {
  const db = handleOf(handle)
  const options = storeOptions(given, [
    'busyTimeoutMs',
    'checkpointWorker',
    'walCapBytes',
    'tablePrefix',
  ])
  const { tablePrefix = ENGINE_TABLE_PREFIX } = options
  assertTablePrefix(tablePrefix)
  const { connection, migrate } = openLaidOut(db, {
    busyTimeoutMs: options.busyTimeoutMs ?? 5_000,
    prefix: tablePrefix,
  })
  const { checkpointWorker = true, walCapBytes } = options
  const bulkOptions = { checkpointWorker, ...(walCapBytes === undefined ? {} : { walCapBytes }) }
  const { currentSchema, statementsFor, statementsToWrite } = schemaCache(connection)
  const describe = describeWithRows(connection, currentSchema)
  const { read, write } = connection
  const scene = sceneOf(connection, (name) =>
    currentSchema().tables.find((table) => table.name === name),
  )
  const explain = (cause: unknown): unknown => explainCommit(connection, currentSchema(), cause)

  function answerFrom(statements: (program: Program) => ProgramSql) {
    const answer = answering(scene, statements)
    return (question: Question): Answer => perform(connection, answer(question))
  }

  function transact<T>(inquiry: Inquiry<Decision<T>>): T {
    const statements = once(statementsToWrite)
    const answer = answerFrom(statements)
    const decision = runSync(inquiry, answer)
    if (decision.change === null) return decision.result
    const writer = writingTo(scene, statements)
    const hasEnded = (): boolean => perform(connection, writer.hasEnded())
    const next = <R>(make: () => R): R => connection.hostCode(make, hasEnded)
    const calls = decision.callsHost === true ? { next } : {}
    const result = changeSync(decision.change(), {
      write: (one) => perform(connection, writer.write(one)),
      answer,
      ...calls,
    })
    if (decision.isRehearsal === true) throw new RolledBack(result)
    return result
  }

  return {
    name: 'sqlite',
    capabilities: { transactions: true, erasure: 'rows_overwritten' },
    migrate,
    describe,
    read: (inquiry) => read(() => runSync(inquiry(), answerFrom(once(statementsFor)))),
    // A transaction across turns of the event loop would take the host's own statements in.
    openView: async () => ({
      isKept: false,
      read: (inquiry) =>
        connection.readOne(() => runSync(inquiry(), answerFrom(once(statementsFor)))),
      close: async () => {},
    }),
    commit: (inquiry) =>
      rehearsed(() => write(() => transact(inquiry()), { explain, isSmall: isSmall(inquiry()) })),
    commitEach: (inquiries) =>
      write(() => inquiries.map((inquiry) => refusable(connection, () => transact(inquiry()))), {
        explain,
        isSmall: true,
      }),
    openBulk: (mode) => openBulkSession(db, connection, mode, bulkOptions),
    clearJournal: () => clearJournal(connection),
    scrubFile: (tables) => scrubFile(connection, tables),
  }
}

/** One inquiry of a transaction: a refusal undoes it alone. */
function refusable<T>(connection: Connection, work: () => T): Committed<T> {
  try {
    return { kind: 'done', result: connection.savepoint(work) }
  } catch (cause) {
    // What came behind would be a transaction of its own.
    if (cause instanceof SavepointLost || !connection.isInTransaction()) throw cause
    const error = toStoreError(cause)
    if (refusesAll(error)) throw error
    return { kind: 'refused', error }
  }
}

/**
 * Up to this many users (or rows of one user), statement journals stay in memory; a scattered user touches about 50
 * pages.
 */
const SMALL_SLICE = 20
const SMALL_CHUNK = 2_000

/** Whether a commit writes to few rows of the host, by what it asks first. */
function isSmall(inquiry: Inquiry<unknown>): boolean {
  const { value, done } = inquiry.next()
  const questions = done === true ? [] : value.filter(({ kind }) => kind !== 'records')
  return questions.length > 0 && questions.every(asksLittle)
}

function asksLittle(question: Question): boolean {
  switch (question.kind) {
    case 'users':
    case 'user_rows':
      return question.ids.length <= SMALL_SLICE
    case 'step_rows':
      return question.limit <= SMALL_CHUNK
    default:
      return false
  }
}

interface SchemaCache {
  currentSchema(): DatabaseSchema
  statementsFor(program: Program): ProgramSql
  /** For a transaction that writes. @throws {@link schemaChanged} where the program was built for another schema. */
  statementsToWrite(program: Program): ProgramSql
}

/** The schema is read again, and statements are built again, when the database says that it changed. */
function schemaCache(connection: Connection): SchemaCache {
  let stamp = ''
  let schema: DatabaseSchema | undefined
  let shadows: readonly string[] = []
  let statements = new WeakMap<Program, ProgramSql>()

  function currentSchema(): DatabaseSchema {
    const now = schemaStamp(connection)
    if (schema === undefined || stamp !== now) {
      schema = describeDatabase(connection)
      shadows = shadowsOfHost(connection)
      stamp = now
      statements = new WeakMap()
    }
    return schema
  }

  function statementsFor(program: Program): ProgramSql {
    const present = currentSchema()
    const known = statements.get(program)
    if (known !== undefined) return known
    const built = programSql(sqliteDialect, program, present)
    statements.set(program, built)
    return built
  }

  function statementsToWrite(program: Program): ProgramSql {
    const built = statementsFor(program)
    if (program.schemaStamp !== undefined && program.schemaStamp !== stamp) throw schemaChanged()
    for (const table of shadows) connection.liftDefence(table)
    return built
  }

  return { currentSchema, statementsFor, statementsToWrite }
}
