import assert from 'node:assert/strict'
import { type Db, Long } from 'mongodb'
import { type MongoDb, mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, type EngineOptions, UserDeletionEngine } from '../../../src/index.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { TOPOLOGIES_FOR_CALLS } from '../../worlds/mongodb/topologies.ts'

const IGNORES_CASE = { locale: 'en', strength: 2 }
const KEY = 'a key of more than sixteen bytes'
const BIG = 2n ** 53n + 1n

const policy = definePolicy({
  name: 'identity',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant' },
  tables: { notes: { match: 'user_id', action: 'delete' } },
})

async function engineOn(db: Db, options: Partial<EngineOptions<typeof policy>> = {}) {
  const store = mongoStore(db as MongoDb)
  const logger = { warn() {} }
  const engine = new UserDeletionEngine({ store, policy, logger, ...options })
  await engine.migrate()
  return engine
}

async function idsIn(db: Db, name: string, field: string): Promise<readonly unknown[]> {
  const documents = await db.collection(name).find({}).sort({ _id: 1 }).toArray()
  return documents.map((document) => document[field])
}

for (const topology of TOPOLOGIES_FOR_CALLS) {
  describeMongo(`users whose collection ignores case, ${topology}`, topology, ({ it, server }) => {
    it('are one user in every spelling, as long as they are there and when they are gone', () =>
      withKeptDatabase(server(), async (db) => {
        await db.createCollection('users', { collation: IGNORES_CASE })
        await db.collection('users').insertMany([
          { id: 'Usr_1', tenant: 'tnt_A' },
          { id: 'usr_2', tenant: 'tnt_A' },
        ])
        await db.collection('notes').insertMany([{ user_id: 'Usr_1' }, { user_id: 'usr_1' }])
        const engine = await engineOn(db)
        const [own, other] = [{ tenantId: 'tnt_A' }, { tenantId: 'TNT_a' }]
        const { id: holdId } = await engine.placeHold('usr_1', { ...other, reason: 'a_law' })
        await assert.rejects(engine.delete('Usr_1', own), { code: 'deletion_blocked' })
        await engine.releaseHold('USR_1', { ...other, holdId })
        assert.equal((await engine.planMany(['usr_1', 'USR_2'], other)).found, 2)
        const receipt = await engine.delete('USR_1', other)
        assert.deepEqual([receipt.userId, receipt.tenantId], ['Usr_1', 'tnt_A'])
        for (const id of ['Usr_1', 'usr_1', 'USR_1']) {
          assert.equal(await engine.isDeleted(id, own), true)
          assert.equal(await engine.isDeleted(id, other), true)
          const gone = { details: { receiptId: receipt.id } }
          await assert.rejects(engine.delete(id, other), gone)
        }
        assert.equal(await engine.isDeleted('USR_2', other), false)
        assert.deepEqual(await idsIn(db, 'users', 'id'), ['usr_2'])
        // A reference is compared byte by byte: this one may be anybody's.
        assert.deepEqual(await idsIn(db, 'notes', 'user_id'), ['usr_1'])
        const { digest, tenantId } = await engine.planTenant('TNT_A')
        assert.equal(tenantId, 'tnt_A')
        await engine.deleteTenant('TNT_A', { expect: { digest } })
        assert.deepEqual(await idsIn(db, 'users', 'id'), [])
      }))

    it('are reported where a hash hides the stored spelling', () =>
      withKeptDatabase(server(), async (db) => {
        await db.createCollection('users', { collation: IGNORES_CASE })
        await db.collection('users').insertOne({ id: 'usr_1', tenant: 'tnt_a' })
        await db.collection('notes').insertOne({ user_id: 'usr_1' })
        const codesOf = async (options: Partial<EngineOptions<typeof policy>>) =>
          (await (await engineOn(db, options)).checkSchema()).findings.map(({ code }) => code)
        assert.deepEqual(await codesOf({ keys: { subject: KEY } }), ['loose_ids'])
        assert.deepEqual(await codesOf({}), [])
      }))

    it('are integers of 64 bits whole, as a Long or as a number', () =>
      withKeptDatabase(server(), async (db) => {
        const ids = [Long.fromBigInt(BIG), Long.fromBigInt(BIG - 1n), 9]
        await db.collection('users').insertMany(ids.map((id) => ({ id, tenant: 'tnt_a' })))
        await db.collection('notes').insertMany(ids.map((id) => ({ user_id: id })))
        const scope = { tenantId: 'tnt_a' }
        const engine = await engineOn(db)
        await engine.delete(String(BIG), scope)
        const other = await engineOn(db)
        await other.delete('9', scope)
        assert.equal(await other.isDeleted(BIG, scope), true)
        assert.equal(await other.isDeleted(BIG - 1n, scope), false)
        assert.equal(await engine.isDeleted(9n, scope), true)
        assert.equal((await engine.ledger.verify()).valid, true)
        assert.deepEqual((await idsIn(db, 'users', 'id')).map(String), [String(BIG - 1n)])
        assert.deepEqual((await idsIn(db, 'notes', 'user_id')).map(String), [String(BIG - 1n)])
      }))
  })
}
