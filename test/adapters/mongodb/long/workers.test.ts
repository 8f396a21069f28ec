import assert from 'node:assert/strict'
import type { Db } from 'mongodb'
import type { MongoDb } from '../../../../adapters/mongodb/index.ts'
import { interceptedDb } from '../../../worlds/mongodb/intercepted-db.ts'
import { describeMongo } from '../../../worlds/mongodb/mongo-server.ts'
import {
  askFor,
  assertGone,
  assertSettled,
  bytesOfOthers,
  createSmallWorld,
  smallEngine,
} from '../../../worlds/mongodb/mongo-small-world.ts'

const LEASE_MS = 150

describeMongo('a worker that stalls past its lease', 'standalone', ({ it, server }) => {
  for (const [how, end] of Object.entries({
    'and then goes on': async () => {},
    'and then is refused by a rule of the database': async (db: Db, id: string) => {
      await db.command({
        collMod: 'audit_log',
        validator: { $nor: [{ actor_id: id, actor_name: null }] },
      })
    },
  })) {
    it(`does no harm ${how}, whichever of its commands is late`, () =>
      server().withDatabase(async (db) => {
        await createSmallWorld(db, 250)
        const others = await bytesOfOthers(db)
        let late = 0
        let user = 0
        for (let at = 1; ; at += 1) {
          user += 2
          const victim = `usr_${user - 1}`
          const next = `usr_${user}`
          await end(db, victim)
          const fate = await stallAndTakeOver(db, at, victim, next)
          await db.command({ collMod: 'audit_log', validator: {} })
          const last = smallEngine(db as MongoDb, {})
          await last.resume()
          assert.ok('receiptId' in (await askFor(last, victim)))
          await assertGone(db, victim)
          if (fate === 'never stalled') break
          if (fate === 'late') late += 1
          if (fate === 'slow') at -= 1
        }
        console.log(`${late} commands of a worker came too late`)
        assert.ok(late > 20, `${late} late commands`)
        await assertSettled(db, others)
      }))
  }
})

/** `late`: the n-th command came too late. `slow`: the lease had ended before it already. */
type Fate = 'never stalled' | 'slow' | 'late' | 'in time'

async function stallAndTakeOver(db: Db, at: number, victim: string, next: string): Promise<Fate> {
  const stall = stallAt(db, at)
  const options = { leaseMs: LEASE_MS, busyTimeoutMs: 1_000 }
  const engine = smallEngine(stall.db, options)
  const work = askFor(engine, victim).catch((error: unknown) => ({ error }))
  const first = await Promise.race([stall.reached, work])
  if (first !== 'reached') return isLeaseLost(first) ? 'slow' : 'never stalled'

  const other = smallEngine(db as MongoDb, {})
  const taken = await askFor(other, next)
  assert.ok('receiptId' in taken, 'the other worker has its turn')
  const before = await contents(db)
  stall.wake()
  const outcome = await work
  const isLate = !('receiptId' in outcome)
  if (isLate) assert.deepEqual(await contents(db), before, `command ${at}, ${stall.name()}`)
  assert.equal(await assertGone(db, next), taken.receiptId)
  return isLate ? 'late' : 'in time'
}

function isLeaseLost(answer: object): boolean {
  return 'error' in answer && (answer.error as { code?: unknown } | null)?.code === 'lease_lost'
}

/** Everything but whose turn it is. */
async function contents(db: Db): Promise<unknown> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
  const own = names.filter((name) => name !== 'user_deletion_writer').toSorted()
  return Promise.all(
    own.map(async (name) => [name, await db.collection(name).find().sort({ _id: 1 }).toArray()]),
  )
}

interface Stall {
  readonly db: MongoDb
  readonly reached: Promise<'reached'>
  wake(): void
  name(): string
}

/** As if the event loop were blocked: the lease is not renewed meanwhile. */
function stallAt(db: Db, at: number): Stall {
  let wake = (): void => {}
  let arrive = (): void => {}
  let isAsleep = false
  let name = ''
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const reached = new Promise<'reached'>((resolve) => {
    arrive = () => resolve('reached')
  })
  const handle = interceptedDb(
    db,
    async (command) => {
      if (command.at !== at) return
      name = `${command.name} ${command.collection}`
      isAsleep = true
      arrive()
      await woken
      isAsleep = false
    },
    () => {
      if (isAsleep) throw new Error('asleep')
    },
  )
  return { db: handle, reached, wake: () => wake(), name: () => name }
}
