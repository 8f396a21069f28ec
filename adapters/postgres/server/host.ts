/**
 * How a host's handle is used, whichever driver it is of.
 *
 * @module
 */
import type { Run } from './session.ts'

export interface Host {
  /** The handle is one connection: while a transaction is open on it, nobody else comes through. */
  readonly isOneConnection?: true
  /**
   * One transaction, rolled back where `work` throws. @throws `connection_busy` where the host has a transaction open
   * on the connection: that one is left as it is.
   */
  transaction<T>(settings: Settings, work: (run: Run) => Promise<T>): Promise<T>
  /** Statements that are a transaction each, on one connection. @throws `connection_busy` likewise. */
  outside<T>(work: (run: Run) => Promise<T>): Promise<T>
}

export interface Settings {
  /** What stands behind `BEGIN` and `SET TRANSACTION`. */
  readonly mode: string
  /** Whether it is the mode of nearly every database where none is named: {@link USUAL}. */
  readonly isUsual: boolean
  /** What is called first: without parameters, and without a text that needs escapes. */
  readonly first: readonly string[]
}

export const USUAL = { isolation: 'read committed', readOnly: 'off' } as const

/** The connection was lost behind COMMIT: whether it stands, only the server knows. */
export class CommitUnanswered extends Error {
  readonly result: unknown

  constructor(result: unknown, cause: unknown) {
    super('the commit was not answered', { cause })
    this.result = result
  }
}

/** Runs pieces of work one after the other, whatever becomes of them. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const own = last.then(work, work)
    last = own.catch(() => {})
    return own
  }
}
