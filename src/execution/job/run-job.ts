/**
 * Sees a job through: external erasers, chunks where the user is too large for one transaction, and the last
 * transaction with the rest of the steps, the user row and the receipt.
 *
 * The job was committed together with cutting the user off, so a crash at any point leaves a disabled user
 * and a job that `resume()` finishes.
 *
 * @module
 */

import { UserDeletionError, type UserNotFoundError } from '../../errors.ts'
import { isDeepEqual, isProcessGone, yieldToEventLoop } from '../../ports.ts'
import type { NamedUser } from '../../program/shared-values.ts'
import { passOf, writesRows } from '../../program/steps.ts'
import { keptReceipt, sealDeletions } from '../../receipt/issue-receipt.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { claimJob, listJobs, removeJob, saveJob } from '../../records/job-records.ts'
import { findEntryByKey } from '../../records/ledger-records.ts'
import type { ChunkResult, Cursor } from '../../store/chunk.ts'
import { residueLeft } from '../../store/failures.ts'
import type { Job } from '../../store/records.ts'
import type { SliceOutcome, Survey, Target, Verdict } from '../../store/slice.ts'
import { absence } from '../context/absence.ts'
import {
  type DeletionRequest,
  type ExecutionContext,
  targetOf,
  targetsOf,
} from '../context/context.ts'
import { inProgress } from '../context/failures.ts'
import { inPresentSchema } from '../context/present-schema.ts'
import { sealFrame } from '../context/seal-frame.ts'
import { isLarge, isUnderWay, type RefusalReason } from '../decision/decide.ts'
import { type ErasersProgress, externalOutcomes, waitingFor } from '../erasers/eraser-progress.ts'
import { runErasers } from '../erasers/run-erasers.ts'
import { applyChunk } from '../units/chunk-unit.ts'
import { applySlice } from '../units/delete-unit.ts'
import { surveyUsers } from '../units/survey.ts'
import { whileUnderWay } from '../user-state/disabling.ts'
import { auditRows } from './audit-entry.ts'
import {
  afterChunk,
  doneBySteps,
  type Erasure,
  isShared,
  type JobState,
  leaseEnd,
  readState,
  withoutCursors,
  withSeen,
  withShared,
} from './job-state.ts'
import { noteRefusal } from './refused-job.ts'

export type JobOutcome =
  | { readonly kind: 'finished'; readonly receipt: DeletionReceipt }
  /** External erasers are not done yet. */
  | ({ readonly kind: 'waiting' } & Waiting)

/** An erasure that external erasers hold up. */
export interface Waiting {
  readonly jobId: string
  /** When `resume()` goes on. */
  readonly until: string | null
  /** The external erasers that are not done. */
  readonly erasers: readonly string[]
}

/** Goes on with the open job of a user, unless somebody else holds it. */
export async function joinJob(
  context: ExecutionContext,
  tenantId: string | null,
  target: Target,
): Promise<JobOutcome> {
  const user = { tenantId, userId: target.id }
  const { userTable } = context
  const [job] = await listJobs(context.store, { limit: 1, userTable, user })
  // A schedule in its place is not begun, and only a purge may begin it.
  if (!isUnderWay(job)) throw inProgress()
  const claimed = await takeOver(context, job)
  if (claimed === null) throw inProgress()
  return runJob(context, claimed)
}

/** Claims a job whose lease has ended, or whose owner is this engine or a process that is gone. */
export async function takeOver(context: ExecutionContext, job: Job): Promise<Job | null> {
  const now = context.clock.now()
  const isFree = job.owner === context.owner || isProcessGone(job.owner)
  return claimJob(context.store, {
    id: job.id,
    fence: job.fence,
    owner: context.owner,
    now: isFree ? job.leaseUntil : now.toISOString(),
    leaseUntil: leaseEnd(context, now),
  })
}

/** Sees a job that this engine has claimed through to its receipt, or as far as its erasers let it. */
export async function runJob(context: ExecutionContext, job: Job): Promise<JobOutcome> {
  try {
    return await seeThrough(context, job)
  } catch (cause) {
    await noteRefusal(context, job, cause)
    throw cause
  }
}

async function seeThrough(context: ExecutionContext, job: Job): Promise<JobOutcome> {
  const run: JobRun = {
    context,
    job,
    target: targetOf(context, job.userId),
    policyChanged: job.policyDigest !== context.program.digest,
  }
  let state = run.policyChanged ? withoutCursors(readState(job)) : readState(job)
  const { erasure } = state
  if (erasure !== null) {
    if (!erasure.accessCut) {
      // All of them again after a crash: a step that is done ends at its cursor.
      state = await runSteps(run, state)
      state = { ...state, erasure: { ...erasure, accessCut: true } }
    }
    const progress = await eraseElsewhere(run, state, erasure)
    state = withErasers(state, progress)
    const { until, names } = waitingFor(context, progress)
    if (names.length > 0) return { kind: 'waiting', jobId: job.id, until, erasers: names }
  }
  if (state.chunked) state = await runSteps(run, state)
  for (;;) {
    const outcome = await close(run, state)
    if (outcome !== 'more') return { kind: 'finished', receipt: outcome }
    state = await runSteps(run, state)
  }
}

