/**
 * What the parts of one call share about a step.
 *
 * @module
 */
import type { UserDeletionError } from '../../errors.ts'
import type { Expiry } from '../../plan/compile/expiry.ts'
import type { ExecutionContext } from '../context/context.ts'
import type { RetentionHolds } from './retention-holds.ts'
import type { Progress } from './step-progress.ts'

/** One call. */
export interface Run {
  /** Deletions that may still be looked at. */
  left: number
  readonly signal: AbortSignal | undefined
  size: number
  stopped: boolean
  readonly holds: RetentionHolds
}

/** One step of a call. */
export interface StepRun {
  readonly context: ExecutionContext
  readonly expiry: Expiry
  /** The progress of the child steps, whose rows are found through the rows of this one. */
  readonly children: readonly Progress[]
  readonly run: Run
  readonly tally: Tally
  /** Nobody else has moved the mark since this call read it first. */
  isAlone: boolean
}

export interface Tally {
  readonly id: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  rows: number
  users: number
  leftOut: number
  failed: number
  error: UserDeletionError | null
}

export function newTally({ stepId, table, action }: Expiry): Tally {
  return { id: stepId, table, action, rows: 0, users: 0, leftOut: 0, failed: 0, error: null }
}

export function mustStop(run: Run): boolean {
  if (run.signal?.aborted || run.left <= 0) run.stopped = true
  return run.stopped
}
