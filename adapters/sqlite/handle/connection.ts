/**
 * The host's open handle: statements are prepared once, one transaction runs at a time, and every setting is put back
 * before the host's code runs again.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { UserDeletionError } from '../../../src/errors.ts'
import type { RecordTable } from '../../../src/store/record-tables.ts'
import { plainInteger } from '../../sql/integers.ts'
import type { Parameters } from '../../sql/statement.ts'
import { OWN_TABLES } from '../sql/engine-tables.ts'
import { quoteTable } from '../sql/literals.ts'
import type { SqliteDatabase, SqliteStatement } from './database.ts'
import {
  connectionBusy,
  defended,
  isBusy,
  missingTable,
  storeClosed,
  tablesMissing,
  toStoreError,
} from './sqlite-errors.ts'

export interface Connection {
  /** What the names of the engine's own tables begin with. */
  readonly prefix: string
  /** The engine's own tables as SQL writes them: a temporary table of the host is never meant. */
  readonly own: Readonly<Record<RecordTable, string>>
  /** One statement's rows as arrays; integers beyond 2^53 come as bigint. */
  rows(sql: string, parameters?: Parameters): readonly (readonly unknown[])[]
  /**
   * The same, one row after the other: those of a large slice would outlive many of V8's young collections if
   * they were there at once. `visit` must not write, and answers `false` to be given no more.
   */
  each(sql: string, parameters: Parameters, visit: (row: readonly unknown[]) => unknown): void
  /** One statement's rows as objects. */
  records(sql: string, parameters?: Parameters): readonly Readonly<Record<string, unknown>>[]
  /** Runs a statement and answers how many rows it changed itself. */
  change(sql: string, parameters?: Parameters): number
  /** Runs a statement once for each list of values, which stand in the order of its question marks. */
  changeEach(sql: string, lists: Iterable<readonly unknown[]>): void
  /** Runs reads. Rejects with the codes of `toStoreError`. */
  read<T>(work: () => T): Promise<T>
  /** Runs reads of one state of the database, though another process may write between two of them. */
  readOne<T>(work: () => T): Promise<T>
  /** Runs `work` in one `BEGIN IMMEDIATE` transaction, again from the start while the database is busy. */
  write<T>(work: () => T, options?: WriteOptions): Promise<T>
  /**
   * Lets the open transaction write a table of the host that SQLite takes for the inside of a virtual table; the
   * handle's defensive mode is back when it ends. Nothing outside a transaction.
   */
  liftDefence(table: string): void
  /** Whether a transaction is open: SQLite ends one itself on some errors, and a trigger may roll it back. */
  isInTransaction(): boolean
  /** Runs `work` in a savepoint of the open transaction; rolls back to it and rethrows on failure. */
  savepoint<T>(work: () => T): T
  /**
   * Runs code of the host inside the open transaction. The host may end it there: where `hasCommitted` tells that its
   * work stands, a new transaction takes the rest; else all of it is gone, and this throws.
   */
  hostCode<T>(work: () => T, hasCommitted: () => boolean): T
  /** Runs `work` outside any transaction, and not while the handle is in use. */
  outside<T>(work: () => T): Promise<T>
  /** The same with the settings of a deletion: what is freed is overwritten. */
  erase<T>(work: () => T): Promise<T>
}

export interface WriteOptions {
  /** Turns what was thrown into a better error while the transaction is still open. */
  explain?(cause: unknown): unknown
  /**
   * Whether so little is written that pages, as they were before each statement, can be kept in memory. Otherwise
   * SQLite makes a file for them, which costs each transaction about a tenth of its time.
   */
  readonly isSmall?: boolean
}

export interface ConnectionOptions {
  readonly prefix: string
  /** How long a locked database is tried again, in milliseconds. */
  readonly busyTimeoutMs: number
}

