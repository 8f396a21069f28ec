/**
 * One user from one state to the next.
 *
 * @module
 */
import type { Program } from '../../program/program.ts'
import { writesRows } from '../../program/steps.ts'
import type { Change, Decision, RecordWrite, StepRun, UserRowWork } from '../../store/change.ts'
import { unchanged } from '../../store/change.ts'
import { ask, askEach, type Inquiry, together } from '../../store/inquiry.ts'
import {
  disabledOf,
  disabledUser,
  disabledWrite,
  HEAD,
  headOf,
  jobsOf,
  releaseWrites,
  sealWrites,
  tokenOf,
  withFence,
} from '../../store/own-records.ts'
import type { Targets } from '../../store/slice.ts'
import type { Store } from '../../store/store.ts'
import type {
  Standing,
  StandingQuery,
  Transition,
  TransitionOutcome,
  TransitionPlan,
} from '../../store/transition.ts'
import { surveyUsers } from './survey.ts'
import { findUsers } from './user-rows.ts'

/** Moves one user from one state to the next: one transaction. */
export function makeTransition(
  store: Pick<Store, 'commit'>,
  program: Program,
  transition: Transition,
): Promise<TransitionOutcome> {
  return store.commit(() => transitionUnit(program, transition), { unit: 'transition' })
}

/** Reads how the user stands, decides, and makes the change that was decided. */
export function* transitionUnit(
  program: Program,
  transition: Transition,
): Inquiry<Decision<TransitionOutcome>> {
  const standing = yield* findStanding(program, transition)
  if (standing === null) return unchanged({ kind: 'absent' })
  const verdict = transition.decide(standing)
  if (verdict.kind === 'refuse') return unchanged({ kind: 'refused', reason: verdict.reason })
  return { change: () => moved(program, transition, standing, verdict) }
}

/** How a user stands: what a transition would decide on. `null` when the user is absent. */
export function* findStanding(program: Program, query: StandingQuery): Inquiry<Standing | null> {
  const { tenantId, user, restored = false, tokenHash } = query
  const targets: Targets = { tenantId, users: [user], restored }
  const named = { userTable: program.user.table, tenantId, ids: [user.id] }
  const [[row = null], survey, [jobs, disabled], [tokens = []]] = yield* together(
    findUsers(program, targets),
    surveyUsers(program, targets),
    ask(jobsOf(named), disabledOf(named)),
    askEach(tokenHash === null ? [] : [tokenOf(named.userTable, tokenHash)]),
  )
  if (row === null) return null
  return {
    row,
    survey,
    job: jobs[0] ?? null,
    disabled: disabledUser(disabled),
    token: tokens[0] ?? null,
  }
}

/** The user's rows first, what the engine keeps of them behind, and the seal last. */
function* moved(
  program: Program,
  transition: Transition,
  standing: Standing,
  plan: TransitionPlan,
): Change<TransitionOutcome> {
  const { tenantId } = transition
  const cut = rowsCut(program, standing, plan)
  const [found] = standing.survey.users
  const userRows: UserRowWork =
    plan.set === undefined ? { kind: 'leave' } : { kind: 'set', columns: plan.set }
  const steps = plan.cutsAccess === true ? accessRuns(program, cut) : []
  if (found != null && (plan.set !== undefined || steps.length > 0)) {
    yield { kind: 'work', program, tenantId, users: [found], steps, userRows }
  }
  yield* planWrites(program, transition, plan)
  const { job, events = [], seal } = plan.finish?.(cut) ?? {}
  if (job !== undefined && standing.job !== null) {
    yield { kind: 'remove', table: 'jobs', where: withFence(standing.job) }
  }
  if (job != null) yield { kind: 'insert', table: 'jobs', records: [job] }
  yield { kind: 'insert', table: 'outbox', records: events }
  if (seal !== undefined) {
    const [end] = yield* ask(HEAD)
    yield* sealWrites(seal(headOf(end)))
  }
  return {
    kind: 'done',
    standing: {
      ...standing,
      row: { ...standing.row, ...plan.set },
      job: job === undefined ? standing.job : job,
      disabled: plan.disabled === undefined ? standing.disabled : plan.disabled,
    },
  }
}

/** Rows by step that go with the user's access. */
function rowsCut(
  { steps }: Program,
  { survey }: Standing,
  { cutsAccess }: TransitionPlan,
): readonly number[] {
  const counts = survey.counts[0] ?? []
  return steps.map(({ access }, index) =>
    access && cutsAccess === true ? (counts[index] ?? 0) : 0,
  )
}

function accessRuns({ steps }: Program, cut: readonly number[]): readonly StepRun[] {
  return steps.flatMap((one, step): readonly StepRun[] =>
    one.access && writesRows(one) ? [{ step, rows: cut[step] ?? 0 }] : [],
  )
}

function planWrites(
  program: Program,
  { tenantId, user, tokenHash }: Transition,
  { disabled, placeHold, releaseHold, consumesToken }: TransitionPlan,
): readonly RecordWrite[] {
  const userTable = program.user.table
  const writes: RecordWrite[] = []
  if (disabled !== undefined) {
    writes.push(disabledWrite({ userTable, tenantId, userId: user.id }, disabled))
  }
  if (placeHold !== undefined) {
    writes.push({ kind: 'insert', table: 'holds', records: [placeHold] })
  }
  if (releaseHold !== undefined) writes.push(...releaseWrites(releaseHold))
  if (consumesToken === true && tokenHash !== null) {
    const where = [{ field: 'hash', in: [tokenHash] } as const]
    writes.push({ kind: 'remove', table: 'tokens', where })
  }
  return writes
}
