/**
 * What the ways to write have in common.
 *
 * @module
 */
import type { ConnectionOptions } from './connection-options.ts'
import type { OwnDb } from './engine-collections.ts'
import type { Writer } from './scope.ts'
import type { WritingSession } from './writing-session.ts'

export interface WriteSetup {
  readonly db: OwnDb
  readonly options: ConnectionOptions
  /** Without a session. */
  readonly scope: Writer
  /** For transactions. */
  readonly session: WritingSession
}
