/**
 * The retentions of one step whose end has come.
 *
 * @module
 */
import type { Expiry } from '../../plan/compile/expiry.ts'
import { yieldToEventLoop } from '../../ports.ts'
import { endOfTerm } from '../../program/retention-term.ts'
import { findRetentions, readRetentions } from '../../records/retention-records.ts'
import { deletionsIn, type RetainedDeletion, retainedStep } from '../../store/open-retentions.ts'
import type { OpenRetention, RetentionState } from '../../store/records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { nameOf } from './step-progress.ts'

/** Where a page ends: the last deletion in it. */
export type Place = Pick<RetainedDeletion, 'at' | 'seq'>

export interface DuePage {
  readonly records: readonly OpenRetention[]
  /** Where to go on; `null` where no more are due. */
  readonly next: Place | null
}

/** Records in one read. */
const PAGE = 100
/** Finding hidden ids goes through all ids that rows hold, so it is worth doing for many at once. */
const HIDDEN_WINDOW = 10_000

/** The next due ones, those of the earliest deletions first. None of deletions behind `ceiling` in the ledger. */
export async function readDue(
  { store, clock }: ExecutionContext,
  expiry: Expiry,
  after: Place | null,
  ceiling: number,
): Promise<DuePage> {
  const now = clock.now()
  const due: OpenRetention[] = []
  let deletions = 0
  for (let from = after; ; ) {
    const query = { step: nameOf(expiry), state: 'waiting', after: from, limit: PAGE } as const
    const page = await readRetentions(store, query)
    for (const record of page) {
      if (endOfTerm(new Date(record.at), expiry.term) > now) return { records: due, next: null }
      from = endOfRecord(record)
      if (from.seq > ceiling) continue
      due.push(record)
      deletions += record.subjects.length
    }
    if (page.length < PAGE) return { records: due, next: null }
    const isFull = due[0]?.hidden === 1 ? deletions >= HIDDEN_WINDOW : deletions > 0
    if (isFull) return { records: due, next: from }
    await yieldToEventLoop()
  }
}

/** All of a step in one state, page by page. */
export async function* readAll(
  { store }: ExecutionContext,
  expiry: Expiry,
  state: RetentionState,
): AsyncGenerator<readonly OpenRetention[]> {
  for (let after: Place | null = null; ; ) {
    const page: readonly OpenRetention[] = await readRetentions(store, {
      ...{ step: nameOf(expiry), state, after, limit: PAGE },
    })
    yield page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = endOfRecord(last)
    await yieldToEventLoop()
  }
}

/**
 * Of deletions whose rows others are found by: what those others are still to do, by the place of the deletion. `held`
 * where it is only a hold that keeps them.
 */
export async function findChildren(
  { store }: ExecutionContext,
  { after, program }: Expiry,
  deletions: readonly RetainedDeletion[],
): Promise<ReadonlyMap<number, 'held' | 'open'>> {
  const steps = after.map((stepId) => retainedStep(program.user.table, stepId))
  const places = deletions.map(({ seq }) => seq)
  const found = new Map<number, 'held' | 'open'>()
  for (const record of await findRetentions(store, steps, places)) {
    for (const { seq } of deletionsIn(record)) {
      if (record.state === 'held') found.set(seq, found.get(seq) ?? 'held')
      else found.set(seq, 'open')
    }
  }
  return found
}

function endOfRecord({ at, seq, subjects }: OpenRetention): Place {
  return { at, seq: seq + subjects.length - 1 }
}
