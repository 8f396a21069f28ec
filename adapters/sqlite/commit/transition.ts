/**
 * One user from one state to the next, inside the transaction that the caller has opened.
 *
 * @module
 */
import type { ColumnValue } from '../../../src/program/program.ts'
import type { RecordWrite } from '../../../src/store/change.ts'
import {
  disabledOf,
  disabledUser,
  disabledWrite,
  jobsOf,
  type NamedUsers,
  tokenOf,
  withFence,
} from '../../../src/store/own-records.ts'
import type { Target, Targets, UserRow } from '../../../src/store/slice.ts'
import type {
  Standing,
  StandingQuery,
  Transition,
  TransitionOutcome,
  TransitionPlan,
} from '../../../src/store/transition.ts'
import type { Connection } from '../handle/connection.ts'
import { explainingRefusal } from '../handle/explain-refusal.ts'
import { answerRecords, writeRecords } from '../records/records.ts'
import { readHead, writeSeal } from '../records/seals.ts'
import { quoteName, quoteTable, UPDATE } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { equalSql, tenantSql } from '../sql/selector-sql.ts'
import { sliceParameters } from '../sql/slice-parameters.ts'
import { lateResidue, runSteps } from './apply-slice.ts'
import { findRows, takeSurvey } from './take-survey.ts'

/** Reads how the user stands, decides, and writes what was decided. */
export function makeTransition(
  connection: Connection,
  sql: ProgramSql,
  transition: Transition,
): TransitionOutcome {
  const { tenantId } = transition
  const standing = findStanding(connection, sql, transition)
  if (standing === null) return { kind: 'absent' }
  const verdict = transition.decide(standing)
  if (verdict.kind === 'refuse') return { kind: 'refused', reason: verdict.reason }
  writePlan(connection, sql, transition, verdict)
  const cut =
    verdict.cutsAccess === true
      ? cutAccess(connection, sql, tenantId, standing)
      : sql.steps.map(() => 0)
  const { job, events = [], seal } = verdict.finish?.(cut) ?? {}
  const records: RecordWrite[] = []
  if (job !== undefined && standing.job !== null) {
    records.push({ kind: 'remove', table: 'jobs', where: withFence(standing.job) })
  }
  if (job != null) records.push({ kind: 'insert', table: 'jobs', records: [job] })
  records.push({ kind: 'insert', table: 'outbox', records: events })
  writeRecords(connection, records)
  if (seal !== undefined) writeSeal(connection, seal(readHead(connection)))
  return {
    kind: 'done',
    standing: {
      ...standing,
      row: findRow(connection, sql, transition) ?? standing.row,
      job: job === undefined ? standing.job : job,
      disabled: disabledUser(answerRecords(connection, disabledOf(namedUser(sql, transition)))),
    },
  }
}

function findRow(connection: Connection, sql: ProgramSql, query: StandingQuery): UserRow | null {
  return findRows(connection, sql, targetsOf(query))[0] ?? null
}

function namedUser(sql: ProgramSql, { tenantId, user }: StandingQuery): NamedUsers {
  return { userTable: sql.program.user.table, tenantId, ids: [user.id] }
}

function targetsOf({ tenantId, user, restored = false }: StandingQuery): Targets {
  return { tenantId, users: [user], restored }
}

export function findStanding(
  connection: Connection,
  sql: ProgramSql,
  query: StandingQuery,
): Standing | null {
  const { tokenHash } = query
  const row = findRow(connection, sql, query)
  if (row === null) return null
  const named = namedUser(sql, query)
  return {
    row,
    survey: takeSurvey(connection, sql, targetsOf(query), 'blocking'),
    job: answerRecords(connection, jobsOf(named))[0] ?? null,
    disabled: disabledUser(answerRecords(connection, disabledOf(named))),
    token:
      tokenHash === null
        ? null
        : (answerRecords(connection, tokenOf(named.userTable, tokenHash))[0] ?? null),
  }
}

function writePlan(
  connection: Connection,
  sql: ProgramSql,
  { tenantId, user, tokenHash }: Transition,
  plan: TransitionPlan,
): void {
  if (plan.set !== undefined) writeColumns(connection, sql, tenantId, user, plan.set)
  const records: RecordWrite[] = []
  if (plan.disabled !== undefined) {
    const userTable = sql.program.user.table
    records.push(disabledWrite({ userTable, tenantId, userId: user.id }, plan.disabled))
  }
  if (plan.placeHold !== undefined) {
    records.push({ kind: 'insert', table: 'holds', records: [plan.placeHold] })
  }
  if (plan.releaseHold !== undefined) {
    const where = [{ field: 'id', in: [plan.releaseHold] } as const]
    records.push({ kind: 'remove', table: 'holds', where })
  }
  if (plan.consumesToken === true && tokenHash !== null) {
    const where = [{ field: 'hash', in: [tokenHash] } as const]
    records.push({ kind: 'remove', table: 'tokens', where })
  }
  writeRecords(connection, records)
}

/** Values go as parameters: as text in the statement, each instant would be a statement of its own. */
function writeColumns(
  connection: Connection,
  { program, schema }: ProgramSql,
  tenantId: string | null,
  { id }: Target,
  set: Readonly<Record<string, ColumnValue>>,
): void {
  const columns = Object.keys(set)
  if (columns.length === 0) return
  const { table, tenant, id: key, hasLooseId, hasLooseTenant } = program.user
  const list = columns.map((column, index) => `${quoteName(column)} = @value${index}`).join(', ')
  const scope = tenant === null ? '' : ` AND ${tenantSql('t0', tenant, hasLooseTenant)}`
  const own = equalSql(`t0.${quoteName(key)}`, '@id', hasLooseId)
  const values = columns.map((column, index) => [`value${index}`, bindable(set[column] ?? null)])
  const parameters = { ...Object.fromEntries(values), id, tenant: tenantId }
  const written = { table, parameters, select: null, writes: columns }
  explainingRefusal(connection, schema, written, () =>
    connection.change(
      `${UPDATE} ${quoteTable(table)} AS t0 SET ${list} WHERE ${own}${scope}`,
      parameters,
    ),
  )
}

function bindable(value: ColumnValue): Exclude<ColumnValue, boolean> {
  return typeof value === 'boolean' ? Number(value) : value
}

/** Runs the steps that cut access, and counts their rows. */
function cutAccess(
  connection: Connection,
  sql: ProgramSql,
  tenantId: string | null,
  { survey }: Standing,
): readonly number[] {
  const [found] = survey.users
  const counts = (survey.counts[0] ?? []).map((rows, index) =>
    sql.program.steps[index]?.access === true ? rows : 0,
  )
  if (found == null) return counts
  const derived = sql.program.derived.map(() => null)
  const parameters = sliceParameters(sql.values, tenantId, [found], () => derived)
  const held = runSteps(connection, sql, counts, parameters)
  lateResidue(connection, sql, held, parameters, ({ access }) => access)
  return counts
}
