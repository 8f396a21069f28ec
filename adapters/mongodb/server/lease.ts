/**
 * The lease: one writer at a time on a server without transactions.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Doc, MongoCollection } from './driver.ts'
import { WRITER } from './engine-collections.ts'
import { notMigrated, storeBusy } from './mongo-errors.ts'
import { openRetries } from './retries.ts'
import { DURABLE, ORDERED } from './scope.ts'
import type { WriteSetup } from './write-setup.ts'

export interface Lease {
  /** What the last holder has written down and not finished. */
  readonly leftOver: Doc | null
  /** Writes down what is going to be done, or that nothing is; durable, and with it all that came before. */
  record(change: Doc | null): Promise<void>
  /** @throws {@link UserDeletionError} `lease_lost` unless the lease was renewed in time. */
  assertHeld(): void
  /** When it ends by the server's clock, unless it is renewed. */
  until(): Date
  release(): Promise<void>
}

/**
 * Waits for its turn. When a lease ends, the server's clock says; whether its holder has renewed it in time, the
 * holder's own steady clock.
 */
export async function takeLease(
  { db, options }: WriteSetup,
  waited: (ms: number) => void = () => {},
): Promise<Lease> {
  const { leaseMs } = options
  const collection = db.collection(WRITER)
  const owner = crypto.randomUUID()
  // Longer than a holder who is gone can keep others out. While others have their turns, one's own comes too.
  const retries = openRetries(options.busyTimeoutMs + leaseMs)
  let turn: unknown
  const begun = performance.now()
  for (;;) {
    const asked = performance.now()
    const found = await collection.findOneAndUpdate(
      { _id: 'writer', $expr: { $lte: ['$until', '$$NOW'] } },
      [{ $set: { owner, until: leaseEnd(leaseMs), fence: { $add: ['$fence', 1] } } }],
      { returnDocument: 'after', ...ORDERED },
    )
    if (found !== null) {
      waited(performance.now() - begun)
      return holdLease(collection, found as Doc, leaseMs, asked)
    }
    const [known] = await collection.find({ _id: 'writer' }).toArray()
    if (known === undefined) throw notMigrated()
    const { fence } = known
    if (fence !== turn) retries.startAnew()
    turn = fence
    if (!(await retries.wait())) throw storeBusy()
  }
}

function holdLease(
  collection: MongoCollection,
  { owner, fence, change, until: firstEnd }: Doc,
  leaseMs: number,
  since: number,
): Lease {
  const own = { _id: 'writer', owner, fence }
  let heldSince = since
  let until = firstEnd as Date
  let isLost = false
  const renewal = setInterval(() => void renew(), Math.max(1, leaseMs / 3))
  renewal.unref()

  async function renew(): Promise<void> {
    const asked = performance.now()
    try {
      const renewed = await collection.findOneAndUpdate(
        own,
        [{ $set: { until: leaseEnd(leaseMs) } }],
        { returnDocument: 'after', projection: { until: 1 }, ...ORDERED },
      )
      if (renewed === null) {
        isLost = true
        return
      }
      heldSince = asked
      until = (renewed as Doc)['until'] as Date
    } catch {
      // Not renewed: the lease ends when it would have.
    }
  }

  function assertHeld(): void {
    if (isLost || performance.now() - heldSince >= leaseMs) throw leaseLost()
  }

  return {
    leftOver: (change ?? null) as Doc | null,
    assertHeld,
    until: () => until,
    async record(next) {
      assertHeld()
      const { matchedCount } = await collection.updateMany(own, { $set: { change: next } }, DURABLE)
      if (matchedCount === 0) throw leaseLost()
    },
    async release() {
      clearInterval(renewal)
      try {
        await collection.updateMany(own, { $set: { owner: null, until: new Date(0) } }, ORDERED)
      } catch {
        // Not given back: others wait until it ends.
      }
    },
  }
}

function leaseEnd(leaseMs: number): Doc {
  return { $add: ['$$NOW', leaseMs] }
}

export function leaseLost(cause?: unknown): UserDeletionError {
  return new UserDeletionError('lease_lost', 'Another worker has taken over.', { cause })
}
