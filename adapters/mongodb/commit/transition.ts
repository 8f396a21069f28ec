/**
 * One user from one state to the next.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import type { Targets } from '../../../src/store/slice.ts'
import type {
  Standing,
  StandingQuery,
  Transition,
  TransitionOutcome,
  TransitionPlan,
} from '../../../src/store/transition.ts'
import type { FoundRow } from '../documents/find-users.ts'
import { type Decision, type HostWork, type RecordWrite, unchanged } from '../records/change.ts'
import { jobRecord, listJobs } from '../records/jobs.ts'
import { decisionRecords, eventRecords } from '../records/ledger.ts'
import {
  disabledRecord,
  findToken,
  holdRecord,
  readDisabled,
  releaseRecord,
  tokenRecord,
} from '../records/user-records.ts'
import { JOBS } from '../server/engine-collections.ts'
import type { Reader } from '../server/scope.ts'
import { writes } from './carry-out.ts'
import { claimsOf } from './claims.ts'
import { rememberLateAccess } from './late-access.ts'
import { takeSurvey } from './take-survey.ts'

/** Reads how the user stands, and decides what is written. */
export async function decideTransition(
  reader: Reader,
  program: Program,
  transition: Transition,
): Promise<Decision<TransitionOutcome>> {
  const { tenantId, user } = transition
  const read = await readStanding(reader, program, transition)
  if (read === null) return unchanged({ kind: 'absent' })
  const { standing, row } = read
  const verdict = transition.decide(standing)
  if (verdict.kind === 'refuse') return unchanged({ kind: 'refused', reason: verdict.reason })
  const cutsAccess = verdict.cutsAccess === true
  const cut = (standing.survey.counts[0] ?? []).map((rows, index) =>
    cutsAccess && program.steps[index]?.access === true ? rows : 0,
  )
  const { job, events = [], seal } = verdict.finish?.(cut) ?? {}
  const set = verdict.set ?? {}
  const work: HostWork = {
    program,
    tenantId,
    users: [{ fields: row.fields, shared: standing.survey.users[0]?.shared ?? [], derived: [] }],
    claims: claimsOf(program, set, [row]),
    steps: program.steps.flatMap((step, index) =>
      cutsAccess && step.access && writes(step) ? [{ index, rows: null, count: null }] : [],
    ),
    userRows: { kind: 'write', set },
    cutsAccess,
    auditRows: [],
  }
  const ownJob = { userId: user.id, userTable: program.user.table, tenantId }
  const records: readonly RecordWrite[] = [
    ...planRecords(program, transition, verdict),
    ...(job === undefined ? [] : [{ kind: 'remove', collection: JOBS, filter: ownJob } as const]),
    ...(job == null ? [] : [jobRecord(job)]),
    ...eventRecords(events),
    ...(await decisionRecords(reader, seal)),
    ...(cutsAccess ? [rememberLateAccess(crypto.randomUUID(), work)] : []),
  ]
  return {
    result: {
      kind: 'done',
      standing: {
        ...standing,
        row: { ...standing.row, ...set },
        job: job === undefined ? standing.job : job,
        disabled: verdict.disabled === undefined ? standing.disabled : verdict.disabled,
      },
    },
    change: { work: [work], records },
  }
}

export async function findStanding(
  reader: Reader,
  program: Program,
  query: StandingQuery,
): Promise<Standing | null> {
  return (await readStanding(reader, program, query))?.standing ?? null
}

async function readStanding(
  reader: Reader,
  program: Program,
  query: StandingQuery,
): Promise<{ readonly standing: Standing; readonly row: FoundRow } | null> {
  const { tenantId, user, tokenHash, restored = false } = query
  const targets: Targets = { tenantId, users: [user], restored }
  const { rows, survey } = await takeSurvey(reader, program, targets)
  const [row] = rows
  if (row == null) return null
  const userId = user.id
  const userTable = program.user.table
  const [job] = await listJobs(reader, { limit: 1, userTable, user: { tenantId, userId } })
  return {
    row,
    standing: {
      row: row.row,
      survey,
      job: job ?? null,
      disabled: await readDisabled(reader, userTable, tenantId, userId),
      token: tokenHash === null ? null : await findToken(reader, userTable, tokenHash),
    },
  }
}

function planRecords(
  program: Program,
  { tenantId, user, tokenHash }: Transition,
  plan: TransitionPlan,
): readonly RecordWrite[] {
  return [
    ...(plan.disabled === undefined
      ? []
      : [disabledRecord(program.user.table, tenantId, user.id, plan.disabled)]),
    ...(plan.placeHold === undefined ? [] : [holdRecord(plan.placeHold)]),
    ...(plan.releaseHold === undefined ? [] : [releaseRecord(plan.releaseHold)]),
    ...(plan.consumesToken === true && tokenHash !== null ? [tokenRecord(tokenHash)] : []),
  ]
}
