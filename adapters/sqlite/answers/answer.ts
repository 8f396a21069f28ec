/**
 * Answers every question about rows and records.
 *
 * @module
 */
import type { Program, UserId } from '../../../src/program/program.ts'
import type { Answer, Question } from '../../../src/store/inquiry.ts'
import type { HostQuestion, OfUsers } from '../../../src/store/questions.ts'
import type { GroupMember } from '../../../src/store/slice.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import { heldIdsSql } from '../../sql/selectors/held-ids-sql.ts'
import { USER_ID } from '../../sql/selectors/user-value.ts'
import { sliceParameters } from '../../sql/slice-parameters.ts'
import type { Parameters } from '../../sql/statement.ts'
import type { Connection } from '../handle/connection.ts'
import { answerRecords } from '../records/records.ts'
import { sqliteDialect } from '../sql/dialect.ts'
import { countRows } from './counts.ts'
import { holdersAmong, holdersOf } from './holders.ts'
import { rowsAtHurdles } from './hurdles.ts'
import { heldOutside } from './shared-values.ts'
import { findSpellings, findTenant } from './spellings.ts'
import { stepRows } from './step-rows.ts'
import { blankRows, findFields, findRows, userIds } from './user-rows.ts'

/** An answerer for one read or one transaction. `statementsFor`: the statements of a program. */
export function answering(
  connection: Connection,
  statementsFor: (program: Program) => ProgramSql,
): (question: Question) => Answer {
  const parametersOf = remembering((sql, of) => usersAsParameters(sql, of))
  return (question) => {
    switch (question.kind) {
      case 'records':
        return answerRecords(connection, question)
      case 'spellings':
        return findSpellings(connection, question.program, question.query)
      case 'tenant_spelling':
        return findTenant(connection, question.program, question.query)
      default: {
        const sql = statementsFor(question.program)
        return answerHost(
          { connection, sql, parametersOf: (of) => parametersOf(sql, of) },
          question,
        )
      }
    }
  }
}

interface Answering {
  readonly connection: Connection
  readonly sql: ProgramSql
  parametersOf(of: OfUsers): Parameters
}

function answerHost(
  { connection, sql, parametersOf }: Answering,
  question: Exclude<HostQuestion, HostQuestion<'spellings' | 'tenant_spelling'>>,
): Answer {
  switch (question.kind) {
    case 'users':
      return findFields(connection, sql, question)
    case 'user_rows':
      return findRows(connection, sql, question)
    case 'blank_rows':
      return blankRows(connection, sql, question, parametersOf(question))
    case 'user_ids':
      return userIds(connection, sql, question)
    case 'holders':
      return heldOutside(connection, sql, question)
    case 'counts':
      return countRows(connection, sql, question, parametersOf(question))
    case 'step_rows':
      return stepRows(connection, sql, question, parametersOf(question))
    case 'bereft':
      return membersOf(connection, sql, question, parametersOf(question))
    case 'hurdles':
      return rowsAtHurdles(connection, sql, question, parametersOf(question))
    case 'references':
      return heldIds(connection, sql, question)
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

function membersOf(
  connection: Connection,
  { checks }: ProgramSql,
  { check, users }: HostQuestion<'bereft'>,
  parameters: Parameters,
): readonly GroupMember[] {
  const sql = checks[check]
  if (sql === undefined || users.length === 0) return []
  const holders = holdersOf(users)(USER_ID)
  return connection
    .rows(sql, parameters)
    .flatMap(([id, group]) => [holdersAmong(holders, id)].flat().map((user) => ({ user, group })))
}

/** Integers stand before texts, and each page goes on behind the last value of the one before. */
function heldIds(
  connection: Connection,
  { program }: ProgramSql,
  { step, after, limit }: HostQuestion<'references'>,
): readonly UserId[] {
  const selector = program.steps[step]?.selector
  if (selector == null) return []
  return connection
    .rows(heldIdsSql(sqliteDialect, selector, after !== null), { after, limit })
    .map(([id]) => id as UserId)
}
