import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type Db, type Document, MongoClient } from 'mongodb'
import type { MongoDb } from '../../../../adapters/mongodb/index.ts'
import { isEveryFault } from '../../../worlds/faults/every-fault.ts'
import { interceptedDb } from '../../../worlds/mongodb/intercepted-db.ts'
import { openLossyProxy } from '../../../worlds/mongodb/lossy-proxy.ts'
import { describeOwnMongo } from '../../../worlds/mongodb/mongo-server.ts'
import {
  type Answer,
  askFor,
  askUntilDone,
  assertGone,
  assertSettled,
  bytesOfOthers,
  createSmallWorld,
  resumeAll,
  type SmallEngine,
  smallEngine,
} from '../../../worlds/mongodb/mongo-small-world.ts'

interface Fault {
  readonly name: string
  /** What the server's failpoint does; without it the answer is lost on the way. */
  readonly data?: Document
  /** Whether it is also tried with all later commands failing. */
  readonly lasts: boolean
}

const FAULTS: readonly Fault[] = [
  { name: 'a write conflict', data: { errorCode: 112 }, lasts: true },
  { name: 'a closed connection', data: { closeConnection: true }, lasts: true },
  { name: 'a server that is not the primary', data: { errorCode: 10_107 }, lasts: true },
  { name: 'a primary that steps down', data: { errorCode: 189 }, lasts: false },
  {
    name: 'a write concern that is not met in time',
    data: { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
    lasts: true,
  },
  {
    name: 'a write concern that a shutdown interrupts',
    data: { writeConcernError: { code: 91, errmsg: 'the server shuts down' } },
    lasts: false,
  },
  { name: 'a lost answer', lasts: true },
]

/** Every command that the adapter sends. */
const COMMANDS = [
  ...['listCollections', 'find', 'aggregate', 'getMore', 'update', 'delete', 'insert'],
  ...['findAndModify', 'commitTransaction', 'abortTransaction', 'killSessions'],
]
/** With `FAULTS=every` a fault hits each command; else each fault hits other ones of them. */
const STEP = isEveryFault ? 1 : 9
/** A lease that could not be given back, and a transaction that could not be ended, hold up the next run. */
const LEASE_MS = 500
/** Only commands of this client fail. */
const APP = 'under test'
/** More than all runs on one server need. */
const USERS = 700

for (const topology of ['replica set', 'standalone'] as const) {
  describeOwnMongo(`commands that fail on a ${topology}`, topology, ({ it, withServer }) => {
    for (const isLasting of [false, true]) {
      const when = isLasting ? 'all commands from one on fail' : 'any one command fails'
      it(`when ${when}, a deletion is whole, or whole once it is asked for again`, () =>
        withServer(async ({ uri }) => {
          const client = new MongoClient(uri)
          const lab = await openLab(client)
          try {
            for (const [number, fault] of FAULTS.entries()) {
              if (isLasting && !fault.lasts) continue
              const commands = await failEverywhere(lab, fault, 1 + (number % STEP), isLasting)
              const how = `${fault.name}${isLasting ? ', lasting,' : ''}`
              console.log(`${topology}: ${how} at every ${STEP}. of ${commands} commands`)
            }
            await lab.assertSettled()
          } finally {
            await lab.close()
            await client.close()
          }
        }))
    }
  })
}

/** Answers how many commands a deletion has. */
async function failEverywhere(
  lab: Lab,
  fault: Fault,
  first: number,
  isLasting: boolean,
): Promise<number> {
  const problems: string[] = []
  for (let at = first; ; at += STEP) {
    let hit: string | null = null
    try {
      const isSlow = await lab.fail(fault, at, isLasting, (name) => {
        hit = name
      })
      if (isSlow) {
        at -= STEP
        continue
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      problems.push(`command ${at}, ${hit}: ${inspect(error, { depth: 6 })}`)
    }
    if (hit !== null && problems.length < 5) continue
    assert.equal(problems.length, 0, `${fault.name}\n${problems.join('\n')}`)
    assert.ok(at > 25, `only ${at} commands`)
    return at - 1
  }
}

interface Lab {
  /**
   * Deletes a user with the fault at the n-th command, if there are so many. Answers whether the lease had
   * ended before, as it may on a busy machine.
   */
  fail(
    fault: Fault,
    at: number,
    isLasting: boolean,
    onHit: (name: string) => void,
  ): Promise<boolean>
  assertSettled(): Promise<void>
  close(): Promise<void>
}

async function openLab(client: MongoClient): Promise<Lab> {
  const [host] = client.options.hosts
  assert.ok(host?.port)
  const proxy = await openLossyProxy(host.port)
  // The connection is direct, or the driver would find the server behind the proxy.
  const faulty = new MongoClient(`mongodb://127.0.0.1:${proxy.port}/?directConnection=true`, {
    // Asked anew, a server that has not really stepped down says so at once.
    ...{ appName: APP, serverMonitoringMode: 'poll' },
    ...{ minHeartbeatFrequencyMS: 5, heartbeatFrequencyMS: 20 },
    ...{ serverSelectionTimeoutMS: 5_000, socketTimeoutMS: 5_000 },
  })
  const db = client.db(`faults_${process.pid}_${Date.now()}`)
  await createSmallWorld(db, USERS)
  const others = await bytesOfOthers(db)
  const patient = smallEngine(db as MongoDb, { leaseMs: LEASE_MS })
  let users = 0
  return {
    async fail(fault, at, isLasting, onHit) {
      users += 1
      const id = `usr_${users}`
      let isArmed = true
      let isHit = false
      const strike = async (name: string): Promise<void> => {
        isHit = true
        onHit(name)
        if (fault.data !== undefined) {
          await failpoint(client, isLasting ? 'alwaysOn' : { times: 1 }, fault.data)
        } else proxy.loseAnswers(isLasting ? Number.POSITIVE_INFINITY : 1)
      }
      const handle = interceptedDb(faulty.db(db.databaseName), (command) =>
        isArmed && command.at === at ? strike(command.name) : undefined,
      )
      const mongo = { leaseMs: LEASE_MS, busyTimeoutMs: isLasting ? 30 : 2_000 }
      const engine = smallEngine(handle, mongo)
      const first = await askFor(engine, id)
      isArmed = false
      proxy.loseAnswers(0)
      await failpoint(client, 'off')
      await checkAndAskAgain(db, id, first, at % 2 === 0 ? engine : patient, at % 3 === 0)
      return 'error' in first && !isHit
    },
    assertSettled: () => assertSettled(db, others),
    async close() {
      await faulty.close()
      await proxy.close()
    },
  }
}

async function checkAndAskAgain(
  db: Db,
  id: string,
  first: Answer,
  next: SmallEngine,
  resumesFirst: boolean,
): Promise<void> {
  // A receipt is the truth at once.
  if ('receiptId' in first) assert.equal(await assertGone(db, id), first.receiptId)
  if (resumesFirst) await resumeAll(next)
  const receiptId = await askUntilDone(next, id)
  if (!resumesFirst) await resumeAll(next)
  if ('receiptId' in first) assert.equal(receiptId, first.receiptId, 'the same receipt')
  else assert.equal(await assertGone(db, id), receiptId)
}

async function failpoint(client: MongoClient, mode: unknown, data: Document = {}): Promise<void> {
  await client.db('admin').command({
    configureFailPoint: 'failCommand',
    mode,
    ...(mode === 'off' ? {} : { data: { ...data, failCommands: COMMANDS, appName: APP } }),
  })
}
