import assert from 'node:assert/strict'
import type { Db } from 'mongodb'
import type { Store } from '../../../src/store/store.ts'
import { contractData } from '../../../src/testing/contract/data.ts'
import { contractSchema } from '../../../src/testing/contract/fixture.ts'
import { describeMongo, describeOwnMongo } from '../../worlds/mongodb/mongo-server.ts'
import { openOnMongo } from '../../worlds/mongodb/mongo-world.ts'

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(`a MongoDB ${topology} for tests`, topology, ({ it, server }) => {
    it('says in its hello what it is', async () => {
      const hello = await server().client().db('admin').command({ hello: 1 })
      assert.equal(typeof hello['setName'], topology === 'standalone' ? 'undefined' : 'string')
    })

    it('gives each test a database of its own, and drops it afterwards', async () => {
      const names: string[] = []
      const write = (driver: 6 | 7) =>
        server().withDatabase(async (db) => {
          assert.equal(await db.collection('things').countDocuments(), 0)
          await db.collection('things').insertOne({ a: 1 })
          names.push(db.databaseName)
        }, driver)
      await write(7)
      await write(6)
      const { databases } = await server().client().db().admin().listDatabases()
      assert.equal(new Set(names).size, 2)
      assert.deepEqual(
        databases.filter(({ name }) => names.includes(name)),
        [],
      )
    })

    it('drops the database of a test that fails', async () => {
      let name = ''
      const failing = server().withDatabase(async (db) => {
        await db.collection('things').insertOne({ a: 1 })
        name = db.databaseName
        throw new Error('the test fails')
      })
      await assert.rejects(failing, /the test fails/)
      const { databases } = await server().client().db().admin().listDatabases()
      assert.ok(!databases.some((database) => database.name === name))
    })

    it('gives each clause of the contract the rows it starts from, and nothing of the one before', async () => {
      const used: Db[] = []
      const createStore = (db: Db) => {
        used.push(db)
        return {} as Store
      }
      const open = openOnMongo({ server, driver: 7, createStore })
      for (const clause of [1, 2]) {
        const { rows, close } = await open(contractSchema, contractData())
        for (const { name } of contractSchema) {
          assert.deepEqual(
            await rows(name),
            contractData()[name] ?? [],
            `${name}, clause ${clause}`,
          )
        }
        await used
          .at(-1)
          ?.collection('users')
          .updateMany({}, { $set: { name: 'changed' } })
        const jobs = used.at(-1)?.collection('user_deletion_jobs')
        assert.equal(await jobs?.countDocuments(), 0)
        await jobs?.insertOne({ owner: 'somebody' })
        await close?.()
      }
      assert.equal(used.length, 1)
    })

    it('refuses a null that the schema refuses and two rows with one key, and lets keys with a null repeat', async () => {
      const open = openOnMongo({ server, driver: 7, createStore: () => ({}) as Store })
      const users = (...emails: (string | null)[]) => ({
        users: emails.map((email, id) => ({ id, tenant_id: 'tnt_a', email, status: 'active' })),
      })
      const { close } = await open(contractSchema, users(null, null))
      await close?.()
      await assert.rejects(
        async () => open(contractSchema, users('a@example.com', 'a@example.com')),
        {
          code: 11_000,
        },
      )
      await assert.rejects(async () => open(contractSchema, { countries: [{ code: null }] }), {
        code: 121,
      })
    })
  })
}

describeOwnMongo('a MongoDB server of a test', 'replica set', ({ it, withServer }) => {
  it('fails at the command that a test names, and after a kill has what it had acknowledged', async () => {
    await withServer(async (server, client) => {
      const admin = client.db('admin')
      const things = client.db('test').collection('things')
      const data = { failCommands: ['insert'], errorCode: 2 }
      await admin.command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })
      await assert.rejects(things.insertOne({ a: 1 }), { code: 2 })
      await things.insertOne({ a: 2 }, { writeConcern: { w: 'majority', journal: true } })
      const { pid } = await admin.command({ serverStatus: 1 })
      await server.kill()
      await server.restart()
      assert.deepEqual(await things.find({}, { projection: { _id: 0 } }).toArray(), [{ a: 2 }])
      assert.notEqual((await admin.command({ serverStatus: 1 }))['pid'], pid)
    })
  })
})
