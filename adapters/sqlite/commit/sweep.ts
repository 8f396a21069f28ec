/**
 * Runs a program for users who are gone, inside the transaction that the caller has opened.
 *
 * @module
 */

import type { Program, UserId } from '../../../src/program/program.ts'
import { holdsOf, markOf } from '../../../src/store/own-records.ts'
import type { HeldIdsQuery, Sweep, SweepGroup, Swept } from '../../../src/store/sweep.ts'
import type { Connection } from '../handle/connection.ts'
import { answerRecords, writeRecords } from '../records/records.ts'
import { readHead, writeSeal } from '../records/seals.ts'
import { jsonText } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { heldIdsSql } from '../sql/selector-sql.ts'
import { sliceParameters } from '../sql/slice-parameters.ts'
import { lateResidue, runSteps, totalsOf } from './apply-slice.ts'
import { sharedOf } from './shared-values.ts'
import { countSteps, findRows } from './take-survey.ts'

export function sweep(
  connection: Connection,
  sql: ProgramSql,
  { groups, throughSeq, mark, isHeldBy, seal }: Sweep,
): readonly Swept[] | null {
  const [present] = answerRecords(connection, markOf(mark.name))
  if ((present?.value ?? null) !== mark.from) return null
  const userTable = sql.program.user.table
  const holds = groups.flatMap(({ tenantId, users }) =>
    answerRecords(connection, holdsOf({ userTable, tenantId, ids: users.map(({ id }) => id) })),
  )
  if (holds.some(isHeldBy)) return null
  const swept = groups.map((group) => sweepGroup(connection, sql, group, throughSeq))
  const sealed = seal(swept, readHead(connection))
  if (sealed !== null) writeSeal(connection, sealed)
  const moved = { name: mark.name, value: mark.to }
  writeRecords(connection, [{ kind: 'put', table: 'marks', record: moved }])
  return swept
}

function sweepGroup(
  connection: Connection,
  sql: ProgramSql,
  group: SweepGroup,
  throughSeq: number,
): Swept {
  const mayBeSwept = whoMayBeSwept(connection, sql, group, throughSeq)
  const positions = [...group.users.keys()].filter((position) => mayBeSwept[position])
  const named = positions.map((position) => ({ fields: { id: group.users[position]?.id } }))
  const { shared } = sharedOf(connection, sql, group.tenantId, named)
  const users = named.map((user, place) => ({ ...user, shared: shared[place] ?? [] }))
  const derivedOf = (place: number): readonly (string | null)[] =>
    group.derived[positions[place] ?? -1] ?? []
  const parameters = sliceParameters(sql.values, group.tenantId, users, derivedOf)
  const counts = users.map(() => sql.steps.map(() => 0))
  countSteps(connection, sql, parameters, users, (user) => counts[user] ?? [])
  const held = runSteps(connection, sql, totalsOf(sql, counts), parameters)
  lateResidue(connection, sql, held, parameters)
  return {
    counts: group.users.map((_, position) => counts[positions.indexOf(position)] ?? null),
  }
}

/**
 * By user, in the group's order. Not those who have a user row again (an id that was reused, a backup that
 * was played back), nor those whose rows a later deletion retains.
 */
function whoMayBeSwept(
  connection: Connection,
  sql: ProgramSql,
  group: SweepGroup,
  throughSeq: number,
): readonly boolean[] {
  const rows = findRows(connection, sql, { ...group, restored: true })
  const later = deletedAfter(connection, sql.program, group, throughSeq)
  return group.users.map(({ subject }, position) => rows[position] == null && !later.has(subject))
}

/** Integers stand before texts, and each page goes on behind the last value of the one before. */
export function heldIds(
  connection: Connection,
  { program }: ProgramSql,
  { step, after, limit }: HeldIdsQuery,
): readonly UserId[] {
  const selector = program.steps[step]?.selector
  if (selector == null) return []
  return connection
    .rows(heldIdsSql(selector, after !== null), { after, limit })
    .map(([id]) => id as UserId)
}

function deletedAfter(
  connection: Connection,
  { user }: Program,
  { tenantId, users }: SweepGroup,
  throughSeq: number,
): ReadonlySet<UserId> {
  const rows = connection.rows(
    `SELECT DISTINCT subject FROM ${connection.own.ledger} WHERE user_table = @userTable AND subject IN (SELECT value FROM json_each(@subjects)) AND tenant_id IS @tenantId AND kind = 'user.deleted' AND seq > @throughSeq`,
    {
      ...{ userTable: user.table, tenantId, throughSeq },
      subjects: jsonText(users.map(({ subject }) => subject)),
    },
  )
  return new Set(rows.map(([subject]) => subject as UserId))
}
