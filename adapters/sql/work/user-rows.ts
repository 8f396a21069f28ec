/**
 * Writes the user rows.
 *
 * @module
 */

import type { Columns, HostWork } from '../../../src/store/change.ts'
import { refuseUnwrittenUsers, residueLeft } from '../../../src/store/failures.ts'
import { type Asked, changing, type Flow, inOrder, type SqlScene, visiting } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import { selectUsersSql, setUserSql } from '../user-rows-sql.ts'

/** Deletes or blanks them. Throws {@link residueLeft} unless exactly those of the users were there, and are done. */
export function endUserRows(
  scene: SqlScene,
  sql: ProgramSql,
  parameters: Parameters,
  users: number,
): readonly Asked[] {
  const { user } = sql.program
  if (user.rowless) return []
  const written = {
    table: user.table,
    select: (columns: string) => selectUsersSql(scene.dialect, user, columns),
    writes: user.set.map(({ column }) => column),
  }
  const { schema } = sql
  const statement = { schema, statement: written }
  return [
    changing(sql.userRow, parameters, statement, (changed) => {
      if (changed !== users) throw residueLeft(user.table)
    }),
    refuseUnended(sql, parameters),
  ]
}

/** Throws {@link residueLeft} where a row of the users is left as it was. */
export function refuseUnended(sql: ProgramSql, parameters: Parameters): Asked {
  return visiting(sql.userResidue, parameters, ([rows]) => {
    if (Number(rows) > 0) throw residueLeft(sql.program.user.table)
  })
}

/** Whether no row of the users is left as it was. */
export function* areEnded(sql: ProgramSql, parameters: Parameters): Flow<boolean> {
  let left = 0
  yield* inOrder([
    visiting(sql.userResidue, parameters, ([rows]) => {
      left = Number(rows)
    }),
  ])
  return left === 0
}

/**
 * Values go as parameters: as text in the statement, each instant would be a statement of its own.
 *
 * Throws {@link refuseUnwrittenUsers} where a row is not there, or a trigger has kept it as it was.
 */
export function setUserRows(
  scene: SqlScene,
  { program, schema }: ProgramSql,
  { tenantId, users }: HostWork,
  set: Columns,
): readonly Asked[] {
  const columns = Object.keys(set)
  if (columns.length === 0) return []
  const { user } = program
  const sql = setUserSql(scene.dialect, user, columns)
  const values = columns.map((column, index) => [
    `value${index}`,
    scene.answers.bind(set[column] ?? null),
  ])
  return users.map(({ fields }) => {
    const parameters = { ...Object.fromEntries(values), id: fields['id'], tenant: tenantId }
    const written = { table: user.table, select: null, writes: columns }
    return changing(sql, parameters, { schema, statement: written }, (changed) =>
      refuseUnwrittenUsers(user.table, 1, changed),
    )
  })
}
