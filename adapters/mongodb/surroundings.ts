/**
 * What the ways to write have in common.
 *
 * @module
 */
import type { TransactionUse } from './detect.ts'
import type { MongoDb } from './driver.ts'
import type { Writer } from './scope.ts'
import type { WritingSession } from './writing-session.ts'

export interface ConnectionOptions {
  readonly transactions: TransactionUse
  readonly busyTimeoutMs: number
  readonly leaseMs: number
}

export interface Surroundings {
  readonly db: MongoDb
  readonly options: ConnectionOptions
  /** Without a session. */
  readonly scope: Writer
  /** For transactions. */
  readonly session: WritingSession
}
