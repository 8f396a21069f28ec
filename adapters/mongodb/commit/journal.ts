/**
 * A write on a server without transactions: one writer at a time by a lease, and the change written down
 * before its first effect, so that the next writer finishes what a crash has left.
 *
 * A process that hangs beyond its lease cannot carry on: before each command it must have renewed its lease in
 * time by its own steady clock, and a command that is late on the way is refused by the server's.
 *
 * @module
 */

import { UserDeletionError } from '../../../src/errors.ts'
import type { Decision } from '../../../src/store/change.ts'
import { noRehearsal } from '../../../src/store/rehearsal.ts'
import type { Asked } from '../answers/answer.ts'
import { Seen } from '../answers/seen.ts'
import type { DocumentChange } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { WRITER } from '../server/engine-collections.ts'
import { isLate } from '../server/fence.ts'
import { type Lease, leaseLost, takeLease } from '../server/lease.ts'
import { isUnavailable, storeBusy } from '../server/mongo-errors.ts'
import { openRetries, retry } from '../server/retries.ts'
import { openScope, type Writer } from '../server/scope.ts'
import type { WriteSetup } from '../server/write-setup.ts'
import { carryOut, workOnAll, writeRecords } from './carry-out.ts'
import { changeDocument, readChange } from './change-document.ts'
import { reclaimUsers } from './claims.ts'
import { cutLateAccessOf } from './late-access.ts'
import { type Made, makeWhole } from './make-change.ts'
import { undoable } from './undo.ts'

/** A change that fails is taken back before the call rejects; a change that was carried out is never lost. */
export async function decideWithJournal<T>(
  here: WriteSetup,
  decide: (here: Asked) => Promise<Decision<T>>,
  waited: (ms: number) => void,
): Promise<T> {
  const retries = openRetries(here.options.busyTimeoutMs)
  for (;;) {
    try {
      const work: Work<Made<T> | Extract<Decision<T>, { readonly change: null }>> = async (
        lease,
        scope,
        outages,
      ) => {
        await finishLeftOver(scope, lease, outages)
        const asked = { db: here.db, reader: scope, seen: new Seen() }
        const decision = await decide(asked)
        if (decision.change === null) return decision
        if (decision.isRehearsal === true) throw noRehearsal()
        const made = await makeWhole(asked, decision.change())
        await carryOutOrUndo(scope, lease, made.change, outages)
        return made
      }
      const { result, change } = await underLease(here, work, waited)
      await cutLateAccessOf(here, change)
      return result
    } catch (error) {
      // A user has changed between the decision and the claim.
      const isClaimLost = error instanceof UserDeletionError && error.code === 'store_busy'
      if (!isClaimLost || !(await retries.wait())) throw error
    }
  }
}

/** Finishes the change that a dead process has written down, and tries again a change that was refused then. */
export function finishInterrupted(here: WriteSetup): Promise<void> {
  return underLease(here, async (lease, scope, outages) => {
    await finishLeftOver(scope, lease, outages)
    for (const { _id, change } of await scope.find(WRITER, { refused: true })) {
      await finishChange(scope, change as Doc, outages)
      await scope.deleteMany(WRITER, { _id })
    }
  })
}

type Work<T> = (lease: Lease, scope: Writer, outages: Outages) => Promise<T>

async function underLease<T>(
  here: WriteSetup,
  work: Work<T>,
  waited?: (ms: number) => void,
): Promise<T> {
  const lease = await takeLease(here, waited)
  try {
    const scope = openScope(here.db, here.scope.types, 'ordered', lease.until)
    const outages = openOutages(here)
    return await work(lease, persistent(here, scope, lease, outages), outages)
  } finally {
    await lease.release()
  }
}

async function carryOutOrUndo(
  scope: Writer,
  lease: Lease,
  change: DocumentChange,
  outages: Outages,
): Promise<void> {
  await lease.record(changeDocument(change))
  const { writer, undo } = undoable(scope)
  try {
    await undisturbed(outages, async (isRepeat) => {
      if (!isRepeat) await carryOut(writer, change)
      else if (!(await carryOn(writer, change))) throw storeBusy()
    })
  } catch (error) {
    // The server is away: what is written down stays, and the next writer finishes it.
    if (isUnavailable(error)) throw error
    await undo()
    await lease.record(null)
    throw error
  }
  await lease.record(null)
}

async function finishLeftOver(scope: Writer, lease: Lease, outages: Outages): Promise<void> {
  if (lease.leftOver === null) return
  try {
    await finishChange(scope, lease.leftOver, outages)
  } catch (error) {
    if (isUnavailable(error)) throw error
    // The next writer must not be kept from its own work; `recover` tries again and says what is wrong.
    await scope.put(WRITER, { _id: crypto.randomUUID(), refused: true, change: lease.leftOver })
  }
  await lease.record(null)
}

async function finishChange(scope: Writer, document: Doc, outages: Outages): Promise<void> {
  const change = await readChange(scope, document)
  const { writer, undo } = undoable(scope)
  try {
    await undisturbed(outages, async () => {
      await carryOn(writer, change)
    })
  } catch (error) {
    if (!isUnavailable(error)) await undo()
    throw error
  }
}

/** Carries on with a change from the start: every part of it may be repeated. `false`: the change is off. */
async function carryOn(writer: Writer, change: DocumentChange): Promise<boolean> {
  if (!(await reclaimUsers(writer, change.work))) return false
  await workOnAll(writer, change.work, 'none')
  await writeRecords(writer, change.records)
  return true
}

/** Tells whether the server was away in between. */
interface Outages {
  count: number
  /** Differs once the server was away. A driver that repeats a read hides that, but a new process has a new id. */
  stamp(): Promise<string>
}

function openOutages({ db, options }: WriteSetup): Outages {
  const outages: Outages = {
    count: 0,
    async stamp() {
      const { topologyVersion } = await retry(options.busyTimeoutMs, () => db.command({ hello: 1 }))
      return `${outages.count} ${String(Reflect.get(Object(topologyVersion), 'processId'))}`
    },
  }
  return outages
}

/**
 * A server that ends without warning forgets what it has acknowledged and not written down yet. So work during
 * which it was away is done once more, from the start, until it stays.
 */
async function undisturbed(
  outages: Outages,
  work: (isRepeat: boolean) => Promise<void>,
): Promise<void> {
  for (let isRepeat = false; ; isRepeat = true) {
    const before = await outages.stamp()
    try {
      await work(isRepeat)
      if ((await outages.stamp()) === before) return
    } catch (error) {
      if (isUnavailable(error) || (await outages.stamp()) === before) throw error
    }
  }
}

/** Every command is repeated while the server is away for a moment, and none goes out after the lease. */
function persistent(
  { options }: WriteSetup,
  scope: Writer,
  lease: Lease,
  outages: Outages,
): Writer {
  const send = <T>(command: () => Promise<T>): Promise<T> =>
    retry(options.busyTimeoutMs, async () => {
      lease.assertHeld()
      try {
        return await command()
      } catch (error) {
        if (isUnavailable(error)) outages.count += 1
        throw isLate(error) ? leaseLost(error) : error
      }
    })
  return {
    ...scope,
    deleteMany: (name, filter) => send(() => scope.deleteMany(name, filter)),
    updateMany: (name, update) => send(() => scope.updateMany(name, update)),
    updateAll: (name, updates) => send(() => scope.updateAll(name, updates)),
    put: (name, document) => send(() => scope.put(name, document)),
    // The first try, or a process that is gone, may have inserted them.
    insertMany: (name, documents) =>
      send(async () => {
        for (const document of documents) await scope.put(name, document)
      }),
  }
}
