/**
 * The order in which the ids of a bulk run are taken: that of the input, or their own some way ahead, so that
 * neighbours go together.
 *
 * @module
 */

import type { UserId } from '../../program/program.ts'
import type { HeldColumn } from '../../program/stored-id.ts'
import { readUserId } from '../context/arguments.ts'
import type { ExecutionContext } from '../context/context.ts'
import { warn } from '../decision/notify.ts'
import { type BulkRun, otherList, type Window } from './bulk-run.ts'
import { type Ids, openInput, type Taken } from './id-input.ts'

export interface BulkSource {
  /**
   * The next ids, so many at most; what came before an input that throws still counts. An abort ends the waiting.
   *
   * @throws {@link otherList} when the key of the run belongs to another list, which one is that ends too soon.
   */
  take(size: number): Promise<TakenNext>
  /** Tells an input that nobody asks it any more. A failure goes to the logger. */
  giveUp(): Promise<void>
}

export interface TakenNext extends Taken {
  /** Ids that an earlier call of the run has dealt with, and this one passes over. */
  readonly skipped: number
}

export interface SourceOptions {
  readonly run: BulkRun
  readonly signal: AbortSignal | undefined
  /**
   * The order of the ids themselves among those that are read ahead, which go faster so. An input that lets wait is
   * not waited for while there are ids to go on with.
   */
  readonly readsAhead: boolean
}

/** Ids that are read ahead: as many users share few pages of a table, or of an index on their ids. */
const READ_AHEAD = 10_000
/** Ids that are passed over at once. */
const SKIP = 1_000

export function openSource(
  context: ExecutionContext,
  ids: Ids,
  { run, signal, readsAhead }: SourceOptions,
): BulkSource {
  const input = openInput(context, ids, signal)
  const { id: column } = context.columns
  let skipped = 0
  let unfinished = run.ahead
  let window = NOTHING
  /** Offsets in the window, in the order in which they are taken; `null` for that of the list. */
  let order: Window['order'] = null
  let next = 0

  async function skip(): Promise<TakenNext> {
    const front = await input.read(Math.min(SKIP, run.done - skipped), false)
    skipped += front.ids.length
    await run.skip(front.ids)
    if (skipped < run.done && hasEnded(front)) throw otherList()
    window = { ...front, ids: [] }
    return { ...window, skipped: front.ids.length }
  }

  /** Reads the next window; answers how many of its ids an earlier call has dealt with. */
  async function readOn(size: number): Promise<number> {
    // Those before would survive V8's young collections while others are read.
    window = NOTHING
    if (unfinished > 0) window = await readAgain(unfinished)
    else window = await input.read(readsAhead ? READ_AHEAD : size, readsAhead)
    const { ids } = window
    order = unfinished > 0 || readsAhead ? orderOf(ids, column) : null
    unfinished = 0
    next = ids.length === 0 ? 0 : await run.begin({ ids, order })
    return next
  }

  /**
   * The very ids of a window that was begun. Only when all are there it shows that they are the same, so where the
   * input fails before, nobody's turn comes.
   */
  async function readAgain(count: number): Promise<Taken> {
    const again = await input.read(count, false)
    if (again.ids.length === count) return again
    if (hasEnded(again)) throw otherList()
    return { ...again, ids: [] }
  }

  /** Whether there are no more, and nothing else has ended the reading. */
  function hasEnded({ ended, failure }: Taken): boolean {
    return ended && failure === null && signal?.aborted !== true
  }

  async function take(size: number): Promise<TakenNext> {
    if (skipped < run.done) return skip()
    const alreadyDone = next < window.ids.length ? 0 : await readOn(size)
    const start = next
    next = order === null ? window.ids.length : Math.min(start + size, window.ids.length)
    const isLast = next === window.ids.length
    return {
      ...turn(window, order, start, next),
      skipped: alreadyDone,
      ended: isLast && window.ended,
      failure: isLast ? window.failure : null,
    }
  }

  async function giveUp(): Promise<void> {
    const { failure } = window
    if (failure !== null)
      warn(context, 'an input of ids failed behind the last one deleted', { ...failure })
    await input.giveUp()
  }

  return {
    async take(size) {
      try {
        return await take(size)
      } catch (cause) {
        await giveUp()
        throw cause
      }
    },
    giveUp,
  }
}

const NOTHING: Taken = { ids: [], indexOf: () => 0, ended: false, failure: null }

/** Those whose turn it is from `start` to `end`. In the order of the list a window has been read for one turn, and goes as a whole. */
function turn(
  { ids, indexOf }: Taken,
  order: Window['order'],
  start: number,
  end: number,
): Pick<Taken, 'ids' | 'indexOf'> {
  if (order === null) return { ids, indexOf }
  const offsets = order.slice(start, end)
  return {
    ids: offsets.map((offset) => ids[offset]),
    indexOf: (offset) => indexOf(offsets[offset] ?? 0),
  }
}

/** Any order that brings neighbours together will do: what is no id comes first, then numbers, then texts. */
function orderOf(given: readonly unknown[], column: HeldColumn): readonly number[] {
  const ids = given.map((one) => readUserId(one, column))
  const compareAt = (a: number, b: number): number => compare(ids[a] ?? null, ids[b] ?? null)
  return [...ids.keys()].sort(compareAt)
}

function compare(a: UserId | null, b: UserId | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b)
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' ? 1 : -1
  return a < b ? -1 : Number(a > b)
}
