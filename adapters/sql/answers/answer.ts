/**
 * Answers every question about rows and records.
 *
 * @module
 */

import type { Program, UserId } from '../../../src/program/program.ts'
import type { Answer, Question } from '../../../src/store/inquiry.ts'
import type { HostQuestion, OfUsers } from '../../../src/store/questions.ts'
import type { GroupMember } from '../../../src/store/slice.ts'
import { type Flow, readRows, type SqlScene } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import { heldIdsSql } from '../selectors/held-ids-sql.ts'
import { USER_ID } from '../selectors/user-value.ts'
import { sliceParameters } from '../slice-parameters.ts'
import type { Parameters } from '../statement.ts'
import { countRows } from './counts.ts'
import { holdersAmong, holdersOf } from './holders.ts'
import { rowsAtHurdles } from './hurdles.ts'
import { answerRecords } from './records.ts'
import { heldOutside } from './shared-values.ts'
import { findSpellings, findTenant } from './spellings.ts'
import { stepContents, stepRows } from './step-rows.ts'
import { tableRows } from './table-rows.ts'
import { blankRows, findFields, findRows, userIds } from './user-rows.ts'

/** An answerer for one read or one transaction. `statementsFor`: the statements of a program. */
export function answering(
  scene: SqlScene,
  statementsFor: (program: Program) => ProgramSql,
): (question: Question) => Flow<Answer> {
  const parametersOf = remembering((sql, of) => usersAsParameters(sql, of))
  return function* (question) {
    switch (question.kind) {
      case 'records':
        return yield* answerRecords(scene, question)
      case 'spellings':
        return yield* findSpellings(scene, question.program, question.query)
      case 'tenant_spelling':
        return yield* findTenant(scene, question.program, question.query)
      case 'table_rows':
        return yield* tableRows(scene, question)
      default: {
        const sql = statementsFor(question.program)
        return yield* answerHost(
          { scene, sql, parametersOf: (of) => parametersOf(sql, of) },
          question,
        )
      }
    }
  }
}

interface Answering {
  readonly scene: SqlScene
  readonly sql: ProgramSql
  parametersOf(of: OfUsers): Parameters
}

function* answerHost(
  { scene, sql, parametersOf }: Answering,
  question: Exclude<HostQuestion, HostQuestion<'spellings' | 'tenant_spelling' | 'table_rows'>>,
): Flow<Answer> {
  switch (question.kind) {
    case 'users':
      return yield* findFields(sql, question)
    case 'user_rows':
      return yield* findRows(sql, question)
    case 'blank_rows':
      return yield* blankRows(sql, question, parametersOf(question))
    case 'user_ids':
      return yield* userIds(scene, sql, question)
    case 'holders':
      return yield* heldOutside(sql, question)
    case 'counts':
      return yield* countRows(scene, sql, question, parametersOf(question))
    case 'step_rows':
      return yield* stepRows(sql, question, parametersOf(question))
    case 'contents':
      return yield* stepContents(sql, question, parametersOf(question))
    case 'bereft':
      return yield* membersOf(sql, question, parametersOf(question))
    case 'hurdles':
      return yield* rowsAtHurdles(sql, question, parametersOf(question))
    case 'references':
      return yield* heldIds(scene, sql, question)
  }
}

export function usersAsParameters(
  { values, program }: Pick<ProgramSql, 'values' | 'program'>,
  { tenantId, users, derived = [] }: OfUsers,
): Parameters {
  const unknown = program.derived.map(() => null)
  return sliceParameters(values, tenantId, users, (place) => derived[place] ?? unknown)
}

/** The users of one slice are asked about in several questions. */
function remembering(
  make: (sql: ProgramSql, of: OfUsers) => Parameters,
): (sql: ProgramSql, of: OfUsers) => Parameters {
  let last: { readonly sql: ProgramSql; readonly of: OfUsers; readonly made: Parameters } | null =
    null
  return (sql, of) => {
    const isSame =
      last !== null &&
      last.sql === sql &&
      last.of.users === of.users &&
      last.of.derived === of.derived &&
      last.of.tenantId === of.tenantId
    if (last === null || !isSame) last = { sql, of, made: make(sql, of) }
    return last.made
  }
}

function* membersOf(
  { checks }: ProgramSql,
  { check, users }: HostQuestion<'bereft'>,
  parameters: Parameters,
): Flow<readonly GroupMember[]> {
  const sql = checks[check]
  if (sql === undefined || users.length === 0) return []
  const holders = holdersOf(users)(USER_ID)
  return (yield* readRows(sql, parameters)).flatMap(([id, group]) =>
    [holdersAmong(holders, id)].flat().map((user) => ({ user, group })),
  )
}

/** Integers stand before texts, and each page goes on behind the last value of the one before. */
function* heldIds(
  scene: SqlScene,
  { program }: ProgramSql,
  { step, after, limit }: HostQuestion<'references'>,
): Flow<readonly UserId[]> {
  const ways = program.steps[step]?.ways ?? []
  if (ways.length === 0) return []
  return (yield* readRows(heldIdsSql(scene.dialect, ways, after !== null), {
    after,
    limit,
  })).map(([id]) => id as UserId)
}
