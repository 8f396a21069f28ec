/**
 * Rows that stand in the way of a deletion.
 *
 * @module
 */

import type { HostQuestion } from '../../../src/store/questions.ts'
import { eachRow, type Flow, readRows } from '../flow.ts'
import { isYes } from '../integers.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'

/** By user, then by hurdle. */
export function* rowsAtHurdles(
  sql: ProgramSql,
  { users }: HostQuestion<'hurdles'>,
  parameters: Parameters,
): Flow<readonly (readonly number[])[]> {
  const hurdles = yield* standingHurdles(sql)
  const none: readonly number[] = []
  const found = new Array<readonly number[]>(users.length).fill(none)
  for (const [index, hurdle] of hurdles.entries()) {
    if (hurdle === null) continue
    yield* eachRow(hurdle, parameters, ([position, rows]) => {
      const place = Number(position)
      const own = found[place] ?? none
      found[place] = hurdles.map((_, other) => (other === index ? Number(rows) : (own[other] ?? 0)))
    })
  }
  return found
}

const standing = new WeakMap<ProgramSql, readonly (string | null)[]>()

/** The statements of the hurdles; `null` where no row can stand there. Found out once for a program and a schema. */
function* standingHurdles(sql: ProgramSql): Flow<readonly (string | null)[]> {
  const known = standing.get(sql)
  if (known !== undefined) return known
  const found: (string | null)[] = []
  for (const hurdle of sql.hurdles) {
    const [[isNever] = []] = hurdle.never === null ? [] : yield* readRows(hurdle.never)
    found.push(isYes(isNever) ? null : hurdle.sql)
  }
  standing.set(sql, found)
  return found
}