export function openConnection(db: SqliteDatabase, options: ConnectionOptions): Connection {
  const { prefix } = options
  const statements = new Map<string, SqliteStatement>()
  let undoOfOpen: Undo | null = null
  let hasRunHostCode = false
  const ownNames = new Set(OWN_TABLES.map((table) => `${prefix}${table}`))

  function prepare(sql: string): SqliteStatement {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = db.prepare(sql)
      // Many pragmas act while they are compiled, so one that is kept would answer with old values.
      if (sql.startsWith('PRAGMA')) return statement
      statements.set(sql, statement)
    }
    return statement
  }

  function reading(sql: string, raw: boolean): SqliteStatement {
    const statement = prepare(sql)
    // Both toggles outlive a call, and the host may have set another default for its handle.
    statement.raw(raw)
    statement.safeIntegers(true)
    return statement
  }

  function rows(sql: string, parameters: Parameters = {}): readonly (readonly unknown[])[] {
    const found = reading(sql, true).all(parameters) as unknown[][]
    for (const row of found) makePlain(row)
    return found
  }

  function each(
    sql: string,
    parameters: Parameters,
    visit: (row: readonly unknown[]) => unknown,
  ): void {
    for (const row of reading(sql, true).iterate(parameters) as Iterable<unknown[]>) {
      makePlain(row)
      if (visit(row) === false) return
    }
  }

  function records(
    sql: string,
    parameters: Parameters = {},
  ): readonly Readonly<Record<string, unknown>>[] {
    const found = reading(sql, false).all(parameters)
    return found.map((row) => {
      const entries = Object.entries(row as object).map(([name, value]) => [
        name,
        plainInteger(value),
      ])
      return Object.fromEntries(entries) as Readonly<Record<string, unknown>>
    })
  }

  function change(sql: string, parameters: Parameters = {}): number {
    return Number(prepare(sql).run(parameters).changes)
  }

  function changeEach(sql: string, lists: Iterable<readonly unknown[]>): void {
    for (const values of lists) prepare(sql).run(...values)
  }

  /** Sets a pragma; how to put it back is noted first, as the statement may fail after it has acted. */
  function setPragma(name: string, before: number, wanted: number, undo: Undo): void {
    if (before === wanted) return
    // FAST answers 2, and takes no number.
    const value = name === 'main.secure_delete' && before === 2 ? 'FAST' : before
    undo.push(() => void rows(`PRAGMA ${name} = ${value}`))
    rows(`PRAGMA ${name} = ${wanted}`)
  }

  /** Answers the settings as they were. */
  function changeSettings(undo: Undo): Settings {
    const settings = readSettings(rows)
    setPragma('main.secure_delete', settings.secureDelete, 1, undo)
    // A journal that persists would keep the rows as they were.
    if (settings.journalMode === 'persist') {
      const limit = Number(rows('PRAGMA main.journal_size_limit')[0]?.[0])
      setPragma('main.journal_size_limit', limit, 0, undo)
    }
    return settings
  }

  /** A change drops temporary tables, so nothing is changed where there are some, or where the host has its own value. */
  function keepPagesInMemory({ tempStore }: Settings, undo: Undo): void {
    if (tempStore !== TEMP_STORE.default || hasTemporaryTables()) return
    undo.push(() => {
      // Nothing of ours makes a temporary table.
      if (hasRunHostCode && hasTemporaryTables()) return
      change(`PRAGMA temp_store = ${TEMP_STORE.default}`)
    })
    change(`PRAGMA temp_store = ${TEMP_STORE.memory}`)
  }

  function hasTemporaryTables(): boolean {
    const isOpen = rows("SELECT 1 FROM pragma_database_list WHERE name = 'temp'").length > 0
    return isOpen && rows('SELECT 1 FROM temp.sqlite_schema LIMIT 1').length > 0
  }

  /** Runs `work` without SQLite's own wait for a lock, which would stop the host's event loop. */
  function withoutWaiting<T>({ busyTimeout }: Settings, work: () => T): T {
    const undo: Undo = []
    try {
      setPragma('busy_timeout', busyTimeout, 0, undo)
      return work()
    } finally {
      putBack(undo)
    }
  }

  /** Tried once more when it fails: the host must not find our transaction open. */
  function rollBack(): void {
    try {
      change('ROLLBACK')
    } catch {
      if (db.open && db.inTransaction) change('ROLLBACK')
    }
  }

  function transaction<T>(work: () => T, { explain, isSmall = false }: WriteOptions): T {
    assertUsable(db)
    const undo: Undo = []
    undoOfOpen = undo
    hasRunHostCode = false
    try {
      const settings = changeSettings(undo)
      if (isSmall) keepPagesInMemory(settings, undo)
      withoutWaiting(settings, () => change('BEGIN IMMEDIATE'))
      const result = work()
      change('COMMIT')
      return result
    } catch (cause) {
      // SQLite ends the transaction itself on some errors (a full disk, an I/O error).
      const isOpen = db.open && db.inTransaction && !(cause instanceof TransactionEnded)
      const error = isOpen && explain !== undefined ? explained(explain, cause) : cause
      if (isOpen) rollBack()
      throw error
    } finally {
      undoOfOpen = null
      if (db.open) putBack(undo)
    }
  }

  /** Defensive mode has no way to be asked for; it shows when such a statement is prepared. */
  function isDefended(table: string): boolean {
    try {
      db.prepare(`DELETE FROM ${quoteTable(table)} WHERE FALSE`)
      return false
    } catch (cause) {
      if (/may not be modified/.test(String(cause))) return true
      throw cause
    }
  }

  /** A table that is missing is one of the host's, or one that `migrate()` creates. */
  function asStoreError(cause: unknown): UserDeletionError {
    const missing = missingTable(cause)
    return missing !== null && ownNames.has(missing) ? tablesMissing(cause) : toStoreError(cause)
  }

  async function untilFree<T>(work: () => T): Promise<T> {
    const deadline = performance.now() + options.busyTimeoutMs
    for (let attempt = 0; ; attempt += 1) {
      try {
        return work()
      } catch (cause) {
        const error = asStoreError(cause)
        if (!isBusy(error) || performance.now() >= deadline) throw error
      }
      const pause = Math.min(100, 2 ** attempt) * (0.5 + Math.random() / 2)
      await sleep(pause)
    }
  }

  function closeSavepoint(sql: string): void {
    try {
      change(sql)
    } catch (cause) {
      throw new SavepointLost(cause)
    }
  }

  function reads<T>(work: () => T): T {
    if (!db.open) throw storeClosed()
    try {
      return work()
    } catch (cause) {
      throw asStoreError(cause)
    }
  }

  function readTransaction<T>(work: () => T): T {
    change('BEGIN')
    try {
      return work()
    } finally {
      if (db.open && db.inTransaction) change('COMMIT')
    }
  }

  return {
    prefix,
    own: Object.fromEntries(
      OWN_TABLES.map((table) => [table, `main.${prefix}${table}`]),
    ) as Connection['own'],
    rows,
    each,
    records,
    change,
    changeEach,
    read: async (work) => reads(work),
    readOne: async (work) => reads(() => (db.inTransaction ? work() : readTransaction(work))),
    write: (work, options = {}) => untilFree(() => transaction(work, options)),
    liftDefence(table) {
      if (undoOfOpen === null || !isDefended(table)) return
      db.unsafeMode?.(true)
      undoOfOpen.push(() => void db.unsafeMode?.(false))
      if (isDefended(table)) throw defended(table)
    },
    isInTransaction: () => db.inTransaction,
    savepoint: (work) => {
      change('SAVEPOINT user_deletion_user')
      let result: ReturnType<typeof work>
      try {
        result = work()
      } catch (error) {
        if (db.inTransaction) {
          closeSavepoint('ROLLBACK TO user_deletion_user')
          closeSavepoint('RELEASE user_deletion_user')
        }
        throw error
      }
      closeSavepoint('RELEASE user_deletion_user')
      return result
    },
    hostCode: (work, hasCommitted) => {
      change('SAVEPOINT user_deletion_host')
      hasRunHostCode = true
      const result = work()
      if (db.inTransaction) {
        try {
          change('RELEASE user_deletion_host')
          return result
        } catch (cause) {
          // Without our savepoint the open transaction is another one, which is the host's.
          throw isNoSavepoint(cause) ? new TransactionEnded(cause) : cause
        }
      }
      if (!hasCommitted()) throw new TransactionEnded()
      withoutWaiting(readSettings(rows), () => change('BEGIN IMMEDIATE'))
      return result
    },
    outside: (work) =>
      untilFree(() => {
        assertUsable(db)
        return withoutWaiting(readSettings(rows), work)
      }),
    erase: (work) =>
      untilFree(() => {
        assertUsable(db)
        const undo: Undo = []
        try {
          return withoutWaiting(changeSettings(undo), work)
        } finally {
          if (db.open) putBack(undo)
        }
      }),
  }
}

