import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import { openOnMongo, openSchemaless } from '../worlds/generated/generated-mongo.ts'
import { type MongoWorld, mongoWorlds } from '../worlds/generated/generated-mongo-world.ts'
import { checkOthersUntouched } from '../worlds/generated/generated-oracle.ts'
import { hasSeveralWays } from '../worlds/generated/generated-policy.ts'
import { run } from '../worlds/generated/generated-run.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'
import { TOPOLOGIES } from '../worlds/mongodb/topologies.ts'

const SEED = Number(process.env['PARITY_SEED'] ?? 20_260_301)
/** On each topology. */
const RUNS = Number(process.env['GENERATED_RUNS'] ?? (isEveryFault ? 100 : 10))

for (const [place, topology] of TOPOLOGIES.entries()) {
  describeMongo(`MongoDB, ${topology}`, topology, ({ it, server }) => {
    it('ends like memory on generated policies and documents, and keeps every value that nobody wrote', async () => {
      const seed = SEED + place
      console.log(`parity on a ${topology}: PARITY_SEED=${SEED}, ${RUNS} runs`)
      const openMongo = openOnMongo(server)
      const tally = {
        runs: 0,
        refused: 0,
        deleting: 0,
        deleted: 0,
        journalled: 0,
        failing: 0,
        several: 0,
      }
      const compare = async (mongoWorld: MongoWorld): Promise<void> => {
        const { world } = mongoWorld
        const memory = await run(world, () =>
          openSchemaless(mongoWorld, topology === 'replica set'),
        )
        const mongo = await run(world, () => openMongo(mongoWorld))
        assert.deepEqual(mongo, memory)
        checkOthersUntouched(world, mongo)
        tally.runs += 1
        tally.refused += Number(mongo.refused !== null)
        tally.deleting += Number(mongo.deleted > 0)
        tally.deleted += mongo.deleted
        tally.journalled += Number(mongo.deleted > 0 && world.maxRows === 2)
        tally.several += Number(mongo.deleted > 0 && hasSeveralWays(world))
        tally.failing += Number(JSON.stringify(mongo.calls).includes('constraint_violation'))
      }
      await fc.assert(fc.asyncProperty(mongoWorlds, compare), {
        seed,
        numRuns: RUNS,
        // Bounds the search for a smaller counterexample too.
        interruptAfterTimeLimit: 300_000 + RUNS * 1_000,
        markInterruptAsFailure: true,
        endOnFailure: true,
        includeErrorInReport: true,
      })
      console.log(`parity on a ${topology}: ${JSON.stringify(tally)}`)
      assert.ok(tally.deleting * 2 >= tally.runs, 'fewer than half of the runs deleted somebody')
      assert.ok(tally.several > 0, 'no run deleted somebody by a rule of several ways')
    })
  })
}