interface JobRun {
  readonly context: ExecutionContext
  readonly job: Job
  readonly target: Target
  readonly policyChanged: boolean
}

function eraseElsewhere(
  run: JobRun,
  state: JobState,
  { identifiers, erasers }: Erasure,
): Promise<ErasersProgress> {
  const { context, job } = run
  const save = (progress: ErasersProgress): Promise<void> => saveErasers(run, state, progress)
  return runErasers({ context, job, identifiers, save }, erasers)
}

/** Records the erasers' progress with the lease; while all that are open wait, the job waits too. */
function saveErasers(
  { context, job }: JobRun,
  state: JobState,
  progress: ErasersProgress,
): Promise<void> {
  return saveJob(context.store, {
    id: job.id,
    fence: job.fence,
    leaseUntil: leaseEnd(context, context.clock.now()),
    dueAt: waitingFor(context, progress).until,
    state: JSON.stringify(withErasers(state, progress)),
  })
}

function withErasers(state: JobState, erasers: ErasersProgress): JobState {
  return state.erasure === null ? state : { ...state, erasure: { ...state.erasure, erasers } }
}

async function runSteps(run: JobRun, start: JobState): Promise<JobState> {
  let state = start
  await inPresentSchema(run.context, async (context) => {
    await runStepsIn({ ...run, context }, state, (next) => {
      state = next
    })
  })
  return state
}

/** `keep` has each state that was saved: a step that is done ends at its cursor. */
async function runStepsIn(
  run: JobRun,
  start: JobState,
  keep: (state: JobState) => void,
): Promise<void> {
  const { store, program } = run.context
  const { user, counts } = await surveyUser(run, start)
  const { steps } = program
  const shared = withShared(start, steps, user.shared ?? [])
  let state = start.chunked ? shared : withSeen(shared, steps, counts)
  keep(state)
  for (const [index, step] of steps.entries()) {
    if (step.ways.length === 0 || !writesRows(step)) continue
    const pass = passOf(steps, index)
    if (pass.length === 0) continue
    if (step.action === 'unlink' && step.table === program.user.table) {
      state = { ...state, kept: { ...state.kept, ...fieldsCutBy(program, step, user.fields) } }
    }
    const counted = pass.reduce((sum, other) => sum + (counts[other] ?? 0), 0)
    let written = 0
    for (let done = false; !done; ) {
      const before = state
      const result = await applyChunk(store, program, {
        tenantId: run.job.tenantId,
        ...user,
        derived: state.derived,
        step: index,
        cursor: state.steps[step.id]?.cursor ?? null,
        limit: run.context.maxRowsPerTransaction,
        jobId: run.job.id,
        fence: run.job.fence,
        save: (chunk) => ({
          leaseUntil: leaseEnd(run.context, run.context.clock.now()),
          state: JSON.stringify(afterChunk(before, steps, index, chunk)),
        }),
      })
      refuseStandstill(step.table, before.steps[step.id]?.cursor ?? null, result)
      state = afterChunk(before, steps, index, result)
      keep(state)
      written += result.rows
      refuseEndless(step.table, written, counted, run.context.maxRowsPerTransaction)
      done = result.done
      await yieldToEventLoop()
    }
  }
}

/** The same last row twice means that a step does not do its work: going on would never end. */
function refuseStandstill(table: string, before: Cursor | null, after: ChunkResult): void {
  if (after.done || before === null || after.cursor === null) return
  if (!isDeepEqual(before, after.cursor)) return
  throw residueLeft(table)
}

/** Rows that come back as they are removed would never end. A host that goes on writing adds no more than there were. */
function refuseEndless(table: string, written: number, counted: number, limit: number): void {
  if (written > 2 * counted + limit) throw residueLeft(table)
}

/** Read from the user row each time: it goes last, so it is the one place that holds them. */
async function surveyUser(
  run: JobRun,
  { request, kept }: JobState,
): Promise<{ readonly user: NamedUser; readonly counts: readonly number[] }> {
  const { store, program } = run.context
  const { users, counts } = await store.read(() =>
    surveyUsers(program, targetsOf(request, [run.target])),
  )
  const [found] = users
  if (found == null) throw await endWithoutUser(run)
  const { fields, shared = [] } = found
  return { user: { fields: { ...fields, ...kept }, shared }, counts: counts[0] ?? [] }
}

