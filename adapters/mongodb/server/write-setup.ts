/**
 * What both ways to write work with: one transaction of the server, or the journal.
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
  /** For commands outside a transaction. */
  readonly scope: Writer
  /** For transactions. */
  readonly session: WritingSession
}
