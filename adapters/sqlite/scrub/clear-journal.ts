/**
 * Clears older copies of rows from the journal.
 *
 * @module
 */
import type { Sanitized } from '../../../src/store/store.ts'
import type { Connection } from '../handle/connection.ts'
import { isBusy, toStoreError } from '../handle/sqlite-errors.ts'

/**
 * In WAL mode the rows as they were stay in the log until it is written back and cut: that is done here.
 * Other journals are cleared by the commit itself.
 */
export async function clearJournal(connection: Connection): Promise<Sanitized> {
  const mode = await connection.read(() => connection.rows('PRAGMA main.journal_mode')[0]?.[0])
  if (mode !== 'wal') return { level: 'journal_cleared', complete: true }
  try {
    const [result] = await connection.outside(() =>
      connection.rows('PRAGMA main.wal_checkpoint(TRUNCATE)'),
    )
    const complete = result?.[0] === 0
    return { level: complete ? 'journal_cleared' : 'rows_overwritten', complete }
  } catch (cause) {
    if (isBusy(toStoreError(cause))) return { level: 'rows_overwritten', complete: false }
    throw toStoreError(cause)
  }
}
