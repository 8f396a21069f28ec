/**
 * Writes the user rows.
 *
 * @module
 */

import type { Columns, HostWork } from '../../../src/store/change.ts'
import { refuseUnwrittenUsers, residueLeft } from '../../../src/store/failures.ts'
import { changeRows, type Flow, readRows, type SqlScene } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import { selectUsersSql, setUserSql } from '../user-rows-sql.ts'

/** Deletes or blanks them. @throws {@link residueLeft} unless exactly those of the users were there, and are done. */
export function* endUserRows(
  scene: SqlScene,
  sql: ProgramSql,
  parameters: Parameters,
  users: number,
): Flow<void> {
  const { user } = sql.program
  if (user.rowless) return
  const written = {
    table: user.table,
    select: (columns: string) => selectUsersSql(scene.dialect, user, columns),
    writes: user.set.map(({ column }) => column),
  }
  const { schema } = sql
  const changed = yield* changeRows(sql.userRow, parameters, { schema, statement: written })
  if (changed !== users || !(yield* areEnded(sql, parameters))) throw residueLeft(user.table)
}

/** Whether no row of the users is left as it was. */
export function* areEnded({ userResidue }: ProgramSql, parameters: Parameters): Flow<boolean> {
  return Number((yield* readRows(userResidue, parameters))[0]?.[0]) === 0
}

/**
 * Values go as parameters: as text in the statement, each instant would be a statement of its own.
 *
 * @throws {@link refuseUnwrittenUsers} where a row is not there, or a trigger has kept it as it was.
 */
export function* setUserRows(
  scene: SqlScene,
  { program, schema }: ProgramSql,
  { tenantId, users }: HostWork,
  set: Columns,
): Flow<void> {
  const columns = Object.keys(set)
  if (columns.length === 0) return
  const { user } = program
  const sql = setUserSql(scene.dialect, user, columns)
  const values = columns.map((column, index) => [
    `value${index}`,
    scene.answers.bind(set[column] ?? null),
  ])
  for (const { fields } of users) {
    const parameters = { ...Object.fromEntries(values), id: fields['id'], tenant: tenantId }
    const written = { table: user.table, select: null, writes: columns }
    const changed = yield* changeRows(sql, parameters, { schema, statement: written })
    refuseUnwrittenUsers(user.table, 1, changed)
  }
}
