/**
 * Many slices in a row: checkpoints leave the host's thread, and the log stays under a cap.
 *
 * SQLite writes every page twice, into the log and from there into the database, and by default the second
 * write happens in the thread of the commit. Here that is the work of a thread that does nothing else. The
 * deletions stay where the host's own writes are.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BulkMode } from '../../../src/program/program.ts'
import type { BulkSession } from '../../../src/store/store.ts'
import type { Connection } from '../handle/connection.ts'
import type { SqliteDatabase } from '../handle/database.ts'
import { holdAutocheckpoint } from './autocheckpoint.ts'
import { type Checkpointer, startCheckpointer } from './checkpointer.ts'
import { driverOf } from './driver-files.ts'
import { createLogRoom } from './log-room.ts'

export interface BulkSessionOptions {
  /** Whether checkpoints may go to a thread with a connection of its own. */
  readonly checkpointWorker: boolean
  /** Size that the log is to stay under; by default what suits the mode. */
  readonly walCapBytes?: number
}

const MIB = 2 ** 20
/** Cutting the log stops writers for about a third of a millisecond a MiB, so cooperative mode keeps it short. */
const CAP_BYTES: Readonly<Record<BulkMode, number>> = {
  cooperative: 48 * MIB,
  throughput: 2_048 * MIB,
}

/** Sizes of the log not yet written back: the thread starts at the first, and checkpoints again at the second. */
const START_BYTES = 4 * MIB
const PASS_BYTES: Readonly<Record<BulkMode, number>> = {
  cooperative: 32 * MIB,
  // The longer it waits, the fewer pages are written back twice.
  throughput: Number.POSITIVE_INFINITY,
}
/** Users in a transaction whose journal cannot be looked at. */
const UNMEASURED = 10_000
/** So many checkpoints without any progress, and a reader is in the way, who is not waited for. */
const FRUITLESS = 3
const FRUITLESS_PAUSE_MS = 10
const PATIENCE_MS = 20
/** Checkpoints at the end that wait for nobody. */
const LAST_PASSES = 20

