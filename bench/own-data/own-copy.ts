/**
 * A copy of the host's data, on which the benchmark measures.
 *
 * @module
 */
import type { Policy, Store, UserIdInput } from '../../src/index.ts'

export interface OwnCopy {
  readonly store: Store
  /** Ids of the users who are there now: all, or those of the tenant; in an order that is always the same. */
  userIds(): Promise<UserIdInput[]>
}

/** Whose data are copied. */
export interface CopyRequest {
  /** A file, or the address of a MongoDB database. */
  readonly database: string
  readonly policy: Policy
  readonly tenantId: string | null
  /** Stops between two steps; the copy is removed then, too. */
  readonly signal: AbortSignal
}

/** Makes the copy, lets `work` have it, and removes it whatever happens. The database itself is only read. */
export type WithOwnCopy = (
  request: CopyRequest,
  work: (copy: OwnCopy) => Promise<void>,
) => Promise<void>
