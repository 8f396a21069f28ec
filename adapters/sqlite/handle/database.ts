/**
 * The part of a better-sqlite3 handle that the adapter calls. The package itself is never imported.
 *
 * @module
 */

export interface SqliteDatabase {
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): SqliteStatement
  /** better-sqlite3 keeps the inside of virtual tables from being written, unless this is on. */
  unsafeMode?(on: boolean): unknown
}

export interface SqliteStatement {
  run(...parameters: unknown[]): { readonly changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  iterate(...parameters: unknown[]): Iterable<unknown>
  raw(toggle?: boolean): unknown
  safeIntegers(toggle?: boolean): unknown
}
