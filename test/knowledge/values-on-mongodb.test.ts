import assert from 'node:assert/strict'
import { type Db, ObjectId } from 'mongodb'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import type { Store } from '../../src/index.ts'
import {
  emailOf,
  engineOn,
  type Held,
  idOf,
  proveSamples,
  USERS,
} from '../worlds/knowledge/sampled-users.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'

async function inMongo(db: Db, held: Held, rows: number): Promise<Store> {
  const users = Array.from({ length: USERS }, (_, one) => ({
    ...{ id: idOf(one), email: emailOf(one), number: one },
  }))
  await db.collection('users').insertMany(users)
  const things = Array.from({ length: rows }, (_, one) => ({ blob7: held(one), member_id: null }))
  await db.collection('things').insertMany(things)
  return mongoStore(db)
}

describeMongo('what samples hold of users, in MongoDB', 'replica set', ({ it, server }) => {
  proveSamples((title, prove) =>
    it(title, () => prove((held, rows) => inMongo(server().newDatabase(), held, rows))),
  )

  it('knows an id that is an ObjectId in one place and its text in the other', async () => {
    const db = server().newDatabase()
    const ids = Array.from({ length: 20 }, () => new ObjectId())
    await db
      .collection<{ id: unknown }>('users')
      .insertMany(ids.map((id) => ({ id, email: `${id.toHexString()}@example.org` })))
    await db
      .collection('things')
      .insertMany(ids.map((id) => ({ by: { who: id.toHexString() }, seen: [{ who: id }] })))
    const { findings } = await engineOn(mongoStore(db)).checkSchema()
    assert.deepEqual(
      findings
        .filter(({ code }) => code === 'value_reference')
        .map(({ severity, column }) => `${severity} ${column}`),
      ['error by.who', 'error seen.who'],
    )
  })
})
