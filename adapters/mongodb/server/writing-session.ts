/**
 * The session in which a store writes its transactions, and whose turn it is to write one.
 *
 * Writers that met inside their transactions would abort each other's work, so they queue first, in one document, in
 * the order in which they came. The queue only saves conflicts: the first command of a transaction keeps every other
 * writer out, also one that came past the queue.
 *
 * A transaction of a process that has died holds its documents until the server ends it, a minute later as it is
 * set up. So everybody in the queue shows signs of life, and the first of those behind one that shows none ends
 * that one's session, and nobody else's. That is safe at any moment: a transaction that is ended has done
 * nothing, and a process that lives begins it again.
 *
 * @module
 */

import type { ConnectionOptions } from './connection-options.ts'
import type { Doc, MongoDb, MongoSession } from './driver.ts'
import { SESSIONS } from './engine-collections.ts'
import { isDuplicateKey, isUnavailable, storeBusy } from './mongo-errors.ts'
import { pause, retry } from './retries.ts'
import { ORDERED } from './scope.ts'

export interface WritingSession {
  /**
   * Runs work in the session once it is its turn; not to be called again before it has ended. `waited` gets the time
   * for which others were at work.
   *
   * @throws {@link UserDeletionError} `store_busy` where for too long nobody in front has come to an end.
   */
  use<T>(work: (session: MongoSession) => Promise<T>, waited?: (ms: number) => void): Promise<T>
  /** Ends the session of one whose turn it is and who shows no sign of life; never rejects. */
  endSilent(): Promise<void>
}

export function openWritingSession(
  db: MongoDb,
  { leaseMs, busyTimeoutMs }: ConnectionOptions,
): WritingSession {
  const sessions = db.collection(SESSIONS)
  const silenceMs = Math.max(1, Math.round((leaseMs * 2) / 3))
  const beatMs = Math.max(1, leaseMs / 4)
  const id = crypto.randomUUID()
  let session: MongoSession | null = null

  /** One for as long as the client lives: nobody else's work comes to be ended with it. */
  function ownSession(): MongoSession {
    if (session === null || session.hasEnded === true) session = db.client.startSession()
    return session
  }

  /** Enters the queue, or shows a sign of life there; writers that show none are out. Safe to repeat. */
  async function step(entry: Entry): Promise<Place> {
    const update = [leftBySilent(entry), enteredBy(entry, silenceMs)]
    const options = { ...ORDERED, upsert: true, returnDocument: 'after' }
    for (let tries = 1; ; tries += 1) {
      try {
        const queue = await retry(busyTimeoutMs, () =>
          sessions.findOneAndUpdate(ALL, update, options),
        )
        return placeIn(queue as Doc, entry)
      } catch (error) {
        // Somebody else has begun the queue at the same time.
        if (!isDuplicateKey(error) || tries === FIRST_TRIES) throw error
      }
    }
  }

  async function look(entry: Entry): Promise<Place> {
    const [queue = {}] = await retry(busyTimeoutMs, () =>
      sessions.aggregate([{ $match: ALL }, { $set: { now: '$$NOW' } }], PRIMARY).toArray(),
    )
    return placeIn(queue, entry)
  }

  /** A server that is away is not waited for: there is another try, in the same place. */
  async function leave(isAway: boolean): Promise<void> {
    try {
      await retry(isAway ? 0 : busyTimeoutMs, () =>
        sessions.updateMany(ALL, { $pull: { queue: { id } } }, ORDERED),
      )
    } catch {
      // Those behind wait until there is no sign of life.
    }
  }

  async function queueUp(entry: Entry): Promise<void> {
    let place = await step(entry)
    let shown = performance.now()
    let head = place.head
    let since = shown
    while (place.ahead !== 0) {
      if (place.head !== head) {
        head = place.head
        since = performance.now()
      }
      if (performance.now() - since >= busyTimeoutMs) throw storeBusy()
      await pause(delayOf(place.ahead))
      place = await look(entry)
      if (place.ahead === null || place.isHeadSilent || performance.now() - shown >= beatMs) {
        shown = performance.now()
        place = await step(entry)
      }
    }
    await end(place.silent)
  }

  async function end(silent: readonly Doc[]): Promise<void> {
    if (silent.length === 0) return
    try {
      await db.command({ killSessions: silent })
      await sessions.updateMany(ALL, { $pullAll: { silent } }, ORDERED)
    } catch {
      // The server ends them by itself, later; and who comes next tries again.
    }
  }

  return {
    async use(work, waited = () => {}) {
      const own = ownSession()
      const entry: Entry = { id, session: own.id }
      const asked = performance.now()
      let life: ReturnType<typeof setInterval> | undefined
      let isAway = false
      try {
        await queueUp(entry)
        waited(performance.now() - asked)
        // Taken for dead, the transaction is ended and begun again.
        life = setInterval(() => void step(entry).catch(() => {}), beatMs)
        life.unref()
        return await work(own)
      } catch (error) {
        isAway = isUnavailable(error)
        throw error
      } finally {
        clearInterval(life)
        await leave(isAway)
      }
    },
    async endSilent() {
      try {
        const nobody = { id: null, session: null }
        const { isHeadSilent } = await look(nobody)
        if (!isHeadSilent) return
        const options = { ...ORDERED, returnDocument: 'after' }
        const queue = await sessions.findOneAndUpdate(ALL, [leftBySilent(nobody)], options)
        await end(placeIn((queue ?? {}) as Doc, nobody).silent)
      } catch {
        // Who is next in the queue does it, or the server, later.
      }
    },
  }
}

