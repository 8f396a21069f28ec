import assert from 'node:assert/strict'
import { describeMongo, describeOwnMongo } from './support/mongo-server.ts'

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
  })
}

describeOwnMongo('a MongoDB server of a test', 'replica set', ({ it, withServer }) => {
  it('fails at the command it is told to fail at, and has after a kill what it had acknowledged', async () => {
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
