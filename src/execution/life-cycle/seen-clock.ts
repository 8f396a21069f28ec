/**
 * Guards against a clock that leaps ahead: it would delete every scheduled user and every retained row, as if their
 * day had come. So the clock may not move further than a bound between two calls. Every call that destroys by date
 * asks here first.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import type { ExecutionContext } from '../context/context.ts'

export interface ClockBound {
  /** How far the clock may have moved since it was last seen, in milliseconds. */
  readonly maxClockJumpMs: number
  /** A person has looked at the clock. */
  readonly confirmClock: boolean
}

const MARK = 'clock'

type Clocked = Pick<ExecutionContext, 'store' | 'clock'>

/** @throws {@link UserDeletionError} `clock_jumped` when the clock has moved too far. */
export async function assertClock(
  { store, clock }: Clocked,
  { maxClockJumpMs, confirmClock }: ClockBound,
): Promise<void> {
  const now = clock.now()
  const lastSeen = await readMark(store, MARK)
  const jumped = lastSeen !== null && now.getTime() - Date.parse(lastSeen) > maxClockJumpMs
  if (jumped && !confirmClock) {
    throw new UserDeletionError(
      'clock_jumped',
      'The clock has moved further than it may since it was last seen.',
      { details: { lastSeen, now: now.toISOString(), maxClockJumpMs } },
    )
  }
  // A clock that goes backwards is not remembered: it would make the next leap look longer.
  const seen = now.toISOString()
  if (lastSeen === null || lastSeen < seen) await writeMark(store, MARK, seen)
}

/**
 * Begins to watch the clock. Later sightings are those of {@link assertClock} alone: others would make a leap look
 * like nothing.
 */
export async function watchClock({ store, clock }: Clocked): Promise<void> {
  if ((await readMark(store, MARK)) === null)
    await writeMark(store, MARK, clock.now().toISOString())
}
