/**
 * The deletions whose retention under one rule has ended, read from the ledger in its order.
 *
 * @module
 */

import { type Expiry, endOf } from '../../plan/compile/expiry.ts'
import { yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import { hidesId } from '../../receipt/issue-receipt.ts'
import { isAbout } from '../../receipt/ledger/about.ts'
import { findBySeq, readLedger } from '../../records/ledger-records.ts'
import type { ExecutionContext } from '../context/context.ts'

/** A deletion, without its receipt. */
export interface DueDeletion {
  readonly seq: number
  readonly tenantId: string | null
  readonly subject: UserId
  /** The receipt hides the id behind the subject. */
  readonly isHidden: boolean
}

/** Entries in one read: a receipt has some kilobytes, and the event loop waits for all of them. */
const PAGE = 100
/** Finding hidden ids goes through all ids that rows hold, so it is worth doing for many at once. */
const HIDDEN_WINDOW = 10_000

/** The next due deletions, oldest first; empty when there is none. None behind `ceiling` in the ledger. */
export async function readDue(
  { store, userTable, clock }: ExecutionContext,
  { duration }: Expiry,
  afterSeq: number,
  ceiling: number,
): Promise<readonly DueDeletion[]> {
  const isDue = dueTest(duration, clock.now())
  const due: DueDeletion[] = []
  for (let after = afterSeq; ; ) {
    const page = await readLedger(store, { afterSeq: after, limit: PAGE })
    // Once the latest of them is known to be due, the others are too.
    const latest = page
      .map(({ at }) => at)
      .toSorted()
      .at(-1)
    if (latest !== undefined) isDue(latest)
    for (const entry of page) {
      if (entry.seq > ceiling) return due
      const { seq, tenantId, subject, at } = entry
      if (entry.kind !== 'user.deleted' || subject === null) continue
      if (!isAbout(entry, userTable)) continue
      if (!isDue(at)) return due
      due.push({ seq, tenantId, subject, isHidden: hidesId(entry) })
    }
    const last = page.at(-1)
    const isFull = due.length > 0 && (due.length >= HIDDEN_WINDOW || !due.at(-1)?.isHidden)
    if (isFull || last === undefined || page.length < PAGE) return due
    after = last.seq
    await yieldToEventLoop()
  }
}

/** Deletions by their places in the ledger, whenever they were. */
export async function readDeletions(
  { store, userTable }: ExecutionContext,
  seqs: readonly number[],
): Promise<readonly DueDeletion[]> {
  const found: DueDeletion[] = []
  for (let start = 0; start < seqs.length; start += PAGE) {
    const page = await findBySeq(store, seqs.slice(start, start + PAGE))
    for (const entry of page) {
      const { seq, tenantId, subject, kind } = entry
      if (kind !== 'user.deleted' || subject === null || !isAbout(entry, userTable)) continue
      found.push({ seq, tenantId, subject, isHidden: hidesId(entry) })
    }
    await yieldToEventLoop()
  }
  return found
}

/** Counting by the calendar is slow, and the end is never earlier for a later deletion. */
function dueTest(duration: string, now: Date): (at: string) => boolean {
  let latestDue = ''
  return (at) => {
    if (at <= latestDue) return true
    if (endOf(new Date(at), duration) > now) return false
    latestDue = at
    return true
  }
}
