/**
 * Writes the database file anew, so that no older copy of a deleted row stays in it.
 *
 * @module
 */
import type { Scrubbed } from '../../../src/store/store.ts'
import type { Connection } from '../handle/connection.ts'
import { connectionBusy, hasCode, isBusy, storeBusy } from '../handle/sqlite-errors.ts'
import { assertRowIdsKept, findSearchTables, refreshSearchTable } from '../schema/search-tables.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'

/**
 * First what holds copies of its own, in one transaction: samples of the statistics and full-text indexes.
 * Then `VACUUM` under `secure_delete`, which copies live rows only into new pages, and the log is cut.
 * A reader that keeps the log from being cut is noticed before the expensive part, too.
 *
 * @param tables The host's tables of which full-text indexes may be refreshed.
 */
export async function scrubFile(
  connection: Connection,
  tables: readonly string[],
): Promise<Scrubbed> {
  const bytesBefore = await connection.read(() => sizeOf(connection))
  const found = await connection.read(() => findSearchTables(connection, tables))
  assertRowIdsKept(found)
  const unreached = { bytesBefore, bytesAfter: bytesBefore, searchTables: [], unproven: [] }
  if (!(await clearLog(connection))) return { ...LOG_IN_USE, ...unreached }
  const searchTables: string[] = []
  const unproven: string[] = []
  await connection.write(() => {
    for (const table of found) {
      const isProven = refreshSearchTable(connection, table)
      const list = isProven ? searchTables : unproven
      list.push(table.name)
    }
    refreshSamples(connection)
  })
  await connection.erase(() => connection.change('VACUUM main'))
  const bytesAfter = await connection.read(() => sizeOf(connection))
  const reached = { bytesBefore, bytesAfter, searchTables, unproven }
  if (!(await clearLog(connection))) return { ...LOG_IN_USE, ...reached }
  return { level: 'file_rewritten', complete: true, obstacle: null, ...reached }
}

const LOG_IN_USE = {
  level: 'rows_overwritten',
  complete: false,
  obstacle: 'journal_in_use',
} as const

function sizeOf(connection: Connection): number {
  const [pages, size] = ['page_count', 'page_size'].map((name) =>
    Number(connection.rows(`PRAGMA main.${name}`)[0]?.[0]),
  )
  return Number(pages) * Number(size)
}

/** Cuts the log to nothing; waits for readers as long as for a lock, and says `false` when they stay. */
async function clearLog(connection: Connection): Promise<boolean> {
  const mode = await connection.read(() => connection.rows('PRAGMA main.journal_mode')[0]?.[0])
  if (mode !== 'wal') return true
  try {
    await connection.outside(() => {
      if (checkpoint(connection) !== 0) throw storeBusy()
    })
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

function checkpoint(connection: Connection): unknown {
  try {
    return connection.rows('PRAGMA main.wal_checkpoint(TRUNCATE)')[0]?.[0]
  } catch (cause) {
    // Only a statement of this very handle locks its tables against a checkpoint.
    throw hasCode(cause, 'SQLITE_LOCKED') ? connectionBusy(cause) : cause
  }
}

/**
 * Takes new samples of every table that has some; a host that never analysed gets none. Statistics without
 * samples hold counts only, and stay.
 */
function refreshSamples(connection: Connection): void {
  const kept = connection
    .rows(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('sqlite_stat3', 'sqlite_stat4')`,
    )
    .map(([name]) => quoteName(String(name)))
  const sampled = new Set<string>()
  for (const name of kept) {
    for (const [table] of connection.rows(
      `SELECT DISTINCT tbl FROM ${name} WHERE tbl IN (SELECT name FROM sqlite_schema WHERE type = 'table')`,
    )) {
      sampled.add(String(table))
    }
    connection.change(`DELETE FROM ${name}`)
  }
  for (const table of sampled) connection.change(`ANALYZE ${quoteTable(table)}`)
}
