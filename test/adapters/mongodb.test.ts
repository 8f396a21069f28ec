import { mongoStore } from '../../adapters/mongodb/index.ts'
import { storeContract } from '../../src/testing/index.ts'
import { describeMongo } from '../support/mongo-server.ts'
import { openOnMongo } from '../support/mongo-world.ts'

const VARIANTS = [
  ['MongoDB replica set', 'replica set', 7],
  ['MongoDB standalone', 'standalone', 7],
  ['MongoDB replica set, driver 6', 'replica set', 6],
] as const

for (const [name, topology, driver] of VARIANTS) {
  describeMongo(name, topology, ({ describe, it, server }) => {
    storeContract(
      { describe, it },
      openOnMongo({ server, driver, createStore: (db) => mongoStore(db) }),
    )
  })
}
