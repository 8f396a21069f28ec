/**
 * The journalled way: a user with more rows than one transaction should hold.
 *
 * A job row is committed together with cutting the user off; the steps follow in chunks, each with the job's
 * progress; the rest of the steps, the user row and the receipt are one last transaction. A crash at any
 * point leaves a disabled user and a job that `resume()` finishes.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import { isProcessGone, yieldToEventLoop } from '../ports.ts'
import { receiptOf, sealDeletions } from '../receipt/issue-receipt.ts'
import type { DeletionReceipt } from '../receipt/receipt.ts'
import type { ChunkResult, Cursor, Job, SliceOutcome, Survey, Target, Verdict } from '../store.ts'
import { type DeletionRequest, type ExecutionContext, targetOf, targetsOf } from './context.ts'
import { decide, isLarge, type RefusalReason } from './decide.ts'
import { blockedError, inProgress, notFound } from './failures.ts'
import { sealFrame } from './seal-frame.ts'

/** How far a job is; the JSON in its row. */
interface JobState {
  readonly request: DeletionRequest
  readonly derived: readonly string[]
  /** By step id, so that a changed policy takes over what it still has. */
  readonly steps: Readonly<Record<string, StepProgress>>
}

interface StepProgress {
  readonly rows: number
  readonly cursor: Cursor | null
}

/** Opens the job and sees it through. */
export async function deleteLargeUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
): Promise<DeletionReceipt> {
  const { store, program, derive } = context
  const { tenantId } = request
  const opened = await store.openJob(program, {
    ...targetsOf(request, [target]),
    decide: (survey) => decide({ program, maxRows: Number.POSITIVE_INFINITY, derive }, survey),
    open: (_found, derived) => newJob(context, request, target, derived),
  })
  switch (opened.kind) {
    case 'opened':
      return finish(context, opened.job)
    case 'exists':
      return joinJob(context, tenantId, target)
    case 'absent':
      throw notFound(undefined)
    case 'refused': {
      const reason = opened.reason as RefusalReason
      throw reason.kind === 'blocked' ? blockedError(reason.blockers) : inProgress()
    }
  }
}

/** Goes on with the open job of a user, unless somebody else holds it. */
export async function joinJob(
  context: ExecutionContext,
  tenantId: string | null,
  target: Target,
): Promise<DeletionReceipt> {
  const user = { tenantId, userId: target.id }
  const [job] = await context.store.listJobs({ limit: 1, user })
  if (job === undefined) throw inProgress()
  const claimed = await takeOver(context, job)
  if (claimed === null) throw inProgress()
  return finish(context, claimed)
}

/** Claims a job whose lease has ended, or whose owner is this engine or a process that is gone. */
export async function takeOver(context: ExecutionContext, job: Job): Promise<Job | null> {
  const now = context.clock.now()
  const isFree = job.owner === context.owner || isProcessGone(job.owner)
  return context.store.claimJob({
    id: job.id,
    fence: job.fence,
    owner: context.owner,
    now: isFree ? job.leaseUntil : now.toISOString(),
    leaseUntil: leaseEnd(context, now),
  })
}

/** Sees a job of this engine through to its receipt. */
export async function finish(context: ExecutionContext, job: Job): Promise<DeletionReceipt> {
  const state = JSON.parse(job.state) as JobState
  const target = targetOf(context, job.userId)
  const run: JobRun = {
    context,
    job,
    target,
    policyChanged: job.policyDigest !== context.program.digest,
  }
  // A cursor speaks of the rows of one rule; under another policy the step starts again.
  let progress = run.policyChanged ? withoutCursors(state) : state
  for (;;) {
    progress = await runSteps(run, progress)
    const outcome = await close(run, progress)
    if (outcome !== 'more') return outcome
  }
}

interface JobRun {
  readonly context: ExecutionContext
  readonly job: Job
  readonly target: Target
  readonly policyChanged: boolean
}

function newJob(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  derived: readonly string[],
): Job {
  const now = context.clock.now()
  const state: JobState = { request, derived, steps: {} }
  return {
    id: `job_${context.issuer.newId()}`,
    kind: 'delete_large_user',
    tenantId: request.tenantId,
    userId: target.id,
    idempotencyKey: request.idempotencyKey,
    owner: context.owner,
    leaseUntil: leaseEnd(context, now),
    fence: 1,
    createdAt: now.toISOString(),
    policyDigest: context.program.digest,
    state: JSON.stringify(state),
  }
}

function leaseEnd({ leaseMs }: ExecutionContext, now: Date): string {
  return new Date(now.getTime() + leaseMs).toISOString()
}

function withoutCursors(state: JobState): JobState {
  const steps = Object.entries(state.steps).map(([id, { rows }]) => [id, { rows, cursor: null }])
  return { ...state, steps: Object.fromEntries(steps) as JobState['steps'] }
}

