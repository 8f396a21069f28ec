/**
 * One user from one state to the next, inside a transaction that the caller has opened.
 *
 * @module
 */
import type { ColumnValue, Program } from '../../../src/program/program.ts'
import type { RecordWrite } from '../../../src/store/change.ts'
import {
  disabledOf,
  disabledUser,
  disabledWrite,
  HEAD,
  headOf,
  jobsOf,
  type NamedUsers,
  sealWrites,
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
  const { tenantId } = transition
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
  const writes: RecordWrite[] = []
  if (job !== undefined && standing.job !== null) {
    writes.push({ kind: 'remove', table: 'jobs', where: withFence(standing.job) })
  }
  if (job != null) writes.push({ kind: 'insert', table: 'jobs', records: [job] })
  writes.push({ kind: 'insert', table: 'outbox', records: events })
  if (seal !== undefined) writes.push(...sealWrites(seal(headOf(records.ask(HEAD)))))
  records.write(writes)
  return {
    kind: 'done',
    standing: {
      ...standing,
      row: findRow(db, program, transition) ?? standing.row,
      job: job === undefined ? standing.job : job,
      disabled: disabledUser(records.ask(disabledOf(namedUser(program, transition)))),
    },
  }
}

export function findStanding(
  db: Database,
  program: Program,
  query: StandingQuery,
): Standing | null {
  const { tables, records } = db
  const { tokenHash } = query
  const named = namedUser(program, query)
  const row = findRow(db, program, query)
  if (row === null) return null
  return {
    row,
    survey: takeSurvey(tables, records, program, targetsOf(query)),
    job: records.ask(jobsOf(named))[0] ?? null,
    disabled: disabledUser(records.ask(disabledOf(named))),
    token:
      tokenHash === null ? null : (records.ask(tokenOf(named.userTable, tokenHash))[0] ?? null),
  }
}

function findRow(
  { tables, records }: Database,
  program: Program,
  query: StandingQuery,
): UserRow | null {
  return findRows(tables, records, program, targetsOf(query))[0] ?? null
}

function namedUser({ user }: Program, { tenantId, user: { id } }: StandingQuery): NamedUsers {
  return { userTable: user.table, tenantId, ids: [id] }
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
  const writes: RecordWrite[] = []
  if (plan.disabled !== undefined) {
    const userTable = program.user.table
    writes.push(disabledWrite({ userTable, tenantId, userId: user.id }, plan.disabled))
  }
  if (plan.placeHold !== undefined) {
    writes.push({ kind: 'insert', table: 'holds', records: [plan.placeHold] })
  }
  if (plan.releaseHold !== undefined) {
    const where = [{ field: 'id', in: [plan.releaseHold] } as const]
    writes.push({ kind: 'remove', table: 'holds', where })
  }
  if (plan.consumesToken === true && tokenHash !== null) {
    const where = [{ field: 'hash', in: [tokenHash] } as const]
    writes.push({ kind: 'remove', table: 'tokens', where })
  }
  records.write(writes)
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