/** Looking for a better error must not hide the first one. */
function explained(explain: (cause: unknown) => unknown, cause: unknown): unknown {
  try {
    return explain(cause)
  } catch {
    return cause
  }
}

type Undo = (() => void)[]

/** What the host has set for its handle. */
interface Settings {
  readonly secureDelete: number
  readonly journalMode: string
  readonly tempStore: number
  /** Milliseconds. */
  readonly busyTimeout: number
}

/** In one statement that is compiled once: pragmas are compiled each time, which costs more than they do. */
function readSettings(rows: Connection['rows']): Settings {
  const [secureDelete, journalMode, tempStore, busyTimeout] =
    rows(
      'SELECT s.secure_delete, j.journal_mode, t.temp_store, b.timeout FROM pragma_secure_delete AS s, pragma_journal_mode AS j, pragma_temp_store AS t, pragma_busy_timeout AS b',
    )[0] ?? []
  return {
    secureDelete: Number(secureDelete),
    journalMode: String(journalMode),
    tempStore: Number(tempStore),
    busyTimeout: Number(busyTimeout),
  }
}

const TEMP_STORE = { default: 0, memory: 2 } as const

/** Undoes in reverse order. A step that fails is tried once more, and keeps none from its turn: the host must not keep our settings. */
function putBack(undo: Undo): void {
  const failures: unknown[] = []
  for (const step of undo.splice(0).reverse()) {
    try {
      step()
    } catch {
      try {
        step()
      } catch (cause) {
        failures.push(cause)
      }
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** A savepoint that could not be closed: what stands in the transaction is unknown, so none of it may commit. */
export class SavepointLost extends Error {
  constructor(cause: unknown) {
    super('a savepoint could not be closed', { cause })
  }
}

function isNoSavepoint(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith('no such savepoint')
}

/** Code of the host has ended the transaction of the deletion. */
export class TransactionEnded extends Error {
  constructor(cause?: unknown) {
    super('code of the host has ended the transaction', { cause })
  }
}

function assertUsable(db: SqliteDatabase): void {
  if (!db.open) throw storeClosed()
  if (db.inTransaction) throw connectionBusy()
}

/** In place: the array was made for this call, and a copy of it would be most of its garbage. */
function makePlain(row: unknown[]): void {
  for (let index = 0; index < row.length; index += 1) row[index] = plainInteger(row[index])
}