/** What the user row is about to lose, and steps behind still find their rows by. */
function fieldsCutBy(
  { user }: ExecutionContext['program'],
  { set }: ExecutionContext['program']['steps'][number],
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const cut = Object.entries(user.fields).filter(
    ([field, column]) => fields[field] != null && set.some((one) => one.column === column),
  )
  return Object.fromEntries(cut.map(([field]) => [field, fields[field]]))
}

/**
 * The host has deleted the user by itself, or a worker that has taken the job over was quicker. What was left
 * of the steps is for `verify` to tell.
 */
async function endWithoutUser({ context, job, target }: JobRun): Promise<UserNotFoundError> {
  await removeJob(context.store, job)
  return absence(context, job.tenantId, target)
}

/** The last transaction. `'more'` when there are so many rows that chunks are due first. */
function close(run: JobRun, state: JobState): Promise<DeletionReceipt | 'more'> {
  return inPresentSchema(run.context, (context) => closeIn({ ...run, context }, state))
}

async function closeIn(run: JobRun, state: JobState): Promise<DeletionReceipt | 'more'> {
  const { context, job, target } = run
  const { store, program, issuer, maxRowsPerTransaction, derive, clock } = context
  const frame = sealFrame(context, await withFreeKey(context, state.request), {
    way: state.chunked ? 'journal' : 'transaction',
    policyChanged: run.policyChanged,
    external: state.erasure === null ? [] : externalOutcomes(state.erasure.erasers),
  })
  const done = doneBySteps(state, program)
  const [outcome] = await applySlice(store, program, {
    ...whileUnderWay(context),
    ...targetsOf(state.request, [target]),
    keepsEntries: true,
    callsHost: true,
    decide: (survey) => [
      verdictOf(survey, maxRowsPerTransaction, program.steps, state, derive, clock.now()),
    ],
    seal: (works, head, residue) => {
      const users = works.map(({ found, counts }) => ({
        ...target,
        found: { ...found, fields: { ...found.fields, ...state.kept } },
        counts: counts.map((rows, index) =>
          Math.max(rows + (done[index]?.rows ?? 0), done[index]?.seen ?? 0),
        ),
        told: done.map(({ told }) => told),
      }))
      const seal = sealDeletions(issuer, { ...frame, residue }, users, head)
      return state.erasure === null
        ? seal
        : { ...seal, auditRows: auditRows(context, run.job, state) }
    },
    journal: {
      jobId: job.id,
      fence: job.fence,
      cursors: state.chunked ? done.map(({ cursor }) => cursor) : null,
    },
  })
  if (outcome?.kind === 'absent') throw await endWithoutUser(run)
  return receiptFrom(outcome)
}

/** A key that another deletion has used up since must not keep this one from its end. */
async function withFreeKey(
  { store, userTable }: ExecutionContext,
  request: DeletionRequest,
): Promise<DeletionRequest> {
  const { tenantId, idempotencyKey } = request
  if (idempotencyKey === null) return request
  const taken = await findEntryByKey(store, { userTable, tenantId, idempotencyKey })
  return taken === null ? request : { ...request, idempotencyKey: null }
}

/** Nothing asks any more at this point: the user's access is cut already. */
function verdictOf(
  survey: Survey,
  maxRows: number,
  steps: ExecutionContext['program']['steps'],
  state: JobState,
  derive: ExecutionContext['derive'],
  now: Date,
): Verdict {
  // Rows that no chunk writes (blockers seen, kept as they are, cleaned elsewhere) don't make it large again.
  const written = (survey.counts[0] ?? []).filter((_, index) => {
    const step = steps[index]
    return step !== undefined && (step.action === 'delete' || step.set.length > 0)
  })
  const hasMore = state.chunked && !isShared(state, survey.users[0]?.shared)
  if (hasMore || isLarge(written, maxRows)) {
    return { kind: 'refuse', reason: { kind: 'too_large' } satisfies RefusalReason }
  }
  const { derived } = state
  const fields = survey.users[0]?.fields
  // A policy that has changed since may write values that the job has not derived.
  const values =
    fields === undefined
      ? derived
      : derive(fields, now).map((value, index) => derived[index] ?? value)
  return { kind: 'proceed', derived: values }
}

function receiptFrom(outcome: SliceOutcome | undefined): DeletionReceipt | 'more' {
  switch (outcome?.kind) {
    case 'deleted':
      return keptReceipt(outcome.entry)
    case 'refused':
      return 'more'
    case 'failed':
      throw outcome.error
    default:
      throw new UserDeletionError('lease_lost', 'The user was deleted by another worker.')
  }
}
