/**
 * The order in which the ids of a bulk run are taken: that of the input, or their own some way ahead, so that
 * neighbours go together.
 *
 * @module
 */
import type { IdType, UserId } from '../terms.ts'
import { readUserId } from './arguments.ts'
import type { ExecutionContext } from './context.ts'
import { type Ids, openInput, type Taken } from './id-input.ts'
import { warn } from './notify.ts'

export interface BulkSource {
  /** The next ids, so many at most; what came before an input that throws still counts. An abort ends the waiting. */
  take(size: number): Promise<Taken>
  /** Tells an input that nobody asks it any more. A failure goes to the logger. */
  giveUp(): Promise<void>
}

/** The order of the input, one id read for each that is taken. */
export function openSource(
  context: ExecutionContext,
  ids: Ids,
  signal: AbortSignal | undefined,
): BulkSource {
  const input = openInput(context, ids, signal)
  return { take: (size) => input.read(size, false), giveUp: input.giveUp }
}

/** Ids that are read ahead: as many users share few pages of a table, or of an index on their ids. */
const READ_AHEAD = 10_000

/**
 * The order of the ids themselves among those that are read ahead, which go faster so. An input that lets wait is
 * not waited for while there are ids to go on with.
 */
export function openSortedSource(
  context: ExecutionContext,
  ids: Ids,
  signal: AbortSignal | undefined,
): BulkSource {
  const input = openInput(context, ids, signal)
  const { idType } = context.program.user
  let ahead: Taken = { ids: [], indexOf: () => 0, ended: false, failure: null }
  /** Offsets of those read ahead, in the order of the ids. */
  let order: readonly number[] = []
  let next = 0
  return {
    async take(size) {
      if (next >= order.length) {
        ahead = await input.read(READ_AHEAD, true)
        order = orderOf(ahead.ids, idType)
        next = 0
      }
      const { ids, indexOf } = ahead
      const offsets = order.slice(next, next + size)
      next += offsets.length
      const isLast = next >= order.length
      return {
        ids: offsets.map((offset) => ids[offset]),
        indexOf: (offset) => indexOf(offsets[offset] ?? 0),
        ended: isLast && ahead.ended,
        failure: isLast ? ahead.failure : null,
      }
    },
    async giveUp() {
      const { failure } = ahead
      if (failure !== null)
        warn(context, 'an input of ids failed behind the last one deleted', { ...failure })
      await input.giveUp()
    },
  }
}

/** Any order that brings neighbours together will do: what is no id comes first, then numbers, then texts. */
function orderOf(given: readonly unknown[], idType: IdType): readonly number[] {
  const ids = given.map((one) => readUserId(one, idType))
  const compareAt = (a: number, b: number): number => compare(ids[a] ?? null, ids[b] ?? null)
  return [...ids.keys()].sort(compareAt)
}

function compare(a: UserId | null, b: UserId | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b)
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' ? 1 : -1
  return a < b ? -1 : Number(a > b)
}
