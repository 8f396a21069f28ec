/**
 * What has to be done now and then, in one call.
 *
 * @module
 */
import { endsRuns, type UserDeletionError } from '../../errors.ts'
import type { Sanitized } from '../../store/store.ts'
import type { ExecutionContext } from '../context/context.ts'
import { toEngineError } from '../context/failures.ts'
import { clearLeftovers, type Leftovers } from '../job/leftovers.ts'
import { type ResumeResult, resumeJobs } from '../job/resume.ts'
import { type PurgeResult, purgeDue } from '../life-cycle/purge.ts'
import type { ClockBound } from '../life-cycle/seen-clock.ts'
import { type ExpiryResult, expireRetained } from '../retention/expire-retained.ts'
import type { JournalDebt } from './journal-debt.ts'
import { takeLease } from './lease.ts'
import { clearOldEvents, type WaitingEvents } from './old-events.ts'
import { type OverdueJob, overdueJobs } from './overdue.ts'

/** What became of each part; `null` for one that was not reached, or failed. */
export interface Maintenance {
  /**
   * Whether another call, of this process or another one, is at it: nothing was done here, or no more since it has
   * taken over from this one.
   */
  readonly elsewhere: boolean
  readonly resumed: ResumeResult | null
  readonly purged: PurgeResult | null
  readonly expired: ExpiryResult | null
  /** What killed runs and old tokens had left. */
  readonly cleared: Leftovers | null
  /** What waits in the outbox, and events that have waited too long. */
  readonly outbox: WaitingEvents | null
  /** How far the journal is clear. */
  readonly journal: Sanitized | null
  /** Open requests that are late, up to 100; `engine.overdue()` lists them all. */
  readonly overdue: readonly OverdueJob[] | null
  /** Parts that failed. The others were still done, unless the store itself was at fault. */
  readonly failed: readonly {
    readonly part:
      | 'lease'
      | 'resume'
      | 'purge'
      | 'expire'
      | 'clear'
      | 'outbox'
      | 'journal'
      | 'overdue'
    readonly error: UserDeletionError
  }[]
  /** Whether the signal ended it. */
  readonly stopped: boolean
}

export interface MaintainRequest extends ClockBound {
  readonly signal: AbortSignal | undefined
  readonly outboxMaxAge: string | null
}

const LIMIT = 1_000
const MAX_OVERDUE = 100

/** One call at a time, and one part after the other; one that fails does not stop the others, unless the store is at fault. */
export async function maintain(
  context: ExecutionContext,
  debt: JournalDebt,
  { signal, outboxMaxAge, ...clock }: MaintainRequest,
): Promise<Maintenance> {
  const failed: Maintenance['failed'][number][] = []
  let isOver = false
  let isLost = (): boolean => false
  async function part<T>(
    name: Maintenance['failed'][number]['part'],
    work: () => Promise<T>,
  ): Promise<T | null> {
    if (isOver || signal?.aborted || isLost()) return null
    try {
      return await work()
    } catch (cause) {
      const error = toEngineError(cause)
      isOver = endsRuns(error)
      failed.push({ part: name, error })
      return null
    }
  }
  const limit = LIMIT
  const taken = await part('lease', async () => ({ lease: await takeLease(context, 'maintain') }))
  const lease = taken?.lease
  if (lease === null) return { ...NOTHING, failed, elsewhere: true }
  isLost = () => lease?.isLost() ?? false
  const resumed = await part('resume', () => resumeJobs(context, limit, signal))
  const purged = await part('purge', () => purgeDue(context, { limit, signal, ...clock }))
  const all = { limit: Number.MAX_SAFE_INTEGER, signal, ...clock, confirmClock: false }
  const expired = await part('expire', () => expireRetained(context, all))
  // What goes by its age waits for a clock that is believed.
  const isClockGood = failed.every(({ error }) => error.code !== 'clock_jumped')
  const cleared = isClockGood ? await part('clear', () => clearLeftovers(context)) : null
  const maxAge = isClockGood ? outboxMaxAge : null
  const outbox = await part('outbox', () => clearOldEvents(context, maxAge))
  if ((cleared?.runs ?? 0) > 0 || (outbox?.removed ?? 0) > 0) await debt.owe()
  const journal = await part('journal', () => debt.settle())
  const overdue = await part('overdue', () => firstOverdue(context))
  await lease?.end()
  const stopped = signal?.aborted ?? false
  return {
    elsewhere: isLost(),
    resumed,
    purged,
    expired,
    cleared,
    outbox,
    journal,
    overdue,
    failed,
    stopped,
  }
}

const NOTHING = {
  ...{ resumed: null, purged: null, expired: null, cleared: null },
  ...{ outbox: null, journal: null, overdue: null },
  stopped: false,
} as const

async function firstOverdue(context: ExecutionContext): Promise<readonly OverdueJob[]> {
  const found: OverdueJob[] = []
  for await (const job of overdueJobs(context, undefined)) {
    found.push(job)
    if (found.length === MAX_OVERDUE) break
  }
  return found
}
