/**
 * One user from one state to the next, inside a transaction that the caller has opened.
 *
 * @module
 */
import type { ColumnValue, Program } from '../../../src/program/program.ts'
import type { Target, Targets, UserRow } from '../../../src/store/slice.ts'
import type {
  Standing,
  StandingQuery,
  Transition,
  TransitionOutcome,
  TransitionPlan,
} from '../../../src/store/transition.ts'
import { stored, tenantText } from '../tables/values.ts'
import { type Database, runStep } from './apply-slice.ts'
import { matchStep, type SliceUser } from './match-rows.ts'
import { findRows, takeSurvey } from './take-survey.ts'

/** Reads how the user stands, decides, and writes what was decided. */
export function makeTransition(
  db: Database,
  program: Program,
  transition: Transition,
): TransitionOutcome {
  const { records } = db
  const { tenantId, user } = transition
  const standing = findStanding(db, program, transition)
  if (standing === null) return { kind: 'absent' }
  const verdict = transition.decide(standing)
  if (verdict.kind === 'refuse') return { kind: 'refused', reason: verdict.reason }
  writePlan(db, program, transition, verdict)
  const [found] = standing.survey.users
  const cut =
    verdict.cutsAccess === true && found != null
      ? cutAccess(db, program, tenantId, { ...found, derived: [] })
      : program.steps.map(() => 0)
  const { job, events = [], seal } = verdict.finish?.(cut) ?? {}
  if (job !== undefined) {
    records.removeJobs(program.user.table, tenantId, [user.id])
    if (job !== null) records.addJob(job)
  }
  records.writeEvents(events)
  if (seal !== undefined) records.write(seal(records.head))
  return {
    kind: 'done',
    standing: {
      ...standing,
      row: findRow(db, program, transition) ?? standing.row,
      job: job === undefined ? standing.job : job,
      disabled: records.ofUsers.disabledOf(program.user.table, tenantId, user.id),
    },
  }
}

export function findStanding(
  db: Database,
  program: Program,
  query: StandingQuery,
): Standing | null {
  const { tables, records } = db
  const { tenantId, user, tokenHash } = query
  const row = findRow(db, program, query)
  if (row === null) return null
  return {
    row,
    survey: takeSurvey(tables, records, program, targetsOf(query)),
    job: records.jobOf(program.user.table, tenantId, user.id) ?? null,
    disabled: records.ofUsers.disabledOf(program.user.table, tenantId, user.id),
    token: tokenHash === null ? null : records.ofUsers.findToken(program.user.table, tokenHash),
  }
}

function findRow(
  { tables, records }: Database,
  program: Program,
  query: StandingQuery,
): UserRow | null {
  return findRows(tables, records, program, targetsOf(query))[0] ?? null
}

function targetsOf({ tenantId, user, restored = false }: StandingQuery): Targets {
  return { tenantId, users: [user], restored }
}

function writePlan(
  { tables, records }: Database,
  program: Program,
  { tenantId, user, tokenHash }: Transition,
  plan: TransitionPlan,
): void {
  if (plan.set !== undefined) writeColumns(tables, program, tenantId, user, plan.set)
  if (plan.disabled !== undefined) {
    records.ofUsers.writeDisabled(program.user.table, tenantId, user.id, plan.disabled)
  }
  if (plan.placeHold !== undefined) records.ofUsers.placeHold(plan.placeHold)
  if (plan.releaseHold !== undefined) records.ofUsers.releaseHold(plan.releaseHold)
  if (plan.consumesToken === true && tokenHash !== null) records.ofUsers.removeToken(tokenHash)
}

function writeColumns(
  tables: Database['tables'],
  { user: { table, id: key, tenant } }: Program,
  tenantId: string | null,
  { id }: Target,
  set: Readonly<Record<string, ColumnValue>>,
): void {
  const rows = [...tables.rows(table)].filter(
    ([, row]) =>
      stored(row[key]) === stored(id) && (tenant === null || tenantText(row[tenant]) === tenantId),
  )
  tables.update(
    table,
    rows.map(([place, row]) => [place, { ...row, ...set }]),
  )
}

/** Runs the steps that cut access, and counts their rows. */
function cutAccess(
  { tables }: Database,
  program: Program,
  tenantId: string | null,
  user: SliceUser,
): readonly number[] {
  const counts = program.steps.map((step) =>
    step.access ? matchStep(tables, step, tenantId, [user]).size : 0,
  )
  for (const [index, step] of program.steps.entries()) {
    if ((counts[index] ?? 0) === 0) continue
    runStep(tables, step, [user], matchStep(tables, step, tenantId, [user]), 0)
  }
  return counts
}
