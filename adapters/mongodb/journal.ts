/**
 * A write on a server without transactions: one writer at a time by a lease, and the change written down
 * before its first effect, so that whoever comes next finishes what a crash has left.
 *
 * A process that hangs beyond its lease may still carry on with a command that it has sent. It cannot begin
 * another: before each one it must have renewed its lease in time by its own steady clock.
 *
 * @module
 */

import { UserDeletionError } from '../../src/errors.ts'
import { carryOut, repeatRecords, workOnHost } from './carry-out.ts'
import type { Change, Decision } from './change.ts'
import { changeDocument, readChange } from './change-document.ts'
import { reclaimUsers } from './claims.ts'
import type { Doc } from './driver.ts'
import { WRITER } from './engine-collections.ts'
import { cutLateAccessOf } from './late-access.ts'
import { isUnavailable, notMigrated, storeBusy } from './mongo-errors.ts'
import { openPatience, persist } from './patience.ts'
import { MAJORITY, type Reader, type Writer } from './scope.ts'
import type { Surroundings } from './surroundings.ts'
import { undoable } from './undo.ts'

/** What was not carried out is taken back before the call rejects; what was is never lost. */
export async function decideWithJournal<T>(
  here: Surroundings,
  decide: (reader: Reader) => Promise<Decision<T>>,
): Promise<T> {
  const patience = openPatience(here.options.busyTimeoutMs)
  for (;;) {
    const lease = await takeLease(here)
    try {
      await finishLeftOver(here, lease)
      const { result, change } = await decide(here.scope)
      if (change === null) return result
      await lease.record(changeDocument(change))
      await carryOutOrUndo(here, lease, change)
      await cutLateAccessOf(here, change)
      return result
    } catch (error) {
      const isClaimLost = error instanceof UserDeletionError && error.code === 'store_busy'
      if (!isClaimLost || !(await patience.wait())) throw error
    } finally {
      await lease.release()
    }
  }
}

/** Finishes what a process that is gone has written down. */
export async function finishInterrupted(here: Surroundings): Promise<void> {
  const lease = await takeLease(here)
  try {
    await finishLeftOver(here, lease)
    await finishRefused(here, lease)
  } finally {
    await lease.release()
  }
}

async function carryOutOrUndo(here: Surroundings, lease: Lease, change: Change): Promise<void> {
  const { writer, undo } = undoable(persistent(here, lease))
  try {
    await carryOut(writer, change, 'none')
  } catch (error) {
    // The server is away: what is written down stays, and whoever comes next finishes it.
    if (isUnavailable(error)) throw error
    await undo()
    await lease.record(null)
    throw error
  }
  await lease.record(null)
}

/** Carries on with a change from the start: every part of it may be repeated. */
async function finishLeftOver(here: Surroundings, lease: Lease): Promise<void> {
  if (lease.leftOver === null) return
  await finishChange(here, lease, lease.leftOver)
  await lease.record(null)
}

/** Changes that were refused when they were to be finished, once more. */
async function finishRefused(here: Surroundings, lease: Lease): Promise<void> {
  for (const { _id, change } of await here.scope.find(WRITER, { refused: true })) {
    await finishChange(here, lease, change as Doc)
    await here.scope.deleteMany(WRITER, { _id })
  }
}

async function finishChange(here: Surroundings, lease: Lease, document: Doc): Promise<void> {
  const change = await readChange(here.scope, document)
  const { writer, undo } = undoable(persistent(here, lease))
  if (!(await reclaimUsers(writer, change.work))) return
  try {
    for (const work of change.work) await workOnHost(writer, work, 'none')
  } catch (error) {
    if (isUnavailable(error)) throw error
    await undo()
    // Whoever comes next must not be kept from its own work; `recover` tries again and says what is wrong.
    const aside = { _id: crypto.randomUUID(), refused: true, change: document }
    if (document === lease.leftOver) await here.scope.put(WRITER, aside)
    if (document === lease.leftOver) return
    throw error
  }
  await repeatRecords(writer, change.records)
  await cutLateAccessOf(here, change)
}

/** Every command is repeated while the server is away for a moment, and none goes out after the lease. */
function persistent({ scope, options }: Surroundings, lease: Lease): Writer {
  const send = <T>(command: () => Promise<T>): Promise<T> =>
    persist(options.busyTimeoutMs, () => {
      lease.assertHeld()
      return command()
    })
  return {
    ...scope,
    deleteMany: (name, filter) => send(() => scope.deleteMany(name, filter)),
    updateMany: (name, update) => send(() => scope.updateMany(name, update)),
    updateAll: (name, updates) => send(() => scope.updateAll(name, updates)),
    put: (name, document) => send(() => scope.put(name, document)),
    // Not repeated blindly: the first try may have inserted.
    insertMany: (name, documents) =>
      send(async () => {
        for (const document of documents) await scope.put(name, document)
      }),
  }
}

interface Lease {
  /** What the last holder has written down and not finished. */
  readonly leftOver: Doc | null
  /** Writes down what is going to be done, or that nothing is. */
  record(change: Doc | null): Promise<void>
  assertHeld(): void
  release(): Promise<void>
}

/** Waits for its turn by the server's clock. */
async function takeLease({ db, options }: Surroundings): Promise<Lease> {
  const { leaseMs } = options
  const collection = db.collection(WRITER)
  const owner = crypto.randomUUID()
  const patience = openPatience(Math.max(options.busyTimeoutMs, leaseMs * 2))
  let heldSince = performance.now()
  let isLost = false

  for (;;) {
    heldSince = performance.now()
    const found = await collection.findOneAndUpdate(
      { _id: 'writer', $expr: { $lte: ['$until', '$$NOW'] } },
      [{ $set: { owner, until: leaseEnd(leaseMs), fence: { $add: ['$fence', 1] } } }],
      { returnDocument: 'after', writeConcern: MAJORITY },
    )
    if (found !== null) return hold(found as Doc)
    const known = await collection.find({ _id: 'writer' }).toArray()
    if (known.length === 0) throw notMigrated()
    if (!(await patience.wait())) throw storeBusy()
  }

  function hold(found: Doc): Lease {
    const own = { _id: 'writer', owner, fence: found['fence'] }
    const renewal = setInterval(() => void renew(own), Math.max(1, leaseMs / 3))
    renewal.unref()
    const assertHeld = (): void => {
      if (isLost || performance.now() - heldSince >= leaseMs) throw leaseLost()
    }
    return {
      leftOver: (found['change'] ?? null) as Doc | null,
      assertHeld,
      async record(change) {
        assertHeld()
        const update = { $set: { change } }
        const { matchedCount } = await collection.updateMany(own, update, {
          writeConcern: MAJORITY,
        })
        if (matchedCount === 0) throw leaseLost()
      },
      async release() {
        clearInterval(renewal)
        // A holder who cannot say so is waited for until the lease ends.
        await collection
          .updateMany(own, { $set: { owner: null, until: new Date(0) } })
          .catch(() => {})
      },
    }
  }

  async function renew(own: Doc): Promise<void> {
    const asked = performance.now()
    try {
      const { matchedCount } = await collection.updateMany(own, [
        { $set: { until: leaseEnd(leaseMs) } },
      ])
      if (matchedCount === 0) isLost = true
      else heldSince = asked
    } catch {
      // Not renewed: the lease ends when it would have.
    }
  }
}

function leaseEnd(leaseMs: number): Doc {
  return { $add: ['$$NOW', leaseMs] }
}

function leaseLost(): UserDeletionError {
  return new UserDeletionError('lease_lost', 'Another worker has taken over.')
}
