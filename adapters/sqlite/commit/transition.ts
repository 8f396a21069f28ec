/**
 * One user from one state to the next, inside the transaction that the caller has opened.
 *
 * @module
 */
import type { ColumnValue } from '../../../src/program/program.ts'
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
import { insertJob, listJobs, removeJob } from '../records/jobs.ts'
import { readHead, writeEvents, writeSeal } from '../records/ledger.ts'
import {
  findToken,
  insertHold,
  readDisabled,
  removeHold,
  removeToken,
  writeDisabled,
} from '../records/user-records.ts'
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
  const { tenantId, user } = transition
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
  if (job !== undefined) {
    if (standing.job !== null) removeJob(connection, standing.job.id, standing.job.fence)
    if (job !== null) insertJob(connection, job)
  }
  writeEvents(connection, events)
  if (seal !== undefined) writeSeal(connection, seal(readHead(connection)))
  return {
    kind: 'done',
    standing: {
      ...standing,
      row: findRow(connection, sql, transition) ?? standing.row,
      job: job === undefined ? standing.job : job,
      disabled: readDisabled(connection, sql.program.user.table, tenantId, user.id),
    },
  }
}

function findRow(connection: Connection, sql: ProgramSql, query: StandingQuery): UserRow | null {
  return findRows(connection, sql, targetsOf(query))[0] ?? null
}

function targetsOf({ tenantId, user, restored = false }: StandingQuery): Targets {
  return { tenantId, users: [user], restored }
}

export function findStanding(
  connection: Connection,
  sql: ProgramSql,
  query: StandingQuery,
): Standing | null {
  const { tenantId, user, tokenHash } = query
  const row = findRow(connection, sql, query)
  if (row === null) return null
  const userId = user.id
  const userTable = sql.program.user.table
  const [job] = listJobs(connection, { limit: 1, userTable, user: { tenantId, userId } })
  return {
    row,
    survey: takeSurvey(connection, sql, targetsOf(query), 'blocking'),
    job: job ?? null,
    disabled: readDisabled(connection, userTable, tenantId, userId),
    token: tokenHash === null ? null : findToken(connection, userTable, tokenHash),
  }
}

function writePlan(
  connection: Connection,
  sql: ProgramSql,
  { tenantId, user, tokenHash }: Transition,
  plan: TransitionPlan,
): void {
  if (plan.set !== undefined) writeColumns(connection, sql, tenantId, user, plan.set)
  if (plan.disabled !== undefined) {
    writeDisabled(connection, sql.program.user.table, tenantId, user.id, plan.disabled)
  }
  if (plan.placeHold !== undefined) insertHold(connection, plan.placeHold)
  if (plan.releaseHold !== undefined) removeHold(connection, plan.releaseHold)
  if (plan.consumesToken === true && tokenHash !== null) removeToken(connection, tokenHash)
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
