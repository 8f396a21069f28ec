/**
 * The ids that a host feeds into a bulk run: any iterable, whatever becomes of it.
 *
 * @module
 */
import { monotonicMs, type Wait, waitFor, waitForAbort, yieldToEventLoop } from '../../ports.ts'
import type { ExecutionContext } from '../context/context.ts'
import { warn } from '../decision/notify.ts'

export type Ids = Iterable<unknown> | AsyncIterable<unknown>

/** Ids as they were given. */
export interface Taken {
  readonly ids: readonly unknown[]
  /** Where in the input the id at an offset of the list stood. */
  indexOf(offset: number): number
  readonly ended: boolean
  readonly failure: { readonly cause: unknown } | null
}

export interface IdInput {
  /** So many ids at most, with turns for the event loop in between; with `mayBeFewer` those that are there. */
  read(most: number, mayBeFewer: boolean): Promise<Taken>
  /** Tells the input that nobody asks it any more. A failure goes to the logger. */
  giveUp(): Promise<void>
}

/** How long to wait for more ids while there are some to work on. */
const PATIENCE_MS = 20
/** Reading goes on for so long before the event loop has its turn. */
const TURN_MS = 4

export function openInput(
  context: ExecutionContext,
  ids: Ids,
  signal: AbortSignal | undefined,
): IdInput {
  const iterator =
    Symbol.asyncIterator in ids ? ids[Symbol.asyncIterator]() : ids[Symbol.iterator]()
  let total = 0
  let hasEnded = false
  /** Asked for, and not there yet when the reading stopped. */
  let awaited: Question | null = null

  async function read(most: number, mayBeFewer: boolean): Promise<Taken> {
    const ids: unknown[] = []
    const first = total
    const taken = (ended: boolean, failure: Taken['failure'] = null): Taken => {
      total += ids.length
      return { ids, indexOf: (offset) => first + offset, ended, failure }
    }
    const abort = waitForAbort(signal)
    let patience: Wait | null = null
    let turn = monotonicMs()
    try {
      while (ids.length < most) {
        const asked = awaited?.answer ?? iterator.next()
        let answer: Answer | null
        // Awaiting each id of a plain array would cost more than deleting some of them.
        if (!('then' in asked)) answer = asked
        else if (!mayBeFewer && signal === undefined) answer = await asked
        else answer = await answerUnless((patience ?? abort).over, asked)
        if (answer === null) return taken(false)
        hasEnded = answer.done === true
        if (hasEnded) return taken(true)
        ids.push(answer.value)
        if (mayBeFewer) patience ??= waitFor(PATIENCE_MS)
        if (monotonicMs() - turn < TURN_MS) continue
        await yieldToEventLoop()
        turn = monotonicMs()
      }
      return taken(false)
    } catch (cause) {
      hasEnded = true
      return taken(true, { cause })
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
      // The result of the run matters more than an error at the end of its input.
      const ended = Promise.resolve()
        .then(() => iterator.return?.())
        .catch((cause) => warn(context, 'an input of ids failed when it was given up', { cause }))
      // An input that is still looking for an id ends only when it has found it.
      if (awaited === null || awaited.isAnswered) await ended
    },
  }
}

type Answer = IteratorResult<unknown>

interface Question {
  readonly answer: Promise<Answer>
  readonly isAnswered: boolean
}

/** A failure rejects when the answer is awaited, and is dropped if the run has ended by then. */
function ask(asked: PromiseLike<Answer>): Question {
  const question = { answer: Promise.resolve(asked), isAnswered: false }
  const note = (): void => {
    question.isAnswered = true
  }
  question.answer.then(note, note)
  return question
}
