/** A SQLite handle whose n-th statement fails. */
import type { SqliteDatabase, SqliteStatement } from '../../../adapters/sqlite/index.ts'

/** Where a fault stands, and what it does. */
export interface Fault {
  /** Which execution fails, counted from 1. */
  readonly at: number
  /** `before`: the statement does not run. `after`: it runs, and the answer is lost. */
  readonly mode: 'before' | 'after'
  /** Whether every later execution fails too, as on a disk that is gone. */
  readonly lasting?: boolean
  /** What happens instead of throwing: a kill, for example. */
  readonly act?: () => void
}

/** A better-sqlite3 handle whose n-th statement execution fails. */
export interface FaultyDatabase extends SqliteDatabase {
  /** Counts from zero again, and fails as told. */
  arm(fault: Fault): void
  /** Lets everything pass. */
  disarm(): void
  /** Executions since the last `arm`. */
  readonly executions: number
  /** Their texts. */
  readonly history: readonly string[]
  /** The statement that the fault hit, `null` while it has hit none. */
  readonly hit: string | null
}

export function faultyDatabase(db: SqliteDatabase): FaultyDatabase {
  let fault: Fault | null = null
  let executions = 0
  let history: string[] = []
  let hit: string | null = null

  function execute<T>(sql: string, work: () => T): T {
    executions += 1
    history.push(sql)
    if (fault === null || executions < fault.at) return work()
    const isFirst = executions === fault.at
    if (!isFirst && fault.lasting !== true) return work()
    if (isFirst) hit = sql
    if (isFirst && fault.mode === 'after') work()
    fault.act?.()
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
  }

  function prepare(sql: string): SqliteStatement {
    // Pragmas act while they are compiled: one that fails before it runs must not be compiled either.
    if (!sql.startsWith('PRAGMA')) return statement(sql, db.prepare(sql))
    let toggles: readonly ((real: SqliteStatement) => unknown)[] = []
    const real = (): SqliteStatement => {
      const compiled = db.prepare(sql)
      for (const toggle of toggles) toggle(compiled)
      return compiled
    }
    return {
      run: (...values) => execute(sql, () => real().run(...values)),
      get: (...values) => execute(sql, () => real().get(...values)),
      all: (...values) => execute(sql, () => real().all(...values)),
      iterate: (...values) => execute(sql, () => [...real().iterate(...values)]),
      raw: (toggle) => {
        // `raw` is refused on a statement that answers no rows.
        toggles = [...toggles, (compiled) => compiled.raw(toggle)]
      },
      safeIntegers: (toggle) => {
        toggles = [...toggles, (compiled) => compiled.safeIntegers(toggle)]
      },
    }
  }

  function statement(sql: string, real: SqliteStatement): SqliteStatement {
    return {
      run: (...values) => execute(sql, () => real.run(...values)),
      get: (...values) => execute(sql, () => real.get(...values)),
      all: (...values) => execute(sql, () => real.all(...values)),
      // Read to its end: rows left unread would keep the handle busy.
      iterate: (...values) => execute(sql, () => [...real.iterate(...values)]),
      raw: (toggle) => real.raw(toggle),
      safeIntegers: (toggle) => real.safeIntegers(toggle),
    }
  }

  return {
    get open() {
      return db.open
    },
    get inTransaction() {
      return db.inTransaction
    },
    get executions() {
      return executions
    },
    get history() {
      return history
    },
    get hit() {
      return hit
    },
    prepare,
    arm: (next) => {
      fault = next
      executions = 0
      history = []
      hit = null
    },
    disarm: () => {
      fault = null
    },
  }
}
