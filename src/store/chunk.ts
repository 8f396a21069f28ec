/**
 * A bounded number of rows of one user. Types only.
 *
 * @module
 */
import type { NamedUser } from '../program/shared-values.ts'

/** Where a chunk ended: the row's key. `null` in its place means from the start. */
export type Cursor = readonly unknown[]

export interface Chunk extends NamedUser {
  readonly tenantId: string | null
  readonly derived: readonly string[]
  /** Index of the step in the program; of steps that find their rows together that of the first, and all of them run. */
  readonly step: number
  readonly cursor: Cursor | null
  readonly limit: number
  readonly jobId: string
  readonly fence: number
  /** Pure. The job's new lease and state once the chunk is done. */
  save(result: ChunkResult): { readonly leaseUntil: string; readonly state: string }
}

export interface ChunkResult {
  readonly rows: number
  /** Of a pass, rows of each of its other steps. */
  readonly others?: readonly { readonly step: number; readonly rows: number }[]
  /** Where to go on, `null` when the step has no more rows. */
  readonly cursor: Cursor | null
  readonly done: boolean
}
