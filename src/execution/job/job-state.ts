/**
 * What a job's row remembers: the request, how far the steps are, and what the erasure has captured.
 *
 * @module
 */

import type { Step } from '../../program/program.ts'
import { mayLeaveShared, type SharedValue } from '../../program/shared-values.ts'
import { keepsItsRows } from '../../program/steps.ts'
import type { ChunkResult, Cursor } from '../../store/chunk.ts'
import type { Job, JobKind } from '../../store/records.ts'
import type { Target } from '../../store/slice.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import type { ErasersProgress } from '../erasers/eraser-progress.ts'
import type { FailedTry } from './failed-try.ts'

export interface JobState {
  readonly request: DeletionRequest
  readonly derived: readonly string[]
  /** By step id, so that a changed policy takes over what it still has. */
  readonly steps: Readonly<Record<string, StepProgress>>
  /** What others held too when the last chunks ran: they have passed over rows that are found by nothing else. */
  readonly shared?: readonly SharedValue[]
  /** Whether chunks have run: then rows up to the cursors are done. */
  readonly chunked: boolean
  readonly schedule: Schedule | null
  readonly erasure: Erasure | null
  /** The schedule in whose place the deletion has begun. */
  readonly replaced: ReplacedSchedule | null
  /** Why the last try came to nothing; `null` before one has. */
  readonly refusal: FailedTry | null
  /** Under which claim that was: who has claimed the job since is at work, or has died. */
  readonly refusedFence: number | null
  /** Fields that the user row does not hold any more, because a step has cut the reference; they go with the job. */
  readonly kept?: Readonly<Record<string, unknown>>
}

/** What brings a schedule back. */
export interface ReplacedSchedule extends Pick<JobState, 'request' | 'schedule'> {
  readonly dueAt: string | null
}

export interface StepProgress {
  readonly rows: number
  /** Of these, rows whose event went out when access was cut. */
  readonly told: number
  readonly cursor: Cursor | null
  /** Of a step that writes nothing, rows before the first chunk: those of other steps may cut the way to them. */
  readonly seen?: number
}

/** Who decides about a scheduled deletion. */
export interface Schedule {
  readonly by: ScheduledBy
  /** Whether the user was disabled before. */
  readonly wasDisabled: boolean
  /** Hash of the token that cancels it. */
  readonly cancelHash: string | null
}

export type ScheduledBy = 'user' | 'administrator'

export interface Erasure {
  /** Needed by external erasers once the user row is gone; goes with the job. */
  readonly identifiers: Readonly<Record<string, unknown>>
  /** Whether access was cut with the opening; otherwise the steps run ahead of the erasers. */
  readonly accessCut: boolean
  readonly erasers: ErasersProgress
}

/** Jobs of earlier versions say nothing of schedules in whose place they are, nor of refusals. */
export function readState(job: Job): JobState {
  const state = JSON.parse(job.state) as JobState
  return {
    ...state,
    replaced: state.replaced ?? null,
    refusal: state.refusal ?? null,
    refusedFence: state.refusedFence ?? null,
  }
}

export function newState(request: DeletionRequest, rest: Partial<JobState>): JobState {
  const none = { derived: [], steps: {}, chunked: false, schedule: null, erasure: null }
  return { request, ...none, replaced: null, refusal: null, refusedFence: null, ...rest }
}

/** What a new job takes over from the one it replaces, and when it is due. */
export interface JobTerms {
  readonly replaces: Job | null
  readonly dueAt: string | null
  /** Whether this engine starts on it at once. */
  readonly claimed: boolean
}

/** A job for a user. In the place of another one it keeps the id, and its fence grows. */
export function newJob(
  context: ExecutionContext,
  kind: JobKind,
  target: Target,
  state: JobState,
  { replaces, dueAt, claimed }: JobTerms,
): Job {
  const now = context.clock.now()
  const { request } = state
  return {
    id: replaces?.id ?? `job_${context.issuer.newId()}`,
    kind,
    userTable: context.userTable,
    tenantId: request.tenantId,
    userId: target.id,
    requestedAt: request.requestedAt ?? now.toISOString(),
    dueAt,
    idempotencyKey: request.idempotencyKey,
    owner: claimed ? context.owner : '',
    leaseUntil: claimed ? leaseEnd(context, now) : now.toISOString(),
    fence: (replaces?.fence ?? 0) + 1,
    createdAt: replaces?.createdAt ?? now.toISOString(),
    policyDigest: context.program.digest,
    state: JSON.stringify(state),
  }
}

export function leaseEnd({ leaseMs }: ExecutionContext, now: Date): string {
  return new Date(now.getTime() + leaseMs).toISOString()
}

/** Whether the same is shared as when the last chunks ran. */
export function isShared({ shared = [] }: JobState, now: readonly SharedValue[] = []): boolean {
  return JSON.stringify(shared) === JSON.stringify(now)
}

/** The state with what is shared now. Where that is something else, steps that keep rows begin again. */
export function withShared(
  state: JobState,
  steps: readonly Step[],
  shared: readonly SharedValue[],
): JobState {
  if (isShared(state, shared)) return state
  const again = steps.filter((step) => keepsItsRows(step) && mayLeaveShared(step))
  const begun = again.map(({ id }) => [id, { ...state.steps[id], ...NO_ROWS }] as const)
  return { ...state, shared, steps: { ...state.steps, ...Object.fromEntries(begun) } }
}

/** The state after a chunk of a step. The steps of a pass have one cursor. */
export function afterChunk(
  state: JobState,
  steps: readonly Step[],
  index: number,
  { rows, others = [], cursor }: Pick<ChunkResult, 'rows' | 'others' | 'cursor'>,
): JobState {
  const written = [{ step: index, rows }, ...others]
  const done = written.map(({ step, rows: more }) => {
    const id = steps[step]?.id ?? ''
    const known = state.steps[id] ?? NO_ROWS
    return [id, { ...known, rows: known.rows + more, cursor }] as const
  })
  return { ...state, chunked: true, steps: { ...state.steps, ...Object.fromEntries(done) } }
}

const NO_ROWS: StepProgress = { rows: 0, told: 0, cursor: null }

/** The state of before the first chunk, with the rows of steps that no chunk writes. */
export function withSeen(
  state: JobState,
  steps: readonly Step[],
  counts: readonly number[],
): JobState {
  const seen = steps.flatMap((step, index) => {
    const known = state.steps[step.id] ?? NO_ROWS
    return isOnlySeen(step) ? [[step.id, { ...known, seen: counts[index] ?? 0 }] as const] : []
  })
  return { ...state, steps: { ...state.steps, ...Object.fromEntries(seen) } }
}

/** Whether the rows of a step are counted, and never written. */
function isOnlySeen({ action, set, ways }: Step): boolean {
  if (ways.length === 0) return false
  return action === 'external' || (action === 'retain' && set.length === 0)
}

/** What chunks and the cut have done, by step of the program. */
export function doneBySteps(
  state: JobState,
  { steps }: ExecutionContext['program'],
): readonly StepProgress[] {
  return steps.map(({ id }) => state.steps[id] ?? NO_ROWS)
}

/** A cursor speaks of the rows of one rule; under another policy each step starts again. */
export function withoutCursors(state: JobState): JobState {
  const steps = Object.entries(state.steps).map(([id, done]) => [id, { ...done, cursor: null }])
  return { ...state, steps: Object.fromEntries(steps) as JobState['steps'] }
}
