/**
 * The session in which a store writes its transactions, and those of other processes.
 *
 * A transaction of a process that has died holds its documents until the server ends it, a minute later as it is
 * set up. So every store makes its session known before the first transaction, and shows signs of life in one
 * that lasts; whoever waits and sees none ends it. That is safe at any moment: a transaction that is ended has
 * done nothing, and a process that lives begins it again.
 *
 * @module
 */
import type { Doc, MongoDb, MongoSession } from './driver.ts'
import { SESSIONS } from './engine-collections.ts'
import { ORDERED } from './scope.ts'

export interface WritingSession {
  /** Runs work in the session; not to be called again before it has ended. */
  use<T>(work: (session: MongoSession) => Promise<T>): Promise<T>
  /** To be called once more for each try in which another writer is in the way. */
  endSilent(): Promise<void>
}

/** Signs of life by session, and when they were seen. `null` before anybody has looked. */
interface Look {
  readonly at: number
  readonly beats: ReadonlyMap<string, Doc> | null
}

export function openWritingSession(db: MongoDb, leaseMs: number): WritingSession {
  const sessions = db.collection(SESSIONS)
  let session: MongoSession | null = null
  let last: Look | null = null

  /** One for as long as the client lives: nobody else's work comes to be ended with it. */
  async function ownSession(): Promise<MongoSession> {
    if (session !== null && session.hasEnded !== true) return session
    const begun = db.client.startSession()
    const open = { $each: [{ id: begun.id, beats: 0 }], $slice: -REMEMBERED }
    try {
      await sessions.updateMany(ALL, { $push: { open } }, { ...ORDERED, upsert: true })
    } catch (error) {
      await begun.endSession()
      throw error
    }
    session = begun
    return begun
  }

  async function showLife({ id }: MongoSession): Promise<void> {
    try {
      const own = { ...ALL, 'open.id': id }
      await sessions.updateMany(own, { $inc: { 'open.$.beats': 1 } }, ORDERED)
    } catch {
      // Taken for dead, the transaction is ended and begun again.
    }
  }

  async function look(): Promise<ReadonlyMap<string, Doc>> {
    const [known] = await sessions.find(ALL, PRIMARY).toArray()
    const open = (known?.['open'] ?? []) as readonly Doc[]
    return new Map(open.map((one) => [JSON.stringify(one), one['id'] as Doc]))
  }

  return {
    async use(work) {
      const own = await ownSession()
      const life = setInterval(() => void showLife(own), Math.max(1, leaseMs / 4))
      life.unref()
      try {
        const result = await work(own)
        last = null
        return result
      } finally {
        clearInterval(life)
      }
    },
    async endSilent() {
      const at = performance.now()
      last ??= { at, beats: null }
      try {
        if (last.beats === null) {
          // Most who are in the way are gone at once.
          if (at - last.at >= SOON_MS) last = { at, beats: await look() }
        } else if (at - last.at >= (leaseMs * 2) / 3) {
          const before = last.beats
          const beats = await look()
          last = { at, beats }
          const silent = [...beats].filter(([known]) => before.has(known)).map(([, id]) => id)
          if (silent.length > 0) await db.command({ killSessions: silent })
        }
      } catch {
        // The server ends them by itself, later.
      }
    },
  }
}

/** One document for all sessions of all processes. */
const ALL: Doc = { _id: 'sessions' }
/** The newest sessions; others are waited for until the server ends them. */
const REMEMBERED = 200
const SOON_MS = 100
const PRIMARY: Doc = { readPreference: 'primary' }
