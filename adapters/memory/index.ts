/**
 * A store in memory: for tests, for trying rules out, and the reference for other adapters.
 *
 * @module
 */

import type { Program } from '../../src/program/program.ts'
import type { TableSchema } from '../../src/program/schema.ts'
import { schemaChanged } from '../../src/store/failures.ts'
import type { Answer, Question } from '../../src/store/inquiry.ts'
import { RolledBack, rehearsed } from '../../src/store/rehearsal.ts'
import { runSync } from '../../src/store/run.ts'
import type { ErasureLevel, Store } from '../../src/store/store.ts'
import {
  assertTablePrefix,
  ENGINE_TABLE_PREFIX,
  storeOptions,
} from '../../src/store/store-options.ts'
import { applyChunk } from './commit/apply-chunk.ts'
import { applySlice, type Database } from './commit/apply-slice.ts'
import { inspect } from './commit/inspect.ts'
import { findSpellings, findTenant } from './commit/spellings.ts'
import { heldIds, sweep } from './commit/sweep.ts'
import { findRows, listUsers, takeSurvey } from './commit/take-survey.ts'
import { findStanding, makeTransition } from './commit/transition.ts'
import { createRecords } from './records/records.ts'
import { removeRows, updateRows } from './tables/host-writes.ts'
import type { Row } from './tables/rows.ts'
import { createTables } from './tables/tables.ts'

export type { Row } from './tables/rows.ts'

export interface MemoryStoreOptions {
  /** Tables with keys. A table that is not declared takes any rows. */
  readonly schema?: readonly TableSchema[]
  /** Rows to begin with, by table, parents first. */
  readonly data?: Readonly<Record<string, readonly Row[]>>
  /** Default true. */
  readonly foreignKeysEnforced?: boolean
  /**
   * What the engine's own tables are said to begin with, as for the other stores. Here its records stand in no table,
   * so no name of the host's is ever taken. Default `user_deletion_`.
   */
  readonly tablePrefix?: string
}

export interface MemoryStore extends Store {
  /**
   * Inserts rows as the host would; keys, NOT NULL and foreign keys of declared tables are checked.
   *
   * @throws {@link UserDeletionError} `constraint_violation` with no row inserted.
   */
  insert(table: string, ...rows: readonly Row[]): void
  /**
   * Writes columns of the rows that hold the values of `where`, as the host would, in one statement. Answers how
   * many rows it has written.
   *
   * @throws {@link UserDeletionError} `constraint_violation` with no row written.
   */
  update(table: string, where: Row, set: Row): number
  /**
   * Deletes the rows that hold the values of `where`, as the host would, in one statement. Answers how many rows
   * held them, without those that foreign keys took along.
   *
   * @throws {@link UserDeletionError} `constraint_violation` with no row deleted.
   */
  remove(table: string, where: Row): number
  /** A copy of a table's rows in the order of their insertion. */
  rows(table: string): readonly Row[]
}

/**
 * A store that keeps its tables in memory.
 *
 * @example
 * const store = memoryStore({ data: { users: [{ id: 'usr_1' }], sessions: [{ id: 1, user_id: 'usr_1' }] } })
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const db = openDatabase(
    storeOptions(options, ['schema', 'data', 'foreignKeysEnforced', 'tablePrefix']),
  )
  const { tables, records } = db
  const answer = (question: Question): Answer => records.ask(question)
  const read = async <T>(work: () => T): Promise<T> => work()
  const write = async <T>(work: () => T): Promise<T> => db.transaction(work)
  const writeBy = async <T>({ schemaStamp }: Program, work: () => T): Promise<T> => {
    if (schemaStamp !== undefined && schemaStamp !== tables.schema().stamp) throw schemaChanged()
    return write(work)
  }

  return {
    name: 'memory',
    capabilities: { transactions: true, erasure: ROWS_REMOVED, nativeTypes: ['date'] },
    insert: (table, ...rows) => tables.insert(table, rows),
    update: (table, where, set) => updateRows(tables, table, where, set),
    remove: (table, where) => removeRows(tables, table, where),
    rows: (table) =>
      [...tables.rows(table)].sort(([a], [b]) => a - b).map(([, row]) => structuredClone(row)),
    migrate: async () => {},
    describe: () => read(() => tables.schema()),
    findUsers: (program, targets) => read(() => findRows(tables, records, program, targets)),
    listUsers: (program, query) => read(() => listUsers(tables, records, program, query)),
    findSpellings: (program, query) => read(() => findSpellings(tables, records, program, query)),
    findTenant: (program, query) => read(() => findTenant(tables, records, program, query)),
    survey: (program, targets) => read(() => takeSurvey(tables, records, program, targets)),
    inspect: (program, subject) => read(() => inspect(db, program, subject)),
    apply: (program, slice) =>
      slice.rehearsal === true
        ? rehearsed(() =>
            writeBy(program, () => {
              throw new RolledBack(applySlice(db, program, slice))
            }),
          )
        : writeBy(program, () => applySlice(db, program, slice)),
    transition: (program, transition) =>
      writeBy(program, () => makeTransition(db, program, transition)),
    findStanding: (program, query) => read(() => findStanding(db, program, query)),
    applyChunk: (program, chunk) => writeBy(program, () => applyChunk(db, program, chunk)),
    sweep: (program, work) => writeBy(program, () => sweep(db, program, work)),
    heldIds: (program, query) => read(() => heldIds(db, program, query)),
    read: (inquiry) => read(() => runSync(inquiry(), answer)),
    commit: (inquiry) =>
      write(() => {
        const { result, change } = runSync(inquiry(), answer)
        if (change !== null) records.write(change())
        return result
      }),
    sanitize: async () => ({ level: ROWS_REMOVED, complete: true }),
    scrub: async () => ({
      ...{ level: ROWS_REMOVED, complete: true, obstacle: null },
      ...{ bytesBefore: null, bytesAfter: null, searchTables: [], unproven: [] },
    }),
  }
}

const ROWS_REMOVED: ErasureLevel = 'rows_removed'

function openDatabase(options: MemoryStoreOptions): Database {
  const tables = createTables(options.schema ?? [], options.foreignKeysEnforced ?? true)
  const { tablePrefix = ENGINE_TABLE_PREFIX } = options
  assertTablePrefix(tablePrefix)
  const records = createRecords(tablePrefix)
  for (const [table, rows] of Object.entries(options.data ?? {})) tables.insert(table, rows)
  return {
    tables,
    records,
    transaction: (work) => tables.transaction(() => records.transaction(work)),
  }
}
