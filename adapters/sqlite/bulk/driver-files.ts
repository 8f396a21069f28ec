/**
 * Which files the host's driver was loaded from.
 *
 * A second connection of this process must come from the very same native library: two copies of SQLite in
 * one process take each other's POSIX locks away, and the file would be damaged. So nothing is resolved by
 * name here; only what the process has loaded counts.
 *
 * @module
 */
import { createRequire } from 'node:module'
import type { SqliteDatabase } from '../handle/database.ts'

export interface Driver {
  /** The driver's JavaScript. */
  readonly driver: string
  /** Its native library. */
  readonly binding: string
}

/** `null` where it cannot be told for certain: another driver, one in a bundle, two native libraries. */
export function driverOf(db: SqliteDatabase): Driver | null {
  const loaded = Object.entries(createRequire(import.meta.url).cache)
  const driver = loaded.find(([, module]) => module?.exports === db.constructor)?.[0]
  const bindings = loaded.map(([file]) => file).filter((file) => /sqlite[^/\\]*\.node$/.test(file))
  const [binding] = bindings
  if (driver === undefined || binding === undefined || bindings.length > 1) return null
  return { driver, binding }
}