/** Opens a session; without a file, a WAL or a thread it leaves checkpoints to SQLite. */
export async function openBulkSession(
  db: SqliteDatabase,
  connection: Connection,
  mode: BulkMode,
  options: BulkSessionOptions,
): Promise<BulkSession> {
  const file = await connection.read(() => logFile(connection))
  if (file === null) return NOTHING_TO_DO
  const [pageSize, filePages] = ['page_size', 'page_count'].map((name) =>
    Number(connection.rows(`PRAGMA main.${name}`)[0]?.[0]),
  ) as [number, number]
  const capPages = Math.ceil((options.walCapBytes ?? CAP_BYTES[mode]) / pageSize)
  const passPages = Math.min(Math.ceil(PASS_BYTES[mode] / pageSize), capPages)
  const startPages = Math.min(Math.ceil(START_BYTES / pageSize), passPages)
  const canLook = isAtLeast(connection, SQLITE_WITH_NOOP)
  const room = createLogRoom(capPages, filePages)
  const driver = options.checkpointWorker && canLook ? driverOf(db) : null
  let thread: Thread = driver === null ? { state: 'none' } : { state: 'not_yet' }
  let failure: unknown = null
  let underWay: Promise<void> = Promise.resolve()
  let letGo = hold()

  /** Nobody but the thread checkpoints; without it throughput mode does so rarely, cooperative as ever. */
  function hold(): () => void {
    if (thread.state !== 'none') return holdAutocheckpoint(db, connection, 0)
    if (mode === 'cooperative') return () => {}
    return holdAutocheckpoint(db, connection, capPages)
  }

  /** From here on as if there had never been a thread. */
  function goOnWithout(): void {
    thread = { state: 'none' }
    letGo()
    letGo = hold()
  }

  const makeRoom = async (users: number, wal: Log): Promise<void> => {
    if (thread.state === 'not_yet' && driver !== null && wal.log >= startPages) {
      const checkpointer = await startCheckpointer({ ...driver, file, patienceMs: PATIENCE_MS })
      if (checkpointer === null) return goOnWithout()
      thread = { state: 'running', checkpointer }
    }
    if (thread.state !== 'running') return
    const { checkpointer } = thread
    if (!checkpointer.isAlive) {
      failure = checkpointer.failure
      return goOnWithout()
    }
    if (wal.log + room.pagesFor(users) > capPages) await workOff(checkpointer)
    else if (wal.log - wal.done >= passPages && !checkpointer.isAtWork) void checkpointer.pass()
  }

  const keepUp = async (users: number): Promise<void> => {
    // Cooperative mode without the thread has nothing to do between its many slices.
    if (!canLook || !db.open || (mode === 'cooperative' && thread.state === 'none')) return
    const wal = look(connection)
    await makeRoom(users, wal)
    room.begin(users, wal.log)
  }

  /** Waits until the log can begin anew. */
  async function workOff(thread: Checkpointer): Promise<void> {
    let fruitless = 0
    for (let before = -1; fruitless < FRUITLESS; ) {
      const report = await thread.pass()
      if (report === null || !db.open) return
      const { log, done } = look(connection)
      if (log <= capPages || done >= log) return
      fruitless = done > before ? 0 : fruitless + 1
      before = done
      if (fruitless > 0) await sleep(FRUITLESS_PAUSE_MS)
    }
  }

  /** The last checkpoint stops writers, and has nothing to write back if it comes right after one that was complete. */
  async function emptyLog(checkpointer: Checkpointer): Promise<void> {
    for (let passes = 0; passes < LAST_PASSES && db.open && checkpointer.isAlive; passes += 1) {
      await checkpointer.pass()
      const { log, done } = look(connection)
      if (done >= log) break
    }
    await checkpointer.finish()
  }

  return {
    mostUsers() {
      // Cooperative slices are small by the time they may take.
      if (mode === 'cooperative') return Number.POSITIVE_INFINITY
      try {
        if (canLook && db.open) room.look(look(connection).log)
      } catch {
        // As with ready.
      }
      return room.users()
    },
    ready(users) {
      // What is wrong with the database shows in the next slice, where it belongs to users.
      underWay = keepUp(users).catch(() => {})
      return underWay
    },
    async close() {
      // An abort may have ended the waiting for it, but not the thing itself.
      await underWay
      try {
        if (thread.state === 'running') {
          await emptyLog(thread.checkpointer)
          failure = thread.checkpointer.failure
        }
      } finally {
        thread = { state: 'none' }
        letGo()
      }
      const cause = failure
      failure = null
      if (cause !== null) throw cause
    },
  }
}

/** The log is worth a thread only once it has some size. */
type Thread =
  | { readonly state: 'not_yet' | 'none' }
  | { readonly state: 'running'; readonly checkpointer: Checkpointer }

const NOTHING_TO_DO: BulkSession = {
  mostUsers: () => UNMEASURED,
  ready: async () => {},
  close: async () => {},
}

/** The database's file where it has a log that another connection may write back; `null` otherwise. */
function logFile(connection: Connection): string | null {
  if (connection.rows('PRAGMA main.journal_mode')[0]?.[0] !== 'wal') return null
  if (connection.rows('PRAGMA main.locking_mode')[0]?.[0] !== 'normal') return null
  const main = connection.rows('PRAGMA database_list').find(([, name]) => name === 'main')
  return main?.[2] ? String(main[2]) : null
}

/** The first one that tells the state of the log without checkpointing. */
const SQLITE_WITH_NOOP = [3, 51] as const

function isAtLeast(connection: Connection, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = String(connection.rows('SELECT sqlite_version()')[0]?.[0])
    .split('.')
    .map(Number)
  return first > major || (first === major && second >= minor)
}

/** Pages in the log, and how many of them are written back. */
interface Log {
  readonly log: number
  readonly done: number
}

function look(connection: Connection): Log {
  const [row] = connection.rows('PRAGMA main.wal_checkpoint(NOOP)')
  return { log: Number(row?.[1]), done: Number(row?.[2]) }
}
