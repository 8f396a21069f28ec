import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Db } from 'mongodb'
import { mongoStore } from '../adapters/mongodb/index.ts'
import {
  definePolicy,
  lookupsOf,
  type Policy,
  type PolicyInput,
  SCHEMA_FINDINGS,
  type SchemaFinding,
  UserDeletionEngine,
} from '../src/index.ts'
import { authjsPolicy } from '../src/presets/authjs/index.ts'
import { betterAuthPolicy } from '../src/presets/better-auth/index.ts'
import { helloJohnPolicy } from '../src/presets/hellojohn-mongodb/index.ts'
import { fillAuthjs } from './support/authjs-documents.ts'
import { openPeople, useEverything } from './support/better-auth-people.ts'
import { openBetterAuthOn, PLUGINS } from './support/better-auth-world.ts'
import { openHelloJohnOn } from './support/hellojohn-mongo.ts'
import { seeded } from './support/hostile-values.ts'
import { MONGO_MISTAKES, type MongoMutant, type MongoWorld } from './support/mongo-mistakes.ts'
import { mongoPool } from './support/mongo-pool.ts'
import { describeMongo } from './support/mongo-server.ts'

const SEED = 20260301

const authjs = authjsPolicy({ adapter: 'mongodb' })
const betterAuth = betterAuthPolicy({ plugins: PLUGINS, database: 'mongodb' })

async function findingsIn(db: Db, policy: PolicyInput): Promise<readonly SchemaFinding[]> {
  const checked = definePolicy(policy) as Policy<PolicyInput>
  const engine = new UserDeletionEngine({ store: mongoStore(db), policy: checked })
  return (await engine.checkSchema()).findings
}

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
      assert.deepEqual(await findingsIn(db, policy), [], name)
  })

  for (const mistake of MONGO_MISTAKES) {
    it(`${mistake.kind}: ${mistake.code}`, async () => {
      const mutants = worlds.flatMap((world) => mistake.put(world, random))
      assert.notEqual(mutants.length, 0)
      for (const mutant of mutants) {
        const found = await findingsOf(mutant)
        const shown = found.map((one) => `${one.severity} ${one.code} ${one.table} ${one.column}`)
        const { table, column, world } = mutant
        const wanted = `${mistake.severity} ${mistake.code} ${table} ${column}`
        assert.ok(shown.includes(wanted), `${world.name}: ${wanted}\n${shown.join('\n')}`)
        for (const { code, severity, message } of found) {
          assert.ok(SCHEMA_FINDINGS[code].severities.includes(severity as 'error'), code)
          assert.match(message, /^\S[^\n]*[.]$/)
        }
      }
    })
  }

  it('finds nothing once every mistake is taken back', async () => {
    for (const { name, db, policy } of worlds)
      assert.deepEqual(await findingsIn(db, policy), [], name)
  })
})

async function findingsOf({ world, policy, make }: MongoMutant): Promise<readonly SchemaFinding[]> {
  const takeBack = await make()
  try {
    return await findingsIn(world.db, policy)
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
