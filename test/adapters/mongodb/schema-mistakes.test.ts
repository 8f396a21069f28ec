import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Db } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { lookupsOf, type PolicyInput, type SchemaFinding } from '../../../src/index.ts'
import { authjsPolicy } from '../../../src/presets/authjs/index.ts'
import { betterAuthPolicy } from '../../../src/presets/better-auth/index.ts'
import { helloJohnPolicy } from '../../../src/presets/hellojohn-mongodb/index.ts'
import { openHelloJohnOn } from '../../worlds/hosts/hellojohn-mongo.ts'
import { seeded } from '../../worlds/mistakes/hostile-values.ts'
import {
  MONGO_MISTAKES,
  type MongoMutant,
  type MongoWorld,
} from '../../worlds/mistakes/mongo-mistakes.ts'
import { assertFound, findingsOf } from '../../worlds/mistakes/schema-findings.ts'
import { mongoPool } from '../../worlds/mongodb/mongo-pool.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { fillAuthjs } from '../../worlds/presets/authjs-documents.ts'
import { openPeople, useEverything } from '../../worlds/presets/better-auth-people.ts'
import { openBetterAuthOn, PLUGINS } from '../../worlds/presets/better-auth-world.ts'

const SEED = 20260301

const authjs = authjsPolicy({ adapter: 'mongodb' })
const betterAuth = betterAuthPolicy({ plugins: PLUGINS, database: 'mongodb' })

describeMongo('the schema check of collections', 'replica set', ({ it, server }) => {
  const random = seeded(SEED)
  let worlds: readonly MongoWorld[] = []
  let release = async (): Promise<void> => {}

  before(async () => {
    const pooled = await mongoPool(server, async (db) => {
      for (const { table, column } of lookupsOf(betterAuth)) {
        await db.collection(table).createIndex(column)
      }
    })()
    release = pooled.release
    await useEverything(await openPeople((auth) => openBetterAuthOn(pooled, auth)))
    const hello = server().newDatabase()
    await openHelloJohnOn(hello)
    const plain = server().newDatabase()
    await fillAuthjs(plain)
    worlds = [
      await worldOf('the built-in policy', hello, helloJohnPolicy),
      await worldOf('better-auth with its plugins', pooled.db, betterAuth),
      await worldOf('Auth.js', plain, authjs),
    ]
  })
  after(() => release())

  it('finds nothing where nothing is wrong', async () => {
    for (const { name, db, policy } of worlds)
      assert.deepEqual(await findingsOf(mongoStore(db), policy), [], name)
  })

  for (const mistake of MONGO_MISTAKES) {
    it(`${mistake.kind}: ${mistake.code}`, async () => {
      const mutants = worlds.flatMap((world) => mistake.put(world, random))
      assert.notEqual(mutants.length, 0)
      for (const mutant of mutants) {
        assertFound(await findingsWith(mutant), mistake, mutant)
      }
    })
  }

  it('finds nothing once every mistake is taken back', async () => {
    for (const { name, db, policy } of worlds)
      assert.deepEqual(await findingsOf(mongoStore(db), policy), [], name)
  })
})

async function findingsWith({
  world,
  policy,
  make,
}: MongoMutant): Promise<readonly SchemaFinding[]> {
  const takeBack = await make()
  try {
    return await findingsOf(mongoStore(world.db), policy)
  } finally {
    await takeBack()
  }
}

async function worldOf(name: string, db: Db, policy: PolicyInput): Promise<MongoWorld> {
  const filled = new Set<string>()
  for (const table of Object.keys(policy.tables)) {
    if ((await db.collection(table).findOne()) !== null) filled.add(table)
  }
  return { name, db, policy, filled }
}
