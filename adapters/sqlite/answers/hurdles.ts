/**
 * Rows that stand in the way of a deletion.
 *
 * @module
 */
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { Parameters } from '../../sql/statement.ts'
import type { Connection } from '../handle/connection.ts'

/** By user, then by hurdle. */
export function rowsAtHurdles(
  connection: Connection,
  sql: ProgramSql,
  { users }: HostQuestion<'hurdles'>,
  parameters: Parameters,
): readonly (readonly number[])[] {
  const hurdles = standingHurdles(connection, sql)
  const none: readonly number[] = []
  const found = new Array<readonly number[]>(users.length).fill(none)
  for (const [index, hurdle] of hurdles.entries()) {
    if (hurdle === null) continue
    connection.each(hurdle, parameters, ([position, rows]) => {
      const place = Number(position)
      const own = found[place] ?? none
      found[place] = hurdles.map((_, other) => (other === index ? Number(rows) : (own[other] ?? 0)))
    })
  }
  return found
}

const standing = new WeakMap<ProgramSql, readonly (string | null)[]>()

/** The statements of the hurdles; `null` where no row can stand there. Found out once for a program and a schema. */
function standingHurdles(connection: Connection, sql: ProgramSql): readonly (string | null)[] {
  const known = standing.get(sql)
  if (known !== undefined) return known
  const found = sql.hurdles.map((hurdle) => {
    const isNever = hurdle.never !== null && connection.rows(hurdle.never)[0]?.[0] === 1
    return isNever ? null : hurdle.sql
  })
  standing.set(sql, found)
  return found
}
