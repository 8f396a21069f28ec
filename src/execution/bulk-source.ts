/**
 * Where the ids of a bulk run come from: any iterable, read as the run goes on, or some way ahead of it so that
 * neighbours go together.
 *
 * @module
 */
import { monotonicMs, type Wait, waitFor, waitForAbort, yieldToEventLoop } from '../ports.ts'
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
    async giveUp() {
      const cause = ahead.failure?.cause
      if (cause !== undefined)
        warn(context, 'an input of ids failed behind the last one deleted', { cause })
      await reader.giveUp()
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

interface Reader {
  /** So many ids at most. With `mayBeFewer` those that are there, and turns for the event loop in between. */
  read(most: number, mayBeFewer: boolean): Promise<Taken>
  giveUp(): Promise<void>
}

/** How long more ids are waited for while there are some to go on with. */
const PATIENCE_MS = 20
/** Reading goes on for so long before the event loop has its turn. */
const TURN_MS = 4

function openReader(context: ExecutionContext, ids: Ids, signal: AbortSignal | undefined): Reader {
  const input = Symbol.asyncIterator in ids ? ids[Symbol.asyncIterator]() : ids[Symbol.iterator]()
  let index = 0
  let hasEnded = false
  /** Asked for, and not there yet when the reading stopped. */
  let awaited: Question | null = null

  async function read(most: number, mayBeFewer: boolean): Promise<Taken> {
    const found: NumberedId[] = []
    const abort = waitForAbort(signal)
    let patience: Wait | null = null
    let turn = monotonicMs()
    try {
      while (found.length < most) {
        const asked = awaited?.answer ?? input.next()
        let answer: Answer | null
        // Awaiting each id of a plain array would cost more than deleting some of them.
        if (!('then' in asked)) answer = asked
        else if (!mayBeFewer && signal === undefined) answer = await asked
        else answer = await answerUnless((patience ?? abort).over, asked)
        if (answer === null) return { ids: found, ended: false, failure: null }
        hasEnded = answer.done === true
        if (hasEnded) return { ids: found, ended: true, failure: null }
        found.push({ index, given: answer.value })
        index += 1
        if (!mayBeFewer) continue
        patience ??= waitFor(PATIENCE_MS)
        if (monotonicMs() - turn < TURN_MS) continue
        await yieldToEventLoop()
        turn = monotonicMs()
      }
      return { ids: found, ended: false, failure: null }
    } catch (cause) {
      hasEnded = true
      return { ids: found, ended: true, failure: { cause } }
    } finally {
      abort.stop()
      patience?.stop()
    }
  }

  /** `null` when `over` is kept first: then the same answer is waited for the next time. */
  async function answerUnless(
    over: Promise<null>,
    asked: PromiseLike<Answer>,
  ): Promise<Answer | null> {
    awaited ??= ask(asked)
    const answer = await Promise.race([awaited.answer, over])
    if (answer !== null) awaited = null
    return answer
  }

  return {
    read,
    async giveUp() {
      if (hasEnded) return
      // What the run has done is worth more than how its input ends.
      const ended = Promise.resolve()
        .then(() => input.return?.())
        .catch((cause) => warn(context, 'an input of ids failed when it was given up', { cause }))
      // One that is still looking for an id only ends when it has found it.
      if (awaited === null || awaited.isAnswered) await ended
    },
  }
}

type Answer = IteratorResult<unknown>

interface Question {
  readonly answer: Promise<Answer>
  readonly isAnswered: boolean
}

/** A failure is told when the answer is waited for, and never if the run has ended by then. */
function ask(asked: PromiseLike<Answer>): Question {
  const question = { answer: Promise.resolve(asked), isAnswered: false }
  const note = (): void => {
    question.isAnswered = true
  }
  question.answer.then(note, note)
  return question
}
