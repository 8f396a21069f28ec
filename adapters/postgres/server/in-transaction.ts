/**
 * BEGIN, work and COMMIT on one connection.
 *
 * @module
 */
import { CommitUnanswered, type Settings } from './host.ts'
import { connectionBusy, sqlState } from './postgres-errors.ts'
import type { Run } from './session.ts'

/** A connection that takes statements with parameters, and messages of several without. */
export interface Connection {
  readonly run: Run
  /** The first value that the last statement of the message answers, as text; `null` where it answers none. */
  script(sql: string): Promise<string | null>
}

/** `onEnded`: COMMIT or ROLLBACK was answered, so that nothing of the transaction is left on the connection. */
export async function inTransaction<T>(
  { run, script }: Connection,
  { mode, first }: Settings,
  work: (run: Run) => Promise<T>,
  onEnded: () => void,
): Promise<T> {
  await begin(script, onEnded)
  let result: T
  try {
    // The mode of a transaction that has asked for the time cannot be changed any more.
    await script(`ROLLBACK; BEGIN ${mode}; ${first}`)
    result = await work(run)
  } catch (cause) {
    await script('ROLLBACK').then(onEnded, () => {})
    throw cause
  }
  try {
    await script('COMMIT')
  } catch (cause) {
    throw isAnswer(cause) ? cause : new CommitUnanswered(result, cause)
  }
  onEnded()
  return result
}

/**
 * A transaction that this very message has begun is as old as the message. Inside one of the host BEGIN is no more than
 * warned of, and COMMIT would be that of the host's work: nothing more is sent then.
 *
 * @throws `connection_busy`
 */
async function begin(script: Connection['script'], onEnded: () => void): Promise<void> {
  let isOwn: string | null
  try {
    isOwn = await script(
      'BEGIN; SELECT pg_catalog.transaction_timestamp() = pg_catalog.statement_timestamp()',
    )
  } catch (cause) {
    throw sqlState(cause) === '25P02' ? connectionBusy(cause) : cause
  }
  if (isOwn === 't') return
  if (isOwn !== 'f') {
    await script('ROLLBACK').then(onEnded, () => {})
    throw new Error(`BEGIN was answered ${String(isOwn)}`)
  }
  throw connectionBusy()
}

/** Whether the server itself has refused, and not gone away. */
function isAnswer(cause: unknown): boolean {
  const state = sqlState(cause)
  return /^[0-9A-Z]{5}$/.test(state) && !/^(08|57P|EPIPE)/.test(state)
}
