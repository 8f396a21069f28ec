/**
 * A bulk run under a key: the same list fed again goes on where it stopped.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import { idText } from '../plan/build-plan.ts'
import { sha256 } from '../ports.ts'
import { readUserId } from './arguments.ts'
import type { DeletionRequest, ExecutionContext } from './context.ts'

/** How far a run is, told by the list itself. */
export interface BulkRun {
  /** How many of the next ids, from this place of the list on, an earlier call has dealt with. */
  doneOf(index: number, count: number): number
  /**
   * Takes note of the ids of a slice that has been dealt with, or passed over. Recorded after the slice's
   * commit: what a crash lets slip in between is met again, and answered from the ledger.
   *
   * @throws {@link UserDeletionError} `idempotency_conflict` when the list differs from the recorded one.
   */
  pass(ids: readonly unknown[]): Promise<void>
}

interface Recorded {
  readonly done: number
  /** Hash over the ids so far, each hashed onto the one before. */
  readonly trail: string
}

/** A run without a key remembers nothing. */
export const UNKEYED: BulkRun = { doneOf: () => 0, pass: async () => {} }

export async function openRun(
  { store, program }: ExecutionContext,
  { tenantId }: DeletionRequest,
  key: string,
): Promise<BulkRun> {
  const mark = `run:${JSON.stringify([tenantId, key])}`
  const text = await store.readMark(mark)
  const recorded: Recorded = text === null ? { done: 0, trail: '' } : (JSON.parse(text) as Recorded)
  let done = 0
  let trail = ''
  return {
    doneOf: (index, count) => Math.max(0, Math.min(count, recorded.done - index)),
    async pass(ids) {
      for (const id of ids) {
        const own = readUserId(id, program.user.idType)
        trail = sha256(`${trail}${own === null ? 'no id,' : idText(own)}`)
        done += 1
        if (done === recorded.done && trail !== recorded.trail) throw otherList()
      }
      if (done > recorded.done) await store.writeMark(mark, JSON.stringify({ done, trail }))
    },
  }
}

function otherList(): UserDeletionError {
  return new UserDeletionError(
    'idempotency_conflict',
    'The run key was used with another list of ids.',
    { details: { path: 'run' } },
  )
}
