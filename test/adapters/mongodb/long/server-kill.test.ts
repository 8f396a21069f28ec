import assert from 'node:assert/strict'
import { type Db, MongoClient } from 'mongodb'
import type { MongoDb } from '../../../../adapters/mongodb/index.ts'
import { UserDeletionError } from '../../../../src/index.ts'
import { isEveryFault } from '../../../worlds/faults/every-fault.ts'
import { BULK, mongoEngine, TARGETS } from '../../../worlds/faults/mongo-fault-engine.ts'
import {
  assertUnharmed,
  createMongoWorld,
  finishBulk,
  hostBytes,
  mongoSnapshot,
  resetMongoWorld,
} from '../../../worlds/faults/mongo-fault-world.ts'
import { describeOwnMongo, type StartedMongo } from '../../../worlds/mongodb/mongo-server.ts'
import { randomPoints } from '../../../worlds/mongodb/random-points.ts'

/** With `FAULTS=every`, five. */
const KILLS = isEveryFault ? 5 : 1
const SEED = Number(process.env['KILL_SEED'] ?? 20_260_301)
/** The driver would wait for a dead server much longer. */
const TIMEOUTS = { serverSelectionTimeoutMS: 5_000, socketTimeoutMS: 5_000 } as const

for (const topology of ['replica set', 'standalone'] as const) {
  describeOwnMongo(`a ${topology} that is killed under a bulk run`, topology, (group) => {
    group.it(`loses nothing and leaves nobody half-deleted, ${KILLS} times`, () =>
      group.withServer(async (server, client) => {
        const db = client.db('kills')
        await createMongoWorld(db)
        const commands = await deleteAll(server, 0, true)
        const points = randomPoints(SEED, KILLS, commands - 1)
        console.log(`${topology}, KILL_SEED=${SEED}, ${commands} commands: ${points.join(' ')}`)
        for (const [index, at] of points.entries()) {
          // Now the run outlasts the outage, and now it gives up and is begun anew.
          await killAt(server, db, at, index % 2 === 0)
        }
      }),
    )
  })
}

async function killAt(server: StartedMongo, db: Db, at: number, isPatient: boolean): Promise<void> {
  await resetMongoWorld(db)
  const before = { rows: await mongoSnapshot(db), bytes: await hostBytes(db) }
  await db.admin().command({ fsync: 1 })
  await deleteAll(server, at, isPatient)
  try {
    const next = mongoEngine(db as MongoDb, { ...BULK, startAt: '2026-03-01T13:00:00.000Z' })
    assert.deepEqual((await next.resume()).failed, [])
    await assertUnharmed(db, before, TARGETS)
    await finishBulk(db)
    await assertUnharmed(db, before, TARGETS, 'deleted')
  } catch (error) {
    throw new Error(`the server was killed at command ${at}`, { cause: error })
  }
}

/** Deletes the users, and kills the server at the n-th command, if there is one. Answers how many there were. */
async function deleteAll(server: StartedMongo, at: number, isPatient: boolean): Promise<number> {
  const client = new MongoClient(server.uri, { ...TIMEOUTS, monitorCommands: true })
  let commands = 0
  let outage: Promise<void> | undefined
  client.on('commandStarted', () => {
    commands += 1
    if (commands === at) outage = server.kill().then(() => server.restart())
  })
  const mongo = { leaseMs: 2_000, busyTimeoutMs: isPatient ? 60_000 : 100 }
  const engine = mongoEngine(client.db('kills') as MongoDb, { ...BULK, mongo })
  try {
    const { errors, stopped } = await engine.deleteMany(TARGETS, { tenantId: 'a' })
    for (const { error } of errors) assertOfOutage(error, at)
    if (stopped !== null) assertOfOutage(stopped.error, at)
  } catch (error) {
    assertOfOutage(error, at)
  } finally {
    await outage
    await client.close()
  }
  assert.equal(outage !== undefined, at > 0, `command ${at} was not reached`)
  return commands
}

/** What fails is worth another try. */
function assertOfOutage(error: unknown, at: number): void {
  if (at === 0 || !(error instanceof UserDeletionError && error.retryable)) throw error
}
