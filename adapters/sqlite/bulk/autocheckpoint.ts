/**
 * The host's `wal_autocheckpoint`, changed while somebody needs another value.
 *
 * @module
 */
import type { Connection } from '../handle/connection.ts'
import type { SqliteDatabase } from '../handle/database.ts'

interface Change {
  readonly before: number
  readonly during: number
  holders: number
}

/** By handle: two stores may share one. */
const changes = new WeakMap<SqliteDatabase, Change>()

/**
 * Sets how many pages of the log start a checkpoint in a commit of this connection; 0 is never. The first holder's
 * value counts. The returned function puts the host's value back once the last holder has called it; calling it again
 * does nothing, and a value that the host has set meanwhile stays.
 */
export function holdAutocheckpoint(
  db: SqliteDatabase,
  connection: Connection,
  pages: number,
): () => void {
  const change = changes.get(db) ?? begin(db, connection, pages)
  change.holders += 1
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    change.holders -= 1
    if (change.holders > 0) return
    changes.delete(db)
    if (!db.open) return
    try {
      putBack(connection, change)
    } catch {
      // Once more: the host must not keep our setting.
      putBack(connection, change)
    }
  }
}

function begin(db: SqliteDatabase, connection: Connection, pages: number): Change {
  const change = { before: read(connection), during: pages, holders: 0 }
  try {
    set(connection, pages)
  } catch (cause) {
    // It may have failed after it had acted.
    putBack(connection, change)
    throw cause
  }
  changes.set(db, change)
  return change
}

function putBack(connection: Connection, { before, during }: Change): void {
  if (read(connection) === during) set(connection, before)
}

function read(connection: Connection): number {
  return Number(connection.rows('PRAGMA wal_autocheckpoint')[0]?.[0])
}

function set(connection: Connection, pages: number): void {
  connection.rows(`PRAGMA wal_autocheckpoint = ${pages}`)
}
