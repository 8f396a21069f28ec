/**
 * Rows of the user table.
 *
 * @module
 */

import type { UserId } from '../../../src/program/program.ts'
import type { NamedUser } from '../../../src/program/shared-values.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { UserRow } from '../../../src/store/slice.ts'
import { eachRow, type Flow, readObjects, readRows, type SqlScene } from '../flow.ts'
import { isYes, plainInteger } from '../integers.ts'
import { jsonText } from '../json-text.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import { listUsersSql, POSITION } from '../user-rows-sql.ts'

/** The rows in the order asked for. A column's affinity or collation may find '1' for 1 or 'A' for 'a'; only the very id counts. */
export function* findRows(
  sql: ProgramSql,
  question: HostQuestion<'user_rows'>,
): Flow<readonly (UserRow | null)[]> {
  const { ids } = question
  const rows: (UserRow | null)[] = ids.map(() => null)
  for (const record of yield* readObjects(sql.findRows, lookUp(question))) {
    const { [POSITION]: place, ...columns } = record
    if (columns[sql.program.user.id] !== plainInteger(ids[Number(place)])) continue
    rows[Number(place)] = columns
  }
  return rows
}

/** The fields of the same rows. */
export function* findFields(
  sql: ProgramSql,
  question: HostQuestion<'users'>,
): Flow<readonly (NamedUser['fields'] | null)[]> {
  const { ids } = question
  const found: (NamedUser['fields'] | null)[] = ids.map(() => null)
  yield* eachRow(sql.findFields, lookUp(question), ([place, id, ...values]) => {
    const asked = ids[Number(place)]
    if (id !== plainInteger(asked)) return
    // Text that is there already, so that a slice holds its ids once.
    const fields: Record<string, unknown> = { id: typeof id === 'string' ? asked : id }
    for (const [index, value] of values.entries()) fields[sql.fields[index + 1] ?? ''] = value
    found[Number(place)] = fields
  })
  return found
}

function lookUp({ ids, tenantId }: HostQuestion<'users' | 'user_rows'>): Parameters {
  return { ids: jsonText(ids), tenant: tenantId }
}

/** `parameters`: of the users asked about. */
export function* blankRows(
  sql: ProgramSql,
  { users }: HostQuestion<'blank_rows'>,
  parameters: Parameters,
): Flow<readonly boolean[]> {
  const ids = users.map(({ fields }) => plainInteger(fields['id']))
  const blank = ids.map(() => false)
  for (const [place, id, isBlank] of yield* readRows(sql.blankRows, parameters)) {
    if (id === ids[Number(place)]) blank[Number(place)] = isYes(isBlank)
  }
  return blank
}

/** Ids in ascending order: numbers before text, text byte by byte. */
export function* userIds(
  scene: SqlScene,
  { program }: ProgramSql,
  { tenantId, after, limit }: HostQuestion<'user_ids'>,
): Flow<readonly UserId[]> {
  const { user } = program
  const parameters = {
    limit,
    ...(user.tenant === null ? {} : { tenant: tenantId }),
    ...(after === null ? {} : { after }),
  }
  return (yield* readRows(listUsersSql(scene.dialect, user, after !== null), parameters)).map(
    ([id]) => id as UserId,
  )
}
