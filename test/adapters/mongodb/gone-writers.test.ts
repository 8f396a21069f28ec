import assert from 'node:assert/strict'
import { type Db, MongoClient } from 'mongodb'
import { type MongoDb, mongoStore } from '../../../adapters/mongodb/index.ts'
import { claimJob, listJobs } from '../../../src/records/job-records.ts'
import { type Command, interceptedDb } from '../../worlds/mongodb/intercepted-db.ts'
import { openLossyProxy } from '../../worlds/mongodb/lossy-proxy.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import {
  assertGone,
  assertSettled,
  bytesOfOthers,
  createSmallWorld,
  SCOPE,
  sessionOf,
  smallEngine,
} from '../../worlds/mongodb/mongo-small-world.ts'

describeMongo('a transaction that is not ended', 'replica set', ({ it, server }) => {
  it('keeps others out only until they have seen no sign of life for a while', () =>
    server().withDatabase(async (db) => {
      await createSmallWorld(db, 2)
      const others = await bytesOfOthers(db)
      const { handle, reached, wake } = stopAt(db, () => true)
      const stopped = smallEngine(handle, { leaseMs: 300 }).delete('usr_1', SCOPE)
      await reached
      const next = smallEngine(db as MongoDb, { leaseMs: 300, busyTimeoutMs: 5_000 })
      const { id } = await next.delete('usr_2', SCOPE)
      assert.equal(await assertGone(db, 'usr_2'), id)
      assert.equal(await db.collection('users').countDocuments({ id: 'usr_1' }), 1)
      const { id: receiptId } = await next.delete('usr_1', SCOPE)
      assert.equal(await assertGone(db, 'usr_1'), receiptId)
      // Should it come back after all, it does nothing, and finds out.
      wake()
      await assert.rejects(stopped, { code: 'resource_not_found', details: { receiptId } })
      assert.equal(await assertGone(db, 'usr_1'), receiptId)
      await assertSettled(db, others)
    }))

  it('is left alone while its process shows that it lives', () =>
    server().withDatabase(async (db) => {
      await createSmallWorld(db, 2)
      const { handle, reached, wake } = stopAt(db, isWork)
      const work = smallEngine(handle, { leaseMs: 900 }).delete('usr_1', SCOPE)
      await reached
      const next = smallEngine(db as MongoDb, { leaseMs: 900, busyTimeoutMs: 1_500 })
      await assert.rejects(next.delete('usr_2', SCOPE), { code: 'store_busy', retryable: true })
      wake()
      const { id } = await work
      assert.equal(await assertGone(db, 'usr_1'), id)
      await next.delete('usr_2', SCOPE)
      await assertGone(db, 'usr_2')
    }))
})

describeMongo('a turn that is not given back', 'standalone', ({ it, server }) => {
  it("is nobody else's while its holder renews it", () =>
    server().withDatabase(async (db) => {
      await createSmallWorld(db, 2)
      const { handle, reached, wake } = stopAt(db, () => true)
      const work = smallEngine(handle, { leaseMs: 10_000 }).delete('usr_1', SCOPE)
      await reached
      const next = smallEngine(db as MongoDb, { leaseMs: 300, busyTimeoutMs: 100 })
      await assert.rejects(next.delete('usr_2', SCOPE), { code: 'store_busy', retryable: true })
      wake()
      const { id } = await work
      assert.equal(await assertGone(db, 'usr_1'), id)
    }))

  it("is somebody else's once its time is over, and a command that was on its way does nothing", () =>
    server().withDatabase(async (db) => {
      await createSmallWorld(db, 2)
      const { handle, reached, wake } = stopAt(
        db,
        () => true,
        () => {
          throw new Error('asleep')
        },
      )
      const stopped = smallEngine(handle, { leaseMs: 300 }).delete('usr_1', SCOPE)
      await reached
      const next = smallEngine(db as MongoDb, { leaseMs: 300, busyTimeoutMs: 5_000 })
      const { id } = await next.delete('usr_2', SCOPE)
      assert.equal(await assertGone(db, 'usr_2'), id)
      await assertGone(db, 'usr_1')
      // What the command would hit, were it carried out now.
      const late = sessionOf('usr_1', 1)
      await db.collection<object>('sessions').insertOne(late)
      wake()
      await assert.rejects(stopped, { code: 'lease_lost' })
      assert.deepEqual(await db.collection('sessions').find({ user_id: 'usr_1' }).toArray(), [late])
    }))
})

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(`a claim on a ${topology}`, topology, ({ it, server }) => {
    for (const lost of [1, 3]) {
      it(`is known to the store that made it when ${lost} of its answers are lost, and to no other`, () =>
        server().withDatabase(async (db) => {
          await mongoStore(db as MongoDb).migrate()
          await db.collection('user_deletion_jobs').insertOne(JOB as object)
          const { hosts } = server().client().options
          const proxy = await openLossyProxy(hosts[0]?.port ?? 0)
          const client = new MongoClient(`mongodb://127.0.0.1:${proxy.port}/?directConnection=true`)
          try {
            const store = mongoStore(client.db(db.databaseName) as MongoDb)
            await listJobs(store, { limit: 1 })
            proxy.loseAnswers(lost)
            const claimed = await claimJob(store, claimBy('mine'))
            assert.deepEqual([claimed?.owner, claimed?.fence], ['mine', 2])
            proxy.loseAnswers(lost)
            assert.equal(await claimJob(store, claimBy('other')), null)
            const [{ owner, fence } = {}] = await db
              .collection<{ owner: string; fence: number }>('user_deletion_jobs')
              .find()
              .toArray()
            assert.deepEqual([owner, fence], ['mine', 2])
          } finally {
            await client.close()
            await proxy.close()
          }
        }))
    }
  })
}

const JOB = {
  ...{ _id: 'job_1', kind: 'deletion', tenantId: 'tnt_a', userId: 'usr_1', dueAt: null },
  ...{ requestedAt: '2026-03-01T11:00:00.000Z', createdAt: '2026-03-01T11:00:00.000Z' },
  ...{ owner: 'gone', leaseUntil: '2026-03-01T11:30:00.000Z', fence: 1 },
  ...{ idempotencyKey: null, policyDigest: 'digest', state: '{}' },
}

function claimBy(owner: string) {
  const now = '2026-03-01T12:00:00.000Z'
  return { id: 'job_1', fence: 1, owner, now, leaseUntil: '2026-03-01T12:30:00.000Z' }
}

interface Stop {
  readonly handle: MongoDb
  /** Once the first deletion of a transaction would be sent. */
  readonly reached: Promise<void>
  wake(): void
}

/** From that moment on commands wait, as in a process that hangs, or never go out, as in one that is gone. */
function stopAt(
  db: Db,
  isStopped: (command: Command) => boolean,
  beforeRenewal?: () => void,
): Stop {
  let wake = (): void => {}
  let arrive = (): void => {}
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const reached = new Promise<void>((resolve) => {
    arrive = resolve
  })
  let hasStopped = false
  const stop = async (command: Command): Promise<void> => {
    if (command.name === 'deleteMany') {
      hasStopped = true
      arrive()
    }
    if (hasStopped && isStopped(command)) await woken
  }
  const handle = interceptedDb(db, stop, () => (hasStopped ? beforeRenewal?.() : undefined))
  return { handle, reached, wake: () => wake() }
}

/** Anything but a sign of life. */
function isWork({ collection }: Command): boolean {
  return collection !== 'user_deletion_sessions'
}
