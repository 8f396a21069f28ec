import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after } from 'node:test'
import { inspect } from 'node:util'
import type { Db } from 'mongodb'
import type { MongoDb } from '../../../../adapters/mongodb/index.ts'
import { bundleChild } from '../../../worlds/faults/bundle-child.ts'
import { isEveryFault } from '../../../worlds/faults/every-fault.ts'
import { mongoEngine, NEXT, TARGETS } from '../../../worlds/faults/mongo-fault-engine.ts'
import {
  assertUnharmed,
  createMongoWorld,
  finishBulk,
  hostBytes,
  mongoSnapshot,
  resetMongoWorld,
} from '../../../worlds/faults/mongo-fault-world.ts'
import { describeMongo } from '../../../worlds/mongodb/mongo-server.ts'
import { randomPoints } from '../../../worlds/mongodb/random-points.ts'

/** With `FAULTS=every`, thirty. */
const KILLS = isEveryFault ? 30 : 8
const SEED = Number(process.env['KILL_SEED'] ?? 20_260_301)

const root = path.resolve(import.meta.dirname, '../../../../dist')
mkdirSync(root, { recursive: true })
const folder = mkdtempSync(path.join(root, 'mongo-kill-'))
after(() => rmSync(folder, { recursive: true }))
const program = bundleChild('mongo-kill-child.ts', folder)

interface Report {
  readonly commands: number
  readonly deleted: number
  readonly alreadyDeleted: number
  readonly errors: readonly string[]
}

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(`a process that deletes on a ${topology}`, topology, ({ it, server }) => {
    it(`may be killed at any of ${KILLS} points: the next process completes its work`, async () => {
      const { uri } = server()
      const databases = [server().newDatabase(), server().newDatabase()]
      for (const db of databases) await createMongoWorld(db)
      const [first] = databases
      assert.ok(first)
      const { commands } = await reportOf(start(uri, first, 0))
      const points = randomPoints(SEED, KILLS, commands - 1)
      console.log(`${topology}, KILL_SEED=${SEED}, ${commands} commands: ${points.join(' ')}`)
      const waiting = points.values()
      const fates: string[] = []
      const worker = async (db: Db): Promise<void> => {
        for (const at of waiting) fates.push(await killAt(uri, db, at))
      }
      await Promise.all(databases.map(worker))
      assert.equal(fates.length, KILLS)
      // The points lie in all parts of the run.
      assert.ok(new Set(fates).size >= 3, fates.join(' '))
    })

    it('shares its list with another one: nobody is deleted twice', async () => {
      const { uri } = server()
      const db = server().newDatabase()
      await createMongoWorld(db)
      const before = { rows: await mongoSnapshot(db), bytes: await hostBytes(db) }
      const reports = await Promise.all([reportOf(start(uri, db, 0)), reportOf(start(uri, db, 0))])
      const deleted = reports.reduce((sum, report) => sum + report.deleted, 0)
      const inProgress = reports.flatMap(({ errors }) => errors)
      assert.deepEqual(
        inProgress.filter((code) => !BUSY.includes(code)),
        [],
      )
      await finishBulk(db)
      await assertUnharmed(db, before, TARGETS, 'deleted')
      assert.ok(deleted <= TARGETS.length, `${deleted} deletions`)
    })
  })
}

/** What another worker may be the reason of. */
const BUSY = ['in_progress', 'store_busy', 'lease_lost']

/** Answers how many of the users were gone when the process was. */
async function killAt(uri: string, db: Db, at: number): Promise<string> {
  await resetMongoWorld(db)
  const before = { rows: await mongoSnapshot(db), bytes: await hostBytes(db) }
  const [, signal] = await once(start(uri, db, at), 'exit')
  assert.equal(signal, 'SIGKILL', `command ${at} was not reached`)
  const gone =
    TARGETS.length - (await db.collection('users').countDocuments({ id: { $in: [...TARGETS] } }))
  try {
    const next = mongoEngine(db as MongoDb, { ...NEXT, startAt: '2026-03-01T13:00:00.000Z' })
    assert.deepEqual((await next.resume()).failed, [])
    await assertUnharmed(db, before, TARGETS)
    await finishBulk(db)
    await assertUnharmed(db, before, TARGETS, 'deleted')
  } catch (error) {
    throw new Error(`killed at command ${at}: ${inspect(error)}`)
  }
  return `${gone} gone`
}

function start(uri: string, db: Db, at: number): ChildProcess {
  const args = [program, uri, db.databaseName, String(at)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

async function reportOf(child: ChildProcess): Promise<Report> {
  const exit = once(child, 'exit')
  const [report] = (await once(child, 'message')) as [Report]
  assert.deepEqual(await exit, [0, null])
  return report
}
