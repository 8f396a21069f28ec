/**
 * A store in memory: for tests, for trying rules out, and the reference for other adapters.
 *
 * @module
 */

import { UserDeletionError } from '../../src/errors.ts'
import type { Row } from '../../src/program/rows/row.ts'
import type { TableSchema } from '../../src/program/schema.ts'
import type { Decision, Write } from '../../src/store/change.ts'
import { refuseStale, refusesAll } from '../../src/store/failures.ts'
import type { Answer, Inquiry, Question } from '../../src/store/inquiry.ts'
import { workOn } from '../../src/store/plain/row-work.ts'
import { RolledBack, rehearsed } from '../../src/store/rehearsal.ts'
import { changeSync, runSync } from '../../src/store/run.ts'
import type { Committed, Store } from '../../src/store/store.ts'
import {
  assertTablePrefix,
  ENGINE_TABLE_PREFIX,
  storeOptions,
} from '../../src/store/store-options.ts'
import type { View } from '../../src/store/view.ts'
import { answerIn, type Database } from './answer.ts'
import { createRecords } from './records.ts'
import { removeRows, updateRows } from './tables/host-writes.ts'
import { withValues } from './tables/sample-values.ts'
import { createTables } from './tables/tables.ts'

export type { Row } from '../../src/program/rows/row.ts'

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
  const { tables } = db
  const answer = (question: Question): Answer => answerIn(db, question)
  const answerToWrite = (question: Question): Answer => {
    refuseStale(tables.schema().stamp, question)
    return answer(question)
  }

  function transact<T>(inquiry: Inquiry<Decision<T>>): T {
    const decision = runSync(inquiry, answerToWrite)
    if (decision.change === null) return decision.result
    const write = (one: Write): void => writeIn(db, one)
    const result = changeSync(decision.change(), { write, answer })
    if (decision.isRehearsal === true) throw new RolledBack(result)
    return result
  }

  /** One inquiry of a transaction: a refusal undoes it alone. */
  function refusable<T>(work: () => T): Committed<T> {
    try {
      return { kind: 'done', result: db.transaction(work) }
    } catch (error) {
      if (error instanceof UserDeletionError && refusesAll(error)) throw error
      return { kind: 'refused', error }
    }
  }

  return {
    name: 'memory',
    capabilities: { transactions: true, erasure: 'rows_removed', nativeTypes: ['date'] },
    insert: (table, ...rows) => tables.insert(table, rows),
    update: (table, where, set) => updateRows(tables, table, where, set),
    remove: (table, where) => removeRows(tables, table, where),
    rows: (table) =>
      [...tables.rows(table)].sort(([a], [b]) => a - b).map(([, row]) => structuredClone(row)),
    migrate: async () => {},
    describe: async (question) =>
      question?.values === undefined ? tables.schema() : withValues(tables, question.values),
    read: async (inquiry) => runSync(inquiry(), answer),
    openView: async () => openView(db),
    commit: (inquiry) => rehearsed(async () => db.transaction(() => transact(inquiry()))),
    commitEach: async (inquiries) =>
      db.transaction(() => inquiries.map((inquiry) => refusable(() => transact(inquiry())))),
  }
}

/** Rows and lists of records are replaced and never written into, so a copy of what holds them is enough. */
function openView({ tables, records }: Database): View {
  const copies = new Map(
    tables.schema().tables.map(({ name }) => [name, new Map(tables.rows(name))] as const),
  )
  const rowsOf = (name: string): ReadonlyMap<number, Row> => copies.get(name) ?? new Map()
  const view = {
    tables: { ...tables, rows: rowsOf, row: (name: string, key: number) => rowsOf(name).get(key) },
    records: records.asNow(),
  }
  return {
    isKept: true,
    read: async (inquiry) => runSync(inquiry(), (question) => answerIn(view, question)),
    close: async () => {},
  }
}

function writeIn({ tables, records }: Database, write: Write): void {
  if (write.kind === 'work') workOn(tables, write)
  else if (write.kind === 'insert_row') tables.insert(write.table, [write.values])
  else records.write(write)
}

interface OpenDatabase extends Database {
  transaction<T>(work: () => T): T
}

function openDatabase(options: MemoryStoreOptions): OpenDatabase {
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
