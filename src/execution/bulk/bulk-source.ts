/**
 * The order in which the ids of a bulk run are taken: that of the input, or their own some way ahead, because
 * neighbours delete faster.
 *
 * @module
 */

import type { UserId } from '../../program/program.ts'
import type { HeldColumn } from '../../program/stored-id.ts'
import { readUserId } from '../context/arguments.ts'
import type { ExecutionContext } from '../context/context.ts'
import { warn } from '../decision/notify.ts'
import { type Ids, openInput, type Taken } from './id-input.ts'

export interface BulkSource {
  /** Up to so many of the next ids. Ids that came before the input threw still count. An abort ends the waiting. */
  take(size: number): Promise<Taken>
  /** Ends an input from which no more ids are wanted. A failure goes to the logger. */
  giveUp(): Promise<void>
}

export interface SourceOptions {
  readonly signal: AbortSignal | undefined
  /** Sorts the ids read ahead. Never waits for a slow input while there are ids to go on with. */
  readonly readsAhead: boolean
}

/** Ids to read ahead: so many users share few pages of a table or of an index on their ids. */
const READ_AHEAD = 10_000

export function openSource(
  context: ExecutionContext,
  ids: Ids,
  { signal, readsAhead }: SourceOptions,
): BulkSource {
  const input = openInput(context, ids, signal)
  let window = NOTHING
  /** Offsets in the window, in the order in which they are taken. */
  let order: readonly number[] = []
  let next = 0

  async function takeAhead(size: number): Promise<Taken> {
    if (next === order.length) {
      // The ids before would survive V8's young collections while others are read.
      window = NOTHING
      window = await input.read(READ_AHEAD, true)
      order = orderOf(window.ids, context.columns.id)
      next = 0
    }
    const { ids, indexOf, ended, failure } = window
    const offsets = order.slice(next, next + size)
    next += offsets.length
    const isLast = next === order.length
    return {
      ids: offsets.map((offset) => ids[offset]),
      indexOf: (offset) => indexOf(offsets[offset] ?? 0),
      ended: isLast && ended,
      failure: isLast ? failure : null,
    }
  }

  return {
    take: (size) => (readsAhead ? takeAhead(size) : input.read(size, false)),
    async giveUp() {
      const { failure } = window
      if (failure !== null && next < order.length)
        warn(context, 'an input of ids failed behind the last one deleted', { ...failure })
      await input.giveUp()
    },
  }
}

const NOTHING: Taken = { ids: [], indexOf: () => 0, ended: false, failure: null }

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
