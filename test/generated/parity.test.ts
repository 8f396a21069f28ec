import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import { checkOthersUntouched } from '../worlds/generated/generated-oracle.ts'
import { hasSeveralWays } from '../worlds/generated/generated-policy.ts'
import { openMemory, openSqlite, run } from '../worlds/generated/generated-run.ts'
import { type World, worlds } from '../worlds/generated/generated-world.ts'

const SEED = Number(process.env['PARITY_SEED'] ?? 20_260_301)
const RUNS = Number(process.env['GENERATED_RUNS'] ?? (isEveryFault ? 1_000 : 100))

test('SQLite and memory end alike on generated schemas, and others keep their rows', async () => {
  console.log(`parity: PARITY_SEED=${SEED}, ${RUNS} runs`)
  const tally = {
    ...{ runs: 0, refused: 0, deleting: 0, deleted: 0, journalled: 0 },
    ...{ reserved: 0, several: 0 },
  }
  const compare = async (world: World): Promise<void> => {
    const memory = await run(world, openMemory)
    const sqlite = await run(world, openSqlite)
    assert.deepEqual(sqlite, memory)
    // Nothing writes rows back here.
    assert.doesNotMatch(JSON.stringify(sqlite.calls), /residue_left/)
    checkOthersUntouched(world, sqlite)
    tally.runs += 1
    tally.refused += Number(sqlite.refused !== null)
    tally.deleting += Number(sqlite.deleted > 0)
    tally.deleted += sqlite.deleted
    tally.reserved += sqlite.reserved.length
    tally.journalled += Number(sqlite.deleted > 0 && world.maxRows === 2)
    tally.several += Number(sqlite.deleted > 0 && hasSeveralWays(world))
  }
  await fc.assert(fc.asyncProperty(worlds, compare), {
    seed: SEED,
    numRuns: RUNS,
    // Bounds the search for a smaller counterexample too.
    interruptAfterTimeLimit: 300_000 + RUNS * 500,
    markInterruptAsFailure: true,
  })
  console.log(`parity: ${JSON.stringify(tally)}`)
  assert.ok(tally.runs >= Math.min(RUNS, 150))
  assert.ok(tally.reserved > tally.runs / 10, 'hardly anything was reserved')
  assert.ok(tally.deleting * 2 >= tally.runs, 'fewer than half of the runs deleted somebody')
  assert.ok(tally.several > 0, 'no run deleted somebody by a rule of several ways')
})
