/**
 * The host's database, and how writes become atomic on it.
 *
 * @module
 */
import type { Decision } from '../../../src/store/change.ts'
import type { Whose } from '../../../src/store/records.ts'
import type { Asked } from '../answers/answer.ts'
import { checkLayout, migrateCollections } from '../records/layout.ts'
import type { ConnectionOptions } from '../server/connection-options.ts'
import { type Detected, detect } from '../server/detect.ts'
import type { OwnDb } from '../server/engine-collections.ts'
import { toStoreError } from '../server/mongo-errors.ts'
import { retry } from '../server/retries.ts'
import { openScope, type Reader, type Writer } from '../server/scope.ts'
import type { WriteSetup } from '../server/write-setup.ts'
import { openWritingSession } from '../server/writing-session.ts'
import { decideWithJournal, finishInterrupted } from './journal.ts'
import { finishLateAccess } from './late-access.ts'
import { decideInTransaction } from './transaction.ts'

export interface Connection {
  /** Known once the server has been asked. */
  readonly detected: Detected | null
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>
  /** A session in which all reads see one state of the database; `null` where the server has none. */
  openView(): Promise<SnapshotView | null>
  /** Single commands that are atomic of themselves and may be repeated; `tries` counts from 1. */
  direct<T>(work: (writer: Writer, tries: number) => Promise<T>): Promise<T>
  /**
   * Decides on what is asked there and carries the change out, atomically: no other call to `write`, here
   * or in another process, runs in between. `decide` may run again. `waited` gets the time for which other processes
   * had their turns first.
   */
  write<T>(decide: (here: Asked) => Promise<Decision<T>>, waited?: (ms: number) => void): Promise<T>
  /** Creates the engine's collections, and brings those of an earlier layout to the present one. */
  migrate(whose?: Whose): Promise<void>
  /** Brings to its end what a process that is gone has begun. */
  recover(): Promise<void>
}

/** Reads of one state of the database. */
export interface SnapshotView {
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function openConnection(db: OwnDb, options: ConnectionOptions): Connection {
  let detected: Detected | null = null
  let detection: Promise<Detected> | null = null
  let queue: Promise<unknown> = Promise.resolve()
  const session = openWritingSession(db, options)

  /** The server is asked once, by whichever call is first; after a failure by the next one again. */
  async function ask(): Promise<Detected> {
    detection ??= retry(options.busyTimeoutMs, () => detect(db, options.transactions))
    try {
      detected = await detection
      return detected
    } catch (error) {
      detection = null
      throw error
    }
  }

  let isLaidOut = false

  /** Every call first rejects with `not_migrated` on an earlier layout. */
  async function writeSetup(): Promise<WriteSetup & { readonly detected: Detected }> {
    if (!isLaidOut) isLaidOut = await retry(options.busyTimeoutMs, () => checkLayout(db))
    return anyhow()
  }

  async function anyhow(): Promise<WriteSetup & { readonly detected: Detected }> {
    const found = await ask()
    const scope = openScope(db, found.types, 'durable')
    return { db, options, scope, session, detected: found }
  }

  async function direct<T>(work: (scope: Writer, tries: number) => Promise<T>): Promise<T> {
    try {
      const { scope } = await writeSetup()
      const ask = (tries: number): Promise<T> => work(scope, tries)
      return await retry(options.busyTimeoutMs, ask, session.endSilent)
    } catch (error) {
      throw toStoreError(error)
    }
  }

  /** One at a time within the process: the others would only wait for each other on the server. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work)
    queue = turn.catch(() => {})
    return turn
  }

  return {
    get detected() {
      return detected
    },
    read: direct,
    async openView() {
      const { detected: found } = await writeSetup().catch((error) => {
        throw toStoreError(error)
      })
      if (found.mode !== 'transaction') return null
      const session = db.client.startSession({ snapshot: true })
      const reader = openScope(db, found.types, { session })
      return {
        async read(work) {
          try {
            return await work(reader)
          } catch (error) {
            throw toStoreError(error)
          }
        },
        async close() {
          await session.endSession().catch(() => {})
        },
      }
    },
    direct,
    write: (decide, waited = () => {}) =>
      inTurn(async () => {
        try {
          const here = await writeSetup()
          return here.detected.mode === 'transaction'
            ? await decideInTransaction(here, decide, waited)
            : await decideWithJournal(here, decide, waited)
        } catch (error) {
          throw toStoreError(error)
        }
      }),
    migrate: (whose) =>
      inTurn(async () => {
        try {
          await migrateCollections(db, whose, options.busyTimeoutMs, async () => {
            const here = await anyhow()
            if (here.detected.mode === 'journal') await finishInterrupted(here)
          })
        } catch (error) {
          throw toStoreError(error)
        }
      }),
    recover: () =>
      inTurn(async () => {
        try {
          const here = await writeSetup()
          if (here.detected.mode === 'journal') await finishInterrupted(here)
          await finishLateAccess(here)
        } catch (error) {
          throw toStoreError(error)
        }
      }),
  }
}
