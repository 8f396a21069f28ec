import assert from 'node:assert/strict'
import { type Db, MongoNetworkError } from 'mongodb'
import { UserNotFoundError } from '../../../src/index.ts'
import { type Command, interceptedDb } from '../../worlds/mongodb/intercepted-db.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo, describeOwnMongo } from '../../worlds/mongodb/mongo-server.ts'
import {
  assertGone,
  createSmallWorld,
  SCOPE,
  type SmallEngine,
  smallEngine,
} from '../../worlds/mongodb/mongo-small-world.ts'

const USER = 'usr_1'

describeMongo('what stands in for a transaction', 'standalone', ({ it, server }) => {
  it('takes no user whose row somebody else has removed since it was looked at', () =>
    withKeptDatabase(server(), async (db) => {
      await createSmallWorld(db, 1)
      const engine = engineWith(db, isFirstClaim(), async () => {
        await db.collection('users').deleteOne({ id: USER })
      })
      await assert.rejects(engine.delete(USER, SCOPE), UserNotFoundError)
      assert.equal(await receipts(db), 0)
      assert.equal(await db.collection('posts').countDocuments({ author_id: USER }), 2)
    }))

  it('gives up a deletion that a crash left before its claim when the user has changed meanwhile', () =>
    withKeptDatabase(server(), async (db) => {
      await createSmallWorld(db, 1)
      const before = await contents(db)
      const engine = engineWith(
        db,
        isFirstClaim(),
        () => {
          throw new Error('the process has died')
        },
        true,
      )
      await assert.rejects(engine.delete(USER, SCOPE))
      await db.collection('users').updateOne({ id: USER }, { $set: { status: 'banned' } })
      assert.deepEqual(
        (
          await smallEngine(
            interceptedDb(db, () => {}),
            {},
          ).resume()
        ).failed,
        [],
      )
      await db.collection('users').updateOne({ id: USER }, { $set: { status: 'active' } })
      assert.deepEqual(await contents(db), before)
      assert.equal(await receipts(db), 0)
    }))

  it('puts everything back when the database refuses a step', () =>
    withKeptDatabase(server(), async (db) => {
      await createSmallWorld(db, 1)
      const before = await contents(db)
      const validator = { $nor: [{ actor_id: USER, actor_name: null }] }
      await db.command({ collMod: 'audit_log', validator })
      const engine = smallEngine(
        interceptedDb(db, () => {}),
        {},
      )
      await assert.rejects(engine.delete(USER, SCOPE), { code: 'constraint_violation' })
      assert.deepEqual(await contents(db), before)
      assert.equal(await receipts(db), 0)
      await db.command({ collMod: 'audit_log', validator: {} })
      await engine.delete(USER, SCOPE)
      await assertGone(db, USER)
    }))

  it('does once more what a server has forgotten that went away meanwhile', () =>
    withKeptDatabase(server(), async (db) => {
      await createSmallWorld(db, 1)
      const tables = ['posts', 'audit_log'] as const
      const before = await Promise.all(tables.map((table) => db.collection(table).find().toArray()))
      const isLast = ({ name, collection }: Command): boolean =>
        name === 'deleteMany' && collection === 'users'
      const engine = engineWith(db, isLast, async () => {
        for (const [place, table] of tables.entries()) {
          await db.collection(table).deleteMany({})
          await db.collection(table).insertMany(before[place] ?? [])
        }
        throw new MongoNetworkError('the connection is gone')
      })
      await engine.delete(USER, SCOPE)
      await assertGone(db, USER)
      assert.equal(await db.collection('posts').countDocuments({ author_id: USER }), 0)
      const [entry] = await db.collection('audit_log').find({ actor_id: USER }).toArray()
      assert.equal(entry?.['actor_name'], null)
      assert.equal(await receipts(db), 1)
    }))

  it('looks for rows that came in behind their step, and puts everything back', () =>
    withKeptDatabase(server(), async (db) => {
      await createSmallWorld(db, 1)
      const before = await contents(db)
      let hasDeleted = false
      const isBehind = ({ name, collection }: Command): boolean => {
        const isDue = hasDeleted && collection !== 'posts'
        hasDeleted ||= collection === 'posts' && name === 'deleteMany'
        return isDue
      }
      const engine = engineWith(db, isBehind, async () => {
        hasDeleted = false
        await db.collection('posts').insertOne({ author_id: USER, title: 'late' })
      })
      await assert.rejects(engine.delete(USER, SCOPE), { code: 'residue_left' })
      await db.collection('posts').deleteOne({ title: 'late' })
      assert.deepEqual(await contents(db), before)
      assert.equal(await receipts(db), 0)
    }))
})

describeOwnMongo('a commit that nobody confirms', 'replica set', ({ it, withServer }) => {
  it('is looked for by its mark, and answered with the receipt', () =>
    withServer(async (_, client) => {
      const db = client.db('commits')
      await createSmallWorld(db, 1)
      const unconfirmed = async (mode: 'alwaysOn' | 'off'): Promise<void> => {
        const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' }
        const data = { failCommands: ['commitTransaction'], writeConcernError }
        await client
          .db('admin')
          .command({ configureFailPoint: 'failCommand', mode, ...(mode === 'off' ? {} : { data }) })
      }
      const engine = engineWith(db, isCommitOfWrites(), () => unconfirmed('alwaysOn'))
      const { id } = await engine.delete(USER, SCOPE)
      await unconfirmed('off')
      assert.equal(await assertGone(db, USER), id)
    }))
})

/** An engine during whose work something happens, once or from then on. */
function engineWith(
  db: Db,
  isMoment: (command: Command) => boolean,
  happen: () => Promise<void> | void,
  isLasting = false,
): SmallEngine {
  let hasHappened = false
  const handle = interceptedDb(db, async (command) => {
    if (hasHappened ? !isLasting : !isMoment(command)) return
    hasHappened = true
    await happen()
  })
  return smallEngine(handle, { leaseMs: 1_000 })
}

function isFirstClaim(): (command: Command) => boolean {
  return ({ name, collection }) => collection === 'users' && /^(updateMany|bulkWrite)$/.test(name)
}

function isCommitOfWrites(): (command: Command) => boolean {
  let hasWritten = false
  return ({ name }) => {
    hasWritten ||= name === 'deleteMany'
    return hasWritten && name === 'commitTransaction'
  }
}

async function contents(db: Db): Promise<unknown> {
  const tables = ['users', 'sessions', 'posts', 'audit_log']
  return Promise.all(tables.map((table) => db.collection(table).find().sort({ _id: 1 }).toArray()))
}

function receipts(db: Db): Promise<number> {
  return db.collection('user_deletion_ledger').countDocuments({ kind: 'user.deleted' })
}
