/**
 * A bulk run under a key: the same list fed again goes on where it stopped.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { idText } from '../../plan/build-plan.ts'
import { sha256, yieldToEventLoop } from '../../ports.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import { readUserId } from '../context/arguments.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'

/** Ids that were read together, in the order of the list. */
export interface Window {
  readonly ids: readonly unknown[]
  /** Their offsets in the order in which they are dealt with; `null` for that of the list. */
  readonly order: readonly number[] | null
}

/** How far a run is, told by the list itself. */
export interface BulkRun {
  /** Ids at the front of the list that an earlier call has dealt with. */
  readonly done: number
  /** How many of those behind them it had read ahead, and not dealt with all of; they are a window once more. */
  readonly ahead: number
  /** Passes over the next ids of the front. @throws {@link otherList} when they differ from the recorded ones. */
  skip(ids: readonly unknown[]): Promise<void>
  /**
   * Begins with the ids behind all that came before; answers how many of them, in their order, an earlier call
   * has dealt with.
   *
   * @throws {@link otherList} as above.
   */
  begin(window: Window): Promise<number>
  /**
   * So many more of the window are dealt with. Recorded after the commit of their slice: what a crash lets slip
   * in between is met again, and answered from the ledger.
   */
  pass(count: number): Promise<void>
  /** Records nothing more: whoever comes next is met again when the list is fed again. */
  stand(): void
}

interface Recorded {
  /** Ids at the front of the list, all of them dealt with. */
  readonly done: number
  /** Hash over them, each hashed onto the one before. */
  readonly trail: string
  /** When that was; it is forgotten some day. */
  readonly at?: string
  /** The window behind them, where it is not through. */
  readonly ahead?: Ahead
}

interface Ahead {
  /** How many there are, and how many of them are dealt with. */
  readonly ids: number
  readonly done: number
  /** The trail gone on over all of them. */
  readonly trail: string
  /** The same over those that are dealt with, in their order; by another order nobody is passed over. */
  readonly order: string
}

/** A run without a key remembers nothing. */
export const UNKEYED: BulkRun = {
  done: 0,
  ahead: 0,
  skip: async () => {},
  begin: async () => 0,
  pass: async () => {},
  stand() {},
}

export async function openRun(
  { store, columns, userTable, clock }: ExecutionContext,
  { tenantId }: DeletionRequest,
  key: string,
): Promise<BulkRun> {
  const mark = `run:${JSON.stringify([userTable, tenantId, key])}`
  // The second is that of an earlier layout, which did not name the table of the users.
  const text =
    (await readMark(store, mark)) ??
    (await readMark(store, `run:${JSON.stringify([tenantId, key])}`))
  const recorded: Recorded = text === null ? { done: 0, trail: '' } : (JSON.parse(text) as Recorded)
  let { ahead } = recorded
  let done = 0
  let trail = ''
  let window: Window = { ids: [], order: null }
  let own: Ahead = { ids: 0, done: 0, trail, order: trail }
  let isStanding = false
  const now = (): string => clock.now().toISOString()

  /** The same a number of ids of the window further on. */
  async function further(from: Ahead, count: number): Promise<Ahead> {
    const { ids, order } = window
    const done = from.done + count
    const next = order?.slice(from.done, done).map((offset) => ids[offset])
    return { ...from, done, order: await extend(from.order, next ?? ids.slice(from.done, done)) }
  }

  async function extend(from: string, ids: readonly unknown[]): Promise<string> {
    let hash = from
    for (const [index, id] of ids.entries()) {
      const known = readUserId(id, columns.id)
      hash = sha256(`${hash}${known === null ? 'no id,' : idText(known)}`)
      if (index % IDS_A_TURN === IDS_A_TURN - 1) await yieldToEventLoop()
    }
    return hash
  }

  return {
    done: recorded.done,
    ahead: ahead?.ids ?? 0,
    async skip(ids) {
      trail = await extend(trail, ids)
      done += ids.length
      if (done === recorded.done && trail !== recorded.trail) throw otherList()
    },
    async begin(next) {
      window = next
      own = { ids: next.ids.length, done: 0, trail: await extend(trail, next.ids), order: trail }
      const known = ahead
      ahead = undefined
      if (known === undefined) return 0
      if (own.trail !== known.trail) throw otherList()
      const met = await further(own, known.done)
      if (met.order === known.order) own = met
      return own.done
    },
    async pass(count) {
      if (isStanding) return
      if (own.done + count < own.ids) {
        own = await further(own, count)
        await writeMark(store, mark, JSON.stringify({ done, trail, ahead: own, at: now() }))
        return
      }
      done += own.ids
      trail = own.trail
      await writeMark(store, mark, JSON.stringify({ done, trail, at: now() }))
    },
    stand() {
      isStanding = true
    },
  }
}

/** The event loop has its turns while long lists are looked through. */
const IDS_A_TURN = 1_000

/** What a list is answered that is not the one of the key. */
export function otherList(): UserDeletionError {
  return new UserDeletionError(
    'idempotency_conflict',
    'The run key was used with another list of ids. This call has deleted nothing.',
    { details: { path: 'run' } },
  )
}
