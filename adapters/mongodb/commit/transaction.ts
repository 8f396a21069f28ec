/**
 * A write as one transaction of the server.
 *
 * @module
 */

import type { Decision } from '../../../src/store/change.ts'
import { RolledBack } from '../../../src/store/rehearsal.ts'
import type { Asked } from '../answers/answer.ts'
import { Seen } from '../answers/seen.ts'
import type { DocumentChange } from '../records/change.ts'
import type { MongoSession } from '../server/driver.ts'
import { WRITER } from '../server/engine-collections.ts'
import {
  isTransient,
  isUnavailable,
  isUnknownCommit,
  notMigrated,
  storeBusy,
} from '../server/mongo-errors.ts'
import { openRetries, retry } from '../server/retries.ts'
import { DURABLE, openScope, type Writer } from '../server/scope.ts'
import type { WriteSetup } from '../server/write-setup.ts'
import { cutLateAccessOf } from './late-access.ts'
import { makeAndCarryOut } from './make-change.ts'

/**
 * Tried again from the start as long as the server says that this can help: `decide` sees a new snapshot then,
 * and nothing of the earlier try has stayed.
 */
export async function decideInTransaction<T>(
  here: WriteSetup,
  decide: (here: Asked) => Promise<Decision<T>>,
  waited: (ms: number) => void,
): Promise<T> {
  const retries = openRetries(here.options.busyTimeoutMs)
  for (;;) {
    const attempt = await tryOnce(here, decide, (ms) => {
      retries.leaveOut(ms)
      waited(ms)
    })
    if (attempt.kind === 'committed') {
      await cutLateAccessOf(here, attempt.change)
      return attempt.result
    }
    if (!(await retries.wait())) throw attempt.error
  }
}

type Attempt<T> =
  | {
      readonly kind: 'committed'
      readonly result: T
      readonly change: DocumentChange | null
    }
  | { readonly kind: 'again'; readonly error: unknown }

async function tryOnce<T>(
  here: WriteSetup,
  decide: (here: Asked) => Promise<Decision<T>>,
  waited: (ms: number) => void,
): Promise<Attempt<T>> {
  try {
    return await here.session.use((session) => transact(here, session, decide), waited)
  } catch (error) {
    if (isTransient(error) || isUnavailable(error)) return { kind: 'again', error }
    throw error
  }
}

async function transact<T>(
  here: WriteSetup,
  session: MongoSession,
  decide: (here: Asked) => Promise<Decision<T>>,
): Promise<Attempt<T>> {
  const commit = crypto.randomUUID()
  try {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      ...DURABLE,
      readPreference: 'primary',
    })
    const scope = openScope(here.db, here.scope.types, { session })
    await takeTurn(scope, commit)
    const asked = { db: here.db, reader: scope, seen: new Seen() }
    const decision = await decide(asked)
    const { result, change } =
      decision.change === null ? decision : await makeAndCarryOut(asked, decision.change())
    if (decision.change !== null && decision.isRehearsal === true) throw new RolledBack(result)
    // Also if there is nothing to write: the commit confirms what was read, and nothing is answered before it.
    return (await commitTransaction(here, session, commit))
      ? { kind: 'committed', result, change }
      : { kind: 'again', error: storeBusy() }
  } catch (error) {
    await abortQuietly(session)
    // The abort may have been lost too, and an open transaction keeps every other writer out for a minute.
    if (isUnavailable(error)) await endOnServer(here, session)
    throw error
  }
}

/**
 * The first command writes the one document that every writer writes: a second writer conflicts at once
 * and not after its work, and nothing that a decision was made on can change under it.
 */
async function takeTurn(scope: Writer, commit: string): Promise<void> {
  const found = await scope.updateMany(WRITER, {
    filter: { _id: 'writer' },
    update: { $push: { commits: { $each: [commit], $slice: -REMEMBERED } } },
  })
  if (found === 0) throw notMigrated()
}

const REMEMBERED = 100
const COMMIT_TRIES = 3

/** Whether the transaction has been committed. While nobody can tell, the server is asked. */
async function commitTransaction(
  here: WriteSetup,
  session: MongoSession,
  commit: string,
): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await session.commitTransaction()
      return true
    } catch (error) {
      if (!isUnknownCommit(error)) throw error
      if (tries < COMMIT_TRIES) continue
      await endOnServer(here, session)
      return wasCommitted(here, commit)
    }
  }
}

/**
 * Writes the document that the transaction has written: that waits for a transaction which is still open, and
 * keeps one which has not been committed by now from ever being.
 */
async function wasCommitted({ db, options }: WriteSetup, commit: string): Promise<boolean> {
  const writer = await retry(options.busyTimeoutMs, () =>
    db
      .collection(WRITER)
      .findOneAndUpdate(
        { _id: 'writer' },
        { $inc: { asked: 1 } },
        { ...DURABLE, maxTimeMS: options.busyTimeoutMs, projection: { commits: 1 } },
      ),
  )
  const commits: unknown = Reflect.get(Object(writer), 'commits')
  return Array.isArray(commits) && commits.includes(commit)
}

/** Ends what the session has open, if it still has. Without the right to do so it ends by itself, later. */
async function endOnServer({ db, options }: WriteSetup, session: MongoSession): Promise<void> {
  try {
    await retry(options.busyTimeoutMs, () => db.command({ killSessions: [session.id] }))
  } catch {
    // Others wait for it, and then learn that the store is busy.
  }
}

/** A transaction that the server has ended already cannot be aborted, which is what was wanted. */
async function abortQuietly(session: MongoSession): Promise<void> {
  try {
    await session.abortTransaction()
  } catch {
    // The server forgets it once its time is up.
  }
}
