/**
 * Events that nobody has acknowledged.
 *
 * @module
 */
import { addDuration } from '../../program/duration.ts'
import { acknowledge, readOutbox } from '../../records/outbox-records.ts'
import type { ExecutionContext } from '../context/context.ts'

/** What waits in the outbox, and what was given up. */
export interface WaitingEvents {
  /** When the oldest event was written that waits now (ISO 8601, UTC); `null` where none waits. */
  readonly oldest: string | null
  /** Events removed because they had waited longer than the engine's `outboxMaxAge`. */
  readonly removed: number
}

const PAGE = 500

/** Removes events that are older than `maxAge`, a page at a time. Safe to repeat. `null`: none is too old. */
export async function clearOldEvents(
  { store, userTable, clock }: ExecutionContext,
  maxAge: string | null,
): Promise<WaitingEvents> {
  const now = clock.now()
  const isTooOld = (at: string): boolean =>
    maxAge !== null && addDuration(new Date(at), maxAge) <= now
  for (let removed = 0; ; ) {
    const query = { userTable, afterId: null, limit: maxAge === null ? 1 : PAGE }
    const page = await readOutbox(store, query)
    const old = page.filter(({ at }) => isTooOld(at)).map(({ id }) => id)
    if (old.length > 0) removed += await acknowledge(store, old)
    const waiting = page.find(({ at }) => !isTooOld(at))
    if (waiting !== undefined || page.length < query.limit) {
      return { oldest: waiting?.at ?? null, removed }
    }
  }
}