/** A store in the queue; `null`: one who only looks. */
interface Entry {
  readonly id: string | null
  readonly session: unknown
}

/** How a queue stands, for one who is in it. */
interface Place {
  /** How many are in front; `null`: the own entry is out. */
  readonly ahead: number | null
  /** Whose turn it is. */
  readonly head: string | null
  readonly isHeadSilent: boolean
  /** Sessions of writers that are out for want of a sign of life, and may have left a transaction open. */
  readonly silent: readonly Doc[]
}

/** One document for all stores of all processes. */
const ALL: Doc = { _id: 'turns' }
const PRIMARY: Doc = { readPreference: 'primary' }
/** Two who begin the queue together: one of them finds it there at its next try. */
const FIRST_TRIES = 3
/** Sessions that nobody could end; the server has ended older ones by then. */
const REMEMBERED = 100

function placeIn(queue: Doc, { id }: Entry): Place {
  const entries = (queue['queue'] ?? []) as readonly Doc[]
  const place = entries.findIndex((entry) => entry['id'] === id)
  const [first] = entries
  const now = queue['now']
  return {
    ahead: place === -1 ? null : place,
    head: first === undefined ? null : String(first['id']),
    isHeadSilent: now instanceof Date && first !== undefined && Number(first['until']) <= +now,
    silent: (queue['silent'] ?? []) as readonly Doc[],
  }
}

/** Writers that show no sign of life are out, and their sessions are to be ended. */
function leftBySilent({ id, session }: Entry): Doc {
  const queue = { $ifNull: ['$queue', []] }
  const isSilent = { $and: [{ $lte: ['$$one.until', '$$NOW'] }, { $ne: ['$$one.id', id] }] }
  const left = sessionsOf(filtered(queue, isSilent))
  const known = { $concatArrays: [{ $ifNull: ['$silent', []] }, left] }
  const others = filtered(known, { $ne: ['$$one', { $literal: session }] })
  return {
    $set: {
      silent: { $slice: [others, -REMEMBERED] },
      queue: filtered(queue, { $not: [isSilent] }),
    },
  }
}

/** The own entry where it stood, or at the end, with a sign of life. */
function enteredBy({ id, session }: Entry, silenceMs: number): Doc {
  const own = { id, session: { $literal: session }, until: { $add: ['$$NOW', silenceMs] } }
  const isIn = { $in: [id, mapped('$queue', '$$one.id')] }
  const renewed = mapped('$queue', { $cond: [{ $eq: ['$$one.id', id] }, own, '$$one'] })
  return { $set: { queue: { $cond: [isIn, renewed, { $concatArrays: ['$queue', [own]] }] } } }
}

function sessionsOf(entries: unknown): Doc {
  return mapped(entries, '$$one.session')
}

function filtered(input: unknown, cond: Doc): Doc {
  return { $filter: { input, as: 'one', cond } }
}

function mapped(input: unknown, value: unknown): Doc {
  return { $map: { input, as: 'one', in: value } }
}

/** The next one must not miss its turn; those behind it have time. */
function delayOf(ahead: number | null): number {
  return Math.min(LONGEST_MS, SHORTEST_MS * (ahead ?? 0)) * (0.75 + Math.random() / 2)
}

const SHORTEST_MS = 5
const LONGEST_MS = 50
