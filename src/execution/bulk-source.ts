/**
 * Where the ids of a bulk run come from: any iterable, read as the run goes on, or some way ahead of it so that
 * neighbours go together.
 *
 * @module
 */
import { type Countdown, countdown, unlessAborted, yieldToEventLoop } from '../ports.ts'
import type { IdType, UserId } from '../terms.ts'
import { readUserId } from './arguments.ts'
import type { ExecutionContext } from './context.ts'
import { warn } from './notify.ts'

export type Ids = Iterable<unknown> | AsyncIterable<unknown>

/** Ids as they were given, each with its place in the input. */
export interface NumberedId {
  readonly index: number
  readonly given: unknown
}

export interface Taken {
  readonly ids: readonly NumberedId[]
  readonly ended: boolean
  readonly failure: { readonly cause: unknown } | null
}

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
  const reader = openReader(context, ids, signal)
  return { take: (size) => reader.read(size, false), giveUp: reader.giveUp }
}

/** Ids that are read ahead: as many users share few pages of a table, or of an index on their ids. */
const READ_AHEAD = 10_000
/** How long more of them are waited for while there are some to go on with. */
const PATIENCE_MS = 20
/** Ids that are read in one turn of the event loop. */
const TURN = 1_000

/**
 * The order of the ids themselves among those that are read ahead, which go faster so. An input that lets wait is
 * not waited for while there are ids to go on with.
 */
export function openSortedSource(
  context: ExecutionContext,
  ids: Ids,
  signal: AbortSignal | undefined,
): BulkSource {
  const reader = openReader(context, ids, signal)
  const { idType } = context.program.user
  let ahead: Taken = { ids: [], ended: false, failure: null }
  let next = 0
  return {
    giveUp: reader.giveUp,
    async take(size) {
      if (next >= ahead.ids.length) {
        const read = await reader.read(READ_AHEAD, true)
        ahead = { ...read, ids: sorted(read.ids, idType) }
        next = 0
      }
      const taken = ahead.ids.slice(next, next + size)
      next += taken.length
      return next < ahead.ids.length
        ? { ids: taken, ended: false, failure: null }
        : { ...ahead, ids: taken }
    },
  }
}

/** Any order that brings neighbours together will do: what is no id comes first, then numbers, then texts. */
function sorted(ids: readonly NumberedId[], idType: IdType): readonly NumberedId[] {
  return ids
    .map((one) => ({ one, id: readUserId(one.given, idType) }))
    .sort((a, b) => rank(a.id) - rank(b.id) || compare(a.id, b.id))
    .map(({ one }) => one)
}

function rank(id: UserId | null): number {
  if (id === null) return 0
  return typeof id === 'string' ? 2 : 1
}

function compare(a: UserId | null, b: UserId | null): number {
  if (a === null || b === null || a === b) return 0
  return a < b ? -1 : 1
}

type Answer = IteratorResult<unknown>

interface Reader {
  /** So many ids at most. `isHasty`: fewer when they let wait, and with turns for the event loop in between. */
  read(most: number, isHasty: boolean): Promise<Taken>
  giveUp(): Promise<void>
}

function openReader(context: ExecutionContext, ids: Ids, signal: AbortSignal | undefined): Reader {
  const input = Symbol.asyncIterator in ids ? ids[Symbol.asyncIterator]() : ids[Symbol.iterator]()
  let index = 0
  /** Asked for, and not there yet when the reading stopped. */
  let awaited: Promise<Answer> | null = null

  async function read(most: number, isHasty: boolean): Promise<Taken> {
    const found: NumberedId[] = []
    let patience: Countdown | null = null
    try {
      while (found.length < most) {
        const asked = awaited ?? input.next()
        let answer: Answer | null
        // Awaiting each id of a plain array would cost more than deleting some of them.
        if (!('then' in asked)) answer = asked
        else if (!isHasty && signal === undefined) answer = await asked
        else answer = await inTime(asked, patience)
        if (answer === null) return { ids: found, ended: false, failure: null }
        if (answer.done) return { ids: found, ended: true, failure: null }
        found.push({ index, given: answer.value })
        index += 1
        if (isHasty) patience ??= countdown(PATIENCE_MS)
        if (isHasty && found.length % TURN === 0) await yieldToEventLoop()
      }
      return { ids: found, ended: false, failure: null }
    } catch (cause) {
      awaited = null
      return { ids: found, ended: true, failure: { cause } }
    } finally {
      patience?.stop()
    }
  }

  /** `null` when patience, or without any the run, ends first; the answer is waited for again next time. */
  async function inTime(
    asked: Promise<Answer>,
    patience: Countdown | null,
  ): Promise<Answer | null> {
    awaited = asked
    let answer: Answer | null = null
    const waiting = asked.then((value) => {
      answer = value
    })
    await (patience === null
      ? unlessAborted(signal, waiting)
      : Promise.race([waiting, patience.over]))
    if (answer !== null) awaited = null
    return answer
  }

  return {
    read,
    async giveUp() {
      // What the run has done is worth more than how its input ends.
      const ended = Promise.resolve()
        .then(() => input.return?.())
        .catch((cause) => warn(context, 'an input of ids failed when it was given up', { cause }))
      // One that is still looking for an id only ends when it has found it.
      if (awaited === null) await ended
    },
  }
}
