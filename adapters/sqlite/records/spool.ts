/**
 * Ids set aside before a bulk run that has to be checked as a whole first.
 *
 * @module
 */

import type { UserId } from '../../../src/program/program.ts'
import type { RunsAside } from '../../../src/store/records.ts'
import type { Connection } from '../handle/connection.ts'
import { jsonText } from '../sql/literals.ts'

export function spool(connection: Connection, run: string, ids: readonly UserId[]): void {
  connection.change(
    `INSERT INTO ${connection.own.spool} (run, position, user_id) SELECT @run, key + (SELECT coalesce(max(position) + 1, 0) FROM ${connection.own.spool} WHERE run = @run), value FROM json_each(@ids)`,
    { run, ids: jsonText([...ids]) },
  )
}

export function readSpool(
  connection: Connection,
  run: string,
  offset: number,
  limit: number,
): readonly UserId[] {
  return connection
    .rows(
      `SELECT user_id FROM ${connection.own.spool} WHERE run = @run AND position >= @offset ORDER BY position LIMIT @limit`,
      { run, offset, limit },
    )
    .map(([id]) => id as UserId)
}

export function clearSpool(connection: Connection, run: string): void {
  connection.change(`DELETE FROM ${connection.own.spool} WHERE run = @run`, { run })
}

export function runsAside(connection: Connection): RunsAside {
  const runsIn = (table: string): readonly string[] =>
    connection.rows(`SELECT DISTINCT run FROM ${table}`).map(([run]) => String(run))
  const { spool: ids, ledger_import: entries } = connection.own
  return { spools: runsIn(ids), imports: runsIn(entries) }
}
