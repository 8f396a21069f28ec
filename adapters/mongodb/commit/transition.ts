/**
 * One user from one state to the next.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import type { RecordWrite } from '../../../src/store/change.ts'
import {
  disabledOf,
  disabledUser,
  disabledWrite,
  jobsOf,
  sealWrites,
  tokenOf,
  withFence,
} from '../../../src/store/own-records.ts'
import type {
  ConfirmationToken,
  DisabledUser,
  Job,
  LedgerHead,
} from '../../../src/store/records.ts'
import type { Targets } from '../../../src/store/slice.ts'
import type {
  Standing,
  StandingQuery,
  Transition,
  TransitionOutcome,
  TransitionPlan,
} from '../../../src/store/transition.ts'
import type { FoundRow } from '../documents/find-users.ts'
import { answerQuestions } from '../records/answer-records.ts'
import { type Decision, type DocumentWrite, type HostWork, unchanged } from '../records/change.ts'
import { documentWrites } from '../records/record-writes.ts'
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
  const { tenantId } = transition
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
  const recordWrites: readonly RecordWrite[] = [
    ...planWrites(program, transition, verdict),
    ...(job === undefined || standing.job === null
      ? []
      : [{ kind: 'remove', table: 'jobs', where: withFence(standing.job) } as const]),
    ...(job == null ? [] : [{ kind: 'put', table: 'jobs', record: job } as const]),
    { kind: 'insert', table: 'outbox', records: events },
    ...(seal === undefined ? [] : sealWrites(seal(read.head))),
  ]
  const records: readonly DocumentWrite[] = [
    ...(await documentWrites(reader, recordWrites)),
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
): Promise<{
  readonly standing: Standing
  readonly row: FoundRow
  readonly head: LedgerHead | null
} | null> {
  const { tenantId, user, tokenHash, restored = false } = query
  const targets: Targets = { tenantId, users: [user], restored }
  const { rows, survey, head } = await takeSurvey(reader, program, targets)
  const [row] = rows
  if (row == null) return null
  const userTable = program.user.table
  const named = { userTable, tenantId, ids: [user.id] }
  const [jobs = [], disabled = [], tokens = []] = await answerQuestions(reader, [
    jobsOf(named),
    disabledOf(named),
    ...(tokenHash === null ? [] : [tokenOf(userTable, tokenHash)]),
  ])
  return {
    row,
    head,
    standing: {
      row: row.row,
      survey,
      job: (jobs[0] as Job | undefined) ?? null,
      disabled: disabledUser(disabled as readonly DisabledUser[]),
      token: (tokens[0] as ConfirmationToken | undefined) ?? null,
    },
  }
}

function planWrites(
  program: Program,
  { tenantId, user, tokenHash }: Transition,
  plan: TransitionPlan,
): readonly RecordWrite[] {
  const userTable = program.user.table
  return [
    ...(plan.disabled === undefined
      ? []
      : [disabledWrite({ userTable, tenantId, userId: user.id }, plan.disabled)]),
    ...(plan.placeHold === undefined
      ? []
      : [{ kind: 'put', table: 'holds', record: plan.placeHold } as const]),
    ...(plan.releaseHold === undefined
      ? []
      : [
          {
            kind: 'remove',
            table: 'holds',
            where: [{ field: 'id', in: [plan.releaseHold] }],
          } as const,
        ]),
    ...(plan.consumesToken === true && tokenHash !== null
      ? [{ kind: 'remove', table: 'tokens', where: [{ field: 'hash', in: [tokenHash] }] } as const]
      : []),
  ]
}
