/**
 * Ends reservations whose time is up. The clock has been looked at before.
 *
 * @module
 */
import { yieldToEventLoop } from '../../ports.ts'
import { endReservations, forgetReserveKeys, readEnded } from '../../records/reservation-records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { mustStop, type Run } from './step-run.ts'

const PAGE = 500

/** A page at a time, each in a transaction. Answers how many have ended. */
export async function expireReservations(context: ExecutionContext, run: Run): Promise<number> {
  const { store, userTable, clock, reserver } = context
  const now = clock.now().toISOString()
  let ended = 0
  for (;;) {
    const due = await readEnded(store, userTable, now, PAGE)
    if (due.length === 0 || mustStop(run)) break
    const page = due.slice(0, run.left)
    run.left -= page.length
    ended += await endReservations(store, page)
    await yieldToEventLoop()
  }
  if (ended > 0) await forgetReserveKeys(store, userTable, reserver?.keyName ?? '')
  return ended
}
