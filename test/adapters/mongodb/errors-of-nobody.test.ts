import assert from 'node:assert/strict'
import type { Db } from 'mongodb'
import type { MongoDb } from '../../../adapters/mongodb/index.ts'
import { type Command, interceptedDb } from '../../worlds/mongodb/intercepted-db.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import {
  createSmallWorld,
  SCOPE,
  type SmallEngine,
  smallEngine,
} from '../../worlds/mongodb/mongo-small-world.ts'

const USERS = 16
const IDS = Array.from({ length: USERS }, (_, index) => `usr_${index + 1}`)
/** What a server says of its own: somebody ended the work, a shutdown of a cursor, or something went wrong. */
const TROUBLES = { Interrupted: 11_601, CursorKilled: 237, InternalError: 1, UnknownError: 8 }

describeMongo(
  'an error of the server in the middle of a slice',
  'replica set',
  ({ it, server }) => {
    for (const [name, code] of Object.entries(TROUBLES)) {
      it(`has the slice done once more as it is, and nobody alone: ${name}`, () =>
        withKeptDatabase(server(), async (db) => {
          let troubles = 1
          const { engine, commits } = await open(db, ({ name, collection }) => {
            if (name !== 'deleteMany' || collection !== 'posts' || troubles === 0) return
            troubles -= 1
            throw Object.assign(new Error('trouble'), { code })
          })
          const result = await engine.deleteMany(IDS, { ...SCOPE, mode: 'throughput' })
          assert.deepEqual([troubles, result.deleted, result.failedByCode], [0, USERS, {}])
          assert.equal(commits(), 1)
        }))
    }

    it('is reported after a few tries if it stays', () =>
      withKeptDatabase(server(), async (db) => {
        const { engine, commits } = await open(db, ({ name, collection }) => {
          if (name === 'deleteMany' && collection === 'posts')
            throw Object.assign(new Error('trouble'), { code: 11_601 })
        })
        const result = await engine.deleteMany(IDS, { ...SCOPE, mode: 'throughput' })
        assert.deepEqual(result.failedByCode, { store_busy: USERS })
        assert.equal(commits(), 0)
        assert.equal(await db.collection('users').countDocuments({ tenant_id: 'tnt_a' }), USERS)
      }))
  },
)

describeMongo('a user whom the database refuses', 'replica set', ({ it, server }) => {
  it('fails alone, and the others go in a few parts', () =>
    withKeptDatabase(server(), async (db) => {
      const { engine, commits } = await open(db, () => {})
      await db.command({
        collMod: 'audit_log',
        validator: { $nor: [{ actor_id: 'usr_5', actor_name: null }] },
      })
      const result = await engine.deleteMany(IDS, { ...SCOPE, mode: 'throughput' })
      assert.deepEqual(
        [result.deleted, result.failedByCode],
        [USERS - 1, { constraint_violation: 1 }],
      )
      assert.equal(await db.collection('users').countDocuments({ tenant_id: 'tnt_a' }), 1)
      assert.ok(commits() <= 2 * Math.log2(USERS), `${commits()} transactions`)
    }))
})

interface Opened {
  readonly engine: SmallEngine
  /** Of what came since. */
  commits(): number
}

async function open(db: Db, before: (command: Command) => void): Promise<Opened> {
  await createSmallWorld(db, USERS)
  let count = 0
  const handle = interceptedDb(db, (command) => {
    if (command.name === 'commitTransaction') count += 1
    before(command)
  })
  const engine = smallEngine(handle as MongoDb, { busyTimeoutMs: 200 })
  await engine.getUser('usr_1', SCOPE)
  // Whether there are transactions has been asked.
  count = 0
  return { engine, commits: () => count }
}
