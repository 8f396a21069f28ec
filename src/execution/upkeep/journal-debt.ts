/**
 * The clearing of the journal: owed by every commit that removed rows, and paid for many of them at once.
 *
 * A database may keep deleted rows in its journal. Clearing it costs far more than deleting a user, so it is done in
 * a pause between deletions, or when the debt reaches its greatest age. The ledger notes when, and up to which entry.
 * A debt that a crash leaves shows in the ledger too, and `maintain()` pays it.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { backoffMs, type Clock, type Logger, laterBy } from '../../ports.ts'
import type { Issuer } from '../../receipt/issue-receipt.ts'
import { sealStorageFact } from '../../receipt/seal-facts.ts'
import { appendLedger, ledgerHead, readLedger } from '../../records/ledger-records.ts'
import type { Sanitized, Store } from '../../store/store.ts'

export interface JournalDebt {
  /** Whether the store has a journal that can be cleared. */
  readonly canArise: boolean
  /** A commit has removed rows. Waits only where the debt is as old as it may be. Never rejects. */
  owe(): Promise<void>
  /** A bulk run begins: nothing is paid until it ends, as its log is long and other threads work on it. */
  beginRun(): void
  /** The run is over, and what it owes is paid. Never rejects. */
  endRun(): Promise<void>
  /** Pays what is owed for everything that has committed, also by a process that is gone. Rejects where it fails. */
  settle(): Promise<Sanitized>
  /** Clears by another way than {@link Store.clearJournal}; the ledger notes the level reached, whichever it is. */
  clearBy<Fact extends Sanitized>(work: () => Promise<Fact>): Promise<Fact>
}

export interface JournalDebtInput {
  readonly store: Store
  readonly issuer: Issuer
  readonly clock: Clock
  readonly logger: Logger
  /** How old the debt may become, in milliseconds. */
  readonly delayMs: number
}

/** A pause is a part of the time that the debt may last. */
const PAUSES = 4
/** Between two tries while something is in the way. */
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

export function openJournalDebt(input: JournalDebtInput): JournalDebt {
  const { store, issuer, clock, logger, delayMs } = input
  const { clearJournal } = store
  const canArise = clearJournal !== undefined
  /** Commits that removed rows, and how many of them are paid for. */
  let owed = 0
  let paid = 0
  let runs = 0
  /** Tries since the last one that cleared everything. */
  let failures = 0
  let isUnfinishedTold = false
  let age = { since: 0, dueAt: 0 }
  /** The timer that counts; an earlier one that still fires does nothing. */
  let planned: object | null = null
  let last: Promise<unknown> = Promise.resolve()

  /** One at a time: the second would find the log in use by the first. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  async function clear<Fact extends Sanitized>(
    work: () => Promise<Fact>,
    isTold: (fact: Fact) => boolean,
  ): Promise<Fact> {
    const upTo = owed
    const before = await ledgerHead(store)
    const fact = await work()
    if (isTold(fact)) {
      await appendLedger(store, (head) => sealStorageFact(issuer, fact, before, head))
    }
    isUnfinishedTold = !fact.complete
    if (fact.complete) {
      paid = upTo
      failures = 0
    }
    return fact
  }

  /** An obstacle that stays is noted once. */
  async function pay(): Promise<Sanitized> {
    if (clearJournal === undefined) return nothingToClear(store)
    return clear(
      () => clearJournal.call(store),
      ({ complete }) => complete || !isUnfinishedTold,
    )
  }

  /** Tries, and sees to the next try. */
  async function attempt(): Promise<void> {
    let mayPass = true
    try {
      const fact = await inTurn(async () => (paid === owed ? null : pay()))
      if (fact?.complete === false) failures += 1
    } catch (cause) {
      failures += 1
      mayPass = cause instanceof UserDeletionError && cause.retryable
      report(cause)
    }
    planned = null
    const retryMs = backoffMs(failures, FIRST_RETRY_MS, LAST_RETRY_MS)
    startAge(failures === 0 ? delayMs : retryMs)
    if (failures === 0) waitForPause()
    else if (mayPass) plan(retryMs, attempt)
  }

  function startAge(ms: number): void {
    const since = clock.now().getTime()
    age = { since, dueAt: since + ms }
  }

  /** A clock that was set back must not keep the debt. */
  function isDue(): boolean {
    const now = clock.now().getTime()
    return now >= age.dueAt || now < age.since
  }

  function waitForPause(): void {
    if (planned !== null) return
    const seen = owed
    plan(Math.ceil(delayMs / PAUSES), async () => {
      if (owed === seen || isDue()) await attempt()
      else waitForPause()
    })
  }

  /** In a turn of the event loop that is nobody else's. */
  function plan(ms: number, work: () => Promise<void>): void {
    if (paid === owed) return
    const own = {}
    planned = own
    laterBy(clock, ms, () => {
      if (planned !== own) return
      planned = null
      if (runs === 0 && paid !== owed) void work().catch(report)
    })
  }

  function report(cause: unknown): void {
    logger.warn('the journal could not be cleared', { cause })
  }

  return {
    canArise,
    async owe() {
      if (!canArise) return
      owed += 1
      if (runs > 0) return
      try {
        if (owed === paid + 1 && failures === 0) startAge(delayMs)
        if (delayMs === 0 || isDue()) await attempt()
        else waitForPause()
      } catch (cause) {
        report(cause)
      }
    },
    beginRun() {
      runs += 1
    },
    async endRun() {
      runs -= 1
      if (paid !== owed) await attempt().catch(report)
    },
    async settle() {
      if (!canArise) return nothingToClear(store)
      return inTurn(async () => (paid === owed ? await standing(store) : null) ?? (await pay()))
    },
    clearBy: (work) => inTurn(() => clear(work, () => true)),
  }
}

/** No more is reached than each commit does. */
function nothingToClear({ capabilities: { erasure } }: Store): Sanitized {
  return { level: erasure, complete: true }
}

/** What the ledger says of the journal; `null` where that is not that it is clear. */
async function standing(store: Store): Promise<Sanitized | null> {
  const head = await ledgerHead(store)
  // Nobody was deleted, so nothing was looked at.
  if (head === null) return nothingToClear(store)
  const [last] = await readLedger(store, { afterSeq: head.seq - 1, limit: 1 })
  if (last?.kind !== 'storage.sanitized') return null
  const { level, complete, throughSeq } = JSON.parse(last.body) as Partial<Told>
  if (level === undefined || complete !== true) return null
  // Between the look at the ledger and the clearing others may have committed.
  return Number(throughSeq) >= last.seq - 1 ? { level, complete } : null
}

interface Told extends Sanitized {
  readonly throughSeq: number
}
