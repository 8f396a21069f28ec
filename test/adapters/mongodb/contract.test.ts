import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { storeContract } from '../../../src/testing/index.ts'
import { isEveryFault } from '../../worlds/faults/every-fault.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { openOnMongo } from '../../worlds/mongodb/mongo-world.ts'

const VARIANTS = [
  ['MongoDB replica set', 'replica set', 7],
  ['MongoDB standalone', 'standalone', 7],
  ['MongoDB replica set, driver 6', 'replica set', 6],
] as const

/** An older driver runs what depends on it: with `FAULTS=every` all, else one group. */
const GROUPS_FOR_OLDER_DRIVERS = ['the shape of a store']

/** What is asked for and written is the same on both topologies. With `FAULTS=every` both run these groups. */
const GROUPS_FOR_ONE_TOPOLOGY = [
  'rows belong to a user',
  'rules that meet',
  'two rules on one row',
  'inside JSON',
  'shared values, looked at',
  'values that users share',
  'verification',
  'the ledger',
  'imports of the ledger',
  'after an import',
  'lists of users',
  'scheduled deletions',
  'two tables of users',
  'receipts',
  'decisions in the ledger',
  'a tenant as a whole',
  'confirmation tokens',
  'tenants',
  'users who came back with a backup',
  'one user, one id',
  'ways to write an id',
  'values of rows and users',
  'arrays that hold something else',
]

for (const [name, topology, driver] of VARIANTS) {
  describeMongo(name, topology, (group) => {
    const { it, server } = group
    const describe: typeof group.describe = (title, clauses) => {
      const isNeeded =
        driver === 7
          ? topology === 'replica set' || !GROUPS_FOR_ONE_TOPOLOGY.includes(title)
          : GROUPS_FOR_OLDER_DRIVERS.includes(title)
      if (isNeeded || isEveryFault) group.describe(title, clauses)
    }
    storeContract(
      { describe, it },
      openOnMongo({ server, driver, createStore: (db) => mongoStore(db) }),
    )
  })
}
