/**
 * Why a try of a job failed, as the job keeps it.
 *
 * @module
 */
import type { ErrorCode } from '../../errors.ts'

/** Why the last try of a job came to nothing. Holds no personal data. */
export interface FailedTry {
  readonly code: ErrorCode
  /** ISO 8601, UTC. */
  readonly at: string
  /** What the details of the error say in words: names of tables, columns, constraints, blockers. */
  readonly details: Readonly<Record<string, string>>
}