async function runSteps(run: JobRun, start: JobState): Promise<JobState> {
  const { store, program } = run.context
  const fields = await readFields(run, start.request)
  let state = start
  for (const [index, step] of program.steps.entries()) {
    if (step.selector === null || step.action === 'block' || step.action === 'external') continue
    if (step.action === 'retain' && step.set.length === 0) continue
    for (let done = false; !done; ) {
      const before = state
      const result = await store.applyChunk(program, {
        tenantId: run.job.tenantId,
        fields,
        derived: state.derived,
        step: index,
        cursor: state.steps[step.id]?.cursor ?? null,
        limit: run.context.maxRowsPerTransaction,
        jobId: run.job.id,
        fence: run.job.fence,
        save: (chunk) => ({
          leaseUntil: leaseEnd(run.context, run.context.clock.now()),
          state: JSON.stringify(advance(before, step.id, chunk)),
        }),
      })
      refuseStandstill(step.table, before.steps[step.id]?.cursor ?? null, result)
      state = advance(before, step.id, result)
      done = result.done
      await yieldToEventLoop()
    }
  }
  return state
}

/** The same last row twice means that a step does not do its work: going on would never end. */
function refuseStandstill(table: string, before: Cursor | null, after: ChunkResult): void {
  if (after.done || before === null || after.cursor === null) return
  if (before.some((value, index) => value !== after.cursor?.[index])) return
  throw new UserDeletionError('residue_left', `Rows of the user are still there in ${table}.`, {
    details: { table },
  })
}

function advance(
  state: JobState,
  id: string,
  { rows, cursor }: { readonly rows: number; readonly cursor: Cursor | null },
): JobState {
  const known = state.steps[id]?.rows ?? 0
  return { ...state, steps: { ...state.steps, [id]: { rows: known + rows, cursor } } }
}

/** Read from the user row each time: it goes last, so it is the one place that holds them. */
async function readFields(
  { context: { store, program }, target }: JobRun,
  request: DeletionRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const targets = targetsOf(request, [target])
  if (targets.restored) {
    // Of a restored user the store holds back what may be somebody else's by now.
    const [found] = (await store.survey(program, targets)).users
    if (found == null) throw notFound(undefined)
    return found.fields
  }
  const [row] = await store.findUsers(program, targets)
  if (row == null) throw notFound(undefined)
  const entries = Object.entries(program.user.fields)
  return Object.fromEntries(entries.map(([field, column]) => [field, row[column]]))
}

/** The last transaction. `'more'` when so many rows have come in meanwhile that chunks are due again. */
async function close(run: JobRun, state: JobState): Promise<DeletionReceipt | 'more'> {
  const { context, job, target } = run
  const { store, program, issuer, maxRowsPerTransaction } = context
  const frame = sealFrame(context, state.request, 'journal', run.policyChanged)
  const [outcome] = await store.apply(program, {
    ...targetsOf(state.request, [target]),
    isolation: 'together',
    decide: (survey) => [verdictOf(survey, state, maxRowsPerTransaction, program.steps)],
    seal: (works, head) =>
      sealDeletions(
        issuer,
        frame,
        works.map(({ found, counts }) => ({
          ...target,
          found,
          counts: counts.map(
            (rows, index) => rows + (state.steps[program.steps[index]?.id ?? '']?.rows ?? 0),
          ),
        })),
        head,
      ),
    journal: {
      jobId: job.id,
      fence: job.fence,
      cursors: program.steps.map(({ id }) => state.steps[id]?.cursor ?? null),
    },
  })
  return receiptFrom(outcome)
}

/** Nothing asks any more at this point: the user's access is cut already. */
function verdictOf(
  survey: Survey,
  { derived }: JobState,
  maxRows: number,
  steps: ExecutionContext['program']['steps'],
): Verdict {
  // Rows that no chunk writes (blockers seen, kept as they are, cleaned elsewhere) don't make it large again.
  const written = (survey.counts[0] ?? []).filter((_, index) => {
    const step = steps[index]
    return step !== undefined && (step.action === 'delete' || step.set.length > 0)
  })
  return isLarge(written, maxRows)
    ? { kind: 'refuse', reason: { kind: 'too_large' } satisfies RefusalReason }
    : { kind: 'proceed', derived }
}

function receiptFrom(outcome: SliceOutcome | undefined): DeletionReceipt | 'more' {
  switch (outcome?.kind) {
    case 'deleted':
      return receiptOf(outcome.entry)
    case 'refused':
      return 'more'
    case 'failed':
      throw outcome.error
    default:
      throw new UserDeletionError('lease_lost', 'The user was deleted by another worker.')
  }
}
